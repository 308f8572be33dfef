import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { jsonPageOf } from '../http/page.js'
import { visibleItems } from '../item/visible.js'

export const RECHECK_STATES = ['waiting', 'due', 'overdue', 'done', 'lapsed'] as const
export type RecheckState = (typeof RECHECK_STATES)[number]

/** Joins a drawn recheck, alias `r`, with its draw `d` and its item `i`. */
export const joinDrawn = sql.raw(`join recheck_draw d on d.jurisdiction_id = r.jurisdiction_id and d.period = r.period
  join item i on i.jurisdiction_id = r.jurisdiction_id and i.id = r.item_id`)

/** How a drawn recheck stands: made since it was drawn; of a closure that is no more; or still to be made. */
export function recheckState(now: string): SQL {
  return sql`case when (i.recheck ->> 'at')::timestamptz >= d.drawn_at then 'done'
    when i.status <> 'closed' or i.closed_at <> r.closed_at then 'lapsed'
    when r.due_at < ${now}::timestamptz then 'overdue'
    when r.from_at <= ${now}::timestamptz then 'due' else 'waiting' end`
}

export interface RecheckQuery {
  state?: readonly RecheckState[] | undefined
  period?: string | undefined
  unit?: string | undefined
  limit: number
  cursor?: string | undefined
}

function isInTime(state: RecheckState): boolean {
  return state === 'waiting' || state === 'due'
}

/** One keyset page of the drawn rechecks of items that the caller may see, the first due first, as JSON text. */
export async function findRechecks(db: Db, actor: Actor, query: RecheckQuery, now: string) {
  const { limit, cursor, ...filters } = query
  const bound = { ...filters, rechecks: actor.id }
  const { state = [], period, unit } = filters
  const conditions = [
    visibleItems(actor),
    ...(state.length === 0 ? [] : [sql`${recheckState(now)} in ${state}`]),
    // What is still in time is found by its deadline, without a look at all that has been.
    ...(state.length > 0 && state.every(isInTime) ? [sql`r.due_at >= ${now}::timestamptz`] : []),
    ...(period === undefined ? [] : [sql`r.period = ${period}`]),
    ...(unit === undefined ? [] : [sql`r.unit_id = ${unit}`]),
  ]
  if (cursor !== undefined) {
    const [dueAt = '', item = '', of = ''] = decodeCursor(cursor, bound, 3)
    conditions.push(sql`(r.due_at, r.item_id, r.period) > (${dueAt}::timestamptz, ${item}::uuid, ${of}::text)`)
  }
  const { rows } = await db.execute<{ json: string; due: string; item: string; period: string }>(sql`
    select json_build_object('period', r.period, 'item', json_build_object('id', i.id, 'code', i.code, 'title', i.title,
        'status', i.status, 'area', i.area), 'unit', r.unit_id, 'level', r.level,
      'closedAt', ${instant('r.closed_at')}, 'from', ${instant('r.from_at')}, 'dueAt', ${instant('r.due_at')},
      'state', ${recheckState(now)},
      'passed', case when (i.recheck ->> 'at')::timestamptz >= d.drawn_at then i.recheck -> 'passed' end)::text as json,
      r.due_at::text as due, r.item_id as item, r.period
    from recheck r ${joinDrawn}
    where r.jurisdiction_id = ${actor.jurisdiction.id} and ${sql.join(conditions, sql` and `)}
    order by r.due_at, r.item_id, r.period limit ${limit + 1}`)
  return jsonPageOf(rows, limit, ({ due, item, period }) => encodeCursor(bound, [due, item, period]))
}

/** One page of the draws, the latest first. */
export async function findDraws(
  db: Db,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const bound = { draws: actor.jurisdiction.id }
  const [before] = cursor === undefined ? [undefined] : decodeCursor(cursor, bound, 1)
  const { rows } = await db.execute<{ json: string; period: string }>(sql`
    select d.period, json_build_object('period', d.period,
      'cutOff', json_build_object('seq', d.cut_off_seq, 'hash', encode(d.seed, 'hex')), 'rules', d.rules_version,
      'strata', d.strata, 'drawnAt', ${instant('d.drawn_at')})::text as json
    from recheck_draw d where d.jurisdiction_id = ${actor.jurisdiction.id}
      ${before === undefined ? sql`` : sql`and d.period < ${String(before)}`}
    order by d.period desc limit ${limit + 1}`)
  return jsonPageOf(rows, limit, ({ period }) => encodeCursor(bound, [period]))
}
