import { type SQL, sql } from 'drizzle-orm'
import { type Actor, areaLimitOf, isChannel } from '../domain/access/permissions.js'
import { areaPrefix } from '../domain/place/area.js'
import type { Past } from './past.js'

/**
 * The items an actor may see, as a condition on alias `i`. Every query that reads items has it: an item of another
 * jurisdiction, or outside what the caller may see, is not there. With `past`, `i` is a past state: it was the caller's to
 * see then, and the item must still be theirs today, or the past would show what has been moved out of their area.
 */
export function visibleItems(actor: Actor, past?: Past): SQL {
  const own = sql`i.jurisdiction_id = ${actor.jurisdiction.id}`
  const limit = limitOf(actor, sql`i`)
  if (limit === undefined) return own
  // A unit never loses sight of an item that it once had.
  if (past === undefined || actor.role === 'unit') return sql`${own} and ${limit}`
  return sql`${own} and ${limit} and (
    select ${limitOf(actor, sql`n`)} from item n where n.jurisdiction_id = i.jurisdiction_id and n.id = i.id)`
}

/**
 * Whether an actor may see the item with an id. A value and not `exists`, here as above: for what exists the planner may first
 * read all items that the actor may see, where a page needs to know it of a few.
 */
export function isItemVisible(actor: Actor, id: SQL): SQL {
  return sql`(
    select ${visibleItems(actor)} from item i where i.jurisdiction_id = ${actor.jurisdiction.id} and i.id = ${id})`
}

/**
 * Whether an actor may see an event of an item, on alias `e`: the one rule for all that is read of an item's past. The state
 * that the event made was theirs to see then, as the item is now; what happened before, in another area or before a unit had
 * the item, is not shown. Undefined for whoever sees all.
 */
export function isEventVisible(actor: Actor): SQL | undefined {
  const then = limitOf(actor, sql`s`)
  if (then === undefined) return undefined
  return sql`(coalesce(${isItemVisible(actor, sql`e.item_id`)}, false) and coalesce((
    select ${then} from (
      select ${STATE_COLUMNS} from item where jurisdiction_id = e.jurisdiction_id and id = e.item_id and version = e.item_version
      union all
      select ${STATE_COLUMNS} from item_past
      where jurisdiction_id = e.jurisdiction_id and id = e.item_id and version = e.item_version) s), false))`
}

/** What `limitOf` asks of a state. */
const STATE_COLUMNS = sql.raw('area, concerned_units, channel, reported_by')

/** The condition `and …` that leaves the events of items that an actor may see; none for whoever sees all. */
export function andEventVisible(actor: Actor): SQL {
  const visible = isEventVisible(actor)
  return visible === undefined ? sql`` : sql`and ${visible}`
}

/** The items an actor may see now, as a condition on another alias than `i`. */
export function visibleAs(actor: Actor, alias: SQL): SQL {
  const limit = limitOf(actor, alias)
  const own = sql`${alias}.jurisdiction_id = ${actor.jurisdiction.id}`
  return limit === undefined ? own : sql`${own} and ${limit}`
}

function limitOf(actor: Actor, alias: SQL): SQL | undefined {
  if (actor.role === 'unit') return sql`${alias}.concerned_units @> array[${actor.unit}]::uuid[]`
  // A channel has to do with what came through it, wherever that lies.
  if (isChannel(actor.role)) return sql`${alias}.channel = ${actor.role} and ${alias}.reported_by = ${actor.id}`
  const area = areaLimitOf(actor)
  return area === null ? undefined : withinArea(area, alias)
}

/** A unit's own work: what it is responsible for or helps with now, not what it once had. For others, all. */
export function ownedBy({ role, unit }: Actor): SQL[] {
  if (role !== 'unit') return []
  return [sql`(i.responsible_unit = ${unit} or i.assignment -> 'coUnits' ? ${unit}::text)`]
}

/** Area codes are prefixes of what lies under them; a range over the index, no recursion. */
export function withinArea(code: string, alias: SQL = sql`i`): SQL {
  return sql`${alias}.area like ${`${areaPrefix(code)}%`}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a name of an item is its UUID rather than its code. */
export function isUuid(ref: string): boolean {
  return UUID.test(ref)
}

/** The condition that finds an item by its UUID or its code. */
export function itemIs(ref: string, alias: SQL = sql`i`): SQL {
  return isUuid(ref) ? sql`${alias}.id = ${ref.toLowerCase()}` : sql`${alias}.code = ${ref}`
}
