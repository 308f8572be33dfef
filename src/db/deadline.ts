import { addWorkingDays, createCalendar, type WorkingCalendar } from '../domain/calendar.js'
import type { Deadline } from '../domain/events.js'
import type { Level } from '../domain/item.js'
import { endOfDay, localDate } from '../domain/zone.js'
import type { Db } from './client.js'
import { holiday } from './schema.js'

/** The default deadline that the rules give a level when it is listed, in working days. */
const DEFAULT_WORKING_DAYS: Record<Level, number> = { general: 30, major: 60 }

/** The Chinese working calendar as it is published and loaded. */
export async function readCalendar(db: Db): Promise<WorkingCalendar> {
  return createCalendar(await db.select().from(holiday).orderBy(holiday.date))
}

/** The end of the n-th working day after today, in the jurisdiction's zone. */
export async function deadlineInWorkingDays(db: Db, timeZone: string, days: number, now: string): Promise<Deadline> {
  return deadlineOf(await readCalendar(db), timeZone, days, now)
}

/** The default deadline of every level, for callers who learn an item's level only under its lock. */
export async function defaultDeadlines(db: Db, timeZone: string, now: string): Promise<Record<Level, Deadline>> {
  const calendar = await readCalendar(db)
  const { general, major } = DEFAULT_WORKING_DAYS
  return {
    general: deadlineOf(calendar, timeZone, general, now),
    major: deadlineOf(calendar, timeZone, major, now),
  }
}

function deadlineOf(calendar: WorkingCalendar, timeZone: string, days: number, now: string): Deadline {
  const { date, provisional } = addWorkingDays(calendar, localDate(now, timeZone), days)
  return { dueAt: endOfDay(date, timeZone), provisional }
}
