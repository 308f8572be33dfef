import { addDays, daysBetween, isDate } from './zone.js'

/** A day that the yearly notice of the State Council names: off, or worked although it is a weekend (调休补班). */
export interface CalendarDay {
  date: string
  kind: 'off' | 'work'
  name: string
}

/** The named days by date, and the years that were published, first to last. */
export interface WorkingCalendar {
  days: ReadonlyMap<string, CalendarDay>
  firstYear: number
  lastYear: number
}

/** The most working days that can be added, 8 years or so: far beyond any deadline. */
export const MAX_WORKING_DAYS = 2000

const MAX_SPAN_DAYS = 36_525
const A_MONDAY = '2024-01-01'
const NO_YEARS = { first: 9999, last: 0 }

/**
 * A calendar of named days; of two entries for one date the later one holds. The published years are those of the
 * first and the last date; with no days `firstYear` is after `lastYear` and every count is provisional. Throws a
 * RangeError for what is not a date.
 */
export function createCalendar(days: readonly CalendarDay[]): WorkingCalendar {
  const wrong = days.find((day) => !isDate(day.date))
  if (wrong) throw new RangeError(`not a date: ${wrong.date}`)
  const years = days.map((day) => yearOf(day.date))
  return {
    days: new Map(days.map((day) => [day.date, day])),
    firstYear: years.reduce((first, year) => Math.min(first, year), NO_YEARS.first),
    lastYear: years.reduce((last, year) => Math.max(last, year), NO_YEARS.last),
  }
}

/**
 * Whether a date (`YYYY-MM-DD`) is a working day: as the calendar names it, else Monday to Friday. Throws a RangeError
 * for no date.
 */
export function isWorkingDay(calendar: WorkingCalendar, date: string): boolean {
  const named = calendar.days.get(date)
  if (named) return named.kind === 'work'
  const sinceMonday = daysBetween(A_MONDAY, date) % 7
  return (sinceMonday + 7) % 7 < 5
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
  const furthest = 2 * (n + calendar.days.size) + 7
  let left = n
  for (let i = 0; i < furthest; i++) {
    const date = addDays(first, i)
    if (isWorkingDay(calendar, date)) left--
    if (left === 0) return { date, provisional: !isPublished(calendar, first, date) }
  }
  throw new RangeError(`no ${n} working days after ${from}`)
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

function isPublished(calendar: WorkingCalendar, from: string, to: string): boolean {
  return yearOf(from) >= calendar.firstYear && yearOf(to) <= calendar.lastYear
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4))
}
