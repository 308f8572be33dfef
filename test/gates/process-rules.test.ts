import fc from 'fast-check'
import { createClock } from '../../src/clock.js'
import { afterEnd, whileAway } from '../../src/server/cluster/back-off.js'
import { createRateWindows } from '../../src/server/cluster/rate-windows.js'
import { t } from '../helpers/tap.js'

t.test('a process that dies is replaced, each time later, and given up when it never lives', async (t) => {
  const delays: (number | undefined)[] = []
  let failures = 0
  for (let n = 0; n < 6; n++) {
    const after = afterEnd(failures, 200)
    failures = after.failures
    delays.push(after.delayMs)
  }
  t.same(delays, [100, 200, 400, 800, 1_600, undefined])
  t.same(afterEnd(5, 60_000), { failures: 1, delayMs: 100 }, 'one that lived for a minute begins anew')
})

t.test('while the database is away no process is given up, however many cannot begin', async (t) => {
  let failures = 0
  for (let n = 0; n < 100; n++) {
    const after = whileAway(failures)
    failures = after.failures
    t.equal(after.delayMs, 1_000)
  }
  t.match(afterEnd(failures, 200), { delayMs: 200 }, 'afterwards they count again, from few')
})

t.test('a limiter counts what came since the first of a window, of each caller alone', async () => {
  const hit = fc.record({
    limiter: fc.integer({ min: 0, max: 2 }),
    key: fc.constantFrom('a', 'b', 'c'),
    waitMs: fc.integer({ min: 0, max: 500 }),
  })
  fc.assert(
    fc.property(fc.array(hit, { maxLength: 100 }), (hits) => {
      const windows = createRateWindows()
      const begun = new Map<string, { at: number; count: number }>()
      let now = 0
      return hits.every(({ limiter, key, waitMs }) => {
        now += waitMs
        const name = `${limiter} ${key}`
        const known = begun.get(name)
        const mine = known !== undefined && now < known.at + 1_000 ? known : { at: now, count: 0 }
        mine.count++
        begun.set(name, mine)
        const { current, ttl } = windows({ limiter, key, windowMs: 1_000 }, now)
        return current === mine.count && ttl === mine.at + 1_000 - now && ttl > 0
      })
    }),
  )
})

t.test('a limiter forgets who has not come for longest when there are too many, and nobody of another', async (t) => {
  const windows = createRateWindows(2)
  const hit = (key: string, limiter = 0) => windows({ limiter, key, windowMs: 1_000 }, 0).current
  t.same([hit('a'), hit('b'), hit('a', 1), hit('a'), hit('c')], [1, 1, 1, 2, 1])
  t.same([hit('a'), hit('a', 1), hit('b')], [3, 2, 1], 'b was forgotten')
})

t.test('a clock that another process has started goes on where that one is', async (t) => {
  const start = '2026-03-02T01:00:00.000Z'
  const passed = Date.parse(createClock({ start, rate: 60, since: Date.now() - 10_000 })()) - Date.parse(start)
  t.ok(passed >= 600_000 && passed < 660_000, `${passed}`)
})
