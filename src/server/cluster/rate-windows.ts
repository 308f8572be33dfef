import type { Counted, Hit } from './calls.js'

/** Callers that one limiter remembers, as many as the rate limit's library does in one process. */
const CALLERS = 5_000

/** Counts hits in windows of time, each of a caller's own: it begins with the first hit. `nowMs` never goes back. */
export function createRateWindows(callers = CALLERS) {
  const limiters = new Map<number, Map<string, { current: number; endsAt: number }>>()

  return (hit: Hit, nowMs: number): Counted => {
    const windows = limiters.get(hit.limiter) ?? new Map()
    limiters.set(hit.limiter, windows)
    const known = windows.get(hit.key)
    const window = known !== undefined && known.endsAt > nowMs ? known : { current: 0, endsAt: nowMs + hit.windowMs }
    window.current++
    // Put behind the others: the first is who has not been heard of for longest.
    windows.delete(hit.key)
    windows.set(hit.key, window)
    if (windows.size > callers) windows.delete(windows.keys().next().value)
    return { current: window.current, ttl: window.endsAt - nowMs }
  }
}
