import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { ON_ACCOUNT } from '../domain/item.js'
import type { Actor } from '../domain/permissions.js'
import { chainageText } from './chainage.js'
import { instantText } from './instant.js'
import type { Past } from './past.js'
import { item } from './schema.js'
import { itemIs, visibleAs } from './visible.js'

/** A deadline is near (预警) from this many days before it. */
export const DUE_SOON_DAYS = 7

const names = Object.values(getTableColumns(item)).map((column) => column.name)
const columns = sql.raw(names.join(', '))
const exactColumns = sql.raw(names.map((name) => `x.${name}`).join(', '))

const SOON = sql.raw(`interval '${DUE_SOON_DAYS} days'`)

const ON_ACCOUNT_TEXT = `i.status in (${ON_ACCOUNT.map((status) => `'${status}'`).join(', ')})`
/** On account (挂账), on alias `i`. */
export const onAccount = sql.raw(ON_ACCOUNT_TEXT)

/** On account and the clock running: what can be overdue at all. Matches the partial index `item_by_deadline_on_the_clock`. */
export const onTheClock = sql.raw(`${ON_ACCOUNT_TEXT} and i.suspension is null`)

/** When anything was last heard of the work on an item, alias `i`: RFC 3339 text, which sorts. */
export const lastProgress = sql`greatest(
  i.assignment ->> 'acceptedAt', i.plan ->> 'at', i.progress ->> 'at')`

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

/** Calendar days in the jurisdiction's zone since the deadline's day, at least 1 for what is overdue. */
export function overdueDays(now: string, timeZone: string): SQL {
  return sql`greatest(1, (${now}::timestamptz at time zone ${timeZone})::date - (i.due_at at time zone ${timeZone})::date)`
}

export function overdue(now: string | SQL): SQL {
  return sql`(${onTheClock} and i.due_at is not null and i.due_at < ${now}::timestamptz)`
}

// Looking for nobody costs as much as finding somebody, so it is not done.
const person = (column: string) => `case when ${column} is not null then (
    select json_build_object('id', p.id, 'name', p.name) from person p
    where p.jurisdiction_id = i.jurisdiction_id and p.id = ${column}) end`

// The fields in the order of `ItemView`, in as few pieces as what differs from request to request allows: a query is put
// together of its pieces at every request.
const FIELDS_TO_DUE = sql.raw(`
    i.id, i.code, i.version, i.status, i.title, i.description, i.level, i.category, i.risk, i.source, i.area,
    i.road, i.direction, i.carriageway, i.start_chainage_m as "startChainageM", i.end_chainage_m as "endChainageM",
    ${chainageText('i.start_chainage_m', 'i.end_chainage_m')} as chainage,
    case when i.lon is not null then json_build_object('lon', i.lon, 'lat', i.lat) end as location,
    i.address, i.external_system as "externalSystem", i.external_id as "externalId",
    ${instantText('i.found_at')} as "foundAt",
    i.channel, i.hotline, i.media_url as "mediaUrl", ${instantText('i.reported_at')} as "reportedAt",
    ${person('i.reported_by')} as "reportedBy", ${instantText('i.listed_at')} as "listedAt", i.evaluation,
    ${instantText('i.default_due_at')} as "defaultDueAt", i.assignment, ${instantText('i.due_at')} as "dueAt",
    i.due_provisional as "dueProvisional", i.escalation, ${ON_ACCOUNT_TEXT} as "onAccount", `)
const FIELDS_FROM_SUSPENDED = sql.raw(`
    i.suspension is not null as suspended, i.suspension, i.extension is not null as "extensionPending", i.extension,
    i.supervision, i.plan, i.progress, i.closure_request as "closureRequest",
    ${instantText('i.closed_at')} as "closedAt", ${person('i.closed_by')} as "closedBy",
    i.closure_findings as "closureFindings", i.closure_points as "closurePoints", i.verifications, i.recheck,
    i.dismissal_reason as "dismissalReason", i.merged_into as "mergedInto", i.merged_from as "mergedFrom", i.evidence, `)
const FIELD_UPDATED = sql.raw(`, ${instantText('i.updated_at')} as "updatedAt"`)

/**
 * The item's JSON, made by PostgreSQL: the one definition of `ItemView`, for reads and for the answers of commands.
 * Selects from alias `i` (an `itemRows` source); schema and test hold that it is what `http/item-view.ts` describes.
 */
export function itemFields(actor: Actor, now: string): SQL {
  const isOverdue = overdue(now)
  return sql`${FIELDS_TO_DUE}${isOverdue} as overdue,
    case when ${isOverdue} then ${overdueDays(now, actor.jurisdiction.timeZone)} else 0 end as "overdueDays",
    (${onTheClock} and i.due_at is not null and i.due_at >= ${now}::timestamptz
      and i.due_at < ${now}::timestamptz + ${SOON}) as "dueSoon",${FIELDS_FROM_SUSPENDED}
    ${suspectedRecurrence(actor)} as "suspectedRecurrenceOf"${FIELD_UPDATED}`
}

/** What the item may be the return of, as this state of it knew, for whoever may see that one too; nothing once it was refused. */
function suspectedRecurrence(actor: Actor): SQL {
  // One look for each item of a list, and a second one only where the first finds something.
  return sql`(select (
      select json_build_object('id', t.id, 'code', t.code, 'distanceM', r.distance_m,
        'confirmed', coalesce(r.decided_version <= i.version, false))
      from item t where t.jurisdiction_id = r.jurisdiction_id and t.id = r.of_id and ${visibleAs(actor, sql`t`)})
    from recurrence r
    where r.jurisdiction_id = i.jurisdiction_id and r.item_id = i.id and r.found_version <= i.version
      and (r.confirmed or r.decided_version is null or r.decided_version > i.version))`
}

/** The column `json` of a query that has alias `i`: the item's JSON text. */
export function itemText(actor: Actor, now: string): SQL {
  return sql`(select row_to_json(v)::text from (select ${itemFields(actor, now)}) v) as json`
}

/** The column `json` of an item's row in a file of that format. */
export const rowTextIn = (format: string) => (format === 'geojson' ? featureProperties : itemText)

/**
 * The column `json` for a feature of a map: the item, and beside its own fields who answers for it, flat, since the tables of
 * geographic information systems show an object as text.
 */
export function featureProperties(actor: Actor, now: string): SQL {
  return sql`(select row_to_json(v)::text from (select ${itemFields(actor, now)}, ${OWNER_FIELDS}) v) as json`
}

const OWNER_FIELDS = sql.raw(`
    i.responsible_unit as "unitId",
    case when i.responsible_unit is not null then (
      select u.name from unit u where u.jurisdiction_id = i.jurisdiction_id and u.id = i.responsible_unit) end as "unitName",
    i.assignment -> 'leadOfficial' ->> 'name' as "leadOfficialName",
    i.assignment -> 'leadOfficial' ->> 'title' as "leadOfficialTitle"`)

/** `select` of one column `json`, the item's JSON text, over a source that has alias `i`. `itemTold` then says what its caller is told. */
export function itemJson(actor: Actor, now: string, from: SQL): SQL {
  return sql`select row_to_json(v)::text as json from (select ${itemFields(actor, now)} ${from}) v`
}
