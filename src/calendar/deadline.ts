import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import { findCalendar, readCalendar } from '../db/calendar.js'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import type { DueBasis } from '../domain/item/item.js'
import { notFound } from '../domain/rejection.js'
import { calendarYears, explainWorkingDays, isCountedByLaw, versionsOf } from '../domain/time/calendar.js'
import { recount } from '../domain/time/deadline.js'
import { DEADLINE_EVENTS, type DeadlineEvent, deadlineStory, stoodMsOf } from '../domain/time/deadline-story.js'
import { localDate } from '../domain/time/zone.js'
import { onAccount } from '../item/conditions.js'
import type { Past } from '../item/past.js'
import { itemThen } from '../item/rows.js'
import { isEventVisible, visibleItems } from '../item/visible.js'
import type { DeadlineView } from './deadline-view.js'

/** Of an item's events about its deadline the latest so many; ten a year make a century. */
const MAX_EVENTS = 1000

type View = z.infer<typeof DeadlineView>

/** How an item's deadline came about, now or as things stood then. @throws Rejection `not-found`, also for the invisible. */
export async function explainDeadline(db: Db, actor: Actor, ref: string, past: Past | undefined): Promise<View> {
  const { timeZone } = actor.jurisdiction
  const item = await findItem(db, actor, ref, past)
  const { dueAt, basis } = item
  const events = await readEvents(db, actor, item)
  const { kind, givenBy, changes, stands } = deadlineStory(events)
  return {
    ...{ itemId: item.id, itemCode: item.code, itemVersion: item.version },
    ...{ dueAt, dueDate: dueAt === null ? null : localDate(dueAt, timeZone), timeZone },
    ...{ provisional: item.provisional, kind },
    givenBy: givenBy === null || !isShown(givenBy) ? null : causeOf(givenBy),
    changes: changes.filter(isShown).map(causeOf),
    stood: stands.map((stand) => ({ ...stand, reason: reasonOf(stand, events) })),
    stoodMs: basis?.stoodMs ?? stoodMsOf(stands),
    ...(await explainCount(db, actor.jurisdiction.id, basis)),
    byPresentCalendar: item.onAccount && basis !== null ? await countNow(db, actor, item, basis) : null,
  }
}

interface Row extends Record<string, unknown> {
  id: string
  code: string
  version: number
  dueAt: string | null
  provisional: boolean
  basis: DueBasis | null
  onAccount: boolean
}

async function findItem(db: Db, actor: Actor, ref: string, past: Past | undefined): Promise<Row> {
  const { rows } = await db.execute<Row>(sql`
    select i.id, i.code, i.version, ${instant('i.due_at')} as "dueAt", i.due_provisional as provisional,
      i.due_basis as basis, ${onAccount} as "onAccount"
    ${itemThen(past, actor.jurisdiction.id, ref)} and ${visibleItems(actor, past)}`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return row
}

type NamedEvent = DeadlineEvent & { by: { id: string; name: string | null; role: string }; isVisible: boolean }

/** Up to the version that is explained: an event and what it made share their version, whatever the clock did. */
async function readEvents(db: Db, actor: Actor, { id, version }: Row): Promise<NamedEvent[]> {
  const { rows } = await db.execute<Record<string, unknown>>(sql`
    select e.seq::int, e.type, ${instant('e.at')} as at, e.actor_id as "actorId", e.data::json as data,
      json_build_object('id', e.actor_id, 'name', p.name, 'role', e.actor_role) as by,
      ${isEventVisible(actor) ?? sql`true`} as "isVisible"
    from event e left join person p on p.jurisdiction_id = e.jurisdiction_id and p.id = e.actor_id
    where e.jurisdiction_id = ${actor.jurisdiction.id} and e.item_id = ${id} and e.item_version <= ${version}
      and e.type in ${[...DEADLINE_EVENTS]}
    order by e.item_version desc limit ${MAX_EVENTS}`)
  // Each event's data has the type that its own type says: so it was written.
  return rows.reverse() as unknown as NamedEvent[]
}

/** Who did what before the item was the caller's to see is not told; the deadline that came of it is the item's own. */
function isShown(event: DeadlineEvent): boolean {
  return (event as NamedEvent).isVisible
}

/** Why the clock stood, of an event that the caller may see. */
function reasonOf({ from, reason }: View['stood'][number], events: readonly NamedEvent[]): string {
  const isHidden = events.some((event) => event.type === 'item.suspended' && event.at === from && !event.isVisible)
  return isHidden ? '' : reason
}

function causeOf(event: DeadlineEvent): View['changes'][number] {
  const { seq, type, at, data } = event
  // Every event that was given here came from `readEvents`.
  const { by } = event as NamedEvent
  return { seq, type, at, by, dueAt: 'dueAt' in data ? (data.dueAt ?? null) : null }
}

/** The count as it was made, by the versions of the calendar that were in force then. */
async function explainCount(
  db: Db,
  jurisdiction: string,
  basis: DueBasis | null,
): Promise<Pick<View, 'from' | 'workingDays' | 'calendar' | 'days'>> {
  if (basis === null) return { from: null, workingDays: null, calendar: [], days: null }
  const { from, workingDays } = basis
  const calendar = await findCalendar(db, jurisdiction, versionsOf(basis.calendar), isCountedByLaw(basis.calendar))
  const days = calendar === undefined ? null : explainWorkingDays(calendar, from, workingDays)
  return {
    ...{ from, workingDays, calendar: calendarYears(basis.calendar) },
    days: days?.map(({ date, kind, name, n }) => ({ date, counted: n !== null, kind, name, n })) ?? null,
  }
}

async function countNow(
  db: Db,
  { jurisdiction: { id, timeZone } }: Actor,
  item: Row,
  basis: DueBasis,
): Promise<View['byPresentCalendar']> {
  const { dueAt, provisional, basis: anew } = recount(await readCalendar(db, id), timeZone, basis)
  const differs = dueAt !== item.dueAt || provisional !== item.provisional
  return { dueAt, provisional, calendar: calendarYears(anew.calendar), differs }
}
