import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant, instantText } from '../db/instant.js'
import { type Actor, areaLimitOf } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import type { Past } from '../item/past.js'
import { untilThen } from '../item/rows.js'
import { andEventVisible, isEventVisible, itemIs, visibleItems } from '../item/visible.js'
import { adminEventsFor } from './event-readers.js'

const HEADER = sql.raw(`e.jurisdiction_id as jurisdiction, e.seq, e.item_id as "itemId", e.item_code as "itemCode",
    e.item_version as "itemVersion", e.type, ${instantText('e.at')} as at`)
const HASHES = sql.raw(`encode(e.data_hash, 'hex') as "dataHash", encode(e.previous_hash, 'hex') as "previousHash",
    encode(e.hash, 'hex') as hash`)

/**
 * An event as it goes on the wire; `data` passes through as the very text that was hashed. Where a condition does not hold, it
 * has all that the chain is made of, but neither the data, nor the salt that proves them, nor the name of who acted.
 */
function eventJson(told?: SQL): SQL {
  const ifTold = (value: SQL) => (told === undefined ? value : sql`case when ${told} then ${value} end`)
  return sql`(select row_to_json(v)::text from (select ${HEADER},
    json_build_object('id', e.actor_id, 'name', ${ifTold(sql`p.name`)}, 'role', e.actor_role) as actor,
    ${ifTold(sql`e.data::json`)} as data, ${ifTold(sql`encode(e.salt, 'hex')`)} as salt, ${HASHES}) v)`
}

/** The condition on alias `e` that an event is about an item, or that an actor may read what it says; undefined: always. */
function isTold(actor: Actor): SQL | undefined {
  const types = adminEventsFor(actor)
  if (types === undefined) return undefined
  const list = sql.raw(types.map((type) => `'${type}'`).join(', '))
  return sql`(e.item_id is not null or e.type in (${list}))`
}

const withActor = sql`left join person p on p.jurisdiction_id = e.jurisdiction_id and p.id = e.actor_id`

export interface EventRow extends Record<string, unknown> {
  seq: number
  type: string
  json: string
}

/** An event with what decides who may see it. */
export interface PlacedEvent extends EventRow {
  itemId: string | null
  /** Where its item lies now; null for an event that is about no item. */
  area: string | null
  /** Where its item lay after it. */
  areaThen: string | null
  /** The event without its data, for who may not read them; null for one that is about an item. */
  withheld: string | null
}

export interface Head {
  seq: number
  hash: string
}

/** The ledger's head: the last event's seq and hash. */
export async function readHead(db: Db | Tx, jurisdiction: string): Promise<Head> {
  const { rows } = await db.execute<{ seq: string; hash: string }>(sql`
    select seq, encode(hash, 'hex') as hash from ledger_head where jurisdiction_id = ${jurisdiction}`)
  const [head] = rows
  if (head === undefined) throw new Error(`jurisdiction ${jurisdiction} has no ledger`)
  return { seq: Number(head.seq), hash: head.hash }
}

/** One item's events after version `afterVersion` that the caller may see, oldest first. */
export async function readItemEvents(
  db: Db,
  actor: Actor,
  query: { itemId: string; afterVersion: number; past: Past | undefined; limit: number },
): Promise<(EventRow & { version: number })[]> {
  const { itemId, afterVersion, past, limit } = query
  const { rows } = await db.execute<EventRow & { version: number }>(sql`
    select e.seq, e.type, e.item_version as version, ${eventJson()} as json from event e ${withActor}
    where e.jurisdiction_id = ${actor.jurisdiction.id} and e.item_id = ${itemId} and e.item_version > ${afterVersion}
      ${untilThen(past)} ${andEventVisible(actor)}
    order by e.item_version limit ${limit}`)
  return rows
}

/** An event as far as it is about who changed an item when. */
export interface ItemChange extends Record<string, unknown> {
  seq: number
  version: number
  type: string
  at: string
  actor: { id: string; name: string | null; role: string }
}

/** One item's events after one version and up to another that the caller may see, oldest first. */
export async function readItemChanges(
  db: Db,
  actor: Actor,
  query: { itemId: string; after: number; until: number; limit: number },
): Promise<ItemChange[]> {
  const { rows } = await db.execute<ItemChange>(sql`
    select e.seq, e.item_version as version, e.type, ${instant('e.at')} as at,
      json_build_object('id', e.actor_id, 'name', p.name, 'role', e.actor_role) as actor
    from event e ${withActor}
    where e.jurisdiction_id = ${actor.jurisdiction.id} and e.item_id = ${query.itemId}
      and e.item_version > ${query.after} and e.item_version <= ${query.until} ${andEventVisible(actor)}
    order by e.item_version limit ${query.limit}`)
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

/** The id of an item that the caller may see. @throws Rejection `not-found`, also for the invisible. */
export async function findItemId(db: Db, actor: Actor, ref: string): Promise<string> {
  const { rows } = await db.execute<{ id: string }>(
    sql`select i.id from item i where ${visibleItems(actor)} and ${itemIs(ref)}`,
  )
  const [row] = rows
  if (row === undefined) throw notFound()
  return row.id
}

export interface FeedQuery {
  after: number
  /** The head at the time of asking: where the scan ends. */
  until: number
  limit: number
  types: readonly string[]
}

/**
 * The jurisdiction's events after a seq, in order. Dense for who may see the whole jurisdiction, with the data of what they
 * may not read withheld; a supervisor who is limited to an area gets the events of the items there, and those about no item
 * that they may read.
 */
export async function readFeed(db: Db, actor: Actor, { after, until, limit, types }: FeedQuery): Promise<EventRow[]> {
  const ofTypes = types.length === 0 ? sql`` : sql`and e.type in ${types}`
  const visible =
    areaLimitOf(actor) === null
      ? sql``
      : sql`and case when e.item_id is null then ${isTold(actor) ?? sql`true`} else ${isEventVisible(actor) ?? sql`true`} end`
  const { rows } = await db.execute<EventRow>(sql`
    select e.seq, e.type, ${eventJson(isTold(actor))} as json from event e ${withActor}
    where e.jurisdiction_id = ${actor.jurisdiction.id} and e.seq > ${after} and e.seq <= ${until} ${ofTypes} ${visible}
    order by e.seq limit ${limit}`)
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

/** All of the jurisdiction's events after a seq, in order, for whoever hands them on by who may see them. */
export async function readPlaced(db: Db, jurisdiction: string, after: number, limit: number): Promise<PlacedEvent[]> {
  const { rows } = await db.execute<PlacedEvent>(sql`
    select e.seq, e.type, e.item_id as "itemId", i.area, case when i.version = e.item_version then i.area else s.area end as "areaThen",
      ${eventJson()} as json, case when e.item_id is null then ${eventJson(sql`false`)} end as withheld
    from event e ${withActor}
    left join item i on i.jurisdiction_id = e.jurisdiction_id and i.id = e.item_id
    left join item_past s on s.jurisdiction_id = e.jurisdiction_id and s.id = e.item_id and s.version = e.item_version
    where e.jurisdiction_id = ${jurisdiction} and e.seq > ${after} order by e.seq limit ${limit}`)
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}
