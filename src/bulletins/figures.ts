import { type SQL, sql } from 'drizzle-orm'
import { sum, type Tally } from '../domain/report/tally.js'
import type { DayFlow } from '../domain/time/series.js'
import type { FlowRow, GroupFlow } from '../reports/figures/flows.js'
import { daysToClose, type Keys, type StockPart } from '../reports/figures/stock.js'
import type { CutOff } from './state-at.js'

interface GroupKeys {
  unit: string | null
  area: string
}

/** The numbers of the items that one unit is responsible for, in one county. */
export interface Group extends Tally, GroupKeys {}

/** Townships are summed up under their county, as in the overdue report. */
export const KEYS: Keys = { columns: sql`i.responsible_unit as unit, left(i.area, 6) as area`, names: ['unit', 'area'] }

export type StockRow = StockPart<GroupKeys>
export type Flows = FlowRow<GroupKeys>

/** The numbers by responsible unit and county, and the flows by day. */
export function figuresOf(stock: readonly StockRow[], flows: readonly Flows[]): { groups: Group[]; days: DayFlow[] } {
  const groups = new Map<string, Group>()
  const byGroup = flows.filter((row): row is GroupFlow<GroupKeys> => row.date === null)
  for (const row of [...stock, ...byGroup]) {
    const key = `${row.unit} ${row.area}`
    groups.set(key, { ...sum(groups.get(key), row), unit: row.unit, area: row.area })
  }
  return { groups: [...groups.values()], days: flows.filter((row): row is DayFlow => row.date !== null) }
}

/** `select` of the local days from listing to closing of the items that are closed, the middle one; null when none is. */
export function medianSelect({ timeZone }: CutOff): SQL {
  const { days, known } = daysToClose(timeZone)
  return sql`select percentile_cont(0.5) within group (order by ${days}) from state i where ${known}`
}
