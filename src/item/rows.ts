import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Past } from './past.js'
import { item } from './table.js'
import { itemIs } from './visible.js'

const names = Object.values(getTableColumns(item)).map((column) => column.name)
const columns = sql.raw(names.join(', '))
const exactColumns = sql.raw(names.map((name) => `x.${name}`).join(', '))

/**
 * The rows of items as they are, or those of all times when a `past` is given: the same columns, so the same queries.
 * `heldAt` or `heldInOrder` then picks the moment; it stands outside, because only so does the planner look into both tables' indexes.
 */
export function itemRows(past: Past | undefined): SQL {
  if (past === undefined) return sql`item`
  return sql`(
    select ${columns}, updated_at as began, 'infinity'::timestamptz as ended, '(,)'::tstzrange as held, reported_at as since,
      false as is_exact from item
    union all
    select ${columns}, updated_at, valid_to, tstzrange(updated_at, valid_to), reported_at, false from item_past
    ${rowsAcross(past)})`
}

/**
 * The conditions on `itemRows(past)`, alias `i`, that leave each item as it stood then; none for the present. For what is
 * counted or read as a whole: served by the index by time.
 */
export function heldAt(past: Past | undefined): SQL[] {
  if (past === undefined) return []
  const time = sql`${past.rowsAt}::timestamptz`
  // A range for the states that have ended; of the present ones, which have none, those that had begun.
  return [sql`i.held @> ${time}`, sql`i.began <= ${time}`, ...exceptAcross(past)]
}

/** The same for what is read in an order, page by page: served by the indexes that have that order and both ends. */
export function heldInOrder(past: Past | undefined): SQL[] {
  if (past === undefined) return []
  const time = sql`${past.rowsAt}::timestamptz`
  // Nothing is changed before it is reported, so the order by report begins here.
  return [sql`i.began <= ${time}`, sql`i.ended > ${time}`, sql`i.since <= ${time}`, ...exceptAcross(past)]
}

function exceptAcross(past: Past): SQL[] {
  if (past.seq === undefined) return []
  return [sql`(i.is_exact or i.id not in (select a.id from ${eventsAcross(past)} a))`]
}

/** The events of which the time `rowsAt` says the contrary of their seq, in either direction. */
function eventsAcross({ jurisdiction, seq, rowsAt }: Past): SQL {
  return sql`events_across(${jurisdiction}, ${seq}::bigint, ${rowsAt}::timestamptz)`
}

/** Their items as they were right after the event `seq`, picked by the version that they had. */
function rowsAcross(past: Past): SQL {
  if (past.seq === undefined) return sql``
  return sql`
    union all
    select ${exactColumns}, '-infinity', 'infinity', '(,)', '-infinity', true
    from (
      select id, coalesce(min(version) filter (where seq > ${past.seq}) - 1, max(version)) as version
      from ${eventsAcross(past)} group by id) a
    join ${everyState} x
      on x.jurisdiction_id = ${past.jurisdiction} and x.id = a.id and x.version = a.version`
}

/** `from … where` of the one item that `ref` names, alias `i`, as it is or as it stood then, by the version that it had. */
export function itemThen(past: Past | undefined, jurisdiction: string, ref: string): SQL {
  if (past === undefined) return sql`from item i where ${itemIs(ref)}`
  return sql`
    from (
      select e.item_id as id, max(e.item_version) as version from event e
      where e.jurisdiction_id = ${jurisdiction} ${untilThen(past)}
        and e.item_id = (select n.id from item n where n.jurisdiction_id = ${jurisdiction} and ${itemIs(ref, sql`n`)})
      group by e.item_id) a
    join ${everyState} i
      on i.jurisdiction_id = ${jurisdiction} and i.id = a.id and i.version = a.version
    where true`
}

/** Every state that items are and were in. */
export const everyState = sql`(select ${columns} from item union all select ${columns} from item_past)`

/** The condition on alias `e` that leaves the events which had happened then; none for the present. */
export function untilThen(past: Past | undefined): SQL {
  if (past === undefined) return sql``
  return past.seq === undefined ? sql`and e.at <= ${past.at}` : sql`and e.seq <= ${past.seq}`
}

/** The columns of `item`, to copy a row into `item_past`. */
export const itemColumnList = columns
