import type { Instant } from '../domain/time/instant.js'
import { addDays, isDate, later } from '../domain/time/zone.js'
import { DateOrInstant, endOf, startOf } from '../http/fields.js'

/** The specification's time, in a common subset of ISO 8601: to the second, as every client reads it. */
export function wireTime(at: Instant): string {
  return at.replace(/\.\d{3}Z$/, 'Z')
}

/** The span of the specification: no more than this is looked through at once. */
export const SPAN_DAYS = 90
const SPAN_MS = SPAN_DAYS * 86_400_000

/**
 * A time as clients write it, in a form that the service reads: without seconds (`2026-03-01T08:00+08:00`), or with the `+`
 * of its offset come as a blank, since nobody escaped it.
 */
export function spelled(text: string): string {
  const signed = text.trim().replace(/ (\d{2}:\d{2})$/, '+$1')
  return signed.replace(/^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2})(?=[Zz+-])/, '$1:00')
}

export function isTime(text: string): boolean {
  return DateOrInstant.safeParse(spelled(text)).success
}

/** The span that is meant: with one end, the 90 days from it or up to it; with none, the latest 90. Undefined: too long. */
export function spanOf(
  { start, end }: { start: string | undefined; end: string | undefined },
  timeZone: string,
  now: Instant,
): { from: Instant; to: Instant } | undefined {
  const given = start === undefined ? undefined : startOf(spelled(start), timeZone)
  const until = end === undefined ? undefined : endOf(spelled(end), timeZone)
  const from = given ?? later(until ?? now, -SPAN_MS)
  const to = until ?? (given === undefined ? now : later(given, SPAN_MS))
  const longest =
    start !== undefined && isDate(start) ? startOf(addDays(start, SPAN_DAYS), timeZone) : later(from, SPAN_MS)
  return to > longest || to < from ? undefined : { from, to }
}

/** When something last changed: from the one, to the other, both in it; an end that is not given is open. */
export function changeOf(
  { after, before }: { after: string | undefined; before: string | undefined },
  timeZone: string,
): { from: Instant | undefined; to: Instant | undefined } {
  return {
    from: after === undefined ? undefined : startOf(spelled(after), timeZone),
    to: before === undefined ? undefined : endOf(spelled(before), timeZone),
  }
}
