import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { heldAt, itemColumnList, itemRows } from '../db/item-json.js'
import { type Past, readPast } from '../db/past.js'
import { ON_ACCOUNT } from '../domain/item.js'
import { addDays, daysBetween, endOfDay, startOfDay } from '../domain/zone.js'

/** What a bulletin is made from: all that the ledger knew up to `seq`, by the clock at `asOf`, for a period of local days. */
export interface CutOff {
  jurisdiction: string
  timeZone: string
  seq: number
  asOf: string
  from: string
  to: string
}

const isOf = (statuses: readonly string[]) =>
  sql.raw(`i.status in (${statuses.map((status) => `'${status}'`).join(', ')})`)

export const onAccount = isOf(ON_ACCOUNT)
export const everListed = isOf([...ON_ACCOUNT, 'closed'])

/** What is counted by; the words of an item are looked up for those that are named. */
const counted = sql.raw(`id, version, code, status, area, responsible_unit, due_at, suspension, extension, supervision,
  escalation, concerned_units, listed_at, reported_at, closed_at, updated_at`)

/** The state of the list that a bulletin is made from. */
export async function readPastOf(db: Db | Tx, { jurisdiction, seq }: CutOff): Promise<Past> {
  const { past } = await readPast(db, jurisdiction, seq)
  if (past === undefined) throw new Error(`the ledger of ${jurisdiction} has no event ${seq}`)
  return past
}

/** The common table expression `state`: every item as it stood right after the cut-off's event. */
export function stateAt(past: Past): SQL {
  const conditions = [sql`i.jurisdiction_id = ${past.jurisdiction}`, ...heldAt(past)]
  return sql`
    state as materialized (
      select ${counted} from ${itemRows(past)} i where ${sql.join(conditions, sql` and `)}
    )`
}

/** `from` of a state's whole row, alias `i`, for the items of a source with alias `s` that has their id and version. */
export function wholeStates({ jurisdiction }: CutOff, source: SQL): SQL {
  return sql`${source} join (
      select ${itemColumnList} from item union all select ${itemColumnList} from item_past
    ) i on i.jurisdiction_id = ${jurisdiction} and i.id = s.id and i.version = s.version`
}

/**
 * The common table expression `imported`: what an import brought as on account or closed already, with the time for which
 * that held. Nobody listed it here, so it counts from the listing that its old list knew, else from its report. Where the
 * old list did not know when it was closed, `closed_at` is null: it is in no flow and no series.
 */
export function importedFirst({ jurisdiction }: CutOff): SQL {
  const first = sql.raw(`id, status, due_at, coalesce(listed_at, reported_at) as listed_at,
    case when closed_at >= coalesce(listed_at, reported_at) then closed_at end as closed_at`)
  return sql`
    imported as (
      select ${first}, 'infinity'::timestamptz as ended_at from state where version = 1 and status in ('listed', 'closed')
      union all
      select ${first}, valid_to from item_past p
      where jurisdiction_id = ${jurisdiction} and version = 1 and status in ('listed', 'closed')
        and exists (select from state s where s.id = p.id and s.version > 1)
    )`
}

/** The last milliseconds of the period's local days, beginning with that of the day before; none is after `asOf`. */
export function dayEnds({ from, to, asOf, timeZone }: CutOff): { date: string; end: string }[] {
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, k) => addDays(from, k - 1))
  return days
    .filter((date) => startOfDay(date, timeZone) <= asOf)
    .map((date) => {
      const end = endOfDay(date, timeZone)
      return { date, end: end < asOf ? end : asOf }
    })
}
