import { type SQL, sql } from 'drizzle-orm'
import { areaPrefix } from '../domain/area.js'
import { type Actor, areaLimitOf } from '../domain/permissions.js'

/**
 * The items an actor may see, as a condition on alias `i`. Every query that reads items has it: an item of another
 * jurisdiction, or outside what the caller may see, is not there.
 */
export function visibleItems(actor: Actor): SQL {
  const own = sql`i.jurisdiction_id = ${actor.jurisdiction.id}`
  if (actor.role === 'unit') return sql`${own} and i.concerned_units @> array[${actor.unit}]::uuid[]`
  const limit = areaLimitOf(actor)
  return limit === null ? own : sql`${own} and ${withinArea(limit)}`
}

/** Area codes are prefixes of what lies under them; a range over the index, no recursion. */
export function withinArea(code: string): SQL {
  return sql`i.area like ${`${areaPrefix(code)}%`}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The condition that finds an item by its UUID or its code, on alias `i`. */
export function itemIs(ref: string): SQL {
  return UUID.test(ref) ? sql`i.id = ${ref.toLowerCase()}` : sql`i.code = ${ref}`
}
