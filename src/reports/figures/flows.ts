import { type SQL, sql } from 'drizzle-orm'
import { FLOWS, type Flow } from '../../domain/report/tally.js'
import type { DayFlow } from '../../domain/time/series.js'
import { addDays, endOfDay, startOfDay } from '../../domain/time/zone.js'
import { type Counted, type Cut, eventsOfState } from './state.js'
import { type Keys, localDay } from './stock.js'

/** What happened on one day, or, with no date, to the items of one group. */
export type FlowRow<K> = DayFlow | GroupFlow<K>
export type GroupFlow<K> = Omit<DayFlow, 'date'> & { date: null } & K

/** The condition that a time lies in the period and is not after `asOf`. */
export function inPeriod(time: SQL, { from, to, asOf, timeZone }: Cut): SQL {
  const end = endOfDay(addDays(to, -1), timeZone)
  return sql`${time} >= ${startOfDay(from, timeZone)}::timestamptz and ${time} <= ${end < asOf ? end : asOf}::timestamptz`
}

/** What each event in a period counts as. */
const FLOW_OF = {
  'item.listed': 'newlyListed',
  'item.closed': 'closedInPeriod',
  'item.reopened': 'reopenedInPeriod',
  recheckFailed: 'reopenedInPeriod',
  extended: 'extendedInPeriod',
  'item.returned': 'returnedInPeriod',
  'item.closure_rejected': 'closureRejectedInPeriod',
} as const satisfies Partial<Record<Counted, keyof Flow>>
const WHAT = Object.keys(FLOW_OF) as (keyof typeof FLOW_OF)[]
const flowOfEvent = sql.raw(
  `case e.what ${WHAT.map((what) => `when '${what}' then '${FLOW_OF[what]}'`).join(' ')} end as what`,
)

/**
 * The common table expression `flow`, over `state` and `imported`: what happened from the period's beginning on until `asOf`, by
 * local day, with the keys of its item.
 */
export function flowOfState(cut: Cut, keys: Keys): SQL {
  const { jurisdiction, timeZone, from, asOf } = cut
  const within = (time: SQL) =>
    sql`${time} >= ${startOfDay(from, timeZone)}::timestamptz and ${time} <= ${asOf}::timestamptz`
  const ofImported = (time: SQL, what: keyof Flow, condition: SQL) => sql`
    select ${keys.columns}, ${time} as at, ${sql.raw(`'${what}'`)} as what
    from imported f join state i on i.id = f.id where ${condition} and ${within(time)}`
  return sql`
    flow as (
      select f.*, ${localDay(sql`f.at`, timeZone)} as date from (
        select ${keys.columns}, e.at, ${flowOfEvent} from ${eventsOfState(jurisdiction, WHAT)} where ${within(sql`e.at`)}
        union all
        ${ofImported(sql`f.listed_at`, 'newlyListed', sql`(f.status = 'listed' or f.closed_at is not null)`)}
        union all
        ${ofImported(sql`f.closed_at`, 'closedInPeriod', sql`f.closed_at is not null`)}
      ) f
    )`
}

/** `select` of the `FlowRow`s, over `flow`: what happened in the period, once by day and once by group. */
export function flowSelect({ to }: Cut, keys: Keys): SQL {
  const counts = FLOWS.map((name) => sql`(count(*) filter (where f.what = ${name}))::int as ${sql.identifier(name)}`)
  const columns = sql.raw(keys.names.map((name) => `f.${name}`).join(', '))
  return sql`
    select f.date::text as date, ${columns}, ${sql.join(counts, sql`, `)}
    from flow f where f.date < ${to}::date group by grouping sets ((f.date), (${columns}))`
}

/** `select` of how many more there are on account at `asOf` than when the period ended, over `flow`. */
export function sinceSelect({ to }: Cut): SQL {
  return sql`
    select (count(*) filter (where f.what in ('newlyListed', 'reopenedInPeriod'))
      - count(*) filter (where f.what = 'closedInPeriod'))::int
    from flow f where f.date >= ${to}::date`
}
