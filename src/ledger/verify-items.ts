import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { HappenedItemEvent } from '../domain/item/events.js'
import { begin, evolve, type Identity } from '../domain/item/evolve.js'
import type { Item } from '../domain/item/item.js'
import { itemPast, item as itemTable } from '../item/table.js'
import { canonicalJson } from './chain.js'

const ITEMS_A_PAGE = 500

export interface ItemFault {
  itemId: string
  itemCode: string
  version: number
  /** `no item`: the events make none; `missing`: a state has no row; `without events`: a row has no state. */
  fault: 'differs' | 'missing' | 'without events' | 'no item'
  /** The fields in which the row is not what its events fold to. */
  fields: string[]
}

export interface ItemsReport {
  ok: boolean
  checked: number
  faults: ItemFault[]
}

const MAX_FAULTS = 100

/** Folds every item's events and compares each state with its row, the present one and those of the past. */
export async function verifyItems(
  db: Db,
  jurisdiction: string,
  onProgress?: (checked: number) => void,
): Promise<ItemsReport> {
  const faults: ItemFault[] = await rowsOfUnknownItems(db, jurisdiction)
  let checked = 0
  let after = '00000000-0000-0000-0000-000000000000'
  while (faults.length < MAX_FAULTS) {
    const { rows } = await db.execute<{ item_id: string }>(sql`
      select distinct item_id from event where jurisdiction_id = ${jurisdiction} and item_id > ${after}
      order by item_id limit ${ITEMS_A_PAGE}`)
    const ids = rows.map((row) => row.item_id)
    if (ids.length === 0) break
    faults.push(...(await compare(db, jurisdiction, ids)))
    checked += ids.length
    after = ids.at(-1) ?? after
    onProgress?.(checked)
  }
  return { ok: faults.length === 0, checked, faults: faults.slice(0, MAX_FAULTS) }
}

/** One snapshot for events and rows, so that a change in between is no fault. */
function compare(db: Db, jurisdiction: string, ids: string[]): Promise<ItemFault[]> {
  return db.transaction(
    async (tx) => {
      const { rows: events } = await tx.execute<ItemEventRow>(sql`
        select item_id, item_code, item_version, type, at, actor_id, data from event
        where jurisdiction_id = ${jurisdiction} and item_id in ${ids} order by item_id, item_version`)
      const ofThese = sql`jurisdiction_id = ${jurisdiction} and id in ${ids}`
      const present = await tx.select().from(itemTable).where(ofThese)
      const past = await tx.select().from(itemPast).where(ofThese)
      const rows: ItemRow[] = [...past, ...present.map((row) => ({ ...row, validTo: null }))]
      const eventsOf = byItem(events, (event) => event.item_id)
      const rowsOf = byItem(rows, (row) => row.id)
      return ids.flatMap((id) => faultsOf(jurisdiction, eventsOf.get(id) ?? [], rowsOf.get(id) ?? []))
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}

interface ItemEventRow extends Record<string, unknown> {
  item_id: string
  item_code: string
  item_version: number
  type: string
  at: string
  actor_id: string
  data: string
}

/** A row of `item` or `item_past`: a state of an item, and when it ended. */
type ItemRow = Omit<typeof itemPast.$inferSelect, 'validTo'> & { validTo: string | null }

function faultsOf(jurisdiction: string, events: readonly ItemEventRow[], rows: readonly ItemRow[]): ItemFault[] {
  const faults: ItemFault[] = []
  // A past row of the present version is another row than the present one, and has no state that it could be.
  const key = (version: number, isPresent: boolean) => `${version} ${isPresent}`
  const unmatched = new Map(rows.map((row) => [key(row.version, row.validTo === null), row]))
  let item: Item | undefined
  for (const [index, event] of events.entries()) {
    const identity = { jurisdiction, id: event.item_id, code: event.item_code }
    item = next(item, identity, event)
    if (item === undefined) {
      const at = { itemId: identity.id, itemCode: identity.code, version: event.item_version }
      return [...faults, { ...at, fault: 'no item', fields: [] }]
    }
    const following = events[index + 1]
    const validTo = following === undefined ? null : instantOf(following.at)
    const state = key(item.version, validTo === null)
    const fault = difference(item, validTo, unmatched.get(state))
    unmatched.delete(state)
    if (fault !== undefined) faults.push(fault)
  }
  for (const { id, code, version } of unmatched.values()) {
    faults.push({ itemId: id, itemCode: code, version, fault: 'without events', fields: [] })
  }
  return faults
}

/** The item after an event; undefined when nothing of the kind can have happened. */
function next(item: Item | undefined, identity: Identity, row: ItemEventRow): Item | undefined {
  try {
    const happened = { type: row.type, data: JSON.parse(row.data), at: instantOf(row.at), actorId: row.actor_id }
    return item === undefined
      ? begin(identity, happened as HappenedItemEvent)
      : evolve(item, happened as HappenedItemEvent)
  } catch {
    return undefined
  }
}

function difference(item: Item, validTo: string | null, row: ItemRow | undefined): ItemFault | undefined {
  const at = { itemId: item.id, itemCode: item.code, version: item.version }
  if (row === undefined) return { ...at, fault: 'missing', fields: [] }
  const expected: ItemRow = {
    ...(item as ItemRow),
    responsibleUnit: item.assignment?.responsibleUnit ?? null,
    leadOfficial: item.assignment?.leadOfficial?.name ?? null,
    supervisionTier: item.supervision?.tier ?? null,
    validTo,
  }
  const fields = (Object.keys(row) as (keyof ItemRow)[]).filter(
    (key) => canonicalJson(expected[key] ?? null) !== canonicalJson(row[key]),
  )
  return fields.length === 0 ? undefined : { ...at, fault: 'differs', fields }
}

function byItem<T>(all: readonly T[], itemOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(itemOf(one))
    if (group === undefined) groups.set(itemOf(one), [one])
    else group.push(one)
  }
  return groups
}

function instantOf(at: string): string {
  return new Date(at).toISOString()
}

async function rowsOfUnknownItems(db: Db, jurisdiction: string): Promise<ItemFault[]> {
  const { rows } = await db.execute<{ id: string; code: string; version: number }>(sql`
    select i.id, i.code, i.version from (
      select id, code, version from item where jurisdiction_id = ${jurisdiction}
      union all
      select id, code, version from item_past where jurisdiction_id = ${jurisdiction}) i
    where not exists (select from event e where e.jurisdiction_id = ${jurisdiction} and e.item_id = i.id)
    limit ${MAX_FAULTS}`)
  return rows.map(({ id, code, version }) => ({
    itemId: id,
    itemCode: code,
    version,
    fault: 'without events',
    fields: [],
  }))
}
