import { type SQL, sql } from 'drizzle-orm'
import { areaName } from '../db/areas.js'
import { isLocal, parseRoad, roadKey } from '../domain/place/road.js'

/** The road of alias `i` as roads are compared, by the expression of its index. */
export const ROAD_KEY = sql.raw('road_key(i.road collate "C", i.area)')

/** The items on a road, alias `i`; of a number that every county has and no county, those of all counties. */
export function isOnRoad(road: string, area: string | null = null): SQL {
  const key = roadKey(parseRoad(road) ?? road, area)
  // The county has six digits, so that X001 does not find X0012.
  return isLocal(key) ? sql`${ROAD_KEY} like ${`${key}______`}` : sql`${ROAD_KEY} = ${key}`
}

/** What a group's key, alias `g`, is called that is a road, or begins with one: `X555（颍上县） K1+000`. */
export const ROAD_LABEL = sql`case when g.key ~ '^[XYCZ][0-9]{9,10}( |$)' then left(split_part(g.key, ' ', 1), -6) || '（'
  || coalesce(${areaName(sql`g.jurisdiction_id`, sql`right(split_part(g.key, ' ', 1), 6)`)}, right(split_part(g.key, ' ', 1), 6))
  || '）' || substr(g.key, length(split_part(g.key, ' ', 1)) + 1) else g.key end`
