import fc from 'fast-check'
import { type AccidentCount, countsInForce, MAX_COUNTS } from '../../src/domain/item/accidents.js'
import { countAccidents } from '../../src/domain/item/decide/accidents.js'
import { addDays } from '../../src/domain/time/zone.js'
import { COUNT, itemIn, refusalOf, refusedField } from '../helpers/domain.js'
import { t } from '../helpers/tap.js'

const TODAY = '2026-03-22'
const item = itemIn('closed')
const count = (more: Partial<AccidentCount>) => ({ ...COUNT, ...more })
const fieldOf = (more: Partial<AccidentCount>, inForce: AccidentCount[] = []) =>
  refusedField(() => countAccidents(item, inForce, count(more), TODAY))

t.test('a span has its first day before its last, and is over', async (t) => {
  t.equal(countAccidents(item, [], count({ to: TODAY }), TODAY).type, 'item.accidents_counted')
  t.equal(fieldOf({ from: '2026-03-01', to: '2026-03-01' }), '/to')
  t.equal(fieldOf({ from: '2026-03-02', to: '2026-03-01' }), '/to')
  t.equal(fieldOf({ to: '2026-03-23' }), '/to')
})

t.test('nobody is hurt where there was no accident', async (t) => {
  t.equal(fieldOf({ accidents: 0, deaths: 1, injuries: 0 }), '/accidents')
  t.equal(fieldOf({ accidents: 0, deaths: 0, injuries: 1 }), '/accidents')
  t.ok(countAccidents(item, [], count({ accidents: 0, deaths: 0, injuries: 0 }), TODAY))
})

t.test('two counts share no day, unless the one corrects the other', async (t) => {
  const year = count({ id: 'a' })
  const overlapping = count({ id: 'b', from: '2026-02-28', to: '2026-03-05' })
  const refusal = refusalOf('duplicate', () => countAccidents(item, [year], overlapping, TODAY))
  t.match(refusal.words.en, '2025-03-01 to 2026-03-01 (a)')
  t.same(
    refusal.details.errors?.map(({ pointer }) => pointer),
    ['/from'],
  )
  t.ok(countAccidents(item, [year], { ...overlapping, corrects: 'a' }, TODAY))
  t.ok(countAccidents(item, [year], { ...overlapping, from: '2026-03-01' }, TODAY), 'the next begins where one ends')
  t.equal(fieldOf({ corrects: 'b' }, [year]), '/corrects')
})

t.test('an item has a bounded number of counts', async (t) => {
  const full = Array.from({ length: MAX_COUNTS }, (_, k) =>
    count({ id: String(k), from: addDays('2020-01-01', k), to: addDays('2020-01-01', k + 1) }),
  )
  t.equal(fieldOf({}, full), '')
  t.ok(countAccidents(item, full, count({ corrects: '7' }), TODAY))
})

t.test('whatever is entered and corrected, the counts in force never share a day', async () => {
  const anEntry = fc.record({ from: fc.nat(40), days: fc.integer({ min: 1, max: 20 }), corrects: fc.nat(12) })
  fc.assert(
    fc.property(fc.array(anEntry, { maxLength: 25 }), (entries) => {
      const ledger: AccidentCount[] = []
      for (const [k, { from, days, corrects }] of entries.entries()) {
        const inForce = countsInForce(ledger)
        const entry = count({
          id: String(k),
          from: addDays('2025-01-01', from),
          to: addDays('2025-01-01', from + days),
          corrects: inForce[corrects]?.id ?? null,
        })
        try {
          countAccidents(item, inForce, entry, TODAY)
        } catch {
          continue
        }
        ledger.push(entry)
      }
      const inForce = countsInForce(ledger)
      return inForce.every((one, k) => k === 0 || (inForce[k - 1]?.to ?? '') <= one.from)
    }),
  )
})
