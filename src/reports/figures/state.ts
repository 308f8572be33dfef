import { type SQL, sql } from 'drizzle-orm'
import type { ItemEventType } from '../../domain/item/events.js'
import { ON_ACCOUNT } from '../../domain/item/words.js'
import type { Span } from '../../domain/time/series.js'

// Figures are counted over three common table expressions: `state`, the items that are counted, each as it stood at one
// moment, with these columns and its version; `imported` and `history`, which follow from it. Whoever counts says which
// items, and when, by making `state`; an item's ledger up to its version is then all that had happened to it.

/** A list and the period and moment that something is counted for. */
export interface Cut extends Span {
  jurisdiction: string
}

const isOf = (statuses: readonly string[]) =>
  sql.raw(`i.status in (${statuses.map((status) => `'${status}'`).join(', ')})`)

export const onAccount = isOf(ON_ACCOUNT)
export const everListed = isOf([...ON_ACCOUNT, 'closed'])

/** The columns of `state`: what is counted by. */
export const counted = sql.raw(`i.id, i.version, i.code, i.status, i.area, i.responsible_unit, i.due_at, i.suspension,
  i.extension, i.supervision, i.escalation, i.concerned_units, i.listed_at, i.reported_at, i.closed_at, i.closed_by,
  i.updated_at`)

/** What is counted of events: their types, and two that depend on what was decided. */
export type Counted =
  | Extract<
      ItemEventType,
      `item.${'listed' | 'assigned' | 'accepted' | 'returned' | 'planned' | 'rechecked' | 'reopened'}`
    >
  | Extract<ItemEventType, `item.${'closure_requested' | 'closure_rejected' | 'closed'}`>
  | 'extended'
  | 'recheckFailed'
  | 'recurred'

/** Those that have an index of their own each, which knows what was decided; see migrations 0014 and 0019. */
const DECIDED = {
  extended: sql.raw(`type = 'item.extension_decided' and data::json ->> 'approved' = 'true'`),
  recheckFailed: sql.raw(`type = 'item.rechecked' and data::json ->> 'passed' = 'false'`),
  recurred: sql.raw(`type = 'item.recurred'`),
} satisfies Partial<Record<Counted, SQL>>

/**
 * `from` of what had happened to the items of `state`, alias `i`: rows of alias `e` with the item's id and version, `at` and
 * `what`. Indexes alone answer it, so that no event is read.
 */
export function eventsOfState(jurisdiction: string, counted: readonly Counted[]): SQL {
  const types = counted.filter((what) => !(what in DECIDED))
  const from = (what: SQL, condition: SQL) =>
    sql`select item_id, item_version, at, ${what} as what from event where jurisdiction_id = ${jurisdiction} and ${condition}`
  // Written out: with parameters the planner could not know that the indexes have them.
  const plain = from(sql`type`, sql.raw(`type in (${types.map((type) => `'${type}'`).join(', ')})`))
  const decided = counted.flatMap((what) =>
    what === 'extended' || what === 'recheckFailed' || what === 'recurred'
      ? [from(sql.raw(`'${what}'`), DECIDED[what])]
      : [],
  )
  return sql`(${sql.join([plain, ...decided], sql` union all `)}) e join state i on e.item_id = i.id and e.item_version <= i.version`
}

/**
 * The common table expression `imported`: what an import brought as on account or closed already, with the time for which
 * that held. Nobody listed it here, so it counts from the listing that its old list knew, else from its report. Where the
 * old list did not know when it was closed, `closed_at` is null: it is in no flow and no series.
 */
export function importedFirst(jurisdiction: string): SQL {
  const first = (alias: string) =>
    sql.raw(`${alias}.id, ${alias}.status, ${alias}.due_at, coalesce(${alias}.listed_at, ${alias}.reported_at) as listed_at,
    case when ${alias}.closed_at >= coalesce(${alias}.listed_at, ${alias}.reported_at) then ${alias}.closed_at end as closed_at`)
  return sql`
    imported as (
      select ${first('i')}, 'infinity'::timestamptz as ended_at from state i
      where i.version = 1 and i.status in ('listed', 'closed')
      union all
      select ${first('p')}, p.valid_to from item_past p join state i on i.id = p.id and i.version > 1
      where p.jurisdiction_id = ${jurisdiction} and p.version = 1 and p.status in ('listed', 'closed')
    )`
}
