import { type SQL, sql } from 'drizzle-orm'
import { commitWith, type Db, type Tx } from '../db/client.js'
import { sqlStateOf } from '../db/errors.js'
import type { Actor } from '../domain/access/permissions.js'
import { Rejection } from '../domain/rejection.js'
import type { PreparedEvent } from './chain.js'
import { itemsOfEvents, toldAgain } from './told-again.js'

/** What a caller wants to do, and the key under which it must not happen twice. */
export interface Intent {
  actor: Actor
  now: string
  idempotency: { key: string; requestHash: Buffer } | undefined
}

/** What is answered, now and to every repetition of the request. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
  replayed: boolean
}

/** What the work inside the transaction hands back: the answer, and the events that make it history. */
export interface Outcome {
  status: number
  headers: Record<string, string>
  body: string
  /** What is recorded for a repetition instead of the body, where that shows a secret. */
  recorded?: string
  events: PreparedEvent[]
}

/** Deadlocks and serialisation failures are the database's to report and ours to repeat; nothing was written. */
const RETRIES = 3
const RETRYABLE = new Set(['40001', '40P01'])
const RETRY_AFTER_S = 1

/** The keys at work in this process; those of another process are met as a lock on the key's row. */
const running = new Set<string>()

/**
 * The frame of every change: claim the idempotency key → work → record the answer and append the events, one
 * transaction. The append is the last statement, so that the ledger's head is locked for one round trip.
 * @throws Rejection `key-in-use` (409) while the first request runs, `key-reused` (422) for another request.
 */
export async function act(db: Db, intent: Intent, work: (tx: Tx) => Promise<Outcome>): Promise<Answer> {
  return holdingKey(intent, () => attempt(db, intent, work))
}

/** Runs what is done under a key while nobody else in this process does. @throws Rejection `key-in-use` */
export async function holdingKey({ actor, idempotency }: Intent, work: () => Promise<Answer>): Promise<Answer> {
  if (idempotency === undefined) return work()
  const name = `${actor.jurisdiction.id} ${actor.id} ${idempotency.key}`
  if (running.has(name)) throw keyInUse()
  running.add(name)
  try {
    return await work()
  } finally {
    running.delete(name)
  }
}

/** One transaction, once or, when the database says so, again. */
export async function attempt(db: Db, intent: Intent, work: (tx: Tx) => Promise<Outcome>): Promise<Answer> {
  for (let retry = 0; ; retry++) {
    try {
      return await db.transaction(async (tx) => (await replayOf(tx, intent)) ?? settle(tx, intent, await work(tx)))
    } catch (err) {
      if (retry >= RETRIES || !RETRYABLE.has(sqlStateOf(err) ?? '')) throw err
    }
  }
}

/** A key's age is the database's affair: what sweeps old ones goes by that clock, whatever the service's own shows. */
async function replayOf(tx: Tx, intent: Intent): Promise<Answer | undefined> {
  const { actor, idempotency } = intent
  if (idempotency === undefined) return undefined
  const { key, requestHash } = idempotency
  const claimed = await claim(
    tx,
    sql`
    insert into idempotency_key (jurisdiction_id, person_id, key, request_hash, created_at)
    values (${actor.jurisdiction.id}, ${actor.id}, ${key}, ${requestHash}, now())
    on conflict do nothing returning 1`,
  )
  if (claimed) return undefined
  const first = await findAnswer(tx, intent)
  if (first === undefined) throw keyInUse()
  return first
}

/**
 * What is on record under the key, as far as it is the caller's to see now.
 * @throws Rejection `key-reused` where that answered another request; AnswerWithheld where an item is theirs no more.
 */
export async function findAnswer(db: Db | Tx, { actor, idempotency }: Intent): Promise<Answer | undefined> {
  if (idempotency === undefined) return undefined
  const { key, requestHash } = idempotency
  const { rows } = await db.execute<{
    request_hash: Buffer
    status: number
    headers: Record<string, string>
    body: string
    item_ids: string[] | null
  }>(sql`
    select request_hash, status, headers, body, item_ids from idempotency_key
    where jurisdiction_id = ${actor.jurisdiction.id} and person_id = ${actor.id} and key = ${key}`)
  const [first] = rows
  if (first === undefined) return undefined
  if (!first.request_hash.equals(requestHash)) {
    throw new Rejection('key-reused', {
      zh: '该幂等键已用于另一个请求；请换一个新键。',
      en: 'This Idempotency-Key was used with another request; take a new key.',
    })
  }
  const body = await toldAgain(db, actor, first.body, first.item_ids)
  return { status: first.status, headers: first.headers, body, replayed: true }
}

/** True when the key is ours; false when its first answer is on record. */
async function claim(tx: Tx, insert: SQL): Promise<boolean> {
  try {
    return (await tx.execute(insert)).rows.length > 0
  } catch (err) {
    if (sqlStateOf(err) === '55P03') throw keyInUse()
    throw err
  }
}

async function settle(tx: Tx, { actor, idempotency }: Intent, outcome: Outcome): Promise<Answer> {
  const { status, headers, body, events } = outcome
  const jurisdiction = actor.jurisdiction.id
  const record =
    idempotency === undefined
      ? sql``
      : sql`with recorded as (
          update idempotency_key set status = ${status}, headers = ${JSON.stringify(headers)}, body = ${outcome.recorded ?? body},
            item_ids = ${sql.param(itemsOfEvents(events))}
          where jurisdiction_id = ${jurisdiction} and person_id = ${actor.id} and key = ${idempotency.key})`
  if (events.length > 0 || idempotency !== undefined) {
    const appended = events.length === 0 ? sql`select 1` : appendEvents(jurisdiction, events)
    await commitWith(tx, sql`${record} ${appended}`)
  }
  return { status, headers, body, replayed: false }
}

/** The statement that appends events; the last of its transaction. */
export function appendEvents(jurisdiction: string, events: readonly PreparedEvent[]): SQL {
  return sql`select seq from append_events(${jurisdiction}, ${JSON.stringify(events)})`
}

function keyInUse(): Rejection {
  return new Rejection(
    'key-in-use',
    {
      zh: '使用该幂等键的第一个请求仍在处理中；请稍后重试。',
      en: 'The first request with this Idempotency-Key is still running; try again shortly.',
    },
    { retryAfterS: RETRY_AFTER_S },
  )
}
