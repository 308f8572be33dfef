import { createHash } from 'node:crypto'
import fc from 'fast-check'
import {
  type Closure,
  drawSample,
  firstDayAfter,
  monthBefore,
  type RecheckRules,
  recheckSpan,
} from '../../src/domain/item/recheck-sample.js'
import { LEVELS } from '../../src/domain/item/words.js'
import { t } from '../helpers/tap.js'

const RULES: RecheckRules = { share: { general: 10, major: 50 }, units: [], afterDays: 90, withinDays: 30 }
const rankOf = (id: string) => createHash('sha256').update(`seed ${id}`).digest('hex')
const closure = (id: string, unit = 'a', level: Closure['level'] = 'general'): Closure => ({
  ...{ id, unit, level, closedAt: '2026-03-02T01:00:00.000Z' },
})
const many = (count: number, unit = 'a', level: Closure['level'] = 'general') =>
  Array.from({ length: count }, (_, n) => closure(`${unit} ${level} ${n}`, unit, level))

const aClosure = fc.record({
  id: fc.uuid(),
  unit: fc.constantFrom('a', 'b', 'c'),
  level: fc.constantFrom(...LEVELS),
  closedAt: fc.constant('2026-03-02T01:00:00.000Z'),
})
const closures = fc.uniqueArray(aClosure, { selector: ({ id }) => id, maxLength: 60 })

t.test('of each unit’s items of each level the share is drawn, rounded up', async (t) => {
  const all = [...many(21), ...many(3, 'b', 'major'), ...many(1, 'b')]
  t.same(drawSample(all, RULES, rankOf).strata, [
    { unit: 'a', level: 'general', closed: 21, share: 10, drawn: 3 },
    { unit: 'b', level: 'general', closed: 1, share: 10, drawn: 1 },
    { unit: 'b', level: 'major', closed: 3, share: 50, drawn: 2 },
  ])
})

t.test('a unit may have shares of its own, none and all among them', async (t) => {
  const units = [
    { unit: 'a', share: { general: 0, major: 0 } },
    { unit: 'b', share: { general: 100, major: 100 } },
  ]
  const { drawn } = drawSample([...many(5), ...many(5, 'b')], { ...RULES, units }, rankOf)
  t.same(
    drawn.map(({ unit }) => unit),
    Array(5).fill('b'),
  )
})

t.test('the order in which closures come does not matter, and the lowest ranks are drawn', async () => {
  const ids = (drawn: readonly Closure[]) => drawn.map(({ id }) => id).sort()
  fc.assert(
    fc.property(closures, fc.integer(), (all, salt) => {
      const shuffled = [...all].sort((a, b) => (rankOf(`${salt}${a.id}`) < rankOf(`${salt}${b.id}`) ? -1 : 1))
      const [one, other] = [drawSample(all, RULES, rankOf), drawSample(shuffled, RULES, rankOf)]
      const left = all.filter(({ id }) => !one.drawn.some((closed) => closed.id === id))
      const isLowest = one.drawn.every((taken) =>
        left.every((one) => one.unit !== taken.unit || one.level !== taken.level || rankOf(one.id) > rankOf(taken.id)),
      )
      return (
        JSON.stringify(ids(one.drawn)) === JSON.stringify(ids(other.drawn)) &&
        JSON.stringify(one.strata) === JSON.stringify(other.strata) &&
        isLowest &&
        one.drawn.length === one.strata.reduce((sum, { drawn }) => sum + drawn, 0)
      )
    }),
  )
})

t.test('a recheck is due so many local days after the closure', async (t) => {
  t.same(recheckSpan('2026-03-02T17:00:00.000Z', RULES, 'Asia/Shanghai'), {
    from: '2026-06-01',
    dueAt: '2026-07-01T15:59:59.999Z',
  })
})

t.test('months follow one another', async (t) => {
  t.same(['2026-01', '2026-03', '2024-03'].map(monthBefore), ['2025-12', '2026-02', '2024-02'])
  t.same(['2026-01', '2026-02', '2026-12', '2026-04'].map(firstDayAfter), [
    ...['2026-02-01', '2026-03-01', '2027-01-01', '2026-05-01'],
  ])
})
