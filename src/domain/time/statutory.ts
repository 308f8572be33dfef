import { LunarDay, SolarTerm } from 'tyme4ts'
import { addDays } from './zone.js'

/**
 * The rules that the holidays of a year that is not published are taken from: 全国年节及纪念日放假办法 as revised in 2024, article 2, in
 * force since 1 January 2025. They name days; what the yearly notice adds, days off between and days worked for them,
 * cannot be known before it is out.
 */
export const LAW = 'law-2024'
const FIRST_YEAR = 2025
/** As far as the rules of the calendar of farming (GB/T 33661-2017) are computed here and were compared. */
const LAST_YEAR = 2100

const known = new Map<number, ReadonlyMap<string, string>>()

/** The holidays by law of a year, each date with the holiday's name; none before the law and after 2100. */
export function statutoryHolidays(year: number): ReadonlyMap<string, string> {
  const days = known.get(year) ?? joined(year < FIRST_YEAR || year > LAST_YEAR ? [] : holidaysOf(year))
  known.set(year, days)
  return days
}

/** Mid-Autumn may be one of the days of National Day. */
function joined(days: readonly [string, string][]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const [date, name] of days.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    names.set(date, names.has(date) ? `${name}、${names.get(date)}` : name)
  return names
}

function holidaysOf(year: number): [string, string][] {
  // The eve is the last day of the year before, which has 29 or 30 in its last month.
  const springFestival = lunar(year, 1, 1)
  return [
    [`${year}-01-01`, '元旦'],
    ...[-1, 0, 1, 2].map((n): [string, string] => [addDays(springFestival, n), '春节']),
    [dateOf(SolarTerm.fromName(year, '清明').getJulianDay().getSolarDay()), '清明节'],
    [`${year}-05-01`, '劳动节'],
    [`${year}-05-02`, '劳动节'],
    [lunar(year, 5, 5), '端午节'],
    [lunar(year, 8, 15), '中秋节'],
    ...['01', '02', '03'].map((day): [string, string] => [`${year}-10-${day}`, '国庆节']),
  ]
}

function lunar(year: number, month: number, day: number): string {
  return dateOf(LunarDay.fromYmd(year, month, day).getSolarDay())
}

interface Day {
  getYear(): number
  getMonth(): number
  getDay(): number
}

function dateOf(day: Day): string {
  const padded = (n: number) => String(n).padStart(2, '0')
  return `${day.getYear()}-${padded(day.getMonth())}-${padded(day.getDay())}`
}
