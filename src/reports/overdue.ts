import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PAGE } from '../http/fields.js'
import { onTheClock, overdueDays } from '../item/conditions.js'
import { filterConditions, filterOf, type ItemFilterQuery } from '../item/filter.js'
import { itemText } from '../item/json.js'
import type { Past } from '../item/past.js'
import { heldInOrder, itemRows } from '../item/rows.js'
import { ownedBy, visibleItems } from '../item/visible.js'
import { inLanguage, type Language } from '../language/language.js'
import { GROUP_SQL, type GroupBy, NO_KEY, shownKeySql } from './groups.js'

export interface OverdueQuery extends ItemFilterQuery {
  limit?: number | undefined
  cursor?: string | undefined
  /** As it was asked for; a cursor is bound to it. */
  asOf?: string | undefined
  past: Past | undefined
}

export interface Group {
  key: string | null
  label: string
  count: number
  maxOverdueDays: number
  buckets: { d1to7: number; d8to30: number; d31to90: number; over90: number }
}

/** The items that are overdue, longest first, one keyset page as JSON text, and how many there are. */
export async function findOverdue(
  db: Db,
  actor: Actor,
  query: OverdueQuery,
  now: string,
): Promise<{ rows: string[]; nextCursor: string | null; total: number }> {
  const { limit = PAGE } = query
  const page = await db.execute<OverdueRow>(overdueRows(actor, query, now, limit + 1))
  const count = await db.execute<{ total: string }>(
    sql`select count(*) as total ${overdueItems(actor, query, query.past?.at ?? now)}`,
  )
  const rows = page.rows.slice(0, limit)
  const last = rows.at(-1)
  const isMore = page.rows.length > limit && last !== undefined
  return {
    rows: rows.map((row) => row.json),
    nextCursor: isMore ? encodeCursor(boundOf(query), [last.due_at, last.id]) : null,
    total: Number(count.rows[0]?.total),
  }
}

interface OverdueRow extends Record<string, unknown> {
  json: string
  due_at: string
  id: string
}

/** The overdue items, longest first, from the cursor on; all of them without a limit. */
export function overdueRows(
  actor: Actor,
  query: OverdueQuery,
  now: string,
  limit?: number,
  rowText: typeof itemText = itemText,
): SQL {
  const { cursor, past } = query
  const at = past?.at ?? now
  const [dueAt, id] = cursor === undefined ? [] : decodeCursor(cursor, boundOf(query), 2)
  const after = cursor === undefined ? sql`` : sql`and (i.due_at, i.id) > (${dueAt}::timestamptz, ${id}::uuid)`
  return sql`
    select ${rowText(actor, at)}, i.due_at::text as due_at, i.id
    ${overdueItems(actor, query, at)} ${after} order by i.due_at, i.id ${limit === undefined ? sql`` : sql`limit ${limit}`}`
}

/** What a cursor is bound to. */
function boundOf(query: OverdueQuery): unknown {
  return { ...filterOf(query), asOf: query.asOf }
}

/** The overdue items counted by group, the largest first. */
export async function groupOverdue(
  db: Db,
  actor: Actor,
  groupBy: GroupBy,
  query: OverdueQuery,
  now: string,
  language: Language,
): Promise<{ groups: Group[]; total: number }> {
  const { rows } = await db.execute<Group & Record<string, unknown>>(
    overdueGroups(actor, groupBy, query, now, language),
  )
  return { groups: rows, total: rows.reduce((sum, group) => sum + group.count, 0) }
}

/** One row for each group, as `Group` is. */
export function overdueGroups(
  actor: Actor,
  groupBy: GroupBy,
  query: OverdueQuery,
  now: string,
  language: Language,
): SQL {
  const at = query.past?.at ?? now
  const { key, label } = GROUP_SQL[groupBy]
  const bucket = (condition: SQL) => sql`count(*) filter (where d.days ${condition})::int`
  return sql`
    select ${shownKeySql(groupBy, language)} as key, coalesce(${label(language)}, g.key, ${inLanguage(NO_KEY[groupBy], language)}) as label, g.count, g."maxOverdueDays", g.buckets
    from (
      select d.jurisdiction_id, d.key, count(*)::int as count, max(d.days) as "maxOverdueDays",
        json_build_object('d1to7', ${bucket(sql`<= 7`)}, 'd8to30', ${bucket(sql`between 8 and 30`)},
          'd31to90', ${bucket(sql`between 31 and 90`)}, 'over90', ${bucket(sql`> 90`)}) as buckets
      from (select i.jurisdiction_id, ${key} as key, ${overdueDays(at, actor.jurisdiction.timeZone)} as days ${overdueItems(actor, query, at)}) d
      group by d.jurisdiction_id, d.key
    ) g order by g.count desc, g."maxOverdueDays" desc, g.key nulls last`
}

/** `from … where …`: what is overdue and the caller may see; the partial index of what is on the clock serves it. */
function overdueItems(actor: Actor, query: OverdueQuery, at: string): SQL {
  const conditions = [
    visibleItems(actor, query.past),
    ...ownedBy(actor),
    ...heldInOrder(query.past),
    sql`${onTheClock} and i.due_at < ${at}::timestamptz`,
    // Of the past, the index has only the states that outlived their deadline.
    ...(query.past === undefined ? [] : [sql`i.due_at < i.ended`]),
    ...filterConditions(query, at, actor.jurisdiction.timeZone),
  ]
  return sql`from ${itemRows(query.past)} i where ${sql.join(conditions, sql` and `)}`
}
