import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import type { Rung } from '../domain/rules.js'
import type { Stretch } from '../domain/time/series.js'
import { flowOfState, flowSelect, sinceSelect } from '../reports/figures/flows.js'
import { lateSelect } from '../reports/figures/late.js'
import { importedFirst } from '../reports/figures/state.js'
import { historyOfState, pastSelect, stockSelect } from '../reports/figures/stock.js'
import { type Flows, KEYS, medianSelect, type StockRow } from './figures.js'
import { type OverdueItem, overdueSelect } from './overdue.js'
import { type CutOff, readPastOf, stateAt } from './state-at.js'

export interface Material {
  stock: StockRow[]
  past: StockRow[]
  flows: Flows[]
  /** How many more there are on account at the cut-off than when the period ended. */
  since: number
  late: Stretch[]
  overdue: OverdueItem[]
  medianDays: number | null
}

/**
 * All that a bulletin says of the items, in one statement: the state at the cut-off is found once, which on a list of
 * 200,000 items is most of the work.
 */
export async function readMaterial(
  db: Db | Tx,
  cut: CutOff,
  ladder: readonly Pick<Rung, 'rung' | 'days'>[],
): Promise<Material> {
  const { rows } = await db.execute<Material & Record<string, unknown>>(sql`
    with ${stateAt(await readPastOf(db, cut))}, ${importedFirst(cut.jurisdiction)}, ${historyOfState(cut.jurisdiction, KEYS)}, ${flowOfState(cut, KEYS)}
    select (select coalesce(json_agg(v), '[]') from (${stockSelect(cut, KEYS)}) v) as stock,
      (select coalesce(json_agg(v), '[]') from (${pastSelect(KEYS)}) v) as past,
      (select coalesce(json_agg(v), '[]') from (${flowSelect(cut, KEYS)}) v) as flows,
      (${sinceSelect(cut)}) as since,
      (select coalesce(json_agg(v), '[]') from (${lateSelect(cut)}) v) as late,
      (select coalesce(json_agg(v), '[]') from (${overdueSelect(cut, ladder)}) v) as overdue,
      (${medianSelect(cut)}) as "medianDays"`)
  const [material] = rows
  if (material === undefined) throw new Error('a select without a from answers one row')
  return material
}
