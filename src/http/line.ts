/** A request's place: in line, or among those that are worked on. */
export interface Slot {
  /** Calls `enter` or `refuse`, now or later, one of them and once, unless the place is left before. */
  join(): void
  /** Gives the place to the next in line: answered, gone, or waiting for something that is not ours to hurry. */
  leave(): void
}

export interface LineOptions {
  /** Requests that are worked on at once. */
  places: number
  /** The longest wait that is expected of a request, ms: with a longer one it is refused on arrival. */
  mostExpectedMs: number
  /** The longest wait, ms, whatever was expected. */
  mostMs: number
  /** A request that is worked on for longer, ms, is taken to wait for its client, and holds up none. */
  longMs: number
  now?: () => number
}

interface HeldSlot extends Slot {
  at: number
  enter: () => void
  refuse: () => void
  state: 'waiting' | 'inside' | 'gone'
}

/** How often the pace is taken and requests that have waited too long are looked for, ms. */
export const LOOK_MS = 100
/** The pace until one has been seen, a second: an estimate from nothing, which the longest wait puts right. */
const FIRST_PACE = 500
/** The share of the latest look: what was done in the last second or so counts. */
const WEIGHT = 0.1
/** So many may wait however slow the pace is: an estimate from few says little. */
const FEW = 32

/**
 * A bounded line before bounded work. As many requests are worked on when a thousand ask as when a hundred do, and so what
 * is done does not become less; those that would wait too long are refused.
 */
export function createLine({ places, mostExpectedMs, mostMs, longMs, now = () => performance.now() }: LineOptions) {
  const inside = new Set<HeldSlot>()
  let line: HeldSlot[] = []
  let waiting = 0
  let pace = FIRST_PACE
  let left = 0
  let lookedAt = now()
  let wasFull = false

  function look(): void {
    const time = now()
    const elapsedMs = time - lookedAt
    if (elapsedMs < LOOK_MS) return
    // With an empty line, the departures count the requests that came, not those that could be served.
    if (wasFull && waiting > 0)
      pace += (left / (elapsedMs / 1_000) - pace) * Math.min(1, (WEIGHT * elapsedMs) / LOOK_MS)
    left = 0
    lookedAt = time
    wasFull = waiting > 0
    for (const one of inside) {
      if (time - one.at < longMs) break
      inside.delete(one)
    }
    for (const one of line) {
      if (one.state === 'waiting' && time - one.at <= mostMs) break
      turnAway(one)
    }
    line = line.filter(({ state }) => state === 'waiting')
    admit(time)
  }

  function join(one: HeldSlot): void {
    look()
    one.at = now()
    if (inside.size < places) letIn(one, one.at)
    else if (waiting >= Math.max(FEW, (pace * mostExpectedMs) / 1_000)) one.refuse()
    else {
      one.state = 'waiting'
      waiting++
      line.push(one)
    }
  }

  function turnAway(one: HeldSlot): void {
    if (one.state !== 'waiting') return
    one.state = 'gone'
    waiting--
    one.refuse()
  }

  function admit(time: number): void {
    while (inside.size < places) {
      const next = line.shift()
      if (next === undefined) return
      if (next.state !== 'waiting') continue
      if (time - next.at > mostMs) turnAway(next)
      else letIn(next, time)
    }
  }

  function letIn(one: HeldSlot, time: number): void {
    if (one.state === 'waiting') waiting--
    one.state = 'inside'
    one.at = time
    inside.add(one)
    one.enter()
  }

  function leave(one: HeldSlot): void {
    if (one.state === 'waiting') waiting--
    if (one.state === 'inside') left++
    one.state = 'gone'
    if (inside.delete(one)) admit(now())
  }

  return {
    place(enter: () => void, refuse: () => void): Slot {
      const one: HeldSlot = { at: 0, enter, refuse, state: 'gone', join: () => join(one), leave: () => leave(one) }
      return one
    },
    /** To be called every so often: what waits is refused in time, though no request comes or goes. */
    look,
    waiting: () => waiting,
  }
}
