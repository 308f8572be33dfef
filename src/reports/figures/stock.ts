import { type SQL, sql } from 'drizzle-orm'
import type { Stock } from '../../domain/report/tally.js'
import { DUE_SOON_DAYS, overdue, overdueDays } from '../../item/conditions.js'
import { type Counted, type Cut, eventsOfState, everListed, onAccount } from './state.js'

/** What is counted by: columns of `state i`, and what they are called. */
export interface Keys {
  columns: SQL
  names: readonly string[]
}

/** The positions of the keys in a select that begins with them. */
function positions({ names }: Keys): SQL {
  return sql.raw(names.map((_, k) => k + 1).join(', '))
}

type Counts = Partial<Record<keyof Stock, SQL>>

/** Closed here, so that closure was applied for; only an import brings what is closed without. */
const closedHere = sql`(i.status = 'closed' and i.closed_by is not null)`

/** What the counts of a `Stock` count, as far as the state says it, over `state i`. */
function conditions({ asOf, timeZone }: Cut) {
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
    closedEver: sql`i.status = 'closed'`,
    requestedEver: sql`i.status = 'closure_requested' or ${closedHere}`,
  } satisfies Counts
}

/**
 * What they count beside, of what ever happened to an item, over `history i` and `imported`. An application for closure is
 * rejected, or ends in a closing, of which a reopening is witness unless it was the import that brought the item closed: so
 * the applications, of which almost every item has one, need not be read.
 */
const PAST = {
  extendedEver: sql`i.extended`,
  returnedEver: sql`i.returned`,
  rejectedEver: sql`i.rejected`,
  reopenedEver: sql`i.reopenings > 0`,
  recurrentEver: sql`i.failed > 0 or i.recurred`,
  cameBackEver: sql`i.reopenings > 0 or i.recurred`,
  closedEver: sql`i.reopenings > 0 and i.status <> 'closed'`,
  requestedEver: sql`not (i.status = 'closure_requested' or ${closedHere}) and (i.rejected
    or i.reopenings > (i.id in (select f.id from imported f where f.status = 'closed'))::int)`,
} satisfies Counts

const counts = (conditions: Counts) =>
  sql.join(
    Object.entries(conditions).map(
      ([name, condition]) => sql`(count(*) filter (where ${condition}))::int as ${sql.identifier(name)}`,
    ),
    sql`, `,
  )

/** A part of a `Stock`: what one of the two selects counts. */
export type StockPart<K> = Partial<Stock> & { maxOverdueDays?: number } & K

/** `select` of the keys and of what the states say, over `state`. */
export function stockSelect(cut: Cut, keys: Keys): SQL {
  return sql`
    select ${keys.columns}, ${counts(conditions(cut))},
      coalesce(max(${overdueDays(cut.asOf, cut.timeZone)}) filter (where ${overdue(cut.asOf)}), 0)::int as "maxOverdueDays"
    from state i where i.status not in ('dismissed', 'merged') group by ${positions(keys)}`
}

/** `select` of the keys and of what ever happened, over `history` and `imported`. */
export function pastSelect(keys: Keys): SQL {
  const columns = sql.raw(keys.names.map((name) => `i.${name}`).join(', '))
  return sql`
    select ${columns}, ${counts(PAST)}, sum(i.rechecks)::int as rechecks,
      sum(i.rechecks - i.failed)::int as "rechecksPassed"
    from history i group by ${positions(keys)}`
}

/** The common table expression `history`, over `state`: what ever happened to an item, as far as a rate asks for it. */
export function historyOfState(jurisdiction: string, keys: Keys): SQL {
  return sql`
    history as (
      select ${keys.columns}, i.id, i.status, i.closed_by,
        bool_or(e.what = 'extended') as extended,
        bool_or(e.what = 'item.returned') as returned,
        bool_or(e.what = 'item.closure_rejected') as rejected,
        -- On account again: the office put it back, or a recheck failed.
        count(*) filter (where e.what in ('item.reopened', 'recheckFailed')) as reopenings,
        count(*) filter (where e.what = 'item.rechecked') as rechecks,
        count(*) filter (where e.what = 'recheckFailed') as failed,
        bool_or(e.what = 'recurred') as recurred
      from ${eventsOfState(jurisdiction, HISTORY)}
      group by ${positions(keys)}, i.id, i.status, i.closed_by
    )`
}

const HISTORY: readonly Counted[] = [
  'extended',
  'item.returned',
  'item.closure_rejected',
  'item.reopened',
  'item.rechecked',
  'recheckFailed',
  'recurred',
]

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
