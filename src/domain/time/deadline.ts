import type { Deadline } from '../item/events.js'
import type { DueBasis } from '../item/item.js'
import { addWorkingDays, calendarVersion, type WorkingCalendar } from './calendar.js'
import type { Instant } from './instant.js'
import { endOfDay, later, localDate } from './zone.js'

/** The end of the `workingDays`-th working day after the day of `at`, in the zone. Throws a RangeError as `addWorkingDays` does. */
export function deadlineAfter(
  calendar: WorkingCalendar,
  timeZone: string,
  workingDays: number,
  at: Instant,
): Required<Deadline> {
  return recount(calendar, timeZone, { from: localDate(at, timeZone), workingDays, stoodMs: 0 })
}

/** A deadline counted once more from the same day, by another calendar; the time that the clock stood comes on top. */
export function recount(
  calendar: WorkingCalendar,
  timeZone: string,
  { from, workingDays, stoodMs }: Omit<DueBasis, 'calendar'>,
): Required<Deadline> {
  const { date, provisional } = addWorkingDays(calendar, from, workingDays)
  const basis = { from, workingDays, calendar: calendarVersion(calendar, from, date), stoodMs }
  return { dueAt: later(endOfDay(date, timeZone), stoodMs), provisional, basis }
}

/** `recount` for many deadlines, which share a few counts. */
export function recounting(
  calendar: WorkingCalendar,
  timeZone: string,
): (basis: Omit<DueBasis, 'calendar'>) => Required<Deadline> {
  const known = new Map<string, Required<Deadline>>()
  return ({ from, workingDays, stoodMs }) => {
    const key = `${from} ${workingDays}`
    const counted = known.get(key) ?? recount(calendar, timeZone, { from, workingDays, stoodMs: 0 })
    known.set(key, counted)
    return { ...counted, dueAt: later(counted.dueAt, stoodMs), basis: { ...counted.basis, stoodMs } }
  }
}
