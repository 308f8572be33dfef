import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { insertNotices } from '../db/notices.js'
import type { Actor } from '../domain/access/permissions.js'
import { later, localDate } from '../domain/time/zone.js'
import { appendEvents } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import type { DeliveryRef, Leased } from './lease.js'
import { TEST_TYPE } from './message.js'
import { nextAttemptAt } from './schedule.js'
import { publicUrl, subscriptionEvent } from './subscriptions.js'

/** What came of one call. */
export interface Attempt {
  at: string
  durationMs: number
  /** Null when no answer came. */
  status: number | null
  answer: string | null
  error: string | null
  retryAfterMs: number
}

export interface Sent {
  delivery: Leased
  leasedUntil: string
  attempt: Attempt
}

/** RFC 9110: 410, the receiver wants no more. */
const GONE = 410
/** Whoever answers so asks to be left alone, not only with this one delivery. */
const BUSY = new Set([429, 503])

/**
 * Keeps what came of an attempt, and what follows from it: the next one, the end, or the next delivery of the item.
 * Nothing when the lease has passed to another, who will say it. `random` of [0, 1) spreads the next attempt.
 */
export async function record(
  db: Db,
  actor: Actor,
  place: DeliveryRef,
  sent: Sent,
  now: string,
  random: number,
): Promise<void> {
  const { delivery, attempt } = sent
  const isDone = attempt.status !== null && attempt.status >= 200 && attempt.status < 300
  const isGone = attempt.status === GONE && delivery.type !== TEST_TYPE
  const isLast = isGone || delivery.type === TEST_TYPE
  const step = delivery.step + 1
  const next = isDone || isLast ? undefined : nextAttemptAt({ step, now, retryAfterMs: attempt.retryAfterMs, random })
  const state = isDone ? 'succeeded' : next === undefined ? 'dead' : 'pending'
  await db.transaction(async (tx) => {
    const isBusy = attempt.retryAfterMs > 0 && BUSY.has(attempt.status ?? 0)
    await lockSubscription(tx, place, isBusy || isGone)
    if (!(await settle(tx, place, sent, { state, next, now }))) return
    if (isBusy) await hold(tx, place, later(now, attempt.retryAfterMs))
    if (state === 'dead' && delivery.type !== TEST_TYPE) await tellOffice(tx, actor, place, sent, now)
    if (isGone) await disable(tx, actor, place, now)
  })
}

/** Gives a delivery back as it was: the call was broken off because the worker is to end. */
export async function release(
  db: Db,
  { jurisdiction }: DeliveryRef,
  { delivery, leasedUntil }: Omit<Sent, 'attempt'>,
  now: string,
) {
  await db.execute(sql`
    update webhook_delivery set leased_until = null, next_attempt_at = ${now}
    where jurisdiction_id = ${jurisdiction} and id = ${delivery.id} and leased_until = ${leasedUntil}`)
}

/** Remembers how a receiver did, for whom it is called beside. */
export async function markSlow(db: Db, { jurisdiction, subscription }: DeliveryRef, slow: boolean): Promise<void> {
  await db.execute(sql`
    update subscription set slow = ${slow} where jurisdiction_id = ${jurisdiction} and id = ${subscription}`)
}

/** Nobody leases its deliveries meanwhile; others may keep what came of theirs, unless the subscription itself will change. */
async function lockSubscription(
  tx: Tx,
  { jurisdiction, subscription }: DeliveryRef,
  willChange: boolean,
): Promise<void> {
  const mode = willChange ? sql`for no key update` : sql`for share`
  await tx.execute(sql`
    select from subscription where jurisdiction_id = ${jurisdiction} and id = ${subscription} ${mode}`)
}

interface Settled {
  state: 'pending' | 'succeeded' | 'dead'
  next: string | undefined
  now: string
}

/** False when the lease is no longer ours. */
async function settle(
  tx: Tx,
  { jurisdiction, subscription }: DeliveryRef,
  sent: Sent,
  settled: Settled,
): Promise<boolean> {
  const { delivery, leasedUntil, attempt } = sent
  const { state, next = null, now } = settled
  const { rowCount } = await tx.execute(sql`
    with settled as (
      update webhook_delivery set state = ${state}, attempts = attempts + 1, step = step + 1, leased_until = null,
        next_attempt_at = ${next}, finished_at = ${state === 'pending' ? null : now}
      where jurisdiction_id = ${jurisdiction} and id = ${delivery.id} and leased_until = ${leasedUntil}
      returning jurisdiction_id, id, attempts
    ), next_of_item as (
      update webhook_delivery set next_attempt_at = ${now}
      where jurisdiction_id = ${jurisdiction} and ${state} <> 'pending' and id = (
        select d.id from webhook_delivery d
        where d.jurisdiction_id = ${jurisdiction} and d.subscription_id = ${subscription} and d.state = 'pending'
          and d.item_id = ${delivery.itemId} and d.id <> ${delivery.id} and exists (select from settled)
        order by d.seq limit 1)
    )
    insert into webhook_attempt (jurisdiction_id, delivery_id, number, at, duration_ms, status, answer, error)
    select jurisdiction_id, id, attempts, ${attempt.at}, ${attempt.durationMs}, ${attempt.status}, ${attempt.answer}, ${attempt.error}
    from settled`)
  return rowCount === 1
}

async function hold(tx: Tx, { jurisdiction, subscription }: DeliveryRef, until: string): Promise<void> {
  await tx.execute(sql`
    update subscription set held_until = greatest(held_until, ${until}::timestamptz)
    where jurisdiction_id = ${jurisdiction} and id = ${subscription}`)
}

/** Once for a subscription and day: a receiver that is away for long lets hundreds die. */
async function tellOffice(
  tx: Tx,
  actor: Actor,
  place: DeliveryRef,
  { delivery, attempt }: Sent,
  now: string,
): Promise<void> {
  const { jurisdiction, subscription } = place
  const { rows } = await tx.execute<{ url: string }>(sql`
    select url from subscription where jurisdiction_id = ${jurisdiction} and id = ${subscription}`)
  const date = localDate(now, actor.jurisdiction.timeZone)
  const { id, type, seq } = delivery
  const { status, error } = attempt
  const notice = {
    ...{
      kind: 'delivery_dead' as const,
      recipient: 'office' as const,
      unit: null,
      cause: `delivery_dead ${subscription} ${date}`,
    },
    ...{ item: null, area: null, dueAt: null, dueSetAt: null },
    data: { subscription, url: publicUrl(rows[0]?.url ?? ''), delivery: id, type, seq, status, error },
  }
  await insertNotices(tx, jurisdiction, [notice], now)
}

/** The receiver has said that it wants no more; the office may switch it on again. */
async function disable(tx: Tx, actor: Actor, { jurisdiction, subscription }: DeliveryRef, now: string): Promise<void> {
  const { rows } = await tx.execute<{ id: string; url: string; types: string[]; active: boolean }>(sql`
    update subscription set active = false, disabled_at = ${now}, version = version + 1
    where jurisdiction_id = ${jurisdiction} and id = ${subscription} and active
    returning id, url, types, active`)
  const [row] = rows
  if (row === undefined) return
  const event = adminEvent(actor, now, subscriptionEvent('subscription.disabled', row))
  await tx.execute(appendEvents(jurisdiction, [event]))
}
