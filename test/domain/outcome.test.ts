import fc from 'fast-check'
import jstat from 'jstat'
import type { AccidentCount, Base } from '../../src/domain/item/accidents.js'
import {
  addMonths,
  addSite,
  bayesChange,
  bayesOf,
  changeOf,
  NO_SITES,
  sumOf,
  type Windows,
  warningsOf,
  windowsOf,
} from '../../src/domain/report/outcome.js'
import { addDays } from '../../src/domain/time/zone.js'
import { COUNT } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const CLOSED = '2025-07-01'
const count = (from: string, to: string, accidents = 1, more: Partial<AccidentCount> = {}): AccidentCount => ({
  ...COUNT,
  ...{ from, to, accidents, deaths: 0, injuries: 0 },
  ...more,
})
/** A count for each month. */
function monthly(from: string, months: number, accidents: (month: number) => number = () => 1): AccidentCount[] {
  return Array.from({ length: months }, (_, k) => count(addMonths(from, k), addMonths(from, k + 1), accidents(k)))
}
const spans = ({ before, after }: Windows) =>
  [before, after].map((window) => window && [window.from, window.to, window.accidents])

t.test('windows are equally long and as near the closing day as the counts let', async (t) => {
  const around = [count('2024-07-01', CLOSED, 41), count(CLOSED, '2026-07-01', 17)]
  t.same(spans(windowsOf(around, CLOSED, 12, null)), [
    ['2024-07-01', CLOSED, 41],
    [CLOSED, '2026-07-01', 17],
  ])
  const years = [2022, 2023, 2024, 2026, 2027].map((year) => count(`${year}-01-01`, `${year + 1}-01-01`, year))
  t.same(
    spans(windowsOf(years, CLOSED, 12, null)),
    [
      ['2024-01-01', '2025-01-01', 2024],
      ['2026-01-01', '2027-01-01', 2026],
    ],
    'calendar years leave the year of the works out',
  )
  t.same(spans(windowsOf(years, CLOSED, 24, null)), [
    ['2023-01-01', '2025-01-01', 2023 + 2024],
    ['2026-01-01', '2028-01-01', 2026 + 2027],
  ])
  const months = monthly('2024-01-01', 36, (k) => k)
  t.same(spans(windowsOf(months, CLOSED, 3, null)), [
    ['2025-04-01', CLOSED, 15 + 16 + 17],
    [CLOSED, '2025-10-01', 18 + 19 + 20],
  ])
})

t.test('a count that lies over the closing day, a gap or a part is no window', async (t) => {
  const over = [count('2025-01-01', '2026-01-01')]
  t.same(windowsOf(over, CLOSED, 12, null), { before: null, after: null })
  const gap = monthly('2024-07-01', 24).filter(({ from }) => from !== '2024-12-01')
  t.same(spans(windowsOf(gap, CLOSED, 12, null)), [null, [CLOSED, '2026-07-01', 12]])
  t.same(spans(windowsOf(monthly(CLOSED, 11), CLOSED, 12, null)), [null, null], 'eleven months of twelve')
  const long = [count('2023-07-01', CLOSED), count(CLOSED, '2027-07-01')]
  t.same(spans(windowsOf(long, CLOSED, 12, null)), [null, null], 'two years are not cut in halves')
})

t.test('windows never overlap, never hold the other side’s days, and have what their counts have', async () => {
  const aDay = fc.integer({ min: -900, max: 900 })
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(aDay, fc.constantFrom(1, 3, 6, 12), fc.nat(9)), { selector: ([d]) => d, maxLength: 30 }),
      fc.constantFrom(1, 3, 6, 12, 24),
      (entries, months) => {
        const counts: AccidentCount[] = []
        for (const [day, length, accidents] of entries.sort(([a], [b]) => a - b)) {
          const earliest = addDays(CLOSED, day)
          const from = counts.at(-1)?.to ?? earliest
          if (from < earliest && accidents % 3 === 0) continue
          counts.push(count(from, addMonths(from, length), accidents))
        }
        const { before, after } = windowsOf(counts, CLOSED, months, null)
        for (const window of [before, after]) {
          if (window === null) continue
          if (window.to !== addMonths(window.from, months)) return false
          const inside = counts.filter(({ from, to }) => from >= window.from && to <= window.to)
          if (sumOf(inside).accidents !== window.accidents) return false
        }
        return (before?.to ?? CLOSED) <= CLOSED && (after?.from ?? CLOSED) >= CLOSED
      },
    ),
  )
})

t.test('a month is added as calendars do', async (t) => {
  t.equal(addMonths('2025-01-31', 1), '2025-02-28')
  t.equal(addMonths('2024-01-31', 1), '2024-02-29')
  t.equal(addMonths('2025-03-15', 120), '2035-03-15')
  t.equal(addMonths('2025-12-01', 1), '2026-01-01')
})

// Computed with scipy.stats.beta.ppf.
const INTERVALS: [number, number, number | null, number | null, number | null][] = [
  [41, 17, -58.54, -77.91, -25.39],
  [13, 6, -53.85, -85.61, 30.15],
  [205, 100, -51.22, -61.98, -37.75],
  [5, 0, -100, -100, 9.13],
  [0, 3, null, -58.68, null],
  [0, 0, null, null, null],
  [1_000_000, 900_000, -10, -10.26, -9.74],
]

t.test('a change has its exact interval', async (t) => {
  for (const [before, after, percent, low, high] of INTERVALS) {
    t.same(changeOf(before, after), { percent, low, high }, `${before} to ${after}`)
  }
})

t.test('the interval holds the change, and shuts out what the binomial distribution does', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 300 }), fc.integer({ min: 10, max: 300 }), (before, after) => {
      const { percent, low, high } = changeOf(before, after)
      if (percent === null || low === null || high === null || low > percent || percent > high) return false
      // At either end, what was observed, or more so, has 2.5 %.
      const share = (end: number) => (end / 100 + 1) / (end / 100 + 2)
      const n = before + after
      const atLow = tail(n, share(low), (k) => k >= after)
      const atHigh = tail(n, share(high), (k) => k <= after)
      return Math.abs(atLow - 0.025) < 2e-3 && Math.abs(atHigh - 0.025) < 2e-3
    }),
  )
})

function tail(n: number, p: number, isIn: (k: number) => boolean): number {
  let log = n * Math.log(1 - p)
  let sum = isIn(0) ? Math.exp(log) : 0
  for (let k = 1; k <= n; k++) {
    log += Math.log((n - k + 1) / k) + Math.log(p / (1 - p))
    if (isIn(k)) sum += Math.exp(log)
  }
  return sum
}

t.test('the quantile is what the distribution says', async (t) => {
  t.ok(Math.abs(jstat.beta.inv(0.025, 17, 42) - 0.1809069776445392) < 1e-9)
  t.ok(Math.abs(jstat.beta.inv(0.975, 18, 41) - 0.42729699634652096) < 1e-9)
})

const BASE: Base = { accidentsPerYear: 10, overdispersion: 0.5 }
const SITE = [count('2024-07-01', CLOSED, 20), count(CLOSED, '2026-07-01', 10)]

t.test('empirical Bayes draws a bad year towards what similar sites have', async (t) => {
  const sum = bayesOf(windowsOf(SITE, CLOSED, 12, BASE))
  if (sum === null) throw new Error('no sum')
  // By hand: w = 1/(1 + 0.5·10) = 1/6; E = 10/6 + 20·5/6 = 18.33; V = E·5/6 = 15.28; θ = (10/18.33)/(1 + 15.28/336.1).
  t.ok(Math.abs(sum.expectedAfter - 110 / 6) < 1e-12 && Math.abs(sum.variance - 550 / 36) < 1e-12)
  t.same(bayesChange(sum), { percent: -47.83, low: -86.83, high: -8.83 })
  t.equal(changeOf(20, 10).percent, -50, 'less than the plain change: a part of it would have come by itself')
  t.equal(bayesOf(windowsOf(SITE, CLOSED, 12, null)), null)
  t.equal(bayesOf(windowsOf(SITE.slice(0, 1), CLOSED, 12, BASE)), null)
})

t.test(
  'a base of the count itself goes before that of the report, and traffic that grew is not held against a site',
  async (t) => {
    const own = [count('2024-07-01', CLOSED, 20, { base: BASE }), count(CLOSED, '2026-07-01', 10, { base: BASE })]
    const other = { accidentsPerYear: 3, overdispersion: 9 }
    t.same(bayesOf(windowsOf(own, CLOSED, 12, other)), bayesOf(windowsOf(SITE, CLOSED, 12, BASE)))
    const busier = [own[0] as AccidentCount, { ...(own[1] as AccidentCount), base: { ...BASE, accidentsPerYear: 20 } }]
    const [same, grown] = [own, busier].map((counts) => bayesOf(windowsOf(counts, CLOSED, 12, null)))
    t.ok(Math.abs((grown?.expectedAfter ?? 0) - 2 * (same?.expectedAfter ?? 1)) < 1e-9)
  },
)

t.test('without overdispersion similar sites say all, with much of it the site itself does', async (t) => {
  const expectation = (overdispersion: number) =>
    bayesOf(windowsOf(SITE, CLOSED, 12, { ...BASE, overdispersion }))?.expectedAfter ?? 0
  t.equal(expectation(0), 10)
  t.ok(Math.abs(expectation(1000) - 20) < 0.01)
})

t.test('sites are added up in any order, and one without windows changes nothing', async () => {
  const aSite = fc.record({ before: fc.nat(50), after: fc.nat(50), whole: fc.boolean() })
  fc.assert(
    fc.property(fc.array(aSite, { maxLength: 20 }), (sites) => {
      const windows = sites.map(({ before, after, whole }) =>
        windowsOf(
          [count('2024-07-01', CLOSED, before), count(CLOSED, whole ? '2026-07-01' : '2026-06-01', after)],
          CLOSED,
          12,
          BASE,
        ),
      )
      const up = windows.reduce((tally, one) => addSite(tally, one, false), NO_SITES)
      const down = windows.reduceRight((tally, one) => addSite(tally, one, false), NO_SITES)
      const whole = sites.filter((site) => site.whole)
      return (
        up.compared === whole.length &&
        up.before.accidents === whole.reduce((sum, { before }) => sum + before, 0) &&
        up.after.accidents === down.after.accidents &&
        Math.abs(up.bayes.expectedAfter - down.bayes.expectedAfter) < 1e-6
      )
    }),
  )
})

t.test('warnings are given for what weakens the figures', async (t) => {
  const tallied = (before: number, after: number, base: Base | null, isOverlapping = false) => {
    const counts = [count('2024-07-01', CLOSED, before), count(CLOSED, '2026-07-01', after)]
    return warningsOf(addSite(NO_SITES, windowsOf(counts, CLOSED, 12, base), isOverlapping))
  }
  t.same(tallied(41, 20, null), ['regression_to_the_mean'])
  t.same(tallied(41, 17, null), ['small_numbers', 'regression_to_the_mean'])
  t.same(tallied(41, 20, BASE), [])
  t.same(tallied(41, 20, BASE, true), ['overlapping_sites'])
  t.same(warningsOf(NO_SITES), [])
})
