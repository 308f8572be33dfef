export interface ClockOptions {
  /** When the clock starts, RFC 3339; undefined: now. */
  start: string | undefined
  /** How many times as fast as real time it goes. */
  rate: number
  /** When it started, where another process has started it: milliseconds since 1970, of the real time. */
  since?: number
}

/**
 * The service's only clock: the present, RFC 3339 UTC with milliseconds. For trials it can begin elsewhere and go faster;
 * real time is read from a monotonic clock then, so that it never goes back.
 */
export function createClock({ start, rate, since }: ClockOptions): () => string {
  if (start === undefined && rate === 1) return () => new Date().toISOString()
  const begin = start === undefined ? Date.now() : Date.parse(start)
  const origin = performance.now() - (since === undefined ? 0 : Date.now() - since)
  return () => new Date(begin + (performance.now() - origin) * rate).toISOString()
}
