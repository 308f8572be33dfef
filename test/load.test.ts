import t from 'tap'
import { createLoad } from '../src/http/load.js'

/** A process that answers so many in a second, watched by a clock that the test sets. */
function simulate(rate: number) {
  let now = 0
  let isSaturated = false
  const open: (() => void)[] = []
  const load = createLoad(
    () => isSaturated,
    () => now,
  )
  let refused = 0
  let answered = 0
  return {
    load,
    /** Lets time go by while so many requests come in each second. */
    run(ms: number, asking: number, limitMs = Number.POSITIVE_INFINITY) {
      for (let step = 0; step < ms / 10; step++) {
        now += 10
        for (let k = 0; k < asking / 100; k++) {
          if (load.expectedMs() > limitMs) refused++
          else open.push(load.begin())
        }
        isSaturated = open.length > rate / 100
        for (let k = 0; k < rate / 100; k++) {
          const done = open.shift()
          if (done === undefined) break
          answered++
          done()
        }
      }
    },
    counts: () => ({ refused, answered, open: open.length }),
    stall() {
      isSaturated = true
    },
    pass(ms: number) {
      now += ms
    },
  }
}

t.test('a process that keeps up expects no wait', async (t) => {
  const { run, load, counts } = simulate(300)
  run(5_000, 200)
  t.equal(load.expectedMs(), 0)
  t.match(counts(), { refused: 0, open: 0 })
})

t.test('the wait is what is open, divided by what is answered', async (t) => {
  const { run, load, counts } = simulate(300)
  run(1_000, 500)
  const { open } = counts()
  t.ok(open > 150)
  run(3_000, 300)
  t.ok(Math.abs(load.expectedMs() / (counts().open / 0.3) - 1) < 0.3, `${load.expectedMs()} of ${counts().open} open`)
})

t.test('with a limit the queue stays within it, however many ask, and as many are answered', async (t) => {
  for (const asking of [600, 3_000, 30_000]) {
    const { run, counts } = simulate(300)
    run(10_000, asking, 1_500)
    const { open, answered, refused } = counts()
    t.ok(open <= 300 * 1.5 * 1.6, `${asking} a second leave ${open} open`)
    t.ok(answered > 300 * 10 * 0.95, `${answered} are answered`)
    t.ok(refused > 0)
  }
})

t.test('what answers nothing any more is not waited for; when it answers again, requests come in again', async (t) => {
  const { load, stall, pass, run, counts } = simulate(300)
  run(2_000, 300)
  stall()
  for (let k = 0; k < 100; k++) {
    pass(50)
    if (load.expectedMs() <= 1_500) load.begin()
  }
  t.ok(load.expectedMs() > 1_500)
  const { refused } = counts()
  run(20_000, 200, 1_500)
  const before = counts()
  run(2_000, 200, 1_500)
  t.ok(refused < before.answered)
  t.equal(counts().refused, before.refused, 'none is refused any more')
})

t.test('a request that waits for its client or for an event is none that others wait for', async (t) => {
  const { load, stall, pass } = simulate(300)
  stall()
  const waiting = Array.from({ length: 2_000 }, () => load.begin())
  t.ok(load.expectedMs() > 1_500)
  pass(2_200)
  t.equal(load.expectedMs(), 0)
  for (const done of waiting) done()
  t.equal(load.expectedMs(), 0, 'and is not counted twice when it ends')
})
