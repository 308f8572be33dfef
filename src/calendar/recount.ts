import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { isCountedOtherwise, type WorkingCalendar, yearVersion } from '../domain/time/calendar.js'
import { recount } from '../domain/time/deadline.js'
import { onAccount } from '../item/conditions.js'
import { visibleItems } from '../item/visible.js'

/** Counts of deadlines are as many as there are days on which orders were given; between so many, others get a turn. */
const COUNTS_AT_A_TIME = 100

/** What a count in working days gives by the calendar in force: a jurisdiction's items share a few hundred such counts. */
export interface Recount {
  from: string
  workingDays: number
  /** The end of the last day; the time that an item's clock stood comes on top. */
  dueAt: string
  provisional: boolean
}

/**
 * The counts of all deadlines on account that came through `year` by another version than the calendar's, counted anew. Who
 * may not see an item learns nothing of its count.
 */
export async function readRecounts(
  db: Db | Tx,
  actor: Actor,
  calendar: WorkingCalendar,
  year: number,
): Promise<Recount[]> {
  const { rows } = await db.execute<{ from: string; workingDays: number; calendar: string }>(sql`
    select distinct i.due_basis ->> 'from' as from, (i.due_basis ->> 'workingDays')::int as "workingDays",
      i.due_basis ->> 'calendar' as calendar
    from item i where ${visibleItems(actor)} and ${onAccount} and i.due_basis ->> 'calendar' like ${`%${year}:%`}`)
  const counts = rows.filter((row) => isCountedOtherwise(calendar, row.calendar, year))
  const recounts = new Map<string, Recount>()
  for (const [k, { from, workingDays }] of counts.entries()) {
    if (k % COUNTS_AT_A_TIME === COUNTS_AT_A_TIME - 1) await new Promise(setImmediate)
    const key = `${from} ${workingDays}`
    if (recounts.has(key)) continue
    const { dueAt, provisional } = recount(calendar, actor.jurisdiction.timeZone, { from, workingDays, stoodMs: 0 })
    recounts.set(key, { from, workingDays, dueAt, provisional })
  }
  return [...recounts.values()]
}

/** On alias `i`: what is on account and would have another deadline, or a certain one, by the counts anew. */
export function movedBy(recounts: readonly Recount[], calendar: WorkingCalendar, year: number): SQL {
  return sql`${onAccount} and i.due_basis ->> 'calendar' like ${`%${year}:%`}
    and not (${yearVersion(calendar, year)} = any (string_to_array(i.due_basis ->> 'calendar', ' ')))
    and exists (
      select from json_to_recordset(${JSON.stringify(recounts)}::json)
        as r ("from" text, "workingDays" integer, "dueAt" timestamptz, provisional boolean)
      where r."from" = i.due_basis ->> 'from' and r."workingDays" = (i.due_basis ->> 'workingDays')::int
        and (r."dueAt" + (i.due_basis ->> 'stoodMs')::bigint * interval '1 millisecond' <> i.due_at
          or r.provisional <> i.due_provisional))`
}
