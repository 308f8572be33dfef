import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { SATISFIED } from '../domain/item/hotline.js'
import { type Rate, rateOf } from '../domain/report/rate.js'
import { startOfDay } from '../domain/time/zone.js'
import { ownedBy } from '../item/visible.js'
import type { Language } from '../language/language.js'
import { shownKey } from './groups.js'
import { type Asking, labelsOf, readOnce, stateOf } from './source.js'

/** What is counted of calls, and the three rates (三率) that follow. */
export interface HotlineFigures {
  calls: number
  answerWanted: number
  answered: number
  hazards: number
  closed: number
  rated: number
  satisfied: number
  rates: { response: Rate; resolution: Rate; satisfaction: Rate }
}

export interface HotlineGroup extends HotlineFigures {
  key: string | null
  label: string
}

type Counts = Omit<HotlineFigures, 'rates'>
type Row = Counts & { key: string | null } & Record<string, unknown>

/** The calls that were filed in the period, as they stand at the moment of the report. */
export async function readHotline(
  db: Db | Tx,
  asking: Asking,
  language: Language,
): Promise<{ whole: HotlineFigures; groups: HotlineGroup[] }> {
  return readOnce(db, async (tx) => {
    const { rows } = await tx.execute<Row>(sql`
      with ${stateOf(asking, [...ownedBy(asking.actor), ...callsOf(asking)], sql`, i.hotline`)}
      select i.key, ${COUNTS} from state i group by 1`)
    const whole = figuresOf(rows.reduce(added, NONE))
    if (asking.groupBy === undefined) return { whole, groups: [] }
    const labelOf = await labelsOf(
      tx,
      asking.actor,
      asking.groupBy,
      rows.map(({ key }) => key),
      language,
    )
    const { groupBy } = asking
    const groups = rows.map(({ key, ...counts }) => {
      const label = labelOf(key)
      return { key: shownKey(groupBy, key, label), label, ...figuresOf(counts) }
    })
    return { whole, groups: groups.sort(byCalls) }
  })
}

function callsOf({ actor, scope }: Asking): SQL[] {
  const start = (day: string) => startOfDay(day, actor.jurisdiction.timeZone)
  return [
    sql`i.source = 'hotline'`,
    sql`i.reported_at >= ${start(scope.from)}`,
    sql`i.reported_at < ${start(scope.to)}`,
  ]
}

const count = (name: keyof Counts, condition: SQL) =>
  sql`(count(*) filter (where ${condition}))::int as ${sql.identifier(name)}`
const wanted = sql`i.hotline ->> 'answerWanted' = 'true'`
const answered = sql`jsonb_typeof(i.hotline -> 'firstAnswer') = 'object'`
const rating = sql`i.hotline -> 'satisfaction' ->> 'rating'`
const isHazard = sql`i.status not in ('dismissed', 'merged')`
const satisfied = sql.raw(SATISFIED.map((one) => `'${one}'`).join(', '))

const COUNTS = sql.join(
  [
    count('calls', sql`true`),
    count('answerWanted', wanted),
    count('answered', sql`${wanted} and ${answered}`),
    count('hazards', isHazard),
    count('closed', sql`i.status = 'closed'`),
    count('rated', sql`${rating} is not null`),
    count('satisfied', sql`${rating} in (${satisfied})`),
  ],
  sql`, `,
)

const NONE: Counts = { calls: 0, answerWanted: 0, answered: 0, hazards: 0, closed: 0, rated: 0, satisfied: 0 }

function added(sum: Counts, row: Counts): Counts {
  const names = Object.keys(NONE) as (keyof Counts)[]
  return Object.fromEntries(names.map((name) => [name, sum[name] + row[name]])) as unknown as Counts
}

function figuresOf(counts: Counts): HotlineFigures {
  return {
    ...counts,
    rates: {
      response: rateOf(counts.answered, counts.answerWanted),
      resolution: rateOf(counts.closed, counts.hazards),
      satisfaction: rateOf(counts.satisfied, counts.rated),
    },
  }
}

function byCalls(a: HotlineGroup, b: HotlineGroup): number {
  return b.calls - a.calls || Number(a.key === null) - Number(b.key === null) || (`${a.key}` < `${b.key}` ? -1 : 1)
}
