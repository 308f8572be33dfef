import { sql } from 'drizzle-orm'
import { readCalendar } from '../db/calendar.js'
import type { Db, Tx } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import { type ScorePart, scoreOf } from '../domain/report/performance.js'
import { MINIMUM_LISTED, ranksOf } from '../domain/report/rank.js'
import { signingLimits } from '../domain/report/signing.js'
import { filterConditions } from '../item/filter.js'
import type { Language } from '../language/language.js'
import { pointsByUnit } from '../scores/points.js'
import { type Conduct, NOTHING, readConduct, type Whose } from './conduct.js'
import { shownKey } from './groups.js'
import { type Asking, labelsOf, readOnce } from './source.js'

/** One row of the ranking. */
export interface PerformanceRow extends Omit<Conduct, 'signedLate' | 'noProgress' | 'signingDue' | 'remediating'> {
  key: string | null
  label: string
  rank: number | null
  score: number | null
  parts: ScorePart[]
  /** What its entries in the ledger come to, points and money; null where none are kept: of areas and officials. */
  points: number | null
  moneyFen: number | null
  /** Null: the rules do not ask for it. */
  signedLate: number | null
  noProgress: number | null
}

export interface Ranking {
  rules: { version: number; minimum: number; signingWorkingDays: number | null; progressDays: number | null }
  groups: PerformanceRow[]
}

/** Who did how well: the numbers, the score and the rank of each unit, area or lead official, best first. */
export async function readRanking(
  db: Db | Tx,
  asking: Asking & { groupBy: Whose },
  language: Language,
): Promise<Ranking> {
  return readOnce(db, async (tx) => {
    const { actor, scope, groupBy } = asking
    const { id, timeZone } = actor.jurisdiction
    const { version, rules } = await readRules(tx, id)
    const { signing, progress } = rules
    const limits =
      signing === null ? null : signingLimits(await readCalendar(tx, id), timeZone, signing.workingDays, scope)
    const duties = { signing: limits, progressDays: progress?.days ?? null }
    const conducts = await readConduct(tx, asking, duties, ownUnit(actor))
    const booked = groupBy === 'unit' ? await readPoints(tx, asking) : new Map<string | null, Booking>()
    const keys = [...new Set([...conducts.keys(), ...booked.keys()])]
    const labelOf = await labelsOf(tx, actor, groupBy, keys, language)
    const rows = keys.map((key) => {
      const label = labelOf(key)
      const standing = standingOf(shownKey(groupBy, key, label), label, conducts.get(key) ?? NOTHING, duties)
      const none = groupBy === 'unit' && key !== null ? NOT_BOOKED : NO_BOOKS
      return { ...standing, ...(booked.get(key) ?? none) }
    })
    return {
      rules: {
        ...{ version, minimum: MINIMUM_LISTED },
        ...{ signingWorkingDays: signing?.workingDays ?? null, progressDays: progress?.days ?? null },
      },
      groups: ranked(rows, ownUnit(actor) === null),
    }
  })
}

type Booking = Pick<PerformanceRow, 'points' | 'moneyFen'>
const NOT_BOOKED: Booking = { points: 0, moneyFen: 0 }
const NO_BOOKS: Booking = { points: null, moneyFen: null }

/** What was booked for each unit in the period, of the items asked for. */
async function readPoints(tx: Tx, { actor, filter, scope }: Asking): Promise<Map<string | null, Booking>> {
  const { from, to, past, at } = scope
  const conditions = filterConditions(filter, at, actor.jurisdiction.timeZone)
  const { rows } = await tx.execute<Booking & { unit: string }>(sql`
    select v.unit, v.points, v."moneyFen" from (${pointsByUnit(actor, { from, to }, past, conditions)}) v
    where v.unit is not null`)
  return new Map(rows.map(({ unit, ...booking }) => [unit, booking]))
}

/** A unit is told of its own doing alone. */
function ownUnit({ role, unit }: Actor): string | null {
  return role === 'unit' ? unit : null
}

function standingOf(
  key: string | null,
  label: string,
  { signingDue, remediating, ...conduct }: Conduct,
  duties: { signing: unknown; progressDays: unknown },
): Omit<PerformanceRow, keyof Booking> {
  const signedLate = duties.signing === null ? null : conduct.signedLate
  const noProgress = duties.progressDays === null ? null : conduct.noProgress
  const { score, parts } = scoreOf({ ...conduct, signingDue, remediating, signedLate, noProgress })
  // Nobody is no one who could be scored.
  const isSomebody = key !== null
  return { key, label, rank: null, score: isSomebody ? score : null, parts, ...conduct, signedLate, noProgress }
}

/** With ranks among those that have a score, for who sees the others too. */
function ranked(rows: readonly PerformanceRow[], seesOthers: boolean): PerformanceRow[] {
  const scored = rows.filter(({ score }) => score !== null)
  const ranks = seesOthers
    ? ranksOf(scored, (a, b) => (b.score ?? 0) - (a.score ?? 0))
    : new Map<PerformanceRow, number>()
  return rows.map((row) => ({ ...row, rank: ranks.get(row) ?? null })).sort(inOrder)
}

/** By rank; without one by size; what is nobody's, last. Keys break what is left, so that the order is always the same. */
function inOrder(a: PerformanceRow, b: PerformanceRow): number {
  return (
    Number(a.key === null) - Number(b.key === null) ||
    (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER) ||
    b.assigned - a.assigned ||
    (`${a.key}` < `${b.key}` ? -1 : 1)
  )
}
