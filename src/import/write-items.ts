import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { type Db, type Tx, takeTime } from '../db/client.js'
import { sqlStateOf } from '../db/errors.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import type { Imported, ItemEvent } from '../domain/item/events.js'
import { begin } from '../domain/item/evolve.js'
import type { Item } from '../domain/item/item.js'
import { localDate } from '../domain/time/zone.js'
import { appendEvents } from '../ledger/act.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { nextCodes } from '../ledger/open-item.js'
import { happened, insertItems, prepared, rowOf } from '../ledger/store.js'

/** What an earlier list knew of an item that has a number there. */
export type NumberedImport = Imported & { externalSystem: string; externalId: string }

/** Somebody else's chunk, or a deadlock that the database ended: nothing was written, so the chunk is tried again. */
const RETRYABLE = new Set(['23505', '40001', '40P01'])
const RETRIES = 5

/**
 * Takes rows of another list, up to about a thousand: each new one becomes an item through `item.imported`, all in one
 * transaction. Rows whose external id is on the list already are left out; no two of `rows` have the same.
 * Answers how many were taken.
 */
export async function importItems(
  db: Db,
  actor: Actor,
  rows: readonly NumberedImport[],
  now: () => string,
): Promise<number> {
  requirePermitted(actor.role, 'item.import')
  for (let retry = 0; ; retry++) {
    try {
      // Asked before the transaction too: a file that comes again takes no lock.
      const fresh = await newOnes(db, actor, rows)
      return fresh.length === 0
        ? 0
        : await db.transaction(async (tx) => {
            await takeTime(tx)
            return takeRows(tx, actor, rows, now())
          })
    } catch (err) {
      if (retry >= RETRIES || !RETRYABLE.has(sqlStateOf(err) ?? '')) throw err
    }
  }
}

/** The rows whose external id is not on the list yet. */
export async function newOnes<R extends { externalSystem: string; externalId: string }>(
  db: Db | Tx,
  actor: Actor,
  rows: readonly R[],
): Promise<R[]> {
  const [first] = rows
  if (first === undefined) return []
  const ids = rows.map(({ externalId }) => externalId)
  const { rows: found } = await db.execute<{ external_id: string }>(sql`
    select external_id from item
    where jurisdiction_id = ${actor.jurisdiction.id} and external_system = ${first.externalSystem}
      and external_id = any(${sql.param(ids)}::text[])`)
  const known = new Set(found.map((row) => row.external_id))
  return rows.filter(({ externalId }) => !known.has(externalId))
}

async function takeRows(tx: Tx, actor: Actor, rows: readonly NumberedImport[], at: string): Promise<number> {
  const jurisdiction = actor.jurisdiction.id
  const year = Number(localDate(at, actor.jurisdiction.timeZone).slice(0, 4))
  // The counter's lock makes imports of one jurisdiction take turns, so that what is new is known before it is numbered.
  await nextCodes(tx, jurisdiction, year, 0)
  const fresh = await newOnes(tx, actor, rows)
  if (fresh.length === 0) return 0
  const codes = await nextCodes(tx, jurisdiction, year, fresh.length)
  const items: Item[] = []
  const events: PreparedEvent[] = []
  for (const [k, data] of fresh.entries()) {
    const event: ItemEvent = { type: 'item.imported', data }
    // Nothing changes before it is reported, whatever the clock did since the file was read: the list's past relies on it.
    const since = data.reportedAt > at ? data.reportedAt : at
    const item = begin({ jurisdiction, id: uuidv7(), code: codes[k] ?? '' }, happened(event, actor, since))
    items.push(item)
    events.push(prepared(item, event, actor, since))
  }
  const json = `[${items.map(rowOf).join(',')}]`
  await tx.execute(insertItems(sql`json_populate_recordset(null::item, ${json}::json)`))
  await tx.execute(appendEvents(jurisdiction, events))
  return fresh.length
}
