import { invalid } from './rejection.js'
import type { Instant } from './time/instant.js'
import { later } from './time/zone.js'

/** Clocks of phones and of other servers run ahead; so much of it is no error. */
export const CLOCK_SKEW_MS = 300_000

/** When the present may have been by a client's clock, at the latest. */
export function latestPresent(now: Instant): Instant {
  return later(now, CLOCK_SKEW_MS)
}

/**
 * A moment that a client says has been: what its clock is ahead by, up to `CLOCK_SKEW_MS`, is taken off, so that nothing is seen
 * after it was told. @throws Rejection `invalid-request` at `pointer` that names both times, for what lies further ahead.
 */
export function pastMoment(pointer: string, at: Instant, now: Instant): Instant {
  if (at <= now) return at
  if (at <= latestPresent(now)) return now
  const field = pointer.split('/').at(-1)
  throw invalid(pointer, {
    zh: `${field} 为 ${at}，而服务器时间为 ${now}：不能在将来（时钟快 5 分钟以内可以）。请校准设备时钟。`,
    en: `${field} is ${at}, and the server’s time is ${now}: it lies in the future. A clock may be 5 minutes fast; set the device’s clock.`,
  })
}
