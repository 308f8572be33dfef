import { addWorkingDays, type WorkingCalendar } from '../time/calendar.js'
import { addDays, daysBetween, endOfDay } from '../time/zone.js'

/** A day on which orders were given, and the last moment at which they are answered in time. */
export interface SigningLimit {
  day: string
  until: string
}

/**
 * Until when an order given on each of the local days from `from` up to, not including, `to` is to be signed for: the end of
 * the `workingDays`-th working day after it.
 */
export function signingLimits(
  calendar: WorkingCalendar,
  timeZone: string,
  workingDays: number,
  { from, to }: { from: string; to: string },
): SigningLimit[] {
  return Array.from({ length: daysBetween(from, to) }, (_, k) => {
    const day = addDays(from, k)
    return { day, until: endOfDay(addWorkingDays(calendar, day, workingDays).date, timeZone) }
  })
}
