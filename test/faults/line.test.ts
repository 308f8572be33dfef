import { createLine } from '../../src/http/line.js'
import { t } from '../helpers/tap.js'

const LIMITS = { places: 64, mostExpectedMs: 1_500, mostMs: 2_000, longMs: 2_000 }

/** A process that answers so many in a second, watched by a clock that the test sets. */
function simulate(pace: number) {
  let now = 0
  const line = createLine({ ...LIMITS, now: () => now })
  const inside: (() => void)[] = []
  let refused = 0
  let answered = 0
  let longest = 0
  let most = 0
  const ask = (done = inside) => {
    const at = now
    const enter = () => {
      longest = Math.max(longest, now - at)
      done.push(() => place.leave())
      most = Math.max(most, inside.length)
    }
    const place = line.place(enter, () => refused++)
    place.join()
    return place
  }
  return {
    line,
    ask,
    /** Lets time go by while so many requests come in each second. */
    run(ms: number, asking: number) {
      for (let step = 0; step < ms / 10; step++) {
        now += 10
        line.look()
        for (let k = 0; k < asking / 100; k++) ask()
        for (let k = 0; k < pace / 100; k++) {
          const done = inside.shift()
          if (done === undefined) break
          answered++
          done()
        }
      }
    },
    pass(ms: number) {
      for (let step = 0; step < ms / 10; step++) {
        now += 10
        line.look()
      }
    },
    counts: () => ({ refused, answered, inside: inside.length, longest, most }),
  }
}

t.test('a process that keeps up lets all in at once', async (t) => {
  const { run, counts, line } = simulate(300)
  run(5_000, 200)
  t.match(counts(), { refused: 0, inside: 0, longest: 0 })
  t.equal(line.waiting(), 0)
})

t.test('however many ask, so many are worked on, none waits for long, and as many are answered', async (t) => {
  for (const pace of [100, 300, 2_000]) {
    for (const asking of [pace * 2, pace * 10, 100_000]) {
      const { run, counts } = simulate(pace)
      run(10_000, asking)
      const { answered, refused, longest, most } = counts()
      t.ok(most <= LIMITS.places, `${most} at once`)
      t.ok(longest <= LIMITS.mostMs, `${asking} a second wait ${longest} ms at most`)
      t.ok(answered > pace * 10 * 0.97, `${answered} are answered at ${pace} a second`)
      t.ok(refused > 0)
    }
  }
})

t.test('who waits is refused in time where nothing is answered any more, and let in again afterwards', async (t) => {
  const { run, pass, ask, counts, line } = simulate(300)
  for (let k = 0; k < 500; k++) ask()
  t.match(counts(), { inside: 64, refused: 0 })
  pass(1_900)
  t.match(counts(), { inside: 64, refused: 0 }, 'not before')
  pass(200)
  t.equal(line.waiting(), 0)
  const { refused } = counts()
  t.ok(refused > 0 && refused <= 436, `${refused} are refused`)
  run(20_000, 200)
  t.equal(counts().refused, refused, 'and none afterwards')
})

t.test('a request that waits for its client holds up none, and its end is not counted twice', async (t) => {
  const { ask, pass, counts } = simulate(300)
  const slow: (() => void)[] = []
  for (let k = 0; k < 64; k++) ask(slow)
  pass(1_000)
  ask()
  t.equal(counts().inside, 0)
  pass(1_100)
  t.match(counts(), { inside: 1, refused: 0 })
  for (const done of slow) done()
  for (let k = 0; k < 63; k++) ask()
  t.equal(counts().inside, 64)
  ask()
  t.equal(counts().inside, 64, 'the places are as many as before')
})

t.test('what has left the line, or its place, is neither let in nor refused', async (t) => {
  const { ask, counts, pass, line } = simulate(300)
  const first = Array.from({ length: 64 }, () => ask())
  const gone = ask()
  const last = ask()
  gone.leave()
  gone.leave()
  t.equal(line.waiting(), 1)
  first[0]?.leave()
  first[0]?.leave()
  t.match(counts(), { inside: 65 }, 'the next but one has the place')
  last.leave()
  pass(3_000)
  t.match(counts(), { refused: 0 })
})
