import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { heldAt, itemFields, itemRows, onTheClock, overdueDays } from '../db/item-json.js'
import { visibleItems } from '../db/visible.js'
import { LABELS } from '../domain/labels.js'
import type { Actor } from '../domain/permissions.js'
import type { Words } from '../domain/rejection.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PAGE } from '../http/fields.js'
import { filterConditions, filterOf, type ItemFilterQuery } from '../http/item-filter.js'
import { inLanguage, type Language } from '../http/language.js'

export const GROUPS = ['unit', 'area', 'leadOfficial', 'level', 'category', 'road'] as const
export type GroupBy = (typeof GROUPS)[number]

export interface OverdueQuery extends ItemFilterQuery {
  limit?: number | undefined
  cursor?: string | undefined
  asOf?: string | undefined
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
    sql`select count(*) as total ${overdueItems(actor, query, query.asOf ?? now)}`,
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
export function overdueRows(actor: Actor, query: OverdueQuery, now: string, limit?: number): SQL {
  const { cursor, asOf } = query
  const at = asOf ?? now
  const [dueAt, id] = cursor === undefined ? [] : decodeCursor(cursor, boundOf(query), 2)
  const after = cursor === undefined ? sql`` : sql`and (i.due_at, i.id) > (${dueAt}::timestamptz, ${id}::uuid)`
  return sql`
    select (select row_to_json(v)::text from (select ${itemFields(actor, at)}) v) as json, i.due_at::text as due_at, i.id
    ${overdueItems(actor, query, at)} ${after} order by i.due_at, i.id ${limit === undefined ? sql`` : sql`limit ${limit}`}`
}

/** What a cursor is bound to. */
function boundOf(query: OverdueQuery): unknown {
  return { ...filterOf(query), asOf: query.asOf }
}

/** How a group's key is read off an item, and how the key is named in the caller's language. */
export const GROUP_SQL: Record<GroupBy, { key: SQL; label: (language: Language) => SQL }> = {
  unit: {
    key: sql`i.responsible_unit::text`,
    label: () => sql`(select u.name from unit u where u.jurisdiction_id = g.jurisdiction_id and u.id::text = g.key)`,
  },
  // Townships are summed up under their county.
  area: { key: sql`left(i.area, 6)`, label: () => sql`(select a.name from area a where a.code = g.key)` },
  leadOfficial: { key: sql`i.lead_official`, label: () => sql`g.key` },
  level: {
    key: sql`i.level`,
    label: (language) => sql`case g.key when 'major' then ${inLanguage(LABELS.level.major, language)}
      when 'general' then ${inLanguage(LABELS.level.general, language)} end`,
  },
  category: {
    key: sql`i.category`,
    label: (language) => sql`(select ${language === 'en' ? sql`c.name_en` : sql`c.name_zh`} from category c
      where c.jurisdiction_id = g.jurisdiction_id and c.code = g.key)`,
  },
  road: { key: sql`i.road`, label: () => sql`g.key` },
}

/** The name of the group of items that have no key: nobody is assigned, no road is named … */
export const NO_KEY: Record<GroupBy, Words> = {
  unit: { zh: '未交办', en: 'not assigned' },
  area: { zh: '无区划', en: 'no area' },
  leadOfficial: { zh: '未交办', en: 'not assigned' },
  level: { zh: '未评级', en: 'no level' },
  category: { zh: '未分类', en: 'no category' },
  road: { zh: '未登记路线', en: 'no road' },
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
  const at = query.asOf ?? now
  const { key, label } = GROUP_SQL[groupBy]
  const bucket = (condition: SQL) => sql`count(*) filter (where d.days ${condition})::int`
  return sql`
    select g.key, coalesce(${label(language)}, g.key, ${inLanguage(NO_KEY[groupBy], language)}) as label, g.count, g."maxOverdueDays", g.buckets
    from (
      select d.jurisdiction_id, d.key, count(*)::int as count, max(d.days) as "maxOverdueDays",
        json_build_object('d1to7', ${bucket(sql`<= 7`)}, 'd8to30', ${bucket(sql`between 8 and 30`)},
          'd31to90', ${bucket(sql`between 31 and 90`)}, 'over90', ${bucket(sql`> 90`)}) as buckets
      from (select i.jurisdiction_id, ${key} as key, ${overdueDays(at, actor.jurisdiction.timeZone)} as days ${overdueItems(actor, query, at)}) d
      group by d.jurisdiction_id, d.key
    ) g order by g.count desc, g."maxOverdueDays" desc, g.key nulls last`
}

/** A unit's report is about its own work: what it is responsible for or helps with now, not what it once had. */
export function ownedBy({ role, unit }: Actor): SQL[] {
  if (role !== 'unit') return []
  return [sql`(i.responsible_unit = ${unit} or i.assignment -> 'coUnits' ? ${unit}::text)`]
}

/** `from … where …`: what is overdue and the caller may see; the partial index of what is on the clock serves it. */
function overdueItems(actor: Actor, query: OverdueQuery, at: string): SQL {
  const conditions = [
    visibleItems(actor, query.asOf),
    ...ownedBy(actor),
    ...heldAt(query.asOf),
    sql`${onTheClock} and i.due_at < ${at}::timestamptz`,
    ...filterConditions(query, at, actor.jurisdiction.timeZone),
  ]
  return sql`from ${itemRows(query.asOf)} i where ${sql.join(conditions, sql` and `)}`
}
