import fc from 'fast-check'
import { forecastOf, type Week } from '../../src/domain/report/forecast.js'
import { daysBetween } from '../../src/domain/time/zone.js'
import { t } from '../helpers/tap.js'

const TODAY = '2026-11-22'
const steady = (weeks: number, added: number, closed: number): Week[] =>
  Array.from({ length: weeks }, () => ({ added, closed }))
const aWeek = fc.record({ added: fc.nat(30), closed: fc.nat(40) })
const aPast = fc.array(aWeek, { minLength: 4, maxLength: 26 })
const daysUntil = (date: string | null) => (date === null ? Number.POSITIVE_INFINITY : daysBetween(TODAY, date))

t.test('87 open, two in and eight out a week: 14 and a half weeks', async (t) => {
  const forecast = forecastOf(87, steady(12, 2, 8), TODAY)
  t.match(forecast, { outlook: 'expected', reachesZero: '2027-03-04', netPerWeek: 6, dispersion: 1 })
  // By hand: μ = 72 / 84 a day, s = 120 / 84, z² = 1.6424: 0.70676 T² − 151.489 T + 7569 = 0, so T is 79.3 or 135.0.
  t.match(forecast, { earliest: '2027-02-10', latest: '2027-04-07' })
})

t.test('nothing open has been reached, and what cannot be told is not told', async (t) => {
  const nothing = { reachesZero: null, earliest: null, latest: null }
  t.match(forecastOf(0, [], TODAY), { outlook: 'reached', ...nothing })
  t.match(forecastOf(5, [], TODAY), { outlook: 'too_few_data', netPerWeek: 0, dispersion: 1, ...nothing })
  t.match(forecastOf(5, steady(3, 0, 9), TODAY), { outlook: 'too_few_data', ...nothing })
  t.match(forecastOf(5, steady(4, 0, 1), TODAY), { outlook: 'too_few_data', ...nothing })
  t.match(forecastOf(5, steady(12, 3, 3), TODAY), { outlook: 'not_at_this_pace', netPerWeek: 0, ...nothing })
  t.match(forecastOf(5, steady(12, 4, 3), TODAY), { outlook: 'not_at_this_pace', netPerWeek: -1, ...nothing })
  t.match(forecastOf(1_000_000, steady(12, 2, 3), TODAY), { outlook: 'not_at_this_pace', ...nothing })
})

t.test('where the pace is within what chance gives, it may never be reached', async (t) => {
  const forecast = forecastOf(50, steady(12, 9, 10), TODAY)
  t.match(forecast, { outlook: 'expected', latest: null })
  t.ok(forecast.reachesZero !== null && forecast.earliest !== null)
})

t.test('the expected day lies between the limits, and the more is open the later it is', async (t) => {
  fc.assert(
    fc.property(aPast, fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 500 }), (weeks, open, more) => {
      const forecast = forecastOf(open, weeks, TODAY)
      const later = forecastOf(open + more, weeks, TODAY)
      if (forecast.outlook !== 'expected') return later.outlook === forecast.outlook
      if (later.outlook !== 'expected') return later.outlook === 'not_at_this_pace'
      const [first, middle, last] = [forecast.earliest, forecast.reachesZero, forecast.latest].map(daysUntil)
      const [laterFirst, laterMiddle, laterLast] = [later.earliest, later.reachesZero, later.latest].map(daysUntil)
      return (
        Number(first) > 0 &&
        Number(first) <= Number(middle) &&
        Number(middle) <= Number(last) &&
        Number(first) <= Number(laterFirst) &&
        Number(middle) <= Number(laterMiddle) &&
        Number(last) <= Number(laterLast)
      )
    }),
  )
  t.pass()
})

t.test(
  'the order of the weeks does not matter, more of the same narrows the limits, and batches widen them',
  async (t) => {
    fc.assert(
      fc.property(aPast, fc.integer({ min: 1, max: 500 }), (weeks, open) => {
        const forward = forecastOf(open, weeks, TODAY)
        const backward = forecastOf(open, [...weeks].reverse(), TODAY)
        return JSON.stringify(forward) === JSON.stringify(backward)
      }),
    )
    const width = (weeks: Week[]) => {
      const { earliest, latest } = forecastOf(87, weeks, TODAY)
      return daysUntil(latest) - daysUntil(earliest)
    }
    t.ok(width(steady(24, 2, 8)) < width(steady(12, 2, 8)))
    const batches = Array.from({ length: 12 }, (_, k) => ({ added: 2, closed: k % 4 === 3 ? 32 : 0 }))
    t.ok(width(batches) > width(steady(12, 2, 8)))
    t.ok(forecastOf(87, batches, TODAY).dispersion > 10)
  },
)

/** A small generator with a seed, so that the same is drawn on every machine. */
function randomFrom(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296
  }
}

t.test('of histories that are drawn by chance, about eight in ten reach zero between the limits', async (t) => {
  const random = randomFrom(7)
  const poisson = (mean: number) => {
    let n = -1
    for (let product = 1, limit = Math.exp(-mean); product > limit; product *= random()) n++
    return n
  }
  const [open, added, closed, runs] = [150, 3, 9, 1500]
  let within = 0
  let told = 0
  for (let run = 0; run < runs; run++) {
    const past = Array.from({ length: 12 }, () => ({ added: poisson(added), closed: poisson(closed) }))
    const { outlook, earliest, latest } = forecastOf(open, past, TODAY)
    if (outlook !== 'expected') continue
    told++
    let left = open
    let day = 0
    while (left > 0 && day < 5000) {
      day++
      left += poisson(added / 7) - poisson(closed / 7)
    }
    if (day >= daysUntil(earliest) && day <= daysUntil(latest)) within++
  }
  t.ok(told > 0.98 * runs)
  t.ok(Math.abs(within / told - 0.8) < 0.06, `${within} of ${told}`)
})
