import { type SQL, sql } from 'drizzle-orm'
import { DUE_SOON_DAYS, overdue, overdueDays } from '../db/item-json.js'
import { type CutOff, everListed, onAccount } from './state-at.js'

/** What can be added up: items by how they stand at the cut-off and what ever happened to them, and what happened in the period. */
const COUNTS = [
  'reported',
  'listed',
  'closed',
  'closedUndated',
  'onAccount',
  'overdue',
  'd1to7',
  'd8to30',
  'd31to90',
  'over90',
  'dueSoon',
  'suspended',
  'extensionPending',
  'underSupervision',
  'assignedEver',
  'closedDated',
  'closedOnTime',
  'extendedEver',
  'returnedEver',
  'requestedEver',
  'rejectedEver',
  'closedEver',
  'reopenedEver',
  'rechecks',
  'rechecksPassed',
] as const
const FLOWS = [
  'newlyListed',
  'closedInPeriod',
  'reopenedInPeriod',
  'extendedInPeriod',
  'returnedInPeriod',
  'closureRejectedInPeriod',
] as const

type Stock = Record<(typeof COUNTS)[number], number>
export type Flow = Record<(typeof FLOWS)[number], number>

/** The numbers of one group of items. */
export type Tally = Stock & Flow & { maxOverdueDays: number }

/** The numbers of the items that one unit is responsible for, in one county. */
export interface Group extends Tally {
  unit: string | null
  area: string
}

export interface DayFlow extends Flow {
  date: string
}

/** The numbers by responsible unit and county, and the flows by day. */
export function figuresOf(stock: readonly StockRow[], flows: readonly FlowRow[]): { groups: Group[]; days: DayFlow[] } {
  const groups = new Map<string, Group>()
  const byGroup = flows.filter((row): row is GroupFlow => row.date === null)
  for (const row of [...stock, ...byGroup]) {
    const key = `${row.unit} ${row.area}`
    groups.set(key, { ...sum(groups.get(key), row), unit: row.unit, area: row.area })
  }
  return { groups: [...groups.values()], days: flows.filter((row): row is DayFlow => row.date !== null) }
}

const ZERO = Object.fromEntries([...COUNTS, ...FLOWS, 'maxOverdueDays'].map((name) => [name, 0])) as unknown as Tally

/** Two tallies together; what one lacks is nothing. */
export function sum(a: Partial<Tally> | undefined, b: Partial<Tally>): Tally {
  const total = { ...ZERO }
  for (const name of [...COUNTS, ...FLOWS]) total[name] = (a?.[name] ?? 0) + (b[name] ?? 0)
  total.maxOverdueDays = Math.max(a?.maxOverdueDays ?? 0, b.maxOverdueDays ?? 0)
  return total
}

/** Townships are summed up under their county, as in the overdue report. */
const KEYS = sql`i.responsible_unit as unit, left(i.area, 6) as area`

export type StockRow = Stock & { unit: string | null; area: string; maxOverdueDays: number }

/** `select` of the `StockRow`s, over `state` and `history`. */
export function stockSelect({ asOf, timeZone }: CutOff): SQL {
  const isOverdue = overdue(asOf)
  const days = overdueDays(asOf, timeZone)
  const late = (range: string) => sql`${isOverdue} and ${days} ${sql.raw(range)}`
  const conditions: Record<Exclude<keyof Stock, 'rechecks' | 'rechecksPassed'>, SQL> = {
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
    requestedEver: sql`h.requested`,
    rejectedEver: sql`h.rejected`,
    closedEver: sql`i.status = 'closed' or h.reopened`,
    reopenedEver: sql`h.reopened`,
  }
  const counts = Object.entries(conditions).map(
    ([name, condition]) => sql`(count(*) filter (where ${condition}))::int as ${sql.identifier(name)}`,
  )
  return sql`
    select ${KEYS}, ${sql.join(counts, sql`, `)}, coalesce(sum(h.rechecks), 0)::int as rechecks,
      coalesce(sum(h.passed), 0)::int as "rechecksPassed",
      coalesce(max(${days}) filter (where ${isOverdue}), 0)::int as "maxOverdueDays"
    from state i left join history h on h.id = i.id where i.status not in ('dismissed', 'merged') group by 1, 2`
}

/** The common table expression `history`: what ever happened to an item, as far as a rate asks for it. */
export function historyUntil({ jurisdiction, seq }: CutOff): SQL {
  return sql`
    history as (
      select item_id as id,
        bool_or(${extended}) as extended,
        bool_or(type = 'item.returned') as returned,
        bool_or(type = 'item.closure_requested') as requested,
        bool_or(type = 'item.closure_rejected') as rejected,
        bool_or(${reopened}) as reopened,
        count(*) filter (where type = 'item.rechecked') as rechecks,
        count(*) filter (where type = 'item.rechecked' and data::json ->> 'passed' = 'true') as passed
      from event where jurisdiction_id = ${jurisdiction} and seq <= ${seq} and type in (
        'item.extension_decided', 'item.returned', 'item.closure_requested', 'item.closure_rejected', 'item.reopened',
        'item.rechecked')
      group by item_id
    )`
}

// `case` keeps the JSON of other events unread.
const extended = sql`case type when 'item.extension_decided' then data::json ->> 'approved' = 'true' else false end`
const reopened = sql`case type when 'item.reopened' then true
  when 'item.rechecked' then data::json ->> 'passed' = 'false' else false end`

type GroupFlow = Flow & { date: null; unit: string | null; area: string }

/** What happened on one day, or, with no date, to the items of one unit in one county. */
export type FlowRow = DayFlow | GroupFlow

/** `select` of the `FlowRow`s, over `state` and `imported`: what happened in the period, once by day and once by group. */
export function flowSelect({ jurisdiction, seq, asOf, timeZone, from, to }: CutOff): SQL {
  const date = sql`(at at time zone ${timeZone})::date`
  return sql`
    with flow as (
      select item_id as id, at,
        case when type = 'item.listed' then 'newlyListed' when type = 'item.closed' then 'closedInPeriod'
          when type = 'item.returned' then 'returnedInPeriod'
          when type = 'item.closure_rejected' then 'closureRejectedInPeriod'
          when ${reopened} then 'reopenedInPeriod' when ${extended} then 'extendedInPeriod' end as what
      from event where jurisdiction_id = ${jurisdiction} and seq <= ${seq} and type in (
        'item.listed', 'item.closed', 'item.returned', 'item.closure_rejected', 'item.reopened', 'item.rechecked',
        'item.extension_decided')
      union all
      select id, listed_at, 'newlyListed' from imported where status = 'listed' or closed_at is not null
      union all
      select id, closed_at, 'closedInPeriod' from imported where closed_at is not null
    )
    select f.date::text as date, ${KEYS}, ${sql.join(
      FLOWS.map((name) => sql`(count(*) filter (where f.what = ${name}))::int as ${sql.identifier(name)}`),
      sql`, `,
    )}
    from (select id, what, ${date} as date from flow where at <= ${asOf}::timestamptz) f join state i on i.id = f.id
    where f.date >= ${from}::date and f.date < ${to}::date group by grouping sets ((f.date), (2, 3))`
}

/** `select` of the local days from listing to closing of the items that are closed, the middle one; null when none is. */
export function medianSelect({ timeZone }: CutOff): SQL {
  const day = (column: SQL) => sql`(${column} at time zone ${timeZone})::date`
  return sql`
    select percentile_cont(0.5) within group (
      order by ${day(sql`i.closed_at`)} - ${day(sql`coalesce(i.listed_at, i.reported_at)`)})
    from state i where i.status = 'closed' and i.closed_at >= coalesce(i.listed_at, i.reported_at)`
}
