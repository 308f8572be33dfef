import { type SQL, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound } from '../domain/rejection.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { TEST_TYPE } from './message.js'

/** Attempts of one delivery that are shown: more than the schedule has. */
const ATTEMPTS_SHOWN = 20

/** A delivery's JSON, over alias `d`. */
const deliveryJson = sql`(select row_to_json(v)::text from (select d.id, d.seq, d.type, d.item_id as "itemId",
    (select e.item_code from event e where e.jurisdiction_id = d.jurisdiction_id and e.seq = d.seq) as "itemCode", d.state,
    (select coalesce(json_agg(a order by a.number), '[]') from (
      select a.number, ${instant('a.at')} as at, a.duration_ms as "durationMs", a.status, a.answer, a.error
      from webhook_attempt a where a.jurisdiction_id = d.jurisdiction_id and a.delivery_id = d.id
      order by a.number desc limit ${sql.raw(String(ATTEMPTS_SHOWN))}) a) as attempts,
    ${instant('d.next_attempt_at')} as "nextAttemptAt", ${instant('d.created_at')} as "createdAt",
    ${instant('d.finished_at')} as "finishedAt") v)`

function isOf(actor: Actor, subscription: string): SQL {
  return sql`d.jurisdiction_id = ${actor.jurisdiction.id} and d.subscription_id = ${subscription}`
}

export interface DeliveryQuery {
  subscription: string
  state?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** One keyset page of a subscription's deliveries, newest first, as JSON text. */
export async function findDeliveries(db: Db, actor: Actor, { subscription, state, limit, cursor }: DeliveryQuery) {
  const bound = { deliveries: subscription, state }
  const [before] = cursor === undefined ? [] : decodeCursor(cursor, bound, 1)
  const ofState = state === undefined ? sql`` : sql`and d.state = ${state}`
  const page = before === undefined ? sql`` : sql`and d.id < ${before}::uuid`
  const { rows } = await db.execute<{ id: string; json: string }>(sql`
    select d.id, ${deliveryJson} as json from webhook_delivery d
    where ${isOf(actor, subscription)} ${ofState} ${page} order by d.id desc limit ${limit + 1}`)
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(bound, [last.id]) : null
  return { rows: data.map(({ json }) => json), nextCursor }
}

/** @throws Rejection `not-found` */
export async function readDelivery(db: Db | Tx, actor: Actor, subscription: string, id: string): Promise<string> {
  const { rows } = await db.execute<{ json: string }>(sql`
    select ${deliveryJson} as json from webhook_delivery d where ${isOf(actor, subscription)} and d.id = ${id}`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return row.json
}

/** A delivery that is about no event. Answers its id. */
export async function insertTest(tx: Tx, actor: Actor, subscription: string, now: string): Promise<string> {
  const id = uuidv7()
  await tx.execute(sql`
    insert into webhook_delivery (jurisdiction_id, id, subscription_id, type, next_attempt_at, created_at)
    values (${actor.jurisdiction.id}, ${id}, ${subscription}, ${TEST_TYPE}, ${now}, ${now})`)
  await wake(tx, actor, subscription)
  return id
}

/**
 * Makes deliveries due again, the schedule beginning anew, whatever became of them; what is under way at this moment is
 * left to end. An item's deliveries are not sent at once: while one is under way, the others come after it. The
 * subscription is locked. Answers how many there were.
 */
async function makeDue(tx: Tx, actor: Actor, subscription: string, which: SQL, now: string): Promise<number> {
  const { rowCount } = await tx.execute(sql`
    update webhook_delivery d set state = 'pending', step = 0, finished_at = null, leased_until = null, next_attempt_at = coalesce((
      select max(o.leased_until) from webhook_delivery o
      where o.jurisdiction_id = d.jurisdiction_id and o.subscription_id = d.subscription_id and o.item_id = d.item_id
        and o.state = 'pending' and o.leased_until > ${now}), ${now})
    where ${isOf(actor, subscription)} and ${which} and (d.leased_until is null or d.leased_until <= ${now})`)
  await wake(tx, actor, subscription)
  return rowCount ?? 0
}

/** Whoever sends by hand knows that the receiver, which asked to be left alone, is ready. */
async function wake(tx: Tx, actor: Actor, subscription: string): Promise<void> {
  await tx.execute(sql`
    update subscription set held_until = null
    where jurisdiction_id = ${actor.jurisdiction.id} and id = ${subscription} and held_until is not null`)
}

export function retryOne(tx: Tx, actor: Actor, subscription: string, id: string, now: string): Promise<number> {
  return makeDue(tx, actor, subscription, sql`d.id = ${id}`, now)
}

/** All whose last attempt failed at `since` or later: those that were given up, and those that wait for their next. */
export function retryFailed(tx: Tx, actor: Actor, subscription: string, since: string, now: string): Promise<number> {
  const failed = sql`d.state <> 'succeeded' and d.attempts > 0 and d.type <> ${TEST_TYPE} and exists (
    select from webhook_attempt a where a.jurisdiction_id = d.jurisdiction_id and a.delivery_id = d.id
      and a.number = d.attempts and a.at >= ${since})`
  return makeDue(tx, actor, subscription, failed, now)
}
