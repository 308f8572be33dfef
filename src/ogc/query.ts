import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import { featureText } from '../export/json-lines.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { pageOf } from '../http/page.js'
import { filterConditions, filterOf } from '../item/filter.js'
import { featureProperties } from '../item/json.js'
import type { Past } from '../item/past.js'
import { heldAt, heldInOrder, itemRows, itemThen } from '../item/rows.js'
import { visibleItems } from '../item/visible.js'
import { type Box, boxesOf, type FeatureQuery, instantsOf } from './parameters.js'

export interface FeaturePage {
  /** GeoJSON features as text. */
  features: string[]
  matched: number
  nextCursor: string | null
}

interface FeatureRow extends Record<string, unknown> {
  json: string
  id: string
  version: number
  lon: number | null
  lat: number | null
  key: string
}

/** The collection's query, and the state that its `asOf` names. */
type FindFeatures = FeatureQuery & { past: Past | undefined }

/** One page of the items that match, the latest report first, and how many match in all. */
export async function findFeatures(db: Db, actor: Actor, query: FindFeatures, now: string): Promise<FeaturePage> {
  const { limit, cursor, asOf, past } = query
  const bound = { ...filterOf({ ...query, bbox: undefined }), bbox: query.bbox, datetime: query.datetime, asOf }
  const [key, id] = cursor === undefined ? [] : decodeCursor(cursor, bound, 2)
  const after = cursor === undefined ? [] : [sql`(i.reported_at, i.id) < (${key}::timestamptz, ${id}::uuid)`]
  const conditions = conditionsOf(actor, query, now)
  const { rows } = await db.execute<FeatureRow>(sql`
    select ${featureFields(actor, past?.at ?? now)} from ${itemRows(past)} i where ${all([...heldInOrder(past), ...conditions, ...after])}
    order by i.reported_at desc, i.id desc limit ${limit + 1}`)
  const counted = await db.execute<{ matched: number }>(sql`
    select count(*)::int as matched from ${itemRows(past)} i where ${all([...heldAt(past), ...conditions])}`)
  const page = pageOf(rows, limit, (last) => encodeCursor(bound, [last.key, last.id]), textOf)
  return { features: page.rows, matched: counted.rows[0]?.matched ?? 0, nextCursor: page.nextCursor }
}

/** One item as a feature. @throws Rejection `not-found`, also for the invisible. */
export async function getFeature(
  db: Db,
  actor: Actor,
  ref: string,
  past: Past | undefined,
  now: string,
): Promise<{ id: string; text: string; version: number }> {
  const { rows } = await db.execute<FeatureRow>(sql`
    select ${featureFields(actor, past?.at ?? now)} ${itemThen(past, actor.jurisdiction.id, ref)} and ${visibleItems(actor, past)}`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return { id: row.id, text: textOf(row), version: row.version }
}

export interface Extent {
  /** West, south, east, north; null while no item has a point. */
  bbox: [number, number, number, number] | null
  /** When the first was reported; null while there is none. */
  since: string | null
}

/** What the caller's items lie within, in place and time. */
export async function readExtent(db: Db, actor: Actor): Promise<Extent> {
  const { rows } = await db.execute<{ west: number | null; south: number; east: number; north: number; since: string }>(
    sql`select v.west, v.south, v.east, v.north, ${instant('v.since')} as since from (
      select min(i.lon) as west, min(i.lat) as south, max(i.lon) as east, max(i.lat) as north, min(i.reported_at) as since
      from item i where ${visibleItems(actor)}) v`,
  )
  const [row] = rows
  if (row === undefined) return { bbox: null, since: null }
  const { west, south, east, north, since } = row
  return { bbox: west === null ? null : [west, south, east, north], since }
}

function featureFields(actor: Actor, at: string): SQL {
  return sql`${featureProperties(actor, at)},
    i.id, i.version, i.lon, i.lat, i.reported_at::text as key`
}

function textOf({ json, id, lon, lat }: FeatureRow): string {
  return featureText(json, id, lon === null || lat === null ? null : { lon, lat })
}

function conditionsOf(actor: Actor, query: FindFeatures, now: string): SQL[] {
  const { past, bbox, datetime, ...filters } = query
  const { timeZone } = actor.jurisdiction
  const { from, to } = datetime === undefined ? {} : instantsOf(datetime, timeZone)
  return [
    visibleItems(actor, past),
    ...filterConditions({ ...filterOf(filters) }, past?.at ?? now, timeZone),
    ...(from === undefined ? [] : [sql`i.reported_at >= ${from}`]),
    ...(to === undefined ? [] : [sql`i.reported_at <= ${to}`]),
    ...(bbox === undefined ? [] : [inBoxes(boxesOf(bbox) ?? [])]),
  ]
}

/** What has no geometry is matched by every box (`/req/core/fc-bbox-response`). */
function inBoxes(boxes: readonly Box[]): SQL {
  const inside = boxes.map(
    ({ west, south, east, north }) =>
      sql`point(i.lon, i.lat) <@ box(point(${west}, ${south}), point(${east}, ${north}))`,
  )
  return sql`(i.lon is null or ${sql.join(inside, sql` or `)})`
}

function all(conditions: SQL[]): SQL {
  return sql.join(conditions, sql` and `)
}
