import fc from 'fast-check'
import { type Performance, scoreOf, WEIGHTS } from '../../src/domain/report/performance.js'
import { fairRate, MINIMUM_LISTED, ranksOf } from '../../src/domain/report/rank.js'
import { rateOf } from '../../src/domain/report/rate.js'
import { signingLimits } from '../../src/domain/report/signing.js'
import { createCalendar } from '../../src/domain/time/calendar.js'
import { t } from '../helpers/tap.js'

const GOOD: Performance = {
  ...{ closedOnTime: 18, closedLate: 1, overdue: 1, closed: 19, rejected: 1, signingDue: 27, signedLate: 0 },
  ...{ remediating: 10, noProgress: 1 },
}

t.test('a score is the weighted mean of its rates, and says what each adds', async (t) => {
  t.strictSame(scoreOf(GOOD), {
    score: 92.5,
    parts: [
      { name: 'onTime', weight: 50, numerator: 18, denominator: 20, value: 0.9, points: 45 },
      { name: 'firstTime', weight: 20, numerator: 19, denominator: 20, value: 0.95, points: 19 },
      { name: 'signing', weight: 15, numerator: 27, denominator: 27, value: 1, points: 15 },
      { name: 'progress', weight: 15, numerator: 9, denominator: 10, value: 0.9, points: 13.5 },
    ],
  })
  t.equal(
    Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0),
    100,
  )
})

t.test('what is below the minimum, or not asked for by the rules, does not count', async (t) => {
  const few = scoreOf({ ...GOOD, signingDue: 4, signedLate: 4, noProgress: null })
  // (50 × 0.9 + 20 × 0.95) ÷ 70
  t.equal(few.score, 91.4)
  t.match(few.parts[2], { numerator: 0, denominator: 4, value: null, points: null })
  t.match(few.parts[3], { denominator: 0, value: null, points: null })
  const none = scoreOf({ ...GOOD, closedOnTime: 3, closedLate: 0 })
  t.equal(none.score, null, 'without deadlines that came due there is no score')
  t.ok(none.parts.every(({ points }) => points === null))
})

const aCount = fc.nat(60)
const aPerformance: fc.Arbitrary<Performance> = fc
  .record({ a: aCount, b: aCount, c: aCount, d: aCount, e: aCount, f: aCount, g: aCount, h: aCount })
  .map(({ a, b, c, d, e, f, g, h }) => ({
    ...{ closedOnTime: a, closedLate: b, overdue: c, closed: a + b, rejected: d, signingDue: e + f, signedLate: e },
    ...{ remediating: g + h, noProgress: g },
  }))

t.test('a score lies between 0 and 100, is the sum of its points, and no fault ever raises it', async (t) => {
  fc.assert(
    fc.property(aPerformance, (performance) => {
      const { score, parts } = scoreOf(performance)
      if (score === null) return parts.every(({ points }) => points === null)
      const total = parts.reduce((sum, { points }) => sum + (points ?? 0), 0)
      if (score < 0 || score > 100 || Math.abs(total - score) > 0.08) return false
      const worse: Partial<Performance>[] = [
        { overdue: performance.overdue + 1 },
        { closedOnTime: performance.closedOnTime - 1, closedLate: performance.closedLate + 1 },
        // Only where the part counts already: what was too little before may be good or bad news.
        ...(performance.closed + performance.rejected >= MINIMUM_LISTED
          ? [{ rejected: performance.rejected + 1 }]
          : []),
        { noProgress: Math.min(performance.remediating, (performance.noProgress ?? 0) + 1) },
        { signedLate: Math.min(performance.signingDue, (performance.signedLate ?? 0) + 1) },
      ]
      return worse
        .filter((change) => (change.closedOnTime ?? 0) >= 0)
        .every((change) => (scoreOf({ ...performance, ...change }).score ?? 0) <= score)
    }),
  )
  t.pass()
})

t.test('equals share a rank, and the next has none of theirs: 1, 2, 2, 4', async (t) => {
  const rows = [{ score: 70 }, { score: 90 }, { score: 80 }, { score: 80 }]
  const ranks = ranksOf(rows, (a, b) => b.score - a.score)
  t.same(
    rows.map((row) => ranks.get(row)),
    [4, 1, 2, 2],
  )
  fc.assert(
    fc.property(fc.array(fc.record({ score: fc.nat(5) }), { maxLength: 30 }), (rows) => {
      const ranks = ranksOf(rows, (a, b) => b.score - a.score)
      return rows.every((row) => ranks.get(row) === 1 + rows.filter(({ score }) => score > row.score).length)
    }),
  )
})

t.test('a rate of few keeps its parts and loses its value', async (t) => {
  t.strictSame(fairRate(rateOf(1, 4), true), { numerator: 1, denominator: 4, value: null })
  t.strictSame(fairRate(rateOf(1, 4), false), rateOf(1, 4))
})

t.test('an order is to be signed for by the end of the working day that the rules say', async (t) => {
  const days = [{ date: '2026-10-01', kind: 'off', name: '国庆节' } as const]
  const calendar = createCalendar([{ year: 2026, version: 'v1', days }])
  t.strictSame(signingLimits(calendar, 'Asia/Shanghai', 3, { from: '2026-09-25', to: '2026-09-29' }), [
    { day: '2026-09-25', until: '2026-09-30T15:59:59.999Z' },
    { day: '2026-09-26', until: '2026-09-30T15:59:59.999Z' },
    { day: '2026-09-27', until: '2026-09-30T15:59:59.999Z' },
    // Thursday is off.
    { day: '2026-09-28', until: '2026-10-02T15:59:59.999Z' },
  ])
})
