import type { Actor } from '../domain/access/permissions.js'
import type { Deadline } from '../domain/item/events.js'
import type { Level } from '../domain/item/words.js'
import { deadlineAfter } from '../domain/time/deadline.js'
import type { Instant } from '../domain/time/instant.js'
import { readCalendar } from './calendar.js'
import type { Db, Tx } from './client.js'
import { readRules } from './rules.js'

type Jurisdiction = Actor['jurisdiction']

/** Counts deadlines in working days by the jurisdiction's calendar, from the day on which the event happens. */
export async function deadlinesInWorkingDays(
  db: Db | Tx,
  { id, timeZone }: Jurisdiction,
): Promise<(workingDays: number, at: Instant) => Required<Deadline>> {
  const calendar = await readCalendar(db, id)
  return (workingDays, at) => deadlineAfter(calendar, timeZone, workingDays, at)
}

/** The default deadlines that the rules give, for callers who learn an item's level and the event's time under its lock. */
export async function defaultDeadlines(
  db: Db | Tx,
  jurisdiction: Jurisdiction,
): Promise<(level: Level | null, at: Instant) => Required<Deadline>> {
  const { rules } = await readRules(db, jurisdiction.id)
  const deadlineIn = await deadlinesInWorkingDays(db, jurisdiction)
  return (level, at) => deadlineIn(rules.defaultDeadlines[level ?? 'general'], at)
}
