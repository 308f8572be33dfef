import { LAW, statutoryHolidays } from './statutory.js'
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
  /** Whether years that were not published have the holidays that the law names; they once had none. */
  isByLaw: boolean
}

/** The most working days that can be added, 8 years or so: far beyond any deadline. */
export const MAX_WORKING_DAYS = 2000

const MAX_SPAN_DAYS = 36_525
const A_MONDAY = '2024-01-01'
/** More than any run of weekends and holidays by law. */
const LONGEST_REST_DAYS = 14
/** In the place of a version, for a year that was not published and has no holidays. */
const NOT_PUBLISHED = 'none'

/**
 * A calendar of published years. Other years have the holidays by law, unless `isByLaw` says that they have none, as was
 * counted once. Throws a RangeError for a day that is no date of its year.
 */
export function createCalendar(years: readonly CalendarYear[], isByLaw = true): WorkingCalendar {
  for (const { year, days } of years) {
    const wrong = days.find(({ date }) => !isDate(date) || yearOf(date) !== year)
    if (wrong) throw new RangeError(`not a date of ${year}: ${wrong.date}`)
  }
  return {
    days: new Map(years.flatMap(({ days }) => days).map((day) => [day.date, day])),
    years: new Map(years.map(({ year, version }) => [year, version])),
    isByLaw,
  }
}

/**
 * Whether a date (`YYYY-MM-DD`) is a working day: as the calendar names it, in a year that is not published as the law does,
 * else Monday to Friday. Throws a RangeError for no date.
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
  const furthest = 2 * (n + calendar.days.size) + LONGEST_REST_DAYS
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
 * `2026:cn-1a2b3c4d 2027:v2 2028:law-2024`.
 */
export function calendarVersion(calendar: WorkingCalendar, from: string, to: string): string {
  return yearsBetween(addDays(from, 1), to)
    .map((year) => yearVersion(calendar, year))
    .join(' ')
}

/** The years in what `calendarVersion` wrote, each with its version; null for one that was not published. */
export function calendarYears(text: string): { year: number; calendarVersion: string | null }[] {
  return text.split(' ').map((part) => {
    const version = part.slice(5)
    return { year: Number(part.slice(0, 4)), calendarVersion: isPublishedAs(version) ? version : null }
  })
}

/** Whether what `calendarVersion` wrote was counted with the holidays by law in the years that were not published. */
export function isCountedByLaw(text: string): boolean {
  return !text.split(' ').some((part) => part.endsWith(`:${NOT_PUBLISHED}`) && statutoryHolidays(yearOf(part)).size > 0)
}

function isPublishedAs(version: string): boolean {
  return version !== NOT_PUBLISHED && version !== LAW
}

/** The versions by year in what `calendarVersion` wrote; a year that was not published is not among them. */
export function versionsOf(text: string): Map<number, string> {
  return new Map(
    calendarYears(text).flatMap(({ year, calendarVersion: version }) => (version === null ? [] : [[year, version]])),
  )
}

/** Whether a count that `calendarVersion` describes came through a year by another version than the calendar's. */
export function isCountedOtherwise(calendar: WorkingCalendar, text: string, year: number): boolean {
  const parts = text.split(' ')
  return parts.some((part) => part.startsWith(`${year}:`)) && !parts.includes(yearVersion(calendar, year))
}

/** How `calendarVersion` names one year. */
export function yearVersion({ years, isByLaw }: WorkingCalendar, year: number): string {
  const hasLaw = isByLaw && statutoryHolidays(year).size > 0
  return `${year}:${years.get(year) ?? (hasLaw ? LAW : NOT_PUBLISHED)}`
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
    return { date, kind, name: nameOf(calendar, date), n: isCounted ? ++count : null }
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
  if (lawfulName(calendar, date) !== undefined) return 'holiday'
  return isWeekendAt(sinceMonday) ? 'weekend' : 'working'
}

function nameOf(calendar: WorkingCalendar, date: string): string | null {
  return calendar.days.get(date)?.name ?? lawfulName(calendar, date) ?? null
}

/** The holiday by law on a day of a year that is not published. */
function lawfulName({ years, isByLaw }: WorkingCalendar, date: string): string | undefined {
  const year = yearOf(date)
  return isByLaw && !years.has(year) ? statutoryHolidays(year).get(date) : undefined
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
