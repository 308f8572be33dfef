import { later } from '../domain/time/zone.js'

/**
 * How long after an attempt that failed the next one is made, in seconds: Standard Webhooks, «Deliverability and
 * reliability». The first is made at once; after the last the delivery is given up, about three days later.
 */
export const RETRY_DELAYS_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
/** Delays are drawn from this share around the schedule's, so that what failed together does not come back together. */
const JITTER = 0.1
/** A receiver that asks for longer is called after a day all the same. */
const RETRY_AFTER_LIMIT_MS = 86_400_000

export interface FailedAttempt {
  /** Attempts that the schedule has behind it, this one included; 1 and more. */
  step: number
  now: string
  /** What the receiver asked for, from `retryAfterOf`. */
  retryAfterMs: number
  /** Of [0, 1). */
  random: number
}

/** When the next attempt is made: by the schedule, but not before the receiver's `Retry-After`; undefined: never more. */
export function nextAttemptAt({ step, now, retryAfterMs, random }: FailedAttempt): string | undefined {
  const delayS = RETRY_DELAYS_S[step - 1]
  if (delayS === undefined) return undefined
  const delayMs = delayS * 1000 * (1 - JITTER + 2 * JITTER * random)
  return later(now, Math.max(delayMs, retryAfterMs))
}

/** A `Retry-After` header (RFC 9110, section 10.2.3), seconds or a date, in ms from now: 0 to a day. */
export function retryAfterOf(header: string | string[] | undefined, now: string): number {
  const text = String(header ?? '').trim()
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.parse(now)
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_LIMIT_MS) : 0
}
