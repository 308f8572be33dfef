import { DateTime, IANAZone } from 'luxon'
import { endOfDay, isDate, startOfDay } from '../domain/time/zone.js'
import type { Reason } from './reasons.js'

/** A point in time as a list gives it. */
export interface ReadDate {
  /** RFC 3339 in UTC with milliseconds. Of a day without a time it is the first moment. */
  at: string
  /** `YYYY-MM-DD` when only the day was given, else null. */
  day: string | null
  /** The clocks went back over it; the earlier of the two moments was taken. */
  isAmbiguous: boolean
}

export type DateFault = Extract<Reason, 'not-a-date' | 'no-such-time' | 'too-early'>
export type DateReader = (text: string) => ReadDate | DateFault

const DAY_MS = 86_400_000
const EARLIEST = Date.parse('1900-01-01T00:00:00Z')
const LATEST = Date.parse('9999-12-30T00:00:00Z')
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(?:([Zz])|([+-]\d{2}):?(\d{2}))?)?$/

/** What a format reads: a wall time or an instant, in milliseconds as if it were UTC. */
interface Parsed {
  ms: number
  kind: 'wall' | 'instant' | 'day'
}

/**
 * Whether a format can be read: `iso`, or tokens of Luxon that give at least year, month and day
 * (https://moment.github.io/luxon/#/parsing).
 */
export function isDateFormat(format: string): boolean {
  if (format === 'iso') return true
  const tokens = withoutLiterals(format)
  return (
    /y/.test(tokens) &&
    /[ML]/.test(tokens) &&
    /d/.test(tokens) &&
    DateTime.fromFormatExplain('', format).invalidReason === undefined
  )
}

/**
 * Reads dates in one of several formats, tried in order; what has no offset of its own is a wall time in `timeZone`.
 * `iso` takes a date, or date and time, with or without an offset. Text in quotes in a format is literal, so
 * `yyyy-MM-dd'T'HH:mm:ss'Z'` reads a `Z` that does not mean UTC.
 */
export function createDateReader(formats: readonly string[], timeZone: string): DateReader {
  const parsers = formats.map((format) => (format === 'iso' ? parseIso : createParser(format)))
  const toInstants = createWallClock(timeZone)
  const firstMoments = new Map<number, string>()
  return (text) => {
    for (const parse of parsers) {
      const parsed = parse(text)
      if (parsed === undefined) continue
      const { ms, kind } = parsed
      if (ms < EARLIEST) return 'too-early'
      if (ms > LATEST) return 'not-a-date'
      if (kind === 'instant') return { at: new Date(ms).toISOString(), day: null, isAmbiguous: false }
      if (kind === 'day') return dayOf(ms, timeZone, firstMoments)
      const [first, second] = toInstants(ms)
      if (first === undefined) return 'no-such-time'
      return { at: new Date(first).toISOString(), day: null, isAmbiguous: second !== undefined }
    }
    return 'not-a-date'
  }
}

/** The last moment of what was given: of a day without a time, the end of that day. What a deadline means. */
export function endOf(read: ReadDate, timeZone: string): string {
  return read.day === null ? read.at : endOfDay(read.day, timeZone)
}

function dayOf(ms: number, timeZone: string, known: Map<number, string>): ReadDate {
  const day = new Date(ms).toISOString().slice(0, 10)
  const at = known.get(ms) ?? startOfDay(day, timeZone)
  known.set(ms, at)
  return { at, day, isAmbiguous: false }
}

function parseIso(text: string): Parsed | undefined {
  const [, day = '', time, seconds = ':00', z, hours, minutes] = ISO.exec(text) ?? []
  if (!isDate(day)) return undefined
  if (time === undefined) return { ms: Date.parse(`${day}T00:00:00Z`), kind: 'day' }
  const offset = z !== undefined ? 'Z' : hours !== undefined ? `${hours}:${minutes}` : undefined
  const ms = Date.parse(`${day}T${time}${seconds}${offset ?? 'Z'}`)
  return Number.isNaN(ms) ? undefined : { ms, kind: offset === undefined ? 'wall' : 'instant' }
}

function createParser(format: string): (text: string) => Parsed | undefined {
  const parser = DateTime.buildFormatParser(format, { locale: 'en' })
  const tokens = withoutLiterals(format)
  const kind = /[ZzXx]/.test(tokens) ? 'instant' : /[HhTtFfkK]/.test(tokens) ? 'wall' : 'day'
  return (text) => {
    const read = DateTime.fromFormatParser(text, parser, { zone: 'utc', locale: 'en' })
    return read.isValid ? { ms: read.toMillis(), kind } : undefined
  }
}

function withoutLiterals(format: string): string {
  return format.replace(/'[^']*'/g, '')
}

/**
 * The instants at which the clocks of a zone show a wall time: one, two when they went back over it, none when they
 * went forward over it. Offsets are remembered by day, as a list has many times of few days.
 */
function createWallClock(timeZone: string): (wall: number) => number[] {
  const zone = IANAZone.create(timeZone)
  const offsetMs = (time: number) => Math.round(zone.offset(time) * 60_000)
  const byDay = new Map<number, readonly [number, number]>()
  return (wall) => {
    const day = Math.floor(wall / DAY_MS)
    const [before, after] = byDay.get(day) ?? [offsetMs((day - 1) * DAY_MS), offsetMs((day + 2) * DAY_MS)]
    byDay.set(day, [before, after])
    if (before === after) return [wall - before]
    return [wall - before, wall - after].filter((time) => time + offsetMs(time) === wall).sort((a, b) => a - b)
  }
}
