import { type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PAGE } from '../http/fields.js'
import { jsonPageOf } from '../http/page.js'
import { filterConditions, filterOf } from '../item/filter.js'
import { itemText } from '../item/json.js'
import type { Past } from '../item/past.js'
import { heldAt, heldInOrder, itemRows, itemThen } from '../item/rows.js'
import { visibleItems } from '../item/visible.js'
import type { ListQuery } from './schemas.js'

/** The list's query, and the state that its `asOf` names. */
export type ListItems = z.infer<typeof ListQuery> & { past: Past | undefined }

/** Each sort's expression is that of its index; `id` makes the order total. */
const SORT_KEYS = {
  dueAt: sql`coalesce(i.due_at, 'infinity')`,
  reportedAt: sql`i.reported_at`,
  updatedAt: sql`i.updated_at`,
} as const

export interface Page {
  rows: string[]
  nextCursor: string | null
  total: number | undefined
}

/** One page of the list, each row as JSON text. */
export async function findItems(db: Db, actor: Actor, query: ListItems, now: string): Promise<Page> {
  const { limit = PAGE } = query
  const { rows } = await db.execute<ListRow>(listedItems(actor, query, now, limit + 1))
  return {
    ...jsonPageOf(rows, limit, ({ key, id }) => encodeCursor(boundOf(query), [key, id])),
    total: query.count === 'true' ? await countItems(db, actor, query, now) : undefined,
  }
}

interface ListRow extends Record<string, unknown> {
  json: string
  key: string
  id: string
}

/** The list's rows in its order, from the cursor on; all of them without a limit. */
export function listedItems(
  actor: Actor,
  query: ListItems,
  now: string,
  limit?: number,
  rowText: typeof itemText = itemText,
): SQL {
  const { sort, cursor, past } = query
  const key = SORT_KEYS[sort.replace('-', '') as keyof typeof SORT_KEYS]
  const direction = sort.startsWith('-') ? sql`desc` : sql`asc`
  const after = afterCursor(cursor, boundOf(query), key, sort.startsWith('-'))
  return sql`
    select ${rowText(actor, past?.at ?? now)}, ${key}::text as key, i.id
    from ${itemRows(past)} i where ${all([...heldInOrder(past), ...conditionsOf(actor, query, now), ...after])}
    order by ${key} ${direction}, i.id ${direction} ${limit === undefined ? sql`` : sql`limit ${limit}`}`
}

/** What a cursor is bound to. */
function boundOf(query: ListItems): unknown {
  return { ...filterOf(query), sort: query.sort, asOf: query.asOf }
}

function conditionsOf(actor: Actor, query: ListItems, now: string): SQL[] {
  const { past } = query
  const filters = filterConditions(query, past?.at ?? now, actor.jurisdiction.timeZone)
  return [visibleItems(actor, past), ...filters]
}

/** One item as JSON text. @throws Rejection `not-found`, also for the invisible. */
export async function getItem(
  db: Db,
  actor: Actor,
  ref: string,
  past: Past | undefined,
  now: string,
): Promise<{ id: string; json: string; version: number }> {
  const { rows } = await (past === undefined ? db.short : db).execute<{
    id: string
    json: string
    version: number
  }>(sql`
    select i.id, i.version, ${itemText(actor, past?.at ?? now)}
    ${itemThen(past, actor.jurisdiction.id, ref)} and ${visibleItems(actor, past)}`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return row
}

async function countItems(db: Db, actor: Actor, query: ListItems, now: string): Promise<number> {
  const { rows } = await db.execute<{ total: string }>(sql`
    select count(*) as total from ${itemRows(query.past)} i where ${all([...heldAt(query.past), ...conditionsOf(actor, query, now)])}`)
  return Number(rows[0]?.total)
}

function afterCursor(cursor: string | undefined, bound: unknown, key: SQL, descending: boolean): SQL[] {
  if (cursor === undefined) return []
  const [value, id] = decodeCursor(cursor, bound, 2)
  const place = sql`(${value}::timestamptz, ${id}::uuid)`
  return [descending ? sql`(${key}, i.id) < ${place}` : sql`(${key}, i.id) > ${place}`]
}

function all(conditions: SQL[]): SQL {
  return sql.join(conditions, sql` and `)
}
