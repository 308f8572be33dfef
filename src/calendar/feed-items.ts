import { type SQL, sql } from 'drizzle-orm'
import { areaName } from '../db/areas.js'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Carriageway } from '../domain/item/words.js'
import type { Instant } from '../domain/time/instant.js'
import { onTheClock } from '../item/conditions.js'
import { ownedBy, visibleItems } from '../item/visible.js'

/** More entries than these help nobody, and calendar programs give up on larger files. */
const MAX_COMING = 400
const MAX_PAST = 100
const PAST_DAYS = 365

/** A deadline as a calendar shows it. */
export interface FeedItem extends Record<string, unknown> {
  id: string
  code: string
  version: number
  title: string
  dueAt: Instant
  provisional: boolean
  updatedAt: Instant
  area: string
  road: string | null
  carriageway: Carriageway | null
  startChainageM: number | null
  address: string | null
  unit: string | null
  leadOfficial: string | null
  goal: string | null
}

/**
 * The deadlines that the caller sees in a calendar: what is on account and on the clock, a unit's own work, the next ones
 * and those that passed in the last year. `isWhole` is false where there are more than the feed takes.
 */
export async function findFeedItems(
  db: Db,
  actor: Actor,
  now: Instant,
): Promise<{ items: FeedItem[]; isWhole: boolean }> {
  const coming = await find(db, actor, sql`i.due_at >= ${now}::timestamptz order by i.due_at, i.id`, MAX_COMING)
  const past = await find(
    db,
    actor,
    sql`i.due_at < ${now}::timestamptz and i.due_at >= ${now}::timestamptz - make_interval(days => ${PAST_DAYS})
      order by i.due_at desc, i.id desc`,
    MAX_PAST,
  )
  return { items: [...past.items.reverse(), ...coming.items], isWhole: coming.isWhole && past.isWhole }
}

async function find(db: Db, actor: Actor, range: SQL, limit: number) {
  const conditions = [visibleItems(actor), ...ownedBy(actor), onTheClock, range]
  const { rows } = await db.execute<FeedItem>(sql`
    select i.id, i.code, i.version, i.title, ${instant('i.due_at')} as "dueAt", i.due_provisional as provisional,
      ${instant('i.updated_at')} as "updatedAt", ${areaName(sql`i.jurisdiction_id`, sql`i.area`)} as area, i.road,
      i.carriageway, i.start_chainage_m as "startChainageM", i.address, i.lead_official as "leadOfficial", i.assignment ->> 'goal' as goal,
      (select u.name from unit u where u.jurisdiction_id = i.jurisdiction_id and u.id = i.responsible_unit) as unit
    from item i where ${sql.join(conditions, sql` and `)} limit ${limit + 1}`)
  return { items: rows.slice(0, limit), isWhole: rows.length <= limit }
}
