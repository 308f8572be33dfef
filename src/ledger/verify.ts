import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import { eventHash, hashAfter } from './chain.js'

/** Few enough that a page is garbage before the collector takes it for something that stays. */
const EVENTS_A_PAGE = 1_000
const GENESIS = '0'.repeat(64)

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
  is_finer: boolean
  actor_id: string
  actor_role: string
  data: string
  /** In hex, as all hashes here. */
  salt: string
  data_hash: string
  previous_hash: string
  hash: string
}

/** Recomputes a jurisdiction's chain from the first event to the head, in pages. */
export async function verifyChain(
  db: Db,
  jurisdiction: string,
  onProgress?: (checked: number) => void,
): Promise<ChainReport> {
  // The head is read first: what is appended meanwhile lies after it and is not this run's to check.
  const head = await findHead(db, jurisdiction)
  if (head === undefined) return { ok: false, checked: 0, firstBadSeq: 1 }
  let last = { previous: GENESIS, hash: GENESIS }
  let checked = 0
  let next = readPage(db, jurisdiction, checked, head.seq)
  while (checked < head.seq) {
    const rows = await next
    // The database reads the next page while this one is looked at.
    next = readPage(db, jurisdiction, checked + rows.length, head.seq)
    for (const row of rows) {
      if (!isSound(row, jurisdiction, checked + 1, last.hash)) {
        await next
        return { ok: false, checked, firstBadSeq: checked + 1 }
      }
      last = { previous: row.previous_hash, hash: row.hash }
      checked++
    }
    if (rows.length === 0) return { ok: false, checked, firstBadSeq: checked + 1 }
    onProgress?.(checked)
  }
  await next
  if (last.hash !== head.hash || last.previous !== head.previous_hash) {
    return { ok: false, checked, firstBadSeq: Math.max(checked, 1) }
  }
  const beyond = await seqBeyondHead(db, jurisdiction)
  return { ok: beyond === null, checked, firstBadSeq: beyond }
}

async function readPage(db: Db, jurisdiction: string, after: number, until: number): Promise<EventRow[]> {
  const { rows } = await db.execute<EventRow>(sql`
    select seq, item_id, item_code, item_version, type, ${instant('at')} as at,
      at <> date_trunc('milliseconds', at) as is_finer, actor_id, actor_role, data, encode(salt, 'hex') as salt,
      encode(data_hash, 'hex') as data_hash, encode(previous_hash, 'hex') as previous_hash, encode(hash, 'hex') as hash
    from event where jurisdiction_id = ${jurisdiction} and seq > ${after} and seq <= ${until}
    order by seq limit ${EVENTS_A_PAGE}`)
  return rows
}

/** An event that no head accounts for was not appended by this service. */
async function seqBeyondHead(db: Db, jurisdiction: string): Promise<number | null> {
  const { rows } = await db.execute<{ seq: string }>(sql`
    select e.seq from event e join ledger_head h on h.jurisdiction_id = e.jurisdiction_id
    where e.jurisdiction_id = ${jurisdiction} and e.seq > h.seq order by e.seq limit 1`)
  return rows[0] === undefined ? null : Number(rows[0].seq)
}

interface Head {
  seq: number
  previous_hash: string
  hash: string
}

async function findHead(db: Db, jurisdiction: string): Promise<Head | undefined> {
  const { rows } = await db.execute<{ seq: string; previous_hash: string; hash: string }>(sql`
    select seq, encode(previous_hash, 'hex') as previous_hash, encode(hash, 'hex') as hash
    from ledger_head where jurisdiction_id = ${jurisdiction}`)
  return rows[0] === undefined ? undefined : { ...rows[0], seq: Number(rows[0].seq) }
}

function isSound(row: EventRow, jurisdiction: string, seq: number, previous: string): boolean {
  if (Number(row.seq) !== seq || row.previous_hash !== previous) return false
  if (hashAfter(row.salt, row.data) !== row.data_hash) return false
  // Events are chained to the millisecond; a finer time is not what was appended.
  if (row.is_finer) return false
  const header = {
    ...{ jurisdiction, itemId: row.item_id, itemCode: row.item_code, itemVersion: row.item_version, type: row.type },
    at: row.at,
    actor: { id: row.actor_id, role: row.actor_role },
  }
  return eventHash(previous, header, seq, row.data_hash) === row.hash
}
