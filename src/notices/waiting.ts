import { type SQL, sql } from 'drizzle-orm'
import { readCalendar } from '../db/calendar.js'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import { insertNotices, type NewNotice } from '../db/notices.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Assignment } from '../domain/item/item.js'
import type { Rules } from '../domain/rules.js'
import { isWorkingDay, type WorkingCalendar } from '../domain/time/calendar.js'
import { addDays, daysBetween, endOfDay, localDate } from '../domain/time/zone.js'
import { lastProgress } from '../item/conditions.js'
import { unreceivedSince } from './notices.js'
import { noticesAbout } from './recipients.js'

/** Notices written in one run for each cause; the rest follows with the next run. */
const LIMIT = 2_000

/** Orders that have not been signed for within the rules' working days (逾期未签收), once for each assignment. */
export async function noticeUnsigned(db: Db, actor: Actor, { signing }: Rules, now: string): Promise<void> {
  if (signing === null) return
  const { timeZone } = actor.jurisdiction
  const last = daysBack(await readCalendar(db, actor.jurisdiction.id), localDate(now, timeZone), signing.workingDays)
  const rows = await waiting(
    db,
    actor,
    sql`i.status = 'assigned' and i.suspension is null
      and (i.assignment ->> 'assignedAt')::timestamptz <= ${endOfDay(last, timeZone)}::timestamptz`,
    sql`i.assignment ->> 'assignedAt'`,
    sql`'unsigned ' || i.id || ' ' || (i.assignment ->> 'assignedAt')`,
  )
  const notices = rows.flatMap((row) =>
    noticesAbout(row, signing.recipients, {
      kind: 'unsigned',
      cause: `unsigned ${row.id} ${row.since}`,
      data: { assignedAt: row.since, workingDays: signing.workingDays },
    }),
  )
  await insert(db, actor, notices, now)
}

/** Orders that were signed for, of which there is no plan within the rules' working days (待报治理方案), once for each. */
export async function noticeUnplanned(db: Db, actor: Actor, { planning }: Rules, now: string): Promise<void> {
  if (planning === null) return
  const { id, timeZone } = actor.jurisdiction
  const last = daysBack(await readCalendar(db, id), localDate(now, timeZone), planning.workingDays)
  const rows = await waiting(
    db,
    actor,
    sql`i.status = 'remediating' and i.level in ${planning.levels} and i.plan is null and i.suspension is null
      and (i.assignment ->> 'acceptedAt')::timestamptz <= ${endOfDay(last, timeZone)}::timestamptz
      and (i.assignment ->> 'acceptedAt')::timestamptz > (
        select coalesce(j.plans_wanted_since, '-infinity') from jurisdiction j where j.id = i.jurisdiction_id)`,
    sql`i.assignment ->> 'acceptedAt'`,
    sql`'plan_wanted ' || i.id || ' ' || (i.assignment ->> 'acceptedAt')`,
  )
  const notices = rows.flatMap((row) =>
    noticesAbout(row, planning.recipients, {
      kind: 'plan_wanted',
      cause: `plan_wanted ${row.id} ${row.since}`,
      data: { acceptedAt: row.since, workingDays: planning.workingDays },
    }),
  )
  await insert(db, actor, notices, now)
}

/** Items of which nothing has been heard for the rules' days (进展停滞), and again after as many more. */
export async function noticeWithoutProgress(db: Db, actor: Actor, { progress }: Rules, now: string): Promise<void> {
  if (progress === null) return
  const { timeZone } = actor.jurisdiction
  const today = localDate(now, timeZone)
  const last = endOfDay(addDays(today, -progress.days), timeZone)
  const times = sql`((${today}::date - (${lastProgress}::timestamptz at time zone ${timeZone})::date) / ${progress.days}::int)`
  const rows = await waiting(
    db,
    actor,
    sql`i.status = 'remediating' and i.suspension is null and ${lastProgress}::timestamptz <= ${last}::timestamptz`,
    lastProgress,
    sql`'no_progress ' || i.id || ' ' || ${lastProgress} || ' ' || ${times}`,
  )
  const notices = rows.flatMap((row) => {
    const days = daysBetween(localDate(row.since, timeZone), today)
    const cause = `no_progress ${row.id} ${row.since} ${Math.floor(days / progress.days)}`
    return noticesAbout(row, progress.recipients, { kind: 'no_progress', cause, data: { since: row.since, days } })
  })
  await insert(db, actor, notices, now)
}

/**
 * Notices that a unit was sent and has not confirmed for the rules' days: the office is told of each, once, and it is marked,
 * so that no later run looks at it again.
 */
export async function noticeUnreceived(db: Db, actor: Actor, { receiptDays }: Rules, now: string): Promise<void> {
  const { id } = actor.jurisdiction
  const last = unreceivedSince(actor, receiptDays, now)
  await db.execute(sql`
    with late as (
      -- An array, so that each is looked up by its key however many are expected.
      update notice set unreceived_at = ${now}
      where jurisdiction_id = ${id} and received_at is null and id = any(array(
        select n.id from notice n
        where n.jurisdiction_id = ${id} and n.sent_at <= ${last} and n.sent_at is not null and n.received_at is null
          and n.unreceived_at is null and n.wants_receipt and n.recipient = 'unit'
        order by n.sent_at limit ${LIMIT} for update skip locked))
      returning *)
    insert into notice (jurisdiction_id, id, kind, recipient, cause, item_id, area, due_at, due_set_at, data, created_at)
    select n.jurisdiction_id, gen_random_uuid(), 'unreceived', 'office', 'unreceived ' || n.id, n.item_id, n.area, n.due_at,
      n.due_set_at, jsonb_build_object('notice', n.id, 'kind', n.kind, 'unit', n.unit_id, 'sentAt', ${instant('n.sent_at')}, 'label', n.data -> 'label'),
      ${now}
    from late n
    on conflict do nothing`)
}

interface Waiting extends Record<string, unknown> {
  id: string
  area: string
  assignment: Assignment
  dueAt: string | null
  dueSetAt: string | null
  /** Since when nothing has happened. */
  since: string
}

/** The items that wait, and of whom nobody has been told for this cause. */
async function waiting(db: Db, actor: Actor, condition: SQL, since: SQL, cause: SQL): Promise<Waiting[]> {
  const { rows } = await db.execute<Waiting>(sql`
    select i.id, i.area, i.assignment, ${instant('i.due_at')} as "dueAt", ${instant('i.due_set_at')} as "dueSetAt", ${since} as since
    from item i where i.jurisdiction_id = ${actor.jurisdiction.id} and ${condition}
      and not exists (select from notice n where n.jurisdiction_id = i.jurisdiction_id and n.cause = ${cause})
    limit ${LIMIT}`)
  return rows
}

async function insert(db: Db, actor: Actor, notices: readonly NewNotice[], now: string): Promise<void> {
  if (notices.length === 0) return
  await db.transaction((tx) => insertNotices(tx, actor.jurisdiction.id, notices, now))
}

/** The last day on which an order could be given so that `n` whole working days have passed before `today`. */
function daysBack(calendar: WorkingCalendar, today: string, n: number): string {
  let date = addDays(today, -1)
  for (let left = n; left > 0; date = addDays(date, -1)) if (isWorkingDay(calendar, date)) left--
  return date
}
