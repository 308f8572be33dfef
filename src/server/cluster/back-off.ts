/** A process that has lived so long did not fail at its beginning. */
const STEADY_MS = 60_000
const FIRST_DELAY_MS = 100
/** Of processes that fail one after the other in one place. */
const MOST_FAILURES = 5

const AWAY_DELAY_MS = 1_000

export interface Next {
  failures: number
  delayMs: number | undefined
}

/**
 * What comes after the end of a process that nobody asked for: `failures` counts those in its place that did not live
 * long, this one included; `delayMs` until another takes its place, undefined when it is given up.
 */
export function afterEnd(earlier: number, livedMs: number): Next {
  const failures = livedMs >= STEADY_MS ? 1 : earlier + 1
  return { failures, delayMs: failures > MOST_FAILURES ? undefined : FIRST_DELAY_MS * 2 ** (failures - 1) }
}

/** The same while the database is away: another is tried until it is back, and none of them counts. */
export function whileAway(earlier: number): Next {
  return { failures: Math.max(earlier, 1), delayMs: AWAY_DELAY_MS }
}
