import { type SQL, sql } from 'drizzle-orm'
import type { Stock } from '../../domain/tally.js'
import { DUE_SOON_DAYS, overdue, overdueDays } from '../item-json.js'
import { type Cut, everListed, onAccount } from './state.js'

/** What is counted by: columns of `state i`, and what they are called. */
export interface Keys {
  columns: SQL
  names: readonly string[]
}

/** The positions of the keys in a select that has so many other columns before them. */
export function positions({ names }: Keys, before = 0): SQL {
  return sql.raw(names.map((_, k) => before + k + 1).join(', '))
}

/**
 * Closure was ever applied for. An application is rejected or ends in a closing, which only an import does without one: so the
 * applications, of which almost every item has one, need not be read, but for the few items that came back on account. What
 * has no history must be false here, not null, or they would be read for it too.
 */
const requestedEver = (jurisdiction: string) => sql`(
  i.status = 'closure_requested' or (i.status = 'closed' and i.closed_by is not null) or coalesce(h.rejected, false)
  or (coalesce(h.reopened, false) and exists (select from event e where e.jurisdiction_id = ${jurisdiction} and e.item_id = i.id
    and e.item_version <= i.version and e.type = 'item.closure_requested')))`

/** What each count of a `Stock` counts, over `state i` and `history h`. */
function conditions({ jurisdiction, asOf, timeZone }: Cut): Record<CountedItems, SQL> {
  const isOverdue = overdue(asOf)
  const late = (range: string) => sql`${isOverdue} and ${overdueDays(asOf, timeZone)} ${sql.raw(range)}`
  return {
    reported: sql`i.status = 'reported'`,
    listed: everListed,
    closed: sql`i.status = 'closed'`,
    closedUndated: sql`i.status = 'closed' and i.closed_at is null`,
    onAccount,
    overdue: isOverdue,
    d1to7: late('<= 7'),
    d8to30: late('between 8 and 30'),
    d31to90: late('between 31 and 90'),
    over90: late('> 90'),
    dueSoon: sql`${onAccount} and i.suspension is null and i.due_at >= ${asOf}::timestamptz
      and i.due_at < ${asOf}::timestamptz + ${sql.raw(`interval '${DUE_SOON_DAYS} days'`)}`,
    suspended: sql`${onAccount} and i.suspension is not null`,
    extensionPending: sql`${onAccount} and i.extension is not null`,
    underSupervision: sql`${onAccount} and i.supervision is not null`,
    assignedEver: sql`cardinality(i.concerned_units) > 0`,
    closedDated: sql`i.status = 'closed' and i.closed_at is not null and i.due_at is not null`,
    closedOnTime: sql`i.status = 'closed' and i.closed_at <= i.due_at`,
    extendedEver: sql`h.extended`,
    returnedEver: sql`h.returned`,
    requestedEver: requestedEver(jurisdiction),
    rejectedEver: sql`h.rejected`,
    closedEver: sql`i.status = 'closed' or h.reopened`,
    reopenedEver: sql`h.reopened`,
    recurrentEver: sql`h.failed > 0`,
  }
}

type CountedItems = Exclude<keyof Stock, 'rechecks' | 'rechecksPassed'>

/** `select` of the keys, a `Stock` and `maxOverdueDays`, over `state` and `history`. */
export function stockSelect(cut: Cut, keys: Keys): SQL {
  const counts = Object.entries(conditions(cut)).map(
    ([name, condition]) => sql`(count(*) filter (where ${condition}))::int as ${sql.identifier(name)}`,
  )
  return sql`
    select ${keys.columns}, ${sql.join(counts, sql`, `)}, coalesce(sum(h.rechecks), 0)::int as rechecks,
      coalesce(sum(h.rechecks - h.failed), 0)::int as "rechecksPassed",
      coalesce(max(${overdueDays(cut.asOf, cut.timeZone)}) filter (where ${overdue(cut.asOf)}), 0)::int as "maxOverdueDays"
    from state i left join history h on h.id = i.id where i.status not in ('dismissed', 'merged')
    group by ${positions(keys)}`
}

/** A timestamptz as the local day on which it falls. */
export function localDay(column: SQL, timeZone: string): SQL {
  return sql`(${column} at time zone ${timeZone})::date`
}

/** Local days from listing to closing, and the items, alias `i`, of which they are known. */
export function daysToClose(timeZone: string): { days: SQL; known: SQL } {
  const listed = sql`coalesce(i.listed_at, i.reported_at)`
  return {
    days: sql`${localDay(sql`i.closed_at`, timeZone)} - ${localDay(listed, timeZone)}`,
    known: sql`i.status = 'closed' and i.closed_at >= ${listed}`,
  }
}
