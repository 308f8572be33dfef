import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { insertNotices, noticeInsert } from '../db/notices.js'
import type { Actor } from '../domain/access/permissions.js'
import type { HappenedItemEvent, ItemEvent } from '../domain/item/events.js'
import { evolve } from '../domain/item/evolve.js'
import type { Item } from '../domain/item/item.js'
import type { Happened } from '../domain/item/telling.js'
import { notFound } from '../domain/rejection.js'
import { itemTold } from '../item/channel.js'
import { itemJson } from '../item/json.js'
import { itemColumnList } from '../item/rows.js'
import { type ItemRow, item as itemTable } from '../item/table.js'
import { isUuid, itemIs, visibleItems } from '../item/visible.js'
import { type PreparedEvent, prepareEvent } from './chain.js'
import { noticesOf } from './tell.js'

// The generated columns follow from the others; they are neither read into an Item nor written.
const { responsibleUnit: _1, leadOfficial: _2, supervisionTier: _3, ...stored } = getTableColumns(itemTable)
const storedColumns = Object.entries(stored)
const storedList = sql.raw(storedColumns.map(([, column]) => column.name).join(', '))
const readList = sql.raw(storedColumns.map(([, column]) => `i.${column.name}`).join(', '))
const pastList = sql.raw(
  Object.values(getTableColumns(itemTable))
    .map((column) => `i.${column.name}`)
    .join(', '),
)
const newList = sql.raw(storedColumns.map(([, column]) => `r.${column.name}`).join(', '))

/** Reads an item to change it: locked until the transaction ends. @throws Rejection `not-found`, also for the invisible. */
export async function lockItem(tx: Tx, actor: Actor, ref: string): Promise<Item> {
  const [item] = await lock(tx, sql`${visibleItems(actor)} and ${itemIs(ref)}`)
  if (item === undefined) throw notFound()
  return item
}

/** Locks two items in one order for everybody, so that two merges never wait for each other. */
export async function lockItems(
  tx: Tx,
  actor: Actor,
  refs: readonly [string, string],
): Promise<[Item, Item | undefined]> {
  const items = await lock(tx, sql`${visibleItems(actor)} and (${itemIs(refs[0])} or ${itemIs(refs[1])})`)
  const [first, second] = refs.map((ref) => items.find(({ id, code }) => id === ref.toLowerCase() || code === ref))
  if (first === undefined) throw notFound()
  return [first, second]
}

/** Locks items by their ids, in one order for everybody, waiting for whoever has one. */
export async function lockItemsOf(tx: Tx, jurisdiction: string, ids: readonly string[]): Promise<Item[]> {
  if (ids.length === 0) return []
  return lock(tx, sql`i.jurisdiction_id = ${jurisdiction} and i.id = any(${sql.param(ids)}::uuid[])`)
}

/** Locks all items of a work that changes many, before it changes the first: in the same order for everybody. */
export async function lockAll(tx: Tx, actor: Actor, refs: readonly string[]): Promise<void> {
  const ids = refs.filter(isUuid).map((ref) => ref.toLowerCase())
  const codes = refs.filter((ref) => !isUuid(ref))
  await tx.execute(sql`
    select from item i where ${visibleItems(actor)} and (i.id = any(${sql.param(ids)}::uuid[])
      or i.code = any(${sql.param(codes)}::text[])) order by i.id for no key update`)
}

/** Locks the first items for which a condition holds, in one order for everybody, waiting for whoever has one. */
export async function lockItemsUpTo(tx: Tx, condition: SQL, limit: number): Promise<Item[]> {
  return lock(tx, condition, sql`limit ${limit}`)
}

async function lock(tx: Tx, condition: SQL, limit = sql``): Promise<Item[]> {
  const { rows } = await tx.execute<StoredRow>(
    sql`select ${readList} from item i where ${condition} order by i.id ${limit} for no key update`,
  )
  return rows.map(itemOf)
}

type StoredRow = Record<string, unknown>

/** Drizzle would put the list of columns together anew for every item that is locked. */
function itemOf(row: StoredRow): Item {
  const entries = storedColumns.map(([key, column]) => {
    const value = row[column.name]
    return [key, value === null ? null : column.mapFromDriverValue(value)]
  })
  return Object.fromEntries(entries) as ItemRow
}

/** A change that has been written, but for its place in the ledger. */
export interface Written {
  item: Item
  /** The item as the caller is answered. */
  json: string
  event: PreparedEvent
}

/**
 * Writes what `event` makes of a locked item: the past row, the present row, and the notices to those whom it concerns. The
 * event itself is appended by `act`.
 */
export async function writeChange(tx: Tx, before: Item, event: ItemEvent, actor: Actor, at: string): Promise<Written> {
  const item = evolve(before, happened(event, actor, at))
  const notices = await noticesOf(tx, actor, [{ event, before, after: item }], at)
  const told = notices.length === 0 ? sql`` : sql`, told as (${noticeInsert(item.jurisdiction, notices, at)})`
  const json = await answerOf(
    tx,
    actor,
    sql`
    with past as (
      insert into item_past (${itemColumnList}, valid_to)
      select ${itemColumnList}, ${at} from item where jurisdiction_id = ${item.jurisdiction} and id = ${item.id}
    ), changed as (
      update item set (${storedList}) = row(${newList}) from json_populate_record(null::item, ${rowOf(item)}) r
      where item.jurisdiction_id = ${item.jurisdiction} and item.id = ${item.id} returning item.*
    )${told} ${itemJson(actor, at, sql`from changed i`)}`,
  )
  return { item, json, event: prepared(item, event, actor, at) }
}

/** A change of many: what happens to an item, what it becomes, and the event that makes it so. */
export interface Changed {
  happened: Happened
  item: Item
  event: PreparedEvent
}

export function evolved(before: Item, event: ItemEvent, actor: Actor, at: string): Changed {
  const item = evolve(before, happened(event, actor, at))
  return { happened: { event, before, after: item }, item, event: prepared(item, event, actor, at) }
}

/**
 * Writes one change for each of many locked items: the past rows, the present rows, and the notices to those whom it
 * concerns. The events are the caller's to append.
 */
export async function writeChanges(tx: Tx, actor: Actor, changes: readonly Changed[], at: string): Promise<void> {
  const jurisdiction = actor.jurisdiction.id
  const json = `[${changes.map(({ item }) => rowOf(item)).join(',')}]`
  await tx.execute(sql`
    with new as (select * from json_populate_recordset(null::item, ${json}::json)), past as (
      insert into item_past (${itemColumnList}, valid_to)
      select ${pastList}, r.updated_at from item i join new r on r.id = i.id where i.jurisdiction_id = ${jurisdiction}
    )
    update item set (${storedList}) = row(${newList}) from new r
    where item.jurisdiction_id = ${jurisdiction} and item.id = r.id`)
  const told = changes.map(({ happened }) => happened)
  await insertNotices(tx, jurisdiction, await noticesOf(tx, actor, told, at), at)
}

/** Locks the items that a schedule works on, passing over those that somebody else has locked. */
export async function lockItemsWhere(tx: Tx, condition: SQL, order: SQL, limit: number): Promise<Item[]> {
  const { rows } = await tx.execute<StoredRow>(sql`
    select ${readList} from item i where ${condition} order by ${order} limit ${limit} for no key update skip locked`)
  return rows.map(itemOf)
}

/** Writes a new item. @throws the driver's 23505 when its external id is on the list already. */
export async function writeNewItem(tx: Tx, item: Item, event: ItemEvent, actor: Actor, at: string): Promise<Written> {
  const json = await answerOf(
    tx,
    actor,
    sql`
    with created as (${insertItems(sql`json_populate_record(null::item, ${rowOf(item)})`)} returning item.*)
    ${itemJson(actor, at, sql`from created i`)}`,
  )
  return { item, json, event: prepared(item, event, actor, at) }
}

/** A locked item as its caller is answered, unchanged. */
export function readItemJson(tx: Tx, item: Item, actor: Actor, at: string): Promise<string> {
  return answerOf(
    tx,
    actor,
    itemJson(actor, at, sql`from item i where i.jurisdiction_id = ${item.jurisdiction} and i.id = ${item.id}`),
  )
}

/** `insert` of the item rows that `source` yields. */
export function insertItems(source: SQL): SQL {
  return sql`insert into item (${storedList}) select ${newList} from ${source} r`
}

export function rowOf(item: Item): string {
  return JSON.stringify(
    Object.fromEntries(storedColumns.map(([key, column]) => [column.name, item[key as keyof Item]])),
  )
}

export function prepared(item: Item, event: ItemEvent, actor: Actor, at: string): PreparedEvent {
  const { jurisdiction, id, code, version } = item
  const about = { jurisdiction, itemId: id, itemCode: code, itemVersion: version }
  return prepareEvent({ ...about, type: event.type, at, actor: { id: actor.id, role: actor.role } }, event.data)
}

export function happened(event: ItemEvent, actor: Actor, at: string): HappenedItemEvent {
  return { ...event, at, actorId: actor.id }
}

/** The time of the next event: the present, but never before the item's last event, whatever the clock did. */
export function timeAfter(item: Item, now: string): string {
  return now > item.updatedAt ? now : item.updatedAt
}

async function answerOf(tx: Tx, actor: Actor, statement: SQL): Promise<string> {
  const { rows } = await tx.execute<{ json: string }>(statement)
  const json = rows[0]?.json
  if (json === undefined) throw new Error('the written item did not come back')
  return itemTold(actor, json)
}
