import { addDays, daysBetween, isDate } from './zone.js'

/** A day that the yearly notice of the State Council names: off, or worked although it is a weekend (调休补班). */
export interface CalendarDay {
  date: string
  kind: 'off' | 'work'
  name: string
}

/** A year that was published, with all its named days; the version identifies exactly these. */
export interface CalendarYear {
  year: number
  version: string
  days: readonly CalendarDay[]
}

/** The named days by date, and the versions of the years that were published. */
export interface WorkingCalendar {
  days: ReadonlyMap<string, CalendarDay>
  years: ReadonlyMap<number, string>
}

/** The most working days that can be added, 8 years or so: far beyond any deadline. */
export const MAX_WORKING_DAYS = 2000

const MAX_SPAN_DAYS = 36_525
const A_MONDAY = '2024-01-01'
/** In the place of a version, for a year that was not published. */
const NOT_PUBLISHED = 'none'

/** A calendar of published years. Throws a RangeError for a day that is no date of its year. */
export function createCalendar(years: readonly CalendarYear[]): WorkingCalendar {
  for (const { year, days } of years) {
    const wrong = days.find(({ date }) => !isDate(date) || yearOf(date) !== year)
    if (wrong) throw new RangeError(`not a date of ${year}: ${wrong.date}`)
  }
  return {
    days: new Map(years.flatMap(({ days }) => days).map((day) => [day.date, day])),
    years: new Map(years.map(({ year, version }) => [year, version])),
  }
}

/**
 * Whether a date (`YYYY-MM-DD`) is a working day: as the calendar names it, else Monday to Friday. Throws a RangeError
 * for no date.
 */
export function isWorkingDay(calendar: WorkingCalendar, date: string): boolean {
  const kind = kindOf(calendar, date)
  return kind === 'working' || kind === 'makeUp'
}

/**
 * The `n`-th working day (1 to `MAX_WORKING_DAYS`) after `from`; the day of the order itself does not count (开始的当日不计入,
 * Civil Code of the PRC, article 201). `provisional` when a day that was counted over lies in a year that is not
 * published. Throws a RangeError for what is not a date or out of bounds.
 */
export function addWorkingDays(
  calendar: WorkingCalendar,
  from: string,
  n: number,
): { date: string; provisional: boolean } {
  if (!Number.isInteger(n) || n < 1 || n > MAX_WORKING_DAYS)
    throw new RangeError(`not 1 to ${MAX_WORKING_DAYS} working days: ${n}`)
  const first = addDays(from, 1)
  const sinceMonday = daysBetween(A_MONDAY, first)
  const furthest = 2 * (n + calendar.days.size) + 7
  let left = n
  for (let i = 0; i < furthest; i++) {
    const date = addDays(first, i)
    const kind = kindOf(calendar, date, sinceMonday + i)
    if (kind === 'working' || kind === 'makeUp') left--
    if (left === 0) return { date, provisional: !isPublished(calendar, first, date) }
  }
  throw new RangeError(`no ${n} working days after ${from}`)
}

/**
 * Which days a count after `from` up to `to` went by: the version of each year that it came through, such as
 * `2026:cn-1a2b3c4d 2027:v2 2028:none`.
 */
export function calendarVersion({ years }: WorkingCalendar, from: string, to: string): string {
  return yearsBetween(addDays(from, 1), to)
    .map((year) => yearVersion(years, year))
    .join(' ')
}

/** The years in what `calendarVersion` wrote, each with its version; null for one that was not published. */
export function calendarYears(text: string): { year: number; calendarVersion: string | null }[] {
  return text.split(' ').map((part) => {
    const version = part.slice(5)
    return { year: Number(part.slice(0, 4)), calendarVersion: version === NOT_PUBLISHED ? null : version }
  })
}

/** The versions by year in what `calendarVersion` wrote; a year that was not published is not among them. */
export function versionsOf(text: string): Map<number, string> {
  return new Map(
    calendarYears(text).flatMap(({ year, calendarVersion: version }) => (version === null ? [] : [[year, version]])),
  )
}

/** Whether a count that `calendarVersion` describes came through a year by another version than the calendar's. */
export function isCountedOtherwise({ years }: WorkingCalendar, text: string, year: number): boolean {
  const parts = text.split(' ')
  return parts.some((part) => part.startsWith(`${year}:`)) && !parts.includes(yearVersion(years, year))
}

/** How `calendarVersion` names one year. */
export function yearVersion(years: WorkingCalendar['years'], year: number): string {
  return `${year}:${years.get(year) ?? NOT_PUBLISHED}`
}

export type DayKind = 'working' | 'makeUp' | 'weekend' | 'holiday'

/** A day that a count came over. */
export interface CountedDay {
  date: string
  kind: DayKind
  /** The holiday's, also of a day worked for it. */
  name: string | null
  /** Which working day it is, from 1; null for a day that was skipped. */
  n: number | null
}

/** `addWorkingDays` day by day: all days from the first after `from` to the `n`-th working day. Throws as it does. */
export function explainWorkingDays(calendar: WorkingCalendar, from: string, n: number): CountedDay[] {
  const { date: last } = addWorkingDays(calendar, from, n)
  let count = 0
  return Array.from({ length: daysBetween(from, last) }, (_, k) => {
    const date = addDays(from, k + 1)
    const kind = kindOf(calendar, date)
    const isCounted = kind === 'working' || kind === 'makeUp'
    return { date, kind, name: calendar.days.get(date)?.name ?? null, n: isCounted ? ++count : null }
  })
}

/**
 * The working days after `from` up to and including `to`; 0 when `to` is not later. Throws a RangeError for what is
 * not a date and for more than 100 years.
 */
export function countWorkingDays(calendar: WorkingCalendar, from: string, to: string): number {
  const span = daysBetween(from, to)
  if (span > MAX_SPAN_DAYS) throw new RangeError(`more than ${MAX_SPAN_DAYS} days`)
  let count = 0
  for (let i = 1; i <= span; i++) if (isWorkingDay(calendar, addDays(from, i))) count++
  return count
}

/** Whoever goes through many days knows how far each is from a Monday; finding that out takes most of the time. */
function kindOf(calendar: WorkingCalendar, date: string, sinceMonday = daysBetween(A_MONDAY, date)): DayKind {
  const named = calendar.days.get(date)
  if (named !== undefined) return named.kind === 'work' ? 'makeUp' : 'holiday'
  return isWeekendAt(sinceMonday) ? 'weekend' : 'working'
}

function isWeekendAt(sinceMonday: number): boolean {
  return ((sinceMonday % 7) + 7) % 7 >= 5
}

function isPublished(calendar: WorkingCalendar, from: string, to: string): boolean {
  return yearsBetween(from, to).every((year) => calendar.years.has(year))
}

function yearsBetween(from: string, to: string): number[] {
  const first = yearOf(from)
  return Array.from({ length: yearOf(to) - first + 1 }, (_, k) => first + k)
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4))
}
