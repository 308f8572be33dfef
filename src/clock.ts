import type { ClockOptions } from './config/settings.js'

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
