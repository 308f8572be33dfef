import type { CalendarDay, CalendarYear } from '../../src/domain/time/calendar.js'

/** Days as the years that have them. */
export function yearsOf(days: readonly CalendarDay[]): CalendarYear[] {
  const years = [...new Set(days.map(({ date }) => Number(date.slice(0, 4))))].sort()
  return years.map((year) => ({
    year,
    version: `t${year}`,
    days: days.filter(({ date }) => date.startsWith(`${year}-`)),
  }))
}
