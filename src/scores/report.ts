import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PAGE } from '../http/fields.js'
import { jsonPageOf, type Page } from '../http/page.js'
import type { Past } from '../item/past.js'
import { type Booked, bookedIn, pointsByUnit } from './points.js'
import { scoreFields, scoresAndItems, visibleScores } from './standing.js'

export interface UnitScoreQuery extends Booked {
  limit?: number | undefined
  cursor?: string | undefined
  asOf?: string | undefined
  past?: Past | undefined
}

interface Total {
  points: number
  moneyFen: number
}

/** The unit whose score the caller may ask for: a unit its own. @throws Rejection `not-found` */
export async function getScoredUnit(db: Db, actor: Actor, id: string): Promise<{ id: string; name: string }> {
  const { rows } = await db.execute<{ id: string; name: string }>(sql`
    select u.id, u.name from unit u where u.jurisdiction_id = ${actor.jurisdiction.id} and u.id = ${id}::uuid`)
  const [unit] = rows
  if (unit === undefined || (actor.role === 'unit' && actor.unit !== unit.id)) throw notFound()
  return unit
}

/** What a unit had before the period, and what it has at its end. */
export async function readTotals(
  db: Db,
  actor: Actor,
  unit: string,
  { from, to, past }: UnitScoreQuery,
): Promise<{ opening: Total; closing: Total }> {
  const sum = async (booked: Booked): Promise<Total> => {
    const { rows } = await db.execute<Total & Record<string, unknown>>(sql`
      select v.points, v."moneyFen" from (${pointsByUnit(actor, booked, past)}) v where v.unit = ${unit}::uuid`)
    return { points: rows[0]?.points ?? 0, moneyFen: rows[0]?.moneyFen ?? 0 }
  }
  return {
    opening: from === undefined ? { points: 0, moneyFen: 0 } : await sum({ to: from }),
    closing: await sum({ to }),
  }
}

interface EntryRow extends Record<string, unknown> {
  json: string
  booked: string
  at: string
  id: string
}

/** One keyset page of a unit's entries in the order of their days, each with the sum so far. */
export async function findUnitScores(db: Db, actor: Actor, unit: string, query: UnitScoreQuery): Promise<Page> {
  const { limit = PAGE } = query
  const { rows } = await db.execute<EntryRow>(unitScoreRows(actor, unit, query, limit + 1))
  return jsonPageOf(rows, limit, ({ booked, at, id }) => encodeCursor(boundOf(unit, query), [booked, at, id]))
}

/** A unit's entries as JSON text, from the cursor on; all of them without a limit. */
export function unitScoreRows(actor: Actor, unit: string, query: UnitScoreQuery, limit?: number): SQL {
  const { from, to, past, cursor } = query
  const [booked, at, id] = cursor === undefined ? [] : decodeCursor(cursor, boundOf(unit, query), 3)
  const after =
    cursor === undefined
      ? sql``
      : sql`and (s.booked_on, s.scored_at, s.id) > (${booked}::date, ${at}::timestamptz, ${id}::uuid)`
  // The sum so far begins with the first entry of all, so it is added up before the page is cut out.
  return sql`
    with summed as (
      select s.id, sum(s.points) over w as points, sum(s.money_fen) over w as money
      from ${scoresAndItems(past)}
      where ${visibleScores(actor, past)} and s.unit_id = ${unit}::uuid ${bookedIn({ to })}
      window w as (order by s.booked_on, s.scored_at, s.id rows unbounded preceding)
    )
    select (select row_to_json(v)::text from (select ${scoreFields(past)},
        json_build_object('points', summed.points::float8, 'moneyFen', coalesce(summed.money, 0)::float8) as running,
        ${ORDER_TEXT} as assignment) v) as json,
      s.booked_on::text as booked, s.scored_at::text as at, s.id
    from ${scoresAndItems(past)} join summed on summed.id = s.id
    where ${visibleScores(actor, past)} and s.unit_id = ${unit}::uuid ${bookedIn({ from, to })} ${after}
    order by s.booked_on, s.scored_at, s.id ${limit === undefined ? sql`` : sql`limit ${limit}`}`
}

/** Reward and penalty as the unit's last order before the entry said them; the item may be somebody else's by now. */
const ORDER_TEXT = sql`(
  select json_build_object('reward', o.data::json ->> 'reward', 'penalty', o.data::json ->> 'penalty') from event o
  where o.jurisdiction_id = s.jurisdiction_id and o.item_id = s.item_id and o.item_version < s.item_version
    and o.type = 'item.assigned' and o.data::json ->> 'responsibleUnit' = s.unit_id::text
  order by o.item_version desc limit 1)`

function boundOf(unit: string, { limit: _1, cursor: _2, past: _3, ...query }: UnitScoreQuery): unknown {
  return { unitScore: unit, ...query }
}
