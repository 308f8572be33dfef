import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import type { DueBasis } from '../domain/item/item.js'
import type { WorkingCalendar } from '../domain/time/calendar.js'
import { recounting } from '../domain/time/deadline.js'
import { onTheClock } from '../item/conditions.js'
import { visibleItems } from '../item/visible.js'
import { movedBy, type Recount, readRecounts } from './recount.js'
import type { MoveView } from './schemas.js'

export type Move = z.infer<typeof MoveView>

/** What a year of the calendar in force would move, asked in one transaction. */
export interface Moves {
  actor: Actor
  calendar: WorkingCalendar
  year: number
  recounts: readonly Recount[]
}

export async function readMoves(db: Db | Tx, actor: Actor, calendar: WorkingCalendar, year: number): Promise<Moves> {
  return { actor, calendar, year, recounts: await readRecounts(db, actor, calendar, year) }
}

/** Up to `limit` items that would move, by deadline, after a place among them. */
export async function findMoves(
  db: Db | Tx,
  { actor, calendar, year, recounts }: Moves,
  limit: number,
  after?: readonly (string | number)[],
): Promise<Move[]> {
  const later = after === undefined ? sql`` : sql`and (i.due_at, i.id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`
  const { rows } = await db.execute<MoveRow>(sql`
    select i.id, i.code, i.title, ${instant('i.due_at')} as "dueAt", i.due_provisional as "dueProvisional",
      i.due_basis as basis
    from item i where ${visibleItems(actor)} and ${onTheClock} and ${movedBy(recounts, calendar, year)} ${later}
    order by i.due_at, i.id limit ${limit}`)
  const recount = recounting(calendar, actor.jurisdiction.timeZone)
  return rows.map(({ id, code, title, dueAt, dueProvisional, basis }) => {
    const { from, workingDays } = basis
    const { dueAt: newDueAt, provisional } = recount(basis)
    return { id, code, title, from, workingDays, dueAt, dueProvisional, newDueAt, newDueProvisional: provisional }
  })
}

/** How many items would move, and how many more when their clock runs again. */
export async function countMoves(
  db: Db | Tx,
  { actor, calendar, year, recounts }: Moves,
): Promise<{ total: number; suspended: number }> {
  const { rows } = await db.execute<{ total: number; suspended: number }>(sql`
    select (count(*) filter (where i.suspension is null))::int as total,
      (count(*) filter (where i.suspension is not null))::int as suspended
    from item i where ${visibleItems(actor)} and ${movedBy(recounts, calendar, year)}`)
  return rows[0] ?? { total: 0, suspended: 0 }
}

interface MoveRow extends Record<string, unknown> {
  id: string
  code: string
  title: string
  dueAt: string
  dueProvisional: boolean
  basis: DueBasis
}
