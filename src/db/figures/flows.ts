import { type SQL, sql } from 'drizzle-orm'
import type { DayFlow } from '../../domain/series.js'
import { FLOWS, type Flow } from '../../domain/tally.js'
import { addDays, endOfDay, startOfDay } from '../../domain/zone.js'
import { type Counted, type Cut, eventsOfState } from './state.js'
import { type Keys, localDay, positions } from './stock.js'

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

/** The common table expression `flow`, over `state` and `imported`: what happened in the period, by item and local day. */
export function flowOfState(cut: Cut): SQL {
  return sql`
    flow as (
      select id, what, ${localDay(sql`at`, cut.timeZone)} as date from (
        select e.item_id as id, e.at, ${flowOfEvent} from ${eventsOfState(cut.jurisdiction, WHAT)}
        where ${inPeriod(sql`e.at`, cut)}
        union all
        select id, listed_at, 'newlyListed' from imported
        where (status = 'listed' or closed_at is not null) and ${inPeriod(sql`listed_at`, cut)}
        union all
        select id, closed_at, 'closedInPeriod' from imported where closed_at is not null and ${inPeriod(sql`closed_at`, cut)}
      ) f
    )`
}

/** `select` of the `FlowRow`s, over `state` and `flow`: what happened in the period, once by day and once by group. */
export function flowSelect(keys: Keys): SQL {
  const counts = FLOWS.map((name) => sql`(count(*) filter (where f.what = ${name}))::int as ${sql.identifier(name)}`)
  return sql`
    select f.date::text as date, ${keys.columns}, ${sql.join(counts, sql`, `)}
    from flow f join state i on i.id = f.id group by grouping sets ((f.date), (${positions(keys, 1)}))`
}
