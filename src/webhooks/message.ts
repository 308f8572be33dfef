import { sql } from 'drizzle-orm'
import { Webhook } from 'standardwebhooks'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'

/** The type of a delivery that somebody asked for to see whether it arrives. It is no event, and tried once. */
export const TEST_TYPE = 'webhook.test'

export interface Due {
  id: string
  /** Null for a test. */
  seq: number | null
  createdAt: string
}

/**
 * The bodies of deliveries, by their id: Standard Webhooks' `{ type, timestamp, data }`, where `data` is the event as the
 * feed has it, without its salt: who holds the salt can prove what was erased.
 */
export async function readBodies(db: Db, jurisdiction: string, due: readonly Due[]): Promise<Map<string, string>> {
  const seqs = due.flatMap(({ seq }) => (seq === null ? [] : [seq]))
  const events = seqs.length === 0 ? [] : (await db.execute<EventBody>(eventBodies(jurisdiction, seqs))).rows
  const bySeq = new Map(events.map(({ seq, body }) => [Number(seq), body]))
  const bodyOf = (one: Due) => (one.seq === null ? testBody(jurisdiction, one) : bySeq.get(one.seq))
  return new Map(due.map((one) => [one.id, bodyOf(one) ?? '']))
}

interface EventBody extends Record<string, unknown> {
  seq: string
  body: string
}

function eventBodies(jurisdiction: string, seqs: readonly number[]) {
  return sql`
    select e.seq, (select row_to_json(m)::text from (
      select e.type, ${instant('e.at')} as timestamp, (select row_to_json(d) from (
        select e.jurisdiction_id as jurisdiction, e.seq, e.item_id as "itemId", e.item_code as "itemCode",
          e.item_version as "itemVersion", e.type, ${instant('e.at')} as at,
          json_build_object('id', e.actor_id, 'name', p.name, 'role', e.actor_role) as actor, e.data::json as data,
          encode(e.data_hash, 'hex') as "dataHash", encode(e.previous_hash, 'hex') as "previousHash",
          encode(e.hash, 'hex') as hash) d) as data) m) as body
    from event e left join person p on p.jurisdiction_id = e.jurisdiction_id and p.id = e.actor_id
    where e.jurisdiction_id = ${jurisdiction} and e.seq in ${seqs}`
}

function testBody(jurisdiction: string, { id, createdAt }: Due): string {
  return JSON.stringify({ type: TEST_TYPE, timestamp: createdAt, data: { jurisdiction, delivery: id } })
}

/** The headers of an attempt (Standard Webhooks, «Webhook headers»): one signature for each secret, the newest first. */
export function headersOf(id: string, body: string, secrets: readonly string[], now: string): Record<string, string> {
  const at = new Date(now)
  return {
    'content-type': 'application/json',
    'user-agent': 'One-List-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  }
}
