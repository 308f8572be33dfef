import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid, notFound } from '../domain/rejection.js'
import type { EntryRule } from '../domain/score/entry.js'
import { scorePeriodOf } from '../domain/score/period.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PAGE } from '../http/fields.js'
import { jsonPageOf, type Page } from '../http/page.js'
import { itemIs } from '../item/visible.js'
import { type Booked, bookedIn } from './points.js'
import { scoreFields, scoresAndItems, visibleScores } from './standing.js'

export const APPEALED = ['none', 'any', 'pending', 'approved', 'refused'] as const

export interface ScoreQuery {
  unit?: string | undefined
  item?: string | undefined
  rule?: EntryRule | undefined
  period?: string | undefined
  from?: string | undefined
  to?: string | undefined
  appealed?: (typeof APPEALED)[number] | undefined
  limit?: number | undefined
  cursor?: string | undefined
}

interface ScoreRow extends Record<string, unknown> {
  json: string
  at: string
  id: string
}

/** One keyset page of the entries that the caller may see, the latest first. */
export async function findScores(db: Db, actor: Actor, query: ScoreQuery): Promise<Page> {
  const { limit = PAGE } = query
  const { rows } = await db.execute<ScoreRow>(scoreRows(actor, query, limit + 1))
  return jsonPageOf(rows, limit, ({ at, id }) => encodeCursor(boundOf(query), [at, id]))
}

/** The entries as JSON text, from the cursor on; all of them without a limit. */
export function scoreRows(actor: Actor, query: ScoreQuery, limit?: number): SQL {
  const { cursor } = query
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, boundOf(query), 2)
  const after = cursor === undefined ? sql`` : sql`and (s.scored_at, s.id) < (${at}::timestamptz, ${id}::uuid)`
  return sql`
    select (select row_to_json(v)::text from (select ${scoreFields()}) v) as json, s.scored_at::text as at, s.id
    from ${scoresAndItems()} where ${visibleScores(actor)} ${filter(query)} ${after}
    order by s.scored_at desc, s.id desc ${limit === undefined ? sql`` : sql`limit ${limit}`}`
}

/** One entry. @throws Rejection `not-found`, also for the invisible. */
export async function getScore(db: Db, actor: Actor, id: string): Promise<string> {
  const { rows } = await db.execute<{ json: string }>(sql`
    select row_to_json(v)::text as json from (
      select ${scoreFields()} from ${scoresAndItems()} where ${visibleScores(actor)} and s.id = ${id}::uuid) v`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return row.json
}

function filter(query: ScoreQuery): SQL {
  const { unit, item, rule, appealed } = query
  const appeal = (condition: SQL) => sql`exists (
    select from score_appeal a where a.jurisdiction_id = s.jurisdiction_id and a.score_id = s.id and ${condition})`
  const APPEALS: Record<(typeof APPEALED)[number], SQL> = {
    any: appeal(sql`true`),
    none: sql`not ${appeal(sql`true`)}`,
    pending: appeal(sql`a.approved is null`),
    approved: appeal(sql`a.approved`),
    refused: appeal(sql`not a.approved`),
  }
  return sql`${unit === undefined ? sql`` : sql`and s.unit_id = ${unit}::uuid`}
    ${item === undefined ? sql`` : sql`and ${itemIs(item)}`} ${rule === undefined ? sql`` : sql`and s.rule = ${rule}`}
    ${appealed === undefined ? sql`` : sql`and ${APPEALS[appealed]}`} ${bookedIn(daysOf(query))}`
}

/** The days of a period, or those that are given. @throws Rejection where both are. */
function daysOf({ period, from, to }: ScoreQuery): Booked {
  if (period === undefined) return inOrder({ from, to })
  if (from === undefined && to === undefined) return scorePeriodOf(period) ?? {}
  throw invalid('/query/period', {
    zh: 'period 不能与 from、to 同时给出。',
    en: '`period` cannot be given together with `from` or `to`.',
  })
}

/** @throws Rejection at `/query/to` for days that do not come after `from`. */
export function inOrder<D extends Booked>(days: D): D {
  if (days.from === undefined || days.to === undefined || days.from < days.to) return days
  throw invalid('/query/to', {
    zh: 'to 是期末的次日，须晚于 from。',
    en: '`to` is the day after the last, later than `from`.',
  })
}

function boundOf({ limit: _1, cursor: _2, ...filters }: ScoreQuery): unknown {
  return { scores: filters }
}
