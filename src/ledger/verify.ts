import { getTableColumns, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { itemPast, item as itemTable } from '../db/schema.js'
import type { HappenedItemEvent } from '../domain/events.js'
import { begin, evolve } from '../domain/evolve.js'
import type { Item } from '../domain/item.js'
import { canonicalJson, eventHash, sha256 } from './chain.js'

const EVENTS_A_PAGE = 5_000
const ITEMS_A_PAGE = 500

export interface ChainReport {
  ok: boolean
  checked: number
  /** The first seq at which the ledger is not what it was; null when it is. */
  firstBadSeq: number | null
}

interface EventRow extends Record<string, unknown> {
  seq: string
  item_id: string | null
  item_code: string | null
  item_version: number | null
  type: string
  at: string
  actor_id: string
  actor_role: string
  data: string
  salt: Buffer
  data_hash: Buffer
  previous_hash: Buffer
  hash: Buffer
}

/** Recomputes a jurisdiction's chain from the first event to the head, in pages. */
export async function verifyChain(
  db: Db,
  jurisdiction: string,
  onProgress?: (checked: number) => void,
): Promise<ChainReport> {
  // The head is read first: what is appended meanwhile lies after it and is not this run's to check.
  const head = await headOf(db, jurisdiction)
  let previous: Buffer = Buffer.alloc(32)
  let checked = 0
  while (checked < head.seq) {
    const { rows } = await db.execute<EventRow>(sql`
      select seq, item_id, item_code, item_version, type, at, actor_id, actor_role, data, salt, data_hash, previous_hash, hash
      from event where jurisdiction_id = ${jurisdiction} and seq > ${checked} and seq <= ${head.seq}
      order by seq limit ${EVENTS_A_PAGE}`)
    for (const row of rows) {
      if (!isSound(row, jurisdiction, checked + 1, previous)) return { ok: false, checked, firstBadSeq: checked + 1 }
      previous = row.hash
      checked++
    }
    if (rows.length === 0) return { ok: false, checked, firstBadSeq: checked + 1 }
    onProgress?.(checked)
  }
  if (!previous.equals(head.hash)) return { ok: false, checked, firstBadSeq: Math.max(checked, 1) }
  const beyond = await seqBeyondHead(db, jurisdiction)
  return { ok: beyond === null, checked, firstBadSeq: beyond }
}

/** An event that no head accounts for was not appended by this service. */
async function seqBeyondHead(db: Db, jurisdiction: string): Promise<number | null> {
  const { rows } = await db.execute<{ seq: string }>(sql`
    select e.seq from event e join ledger_head h on h.jurisdiction_id = e.jurisdiction_id
    where e.jurisdiction_id = ${jurisdiction} and e.seq > h.seq order by e.seq limit 1`)
  return rows[0] === undefined ? null : Number(rows[0].seq)
}

async function headOf(db: Db, jurisdiction: string): Promise<{ seq: number; hash: Buffer }> {
  const { rows } = await db.execute<{ seq: string; hash: Buffer }>(
    sql`select seq, hash from ledger_head where jurisdiction_id = ${jurisdiction}`,
  )
  return { seq: Number(rows[0]?.seq ?? 0), hash: rows[0]?.hash ?? Buffer.alloc(32) }
}

function isSound(row: EventRow, jurisdiction: string, seq: number, previous: Buffer): boolean {
  if (Number(row.seq) !== seq || !row.previous_hash.equals(previous)) return false
  if (!sha256(row.salt, row.data).equals(row.data_hash)) return false
  const header = {
    ...{ jurisdiction, itemId: row.item_id, itemCode: row.item_code, itemVersion: row.item_version, type: row.type },
    at: new Date(row.at).toISOString(),
    actor: { id: row.actor_id, role: row.actor_role },
  }
  return eventHash(previous, header, seq, row.data_hash).equals(row.hash)
}

export interface ItemFault {
  itemId: string
  itemCode: string
  version: number
  fault: 'differs' | 'missing' | 'without events'
  /** The fields in which the row is not what its events fold to. */
  fields: string[]
}

export interface ItemsReport {
  ok: boolean
  checked: number
  faults: ItemFault[]
}

const MAX_FAULTS = 100
const { responsibleUnit: _1, leadOfficial: _2, supervisionTier: _3, ...presentColumns } = getTableColumns(itemTable)
const {
  responsibleUnit: _4,
  leadOfficial: _5,
  supervisionTier: _6,
  validTo: _7,
  ...pastColumns
} = getTableColumns(itemPast)

/** Folds every item's events and compares each state with its row, the present one and those of the past. */
export async function verifyItems(
  db: Db,
  jurisdiction: string,
  onProgress?: (checked: number) => void,
): Promise<ItemsReport> {
  const faults: ItemFault[] = await rowsWithoutEvents(db, jurisdiction)
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
      const { rows: events } = await tx.execute<EventRow & { item_id: string; item_code: string }>(sql`
        select item_id, item_code, item_version, type, at, actor_id, data from event
        where jurisdiction_id = ${jurisdiction} and item_id in ${ids} order by item_id, item_version`)
      const present = await tx
        .select(presentColumns)
        .from(itemTable)
        .where(sql`jurisdiction_id = ${jurisdiction} and id in ${ids}`)
      const past = await tx
        .select(pastColumns)
        .from(itemPast)
        .where(sql`jurisdiction_id = ${jurisdiction} and id in ${ids}`)
      const stored = new Map([...past, ...present].map((row) => [`${row.id} ${row.version}`, row as Item]))
      const faults: ItemFault[] = []
      let item: Item | undefined
      for (const row of events) {
        const event = {
          type: row.type,
          data: JSON.parse(row.data),
          at: new Date(row.at).toISOString(),
          actorId: row.actor_id,
        }
        const happened = event as HappenedItemEvent
        const identity = { jurisdiction, id: row.item_id, code: row.item_code }
        item = item?.id === row.item_id ? evolve(item, happened) : begin(identity, happened)
        const key = `${item.id} ${item.version}`
        const fault = difference(item, stored.get(key))
        if (fault !== undefined) faults.push(fault)
        stored.delete(key)
      }
      for (const { id, code, version } of stored.values()) {
        faults.push({ itemId: id, itemCode: code, version, fault: 'without events', fields: [] })
      }
      return faults
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}

function difference(folded: Item, row: Item | undefined): ItemFault | undefined {
  const at = { itemId: folded.id, itemCode: folded.code, version: folded.version }
  if (row === undefined) return { ...at, fault: 'missing', fields: [] }
  const fields = (Object.keys(presentColumns) as (keyof Item)[]).filter(
    (key) => canonicalJson(folded[key]) !== canonicalJson(row[key]),
  )
  return fields.length === 0 ? undefined : { ...at, fault: 'differs', fields }
}

async function rowsWithoutEvents(db: Db, jurisdiction: string): Promise<ItemFault[]> {
  const { rows } = await db.execute<{ id: string; code: string; version: number }>(sql`
    select i.id, i.code, i.version from item i
    where i.jurisdiction_id = ${jurisdiction} and not exists (
      select from event e where e.jurisdiction_id = i.jurisdiction_id and e.item_id = i.id)
    limit ${MAX_FAULTS}`)
  return rows.map(({ id, code, version }) => ({
    itemId: id,
    itemCode: code,
    version,
    fault: 'without events',
    fields: [],
  }))
}
