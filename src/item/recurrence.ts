import { type SQL, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { readRules } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import {
  boxAround,
  monthsAgo,
  type Near,
  type Neighbour,
  type RecurrenceRules,
  type Resemblance,
  resemblanceOf,
  type Spot,
} from '../domain/item/recurrence.js'
import { isOnRoad } from './road.js'
import { visibleItems } from './visible.js'

/** What is looked at; where more lie at one place, nobody reads them one by one. */
const MOST = 200

/**
 * What an item at a spot may repeat, or be the return of. Duplicates are those that the caller may see; a recurrence is
 * found among all, and shown to whoever may see the item that it may be of. `except` is the item itself.
 */
export async function findResemblance(
  db: Db | Tx,
  actor: Actor,
  spot: Spot,
  now: string,
  except?: string,
): Promise<Resemblance> {
  const { rules } = await readRules(db, actor.jurisdiction.id)
  if (rules.recurrence === null) return { duplicates: [], recurrenceOf: undefined }
  const since = monthsAgo(now, rules.recurrence.months, actor.jurisdiction.timeZone)
  const search = neighboursOf(actor, spot, rules.recurrence, since)
  if (search === undefined) return { duplicates: [], recurrenceOf: undefined }
  const { rows } = await db.execute<Record<string, unknown> & Neighbour>(search)
  const others = new Map(rows.filter(({ id }) => id !== except).map((row) => [row.id, row]))
  const found = resemblanceOf(spot, [...others.values()], rules.recurrence, since)
  return { ...found, duplicates: found.duplicates.filter(({ isVisible }) => isVisible) }
}

/** The query of what lies near, each way by an index of its own: along the road, and around the point. */
export function neighboursOf(actor: Actor, spot: Spot, rules: RecurrenceRules, since: string): SQL | undefined {
  const { category, area, road, carriageway = null, startChainageM: from, endChainageM: to, lon, lat } = spot
  const open = sql`i.status in ('reported', 'listed', 'assigned', 'remediating', 'closure_requested')`
  // Without a category nothing can be said to have come back.
  const state =
    category === null
      ? open
      : sql`(${open} or i.status = 'closed' and i.closed_at >= ${since}::timestamptz)
          and (i.category = ${category} or i.category is null)`
  const arm = (place: SQL) => sql`
    (select i.id, i.code, i.status, i.title, i.category, i.area, i.road, i.direction, i.carriageway, i.start_chainage_m as "startChainageM",
      i.end_chainage_m as "endChainageM", i.lon, i.lat, ${instant('i.closed_at')} as "closedAt",
      (${visibleItems(actor)}) as "isVisible"
    from item i where i.jurisdiction_id = ${actor.jurisdiction.id} and ${place} and ${state} limit ${MOST})`
  const arms: SQL[] = []
  if (road !== null && from !== null && to !== null) {
    // As the index has it; without it the planner could not know that only stretches that are known are asked for.
    arms.push(
      arm(sql`${isOnRoad(road, area)} and i.start_chainage_m is not null and i.carriageway is not distinct from ${carriageway}
        and int4range(i.start_chainage_m, i.end_chainage_m, '[]')
          && int4range(${Math.max(0, from - rules.withinM)}, ${to + rules.withinM}, '[]')`),
    )
  }
  if (lon !== null && lat !== null) {
    const { west, south, east, north } = boxAround({ lon, lat }, rules.withinM)
    arms.push(arm(sql`point(i.lon, i.lat) <@ box(point(${west}, ${south}), point(${east}, ${north}))`))
  }
  return arms.length === 0 ? undefined : sql.join(arms, sql` union all `)
}

/** Links an item with the one that it may be the return of, from a version on, unless it has such a link already. */
export async function linkRecurrence(
  tx: Tx,
  actor: Actor,
  item: { id: string; version: number },
  of: Near | undefined,
  now: string,
): Promise<void> {
  if (of === undefined) return
  await tx.execute(sql`
    insert into recurrence (jurisdiction_id, id, item_id, of_id, distance_m, found_at, found_version)
    values (${actor.jurisdiction.id}, ${uuidv7()}, ${item.id}, ${of.id}, ${of.distanceM}, ${now}, ${item.version})
    on conflict (jurisdiction_id, item_id) do nothing`)
}
