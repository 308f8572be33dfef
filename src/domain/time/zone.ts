import { IANAZone } from 'luxon'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const FIRST_DAY = Date.parse('0001-01-01T00:00:00Z')
const LAST_DAY = Date.parse('9999-12-31T00:00:00Z')
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/**
 * Whether the name is a time zone of the IANA database, such as `Asia/Shanghai`. An offset such as `+08:00` is not
 * one.
 */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name)
}

/** Whether the text is a real date of the Gregorian calendar, `YYYY-MM-DD`, years 0001 to 9999. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && dateOf(time) === text
}

/**
 * The date, `YYYY-MM-DD`, in the zone at an instant (RFC 3339 with `Z` or an offset). Throws a RangeError for anything
 * else.
 */
export function localDate(instant: string, zone: string): string {
  const text = instant.toUpperCase()
  const time = INSTANT.test(text) && isDate(text.slice(0, 10)) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new RangeError('not an instant with an offset')
  return dateOf(time + offsetMs(zoneOf(zone), time))
}

/** The time of day, `HH:MM`, in the zone at an instant. Throws a RangeError for what is not an instant. */
export function localTime(instant: string, zone: string): string {
  const time = Date.parse(instant)
  return isoOf(time + offsetMs(zoneOf(zone), time)).slice(11, 16)
}

/**
 * What the clocks in a zone show at instants (RFC 3339 in UTC), in milliseconds as if it were UTC: for many instants. The
 * function throws a RangeError for what is not an instant.
 */
export function wallClockIn(name: string): (instant: string) => number {
  const zone = zoneOf(name)
  return (instant) => {
    const time = Date.parse(instant)
    if (Number.isNaN(time)) throw new RangeError('not an instant')
    return time + offsetMs(zone, time)
  }
}

/**
 * The first millisecond of a date in a zone, as RFC 3339 in UTC with milliseconds. Where midnight does not exist that
 * is the first moment which does; where it comes twice, the first time. Throws a RangeError for what is not a date or
 * a zone.
 */
export function startOfDay(date: string, zone: string): string {
  const midnight = midnightOf(date)
  return isoOf(firstInstantFrom(midnight, zoneOf(zone)))
}

/**
 * The last millisecond of a date in a zone, as RFC 3339 in UTC with milliseconds: what a deadline given as a date
 * means. That is 23:59:59.999 on the clocks there, also when the next midnight does not exist; where that comes twice,
 * the second time. Throws a RangeError for what is not a date or a zone.
 */
export function endOfDay(date: string, zone: string): string {
  const nextMidnight = midnightOf(date) + DAY_MS
  return isoOf(lastInstantBefore(nextMidnight, zoneOf(zone)))
}

/** The first instant, in milliseconds, at which clocks in a zone show a wall time (given in milliseconds as if it were UTC). */
export function firstInstantOf(wall: number, zone: string): number {
  return firstInstantFrom(wall, zoneOf(zone))
}

/**
 * Days from one date to another, negative when the second is the earlier one. Throws a RangeError for what is not a
 * date.
 */
export function daysBetween(fromDate: string, toDate: string): number {
  return (midnightOf(toDate) - midnightOf(fromDate)) / DAY_MS
}

/**
 * The date `n` days after a date; `n` is whole and may be negative. Throws a RangeError outside the years 0001 to
 * 9999.
 */
export function addDays(date: string, n: number): string {
  const time = midnightOf(date) + n * DAY_MS
  if (!Number.isInteger(n) || time < FIRST_DAY || time > LAST_DAY)
    throw new RangeError(`no date ${n} days after ${date}`)
  return dateOf(time)
}

// Wall times are kept as if they were UTC. A wall time is some offset away from its instant, and clocks may be moved
// just there, so the instants that each offset in force nearby gives are tried, and the gap that is left is halved
// until it closes.
function lastInstantBefore(wall: number, zone: IANAZone): number {
  const isBefore = (time: number) => time + offsetMs(zone, time) < wall
  const candidates = instantsNear(wall, zone)
  const last = Math.max(...candidates.map((time) => time - 1).filter(isBefore))
  return bisect(last, Math.max(...candidates), isBefore)[0]
}

function firstInstantFrom(wall: number, zone: IANAZone): number {
  const isBefore = (time: number) => time + offsetMs(zone, time) < wall
  const candidates = instantsNear(wall, zone)
  const first = Math.min(...candidates.filter((time) => !isBefore(time)))
  return bisect(Math.min(...candidates) - 1, first, isBefore)[1]
}

function instantsNear(wall: number, zone: IANAZone): number[] {
  return [wall - DAY_MS, wall, wall + DAY_MS].map((time) => wall - offsetMs(zone, time))
}

function bisect(from: number, to: number, isBefore: (time: number) => boolean): [number, number] {
  let [before, after] = [from, to]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (isBefore(middle)) before = middle
    else after = middle
  }
  return [before, after]
}

function zoneOf(name: string): IANAZone {
  const zone = IANAZone.create(name)
  if (!zone.isValid || !/^[A-Za-z]/.test(name)) throw new RangeError(`not a time zone: ${name}`)
  return zone
}

/** Looking an offset up is slow. Clocks are not moved there and back within a span of this length. */
const SPAN_MS = 6 * 60 * MINUTE_MS
const KNOWN_OFFSETS = 10_000
const offsetsByZone = new Map<IANAZone, Map<number, number>>()

function offsetMs(zone: IANAZone, time: number): number {
  const span = Math.floor(time / SPAN_MS)
  const atStart = offsetAtStart(zone, span)
  return atStart === offsetAtStart(zone, span + 1) ? atStart : exactOffsetMs(zone, time)
}

function offsetAtStart(zone: IANAZone, span: number): number {
  const known = offsetsByZone.get(zone) ?? new Map<number, number>()
  const found = known.get(span)
  if (found !== undefined) return found
  const offset = exactOffsetMs(zone, span * SPAN_MS)
  if (known.size >= KNOWN_OFFSETS) known.clear()
  offsetsByZone.set(zone, known.set(span, offset))
  return offset
}

function exactOffsetMs(zone: IANAZone, time: number): number {
  return Math.round(zone.offset(time) * MINUTE_MS)
}

function midnightOf(date: string): number {
  if (!isDate(date)) throw new RangeError(`not a date: ${date}`)
  return Date.parse(`${date}T00:00:00Z`)
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function isoOf(time: number): string {
  const text = new Date(time).toISOString()
  if (text.length !== 24) throw new RangeError('the instant is outside the years 0000 to 9999')
  return text
}

/** An instant moved by so many ms, back where they are negative. */
export function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString()
}
