import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { ON_ACCOUNT } from '../domain/item.js'
import type { Actor } from '../domain/permissions.js'
import { instant } from './instant.js'
import { item } from './schema.js'

/** A deadline is near (预警) from this many days before it. */
export const DUE_SOON_DAYS = 7

const columns = sql.raw(
  Object.values(getTableColumns(item))
    .map((column) => column.name)
    .join(', '),
)

const onAccount = sql.raw(`i.status in (${ON_ACCOUNT.map((status) => `'${status}'`).join(', ')})`)

/** On account and the clock running: what can be overdue at all. Matches the partial index `item_on_the_clock`. */
export const onTheClock = sql`${onAccount} and i.suspension is null`

/**
 * The rows of items as they are, or those of all times when `asOf` is given: the same columns, so the same queries.
 * `heldAt` then picks the moment; it stands outside, because only so does the planner look into both tables' indexes.
 */
export function itemRows(asOf: string | undefined): SQL {
  if (asOf === undefined) return sql`item`
  return sql`(
    select ${columns}, tstzrange(updated_at, null) as held from item
    union all
    select ${columns}, tstzrange(updated_at, valid_to) from item_past)`
}

/** The conditions on `itemRows(asOf)`, alias `i`, that leave each item as it stood then; none for the present. */
export function heldAt(asOf: string | undefined): SQL[] {
  return asOf === undefined ? [] : [sql`i.held @> ${asOf}::timestamptz`]
}

/** The columns of `item`, to copy a row into `item_past`. */
export const itemColumnList = columns

const person = (column: string) =>
  sql.raw(`(select json_build_object('id', p.id, 'name', p.name) from person p
    where p.jurisdiction_id = i.jurisdiction_id and p.id = ${column})`)

const chainage = (column: string) => `'K' || (${column} / 1000) || '+' || lpad((${column} % 1000)::text, 3, '0')`

export function overdue(now: string): SQL {
  return sql`(${onTheClock} and i.due_at is not null and i.due_at < ${now}::timestamptz)`
}

/** Calendar days in the jurisdiction's zone since the deadline's day, at least 1 for what is overdue. */
export function overdueDays(now: string, timeZone: string): SQL {
  return sql`greatest(1, (${now}::timestamptz at time zone ${timeZone})::date - (i.due_at at time zone ${timeZone})::date)`
}

/**
 * The item's JSON, made by PostgreSQL: the one definition of `ItemView`, for reads and for the answers of commands.
 * Selects from alias `i` (an `itemRows` source); schema and test hold that it is what `http/item-view.ts` describes.
 */
export function itemFields(actor: Actor, now: string): SQL {
  const isOverdue = overdue(now)
  return sql`
    i.id, i.code, i.version, i.status, i.title, i.description, i.level, i.category, i.risk, i.source, i.area,
    i.road, i.direction, i.start_chainage_m as "startChainageM", i.end_chainage_m as "endChainageM",
    ${sql.raw(`${chainage('i.start_chainage_m')} || case when i.end_chainage_m > i.start_chainage_m
      then '~' || ${chainage('i.end_chainage_m')} else '' end`)} as chainage,
    case when i.lon is not null then json_build_object('lon', i.lon, 'lat', i.lat) end as location,
    i.address, i.external_system as "externalSystem", i.external_id as "externalId",
    ${instant('i.found_at')} as "foundAt", ${instant('i.reported_at')} as "reportedAt",
    ${person('i.reported_by')} as "reportedBy", ${instant('i.listed_at')} as "listedAt", i.evaluation,
    ${instant('i.default_due_at')} as "defaultDueAt", i.assignment, ${instant('i.due_at')} as "dueAt",
    i.due_provisional as "dueProvisional", i.escalation, ${onAccount} as "onAccount", ${isOverdue} as overdue,
    case when ${isOverdue} then ${overdueDays(now, actor.jurisdiction.timeZone)} else 0 end as "overdueDays",
    (${onTheClock} and i.due_at is not null and i.due_at >= ${now}::timestamptz
      and i.due_at < ${now}::timestamptz + ${sql.raw(`interval '${DUE_SOON_DAYS} days'`)}) as "dueSoon",
    i.suspension is not null as suspended, i.suspension, i.extension is not null as "extensionPending", i.extension,
    i.supervision, i.plan, i.progress, i.closure_request as "closureRequest",
    ${instant('i.closed_at')} as "closedAt", ${person('i.closed_by')} as "closedBy",
    i.closure_findings as "closureFindings", i.recheck, i.dismissal_reason as "dismissalReason",
    i.merged_into as "mergedInto", i.merged_from as "mergedFrom", i.evidence, ${instant('i.updated_at')} as "updatedAt"`
}

/** `select` of one column `json`, the item's JSON text, over a source that has alias `i`. */
export function itemJson(actor: Actor, now: string, from: SQL): SQL {
  return sql`select row_to_json(v)::text as json from (select ${itemFields(actor, now)} ${from}) v`
}
