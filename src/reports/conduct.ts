import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import type { SigningLimit } from '../domain/report/signing.js'
import { startOfDay } from '../domain/time/zone.js'
import { lastProgress, overdue, overdueDays } from '../item/conditions.js'
import { inPeriod } from './figures/flows.js'
import { type Counted, type Cut, eventsOfState, importedFirst, onAccount } from './figures/state.js'
import { localDay } from './figures/stock.js'
import { type Asking, cutOf, stateOf } from './source.js'

// What units and officials did. An event is theirs who had the order when it happened, whoever has it now; where an item
// lies is told of where it lies now, by which it is also decided who may see it.

export type Whose = 'unit' | 'area' | 'leadOfficial'

const KEY: Record<Whose, SQL> = {
  unit: sql`i.responsible_unit::text`,
  area: sql`left(i.area, 6)`,
  leadOfficial: sql`name_key(i.lead_official)`,
}

/** What was done in the period. */
const ACTS = [
  'assigned',
  'closedOnTime',
  'closedLate',
  'closed',
  'rejected',
  'returned',
  'extended',
  'signingDue',
  'signedLate',
] as const
/** How the items on account stand. */
const STANDS = ['open', 'overdue', 'overdueDays', 'maxOverdueDays', 'remediating', 'noProgress'] as const

type Acts = Record<(typeof ACTS)[number], number>
type Stands = Record<(typeof STANDS)[number], number>
export type Conduct = Acts & Stands

/** What the rules ask for; null: they do not ask for it. */
export interface Duties {
  /** Until when the orders of each day of the period are to be answered. */
  signing: readonly SigningLimit[] | null
  progressDays: number | null
}

export const NOTHING = Object.fromEntries([...ACTS, ...STANDS].map((name) => [name, 0])) as Conduct

/** The numbers of each; with `own`, of that unit's own doing alone. */
export async function readConduct(
  tx: Tx,
  asking: Asking & { groupBy: Whose },
  duties: Duties,
  own: string | null,
): Promise<Map<string | null, Conduct>> {
  const cut = cutOf(asking)
  const { rows } = await tx.execute<{ acts: (Acts & Keyed)[]; stands: (Stands & Keyed)[] }>(sql`
    with ${stateOf(asking, [], MORE)}, ${importedFirst(cut.jurisdiction)}, ${actsOfState(cut)}
    select (select coalesce(json_agg(v), '[]') from (${actSelect(cut, asking.groupBy, duties, own)}) v) as acts,
      (select coalesce(json_agg(v), '[]') from (${standSelect(cut, asking.groupBy, duties, own)}) v) as stands`)
  const conducts = new Map<string | null, Conduct>()
  for (const row of [...(rows[0]?.acts ?? []), ...(rows[0]?.stands ?? [])]) {
    const { key, ...numbers } = row
    conducts.set(key, { ...NOTHING, ...conducts.get(key), ...numbers })
  }
  return conducts
}

interface Keyed {
  key: string | null
}

/** What `state` needs beside what is counted of every list. */
const MORE = sql`, i.lead_official, i.assignment is not null as ordered,
  case when i.status = 'remediating' then ${lastProgress} end as heard_at`

const CONDUCT: readonly Counted[] = [
  'item.assigned',
  'item.accepted',
  'item.returned',
  'item.closed',
  'item.closure_rejected',
  'extended',
]

/**
 * The common table expression `act`, over `state` and `imported`: what was done in the period, and by whom. What happened since
 * the latest order was given, or its official changed, is of those who have it, as `state` says; only what belongs to an
 * earlier one is looked up in the past.
 */
function actsOfState(cut: Cut): SQL {
  const { jurisdiction, from, timeZone, asOf } = cut
  const counts = sql`d.what <> 'item.accepted' and ${inPeriod(sql`d.at`, cut)}`
  return sql`
    handed as (
      select c.item_id as id, max(c.item_version) as version from event c join state i on i.id = c.item_id
      where c.jurisdiction_id = ${jurisdiction} and c.type = 'item.lead_official_changed' and c.item_version <= i.version
      group by c.item_id
    ), done as (
      select e.item_id as id, e.item_version as version, e.at, e.what, i.area, i.suspension is not null as stands,
        i.responsible_unit, i.lead_official, i.closed_at <= i.due_at as is_in_time,
        lead(e.at) over by_item as next_at,
        i.ordered and e.item_version >= greatest(h.version, coalesce(
          max(e.item_version) filter (where e.what = 'item.assigned') over (partition by e.item_id), 0)) as is_current
      from ${eventsOfState(jurisdiction, CONDUCT)} left join handed h on h.id = i.id
      where e.at >= ${startOfDay(from, timeZone)}::timestamptz and e.at <= ${asOf}::timestamptz
      window by_item as (partition by e.item_id order by e.item_version)
    ), act as (
      select d.what, d.at, d.next_at, d.area, d.stands, d.responsible_unit, d.lead_official, d.is_in_time
      from done d where d.is_current and ${counts}
      union all
      -- Who gives an order back has it no more: the state before says who that was.
      select d.what, d.at, d.next_at, d.area, d.stands, p.responsible_unit, p.lead_official, p.closed_at <= p.due_at
      from done d left join item_past p on p.jurisdiction_id = ${jurisdiction} and p.id = d.id
        and p.version = d.version - (d.what = 'item.returned')::int
      where not d.is_current and ${counts}
      union all
      select 'item.closed', f.closed_at, null, i.area, false, null, null, f.closed_at <= f.due_at
      from imported f join state i on i.id = f.id
      where f.closed_at is not null and ${inPeriod(sql`f.closed_at`, cut)}
    )`
}

const count = (name: keyof Conduct, condition: SQL) =>
  sql`(count(*) filter (where ${condition}))::int as ${sql.identifier(name)}`

const ownOnly = (unit: string | null) => (unit === null ? sql`true` : sql`i.responsible_unit = ${unit}::uuid`)

function actSelect({ asOf, timeZone }: Cut, whose: Whose, { signing }: Duties, own: string | null): SQL {
  const days = sql.param((signing ?? []).map(({ day }) => day))
  const until = sql.param((signing ?? []).map(({ until }) => until))
  const is = (what: Counted) => sql`i.what = ${what}`
  // An order that nobody has answered is late from its limit on, unless the clock stands.
  const isLate = sql`(i.next_at > s.until or i.next_at is null and not i.stands and ${asOf}::timestamptz > s.until)`
  return sql`
    select ${KEY[whose]} as key, ${sql.join(
      [
        count('assigned', is('item.assigned')),
        count('closedOnTime', sql`${is('item.closed')} and i.is_in_time`),
        count('closedLate', sql`${is('item.closed')} and not i.is_in_time`),
        count('closed', is('item.closed')),
        count('rejected', is('item.closure_rejected')),
        count('returned', is('item.returned')),
        count('extended', is('extended')),
        count('signingDue', sql`${is('item.assigned')} and (i.next_at is not null or ${isLate})`),
        count('signedLate', sql`${is('item.assigned')} and ${isLate}`),
      ],
      sql`, `,
    )}
    from act i left join unnest(${days}::date[], ${until}::timestamptz[]) s (day, until)
      on i.what = 'item.assigned' and s.day = ${localDay(sql`i.at`, timeZone)}
    where ${ownOnly(own)} group by 1`
}

function standSelect({ asOf, timeZone }: Cut, whose: Whose, { progressDays }: Duties, own: string | null): SQL {
  const isOverdue = overdue(asOf)
  const days = overdueDays(asOf, timeZone)
  const isAtWork = sql`i.status = 'remediating' and i.suspension is null`
  const silence = sql`${localDay(sql`${asOf}::timestamptz`, timeZone)} - ${localDay(sql`i.heard_at::timestamptz`, timeZone)}`
  return sql`
    select ${KEY[whose]} as key, count(*)::int as open, ${count('overdue', isOverdue)},
      coalesce(sum(${days}) filter (where ${isOverdue}), 0)::int as "overdueDays",
      coalesce(max(${days}) filter (where ${isOverdue}), 0)::int as "maxOverdueDays",
      ${count('remediating', isAtWork)}, ${count('noProgress', sql`${isAtWork} and ${silence} >= ${progressDays}::int`)}
    from state i where ${onAccount} and ${ownOnly(own)} group by 1`
}
