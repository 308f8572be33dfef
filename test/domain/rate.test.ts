import fc from 'fast-check'
import { compareRates, percentText, rateOf } from '../../src/domain/report/rate.js'
import { t } from '../helpers/tap.js'

t.test('85 of 172 are 49.4 %', async (t) => {
  const rate = rateOf(85, 172)
  t.strictSame(rate, { numerator: 85, denominator: 172, value: 0.4942 })
  t.equal(percentText(rate), '49.4\u00a0%')
})

t.test('a rate of nothing is none', async (t) => {
  t.strictSame(rateOf(0, 0), { numerator: 0, denominator: 0, value: null })
  t.equal(percentText(rateOf(0, 0)), '—')
  t.equal(percentText(rateOf(0, 7)), '0.0\u00a0%')
  t.equal(percentText(rateOf(7, 7)), '100.0\u00a0%')
})

t.test('a half is rounded up, also where floating point would round it down', async (t) => {
  t.equal(rateOf(1, 20_000).value, 0.0001)
  t.equal(rateOf(10_049, 20_000).value, 0.5025)
  t.equal(rateOf(2_001, 20_000).value, 0.1001)
  // 0.44950 % would become 0.5 % by way of 0.0045, from the parts it is 0.4 %.
  t.equal(percentText(rateOf(899, 200_000)), '0.4\u00a0%')
})

const aPart = fc.nat(1_000_000)

t.test('a value is the nearest of four decimals, and no rate leaves nought to one', async (t) => {
  fc.assert(
    fc.property(aPart, aPart, (a, b) => {
      const [numerator, denominator] = [Math.min(a, b), Math.max(a, b)]
      const { value } = rateOf(numerator, denominator)
      if (denominator === 0) return value === null
      return value !== null && value >= 0 && value <= 1 && Math.abs(value - numerator / denominator) <= 0.00005 + 1e-12
    }),
  )
  t.pass()
})

t.test('rates are compared as the fractions that they are, an empty one below all', async (t) => {
  t.equal(compareRates(rateOf(1, 3), rateOf(2, 6)), 0)
  t.ok(compareRates(rateOf(333_333, 1_000_000), rateOf(1, 3)) < 0, 'although both are shown as 0.3333')
  t.ok(compareRates(rateOf(0, 0), rateOf(0, 1)) < 0)
  t.equal(compareRates(rateOf(0, 0), rateOf(0, 0)), 0)
})
