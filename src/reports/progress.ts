import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { fairRate, MINIMUM_LISTED } from '../domain/report/rank.js'
import type { Rate } from '../domain/report/rate.js'
import { type RateName, ratesOf, sum, type Tally } from '../domain/report/tally.js'
import { type DayFlow, type SeriesDay, type Stretch, seriesOf } from '../domain/time/series.js'
import { ownedBy } from '../item/visible.js'
import type { Language } from '../language/language.js'
import { type FlowRow, flowOfState, flowSelect, type GroupFlow, inPeriod, sinceSelect } from './figures/flows.js'
import { lateSelect } from './figures/late.js'
import { type Cut, eventsOfState, importedFirst } from './figures/state.js'
import { daysToClose, historyOfState, localDay, pastSelect, type StockPart, stockSelect } from './figures/stock.js'
import { shownKey } from './groups.js'
import { type Asking, BY_KEY, cutOf, labelsOf, readOnce, stateOf } from './source.js'

export const STEPS = ['assigned', 'accepted', 'planned', 'closureRequested', 'closed'] as const
type StepName = (typeof STEPS)[number]

/** Local days from listing to a step, over what came to it in the period. */
export interface StepDays {
  count: number
  median: number | null
  p90: number | null
}

/** The figures of all items, or of one group. */
export interface Progress {
  listed: number
  closed: number
  open: number
  overdue: number
  returned: number
  extended: number
  rejectedAtClosure: number
  reopened: number
  recurrent: number
  rates: Record<RateName, Rate>
  inPeriod: Record<'listed' | 'closed' | 'reopened' | 'returned' | 'extended' | 'rejectedAtClosure', number>
  daysTo: Record<StepName, StepDays>
}

export interface ProgressGroup extends Progress {
  key: string | null
  label: string
  few: boolean
}

export interface ProgressReport {
  whole: Progress
  series: SeriesDay[]
  /** None without a grouping. */
  groups: ProgressGroup[]
}

/** The progress report (整改进度): how the items stand, what happened in the period, and how each of its days ended. */
export async function readProgress(db: Db | Tx, asking: Asking, language: Language): Promise<ProgressReport> {
  return readOnce(db, async (tx) => {
    const { stock, past, flows, since, late, steps } = await readMaterial(tx, asking)
    const tallies = new Map<string | null, Tally>()
    const byGroup = flows.filter((row): row is GroupFlow<Keyed> => row.date === null)
    for (const row of [...stock, ...past, ...byGroup]) tallies.set(row.key, sum(tallies.get(row.key), row))
    const total = [...tallies.values()].reduce<Tally>(sum, sum(undefined, {}))
    const daysOf = (isWhole: boolean, key: string | null) =>
      daysTo(steps.find((row) => row.whole === isWhole && row.key === key))
    const days = flows.filter((row): row is DayFlow => row.date !== null)
    return {
      whole: progressOf(total, daysOf(true, null)),
      series: seriesOf(cutOf(asking), total.onAccount - since, days, late).series,
      groups: asking.groupBy === undefined ? [] : await groupsOf(tx, asking, asking.groupBy, tallies, daysOf, language),
    }
  })
}

async function groupsOf(
  tx: Tx,
  { actor }: Asking,
  groupBy: NonNullable<Asking['groupBy']>,
  tallies: ReadonlyMap<string | null, Tally>,
  daysOf: (isWhole: false, key: string | null) => Progress['daysTo'],
  language: Language,
): Promise<ProgressGroup[]> {
  const labelOf = await labelsOf(tx, actor, groupBy, [...tallies.keys()], language)
  return (
    [...tallies]
      // What was only reported is in no figure.
      .filter(([, tally]) => tally.listed > 0)
      .map(([key, tally]) => {
        const few = tally.listed < MINIMUM_LISTED
        const { rates, ...progress } = progressOf(tally, daysOf(false, key))
        const fair = Object.entries(rates).map(([name, rate]) => [name, fairRate(rate, few)])
        const label = labelOf(key)
        return {
          key: shownKey(groupBy, key, label),
          label,
          few,
          ...progress,
          rates: Object.fromEntries(fair) as Progress['rates'],
        }
      })
      .sort(
        (a, b) =>
          b.listed - a.listed || Number(a.key === null) - Number(b.key === null) || (`${a.key}` < `${b.key}` ? -1 : 1),
      )
  )
}

function progressOf(tally: Tally, days: Progress['daysTo']): Progress {
  const { listed, closed, onAccount, overdue, returnedEver, extendedEver, rejectedEver, reopenedEver } = tally
  return {
    ...{ listed, closed, open: onAccount, overdue, returned: returnedEver, extended: extendedEver },
    ...{ rejectedAtClosure: rejectedEver, reopened: reopenedEver, recurrent: tally.recurrentEver },
    rates: ratesOf(tally),
    inPeriod: {
      listed: tally.newlyListed,
      closed: tally.closedInPeriod,
      reopened: tally.reopenedInPeriod,
      returned: tally.returnedInPeriod,
      extended: tally.extendedInPeriod,
      rejectedAtClosure: tally.closureRejectedInPeriod,
    },
    daysTo: days,
  }
}

function daysTo(row: StepRow | undefined): Progress['daysTo'] {
  const entries = STEPS.map((name) => {
    const { count, at } = row?.[name] ?? { count: 0, at: null }
    return [name, { count, median: at?.[0] ?? null, p90: at?.[1] ?? null }]
  })
  return Object.fromEntries(entries) as Progress['daysTo']
}

interface Keyed {
  key: string | null
}
type StepRow = Keyed & { whole: boolean } & Record<StepName, { count: number; at: [number, number] | null }>

interface Material {
  stock: StockPart<Keyed>[]
  past: StockPart<Keyed>[]
  flows: FlowRow<Keyed>[]
  /** How many more there are on account at the moment of the report than when the period ended. */
  since: number
  late: Stretch[]
  steps: StepRow[]
}

/** All that the report says, in one statement: the items are found once. */
async function readMaterial(tx: Tx, asking: Asking): Promise<Material> {
  const cut = cutOf(asking)
  const { rows } = await tx.execute<Material & Record<string, unknown>>(sql`
    with ${stateOf(asking, ownedBy(asking.actor))}, ${importedFirst(cut.jurisdiction)},
      ${historyOfState(cut.jurisdiction, BY_KEY)}, ${flowOfState(cut, BY_KEY)}
    select (select coalesce(json_agg(v), '[]') from (${stockSelect(cut, BY_KEY)}) v) as stock,
      (select coalesce(json_agg(v), '[]') from (${pastSelect(BY_KEY)}) v) as past,
      (select coalesce(json_agg(v), '[]') from (${flowSelect(cut, BY_KEY)}) v) as flows,
      (${sinceSelect(cut)}) as since,
      (select coalesce(json_agg(v), '[]') from (${lateSelect(cut)}) v) as late,
      (select coalesce(json_agg(v), '[]') from (${stepSelect(cut)}) v) as steps`)
  const [material] = rows
  if (material === undefined) throw new Error('a select without a from answers one row')
  return material
}

const EVENT_OF = {
  assigned: 'item.assigned',
  accepted: 'item.accepted',
  planned: 'item.planned',
  closureRequested: 'item.closure_requested',
} as const satisfies Record<Exclude<StepName, 'closed'>, unknown>

/** `select` of the `StepRow`s, over `state`: the middle and the ninetieth hundredth of the days from listing to each step. */
function stepSelect(cut: Cut): SQL {
  const { jurisdiction, timeZone } = cut
  const listed = sql`coalesce(i.listed_at, i.reported_at)`
  const { days: toClose, known } = daysToClose(timeZone)
  const spread = STEPS.map((name) => {
    const days = sql`s.days) filter (where s.step = ${name === 'closed' ? name : EVENT_OF[name]}`
    return sql`json_build_object('count', count(${days})::int, 'at', (percentile_cont(array[0.5, 0.9])
      within group (order by ${days}))::numeric(12, 1)[]) as ${sql.identifier(name)}`
  })
  return sql`
    select grouping(s.key) = 1 as whole, s.key, ${sql.join(spread, sql`, `)}
    from (
      select i.key, e.what as step, ${localDay(sql`e.at`, timeZone)} - ${localDay(listed, timeZone)} as days
      from ${eventsOfState(jurisdiction, Object.values(EVENT_OF))}
      -- What came before a reopening belongs to a listing that is over.
      where ${inPeriod(sql`e.at`, cut)} and e.at >= ${listed}
      union all
      select i.key, 'closed', ${toClose} from state i where ${known} and ${inPeriod(sql`i.closed_at`, cut)}
    ) s
    group by grouping sets ((), (s.key))`
}
