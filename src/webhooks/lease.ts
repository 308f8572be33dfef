import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { later } from '../domain/time/zone.js'

/** A worker that has not said what became of a delivery by then is taken for dead. Far longer than a call may take. */
const LEASE_MS = 60_000
/** Deliveries of one subscription that are on their way at the same time, each of another item. */
const PARALLEL = 8
/** Due deliveries that are looked at to find those. */
const LOOK_AT = 64

/** Whose deliveries. */
export interface DeliveryRef {
  jurisdiction: string
  subscription: string
}

/** What a worker may send now, and nobody else meanwhile. */
export interface Leased extends Record<string, unknown> {
  id: string
  seq: number | null
  itemId: string | null
  type: string
  attempts: number
  step: number
  createdAt: string
}

export interface Batch {
  url: string
  /** The newest first; two while a secret is rotated. */
  secrets: string[]
  slow: boolean
  leasedUntil: string
  deliveries: Leased[]
}

interface Receiver extends Record<string, unknown> {
  url: string
  secret: string
  previousSecret: string | null
  slow: boolean
}

/**
 * The next deliveries of a subscription, of each item the earliest: one that has an earlier one before it is put off for
 * as long as that. Undefined when nothing is to be sent now, or nothing any more.
 */
export async function lease(db: Db, place: DeliveryRef, now: string): Promise<Batch | undefined> {
  const leasedUntil = later(now, LEASE_MS)
  return db.transaction(async (tx) => {
    const receiver = await lockReceiver(tx, place, now)
    if (receiver === undefined) return undefined
    let taken = await take(tx, place, now, leasedUntil)
    while (taken.deliveries.length === 0 && taken.putOff > 0) taken = await take(tx, place, now, leasedUntil)
    const { url, secret, previousSecret, slow } = receiver
    const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
    return taken.deliveries.length === 0 ? undefined : { url, secrets, slow, leasedUntil, ...taken }
  })
}

/** The subscription's row is the lock under which its deliveries change hands; it is never held while the network is called. */
async function lockReceiver(
  tx: Tx,
  { jurisdiction, subscription }: DeliveryRef,
  now: string,
): Promise<Receiver | undefined> {
  const { rows } = await tx.execute<Receiver>(sql`
    select url, secret, slow, case when previous_secret_until > ${now} then previous_secret end as "previousSecret"
    from subscription
    where jurisdiction_id = ${jurisdiction} and id = ${subscription} and active
      and (held_until is null or held_until <= ${now})
    for no key update`)
  return rows[0]
}

/**
 * One look at the due deliveries. A predecessor that is being sent is «due» when its lease ends, one that failed when it
 * is tried again: what waits for it is put off until then, and comes earlier when the predecessor is done with.
 */
async function take(tx: Tx, { jurisdiction, subscription }: DeliveryRef, now: string, leasedUntil: string) {
  const { rows } = await tx.execute<Leased & { putOff: number }>(sql`
    with due as (
      select d.id, d.item_id, d.seq, d.next_attempt_at from webhook_delivery d
      where d.jurisdiction_id = ${jurisdiction} and d.subscription_id = ${subscription} and d.state = 'pending'
        and d.next_attempt_at <= ${now}
      order by d.next_attempt_at, d.seq limit ${LOOK_AT}
    ), judged as (
      select due.*, (
        select p.next_attempt_at from webhook_delivery p
        where p.jurisdiction_id = ${jurisdiction} and p.subscription_id = ${subscription} and p.state = 'pending'
          and p.item_id = due.item_id and p.seq < due.seq
        order by p.seq limit 1) as waits_until
      from due
    ), free as (
      select id from judged where waits_until is null order by next_attempt_at, seq limit ${PARALLEL}
    ), put_off as (
      update webhook_delivery d set next_attempt_at = greatest(j.waits_until, ${leasedUntil}::timestamptz) from judged j
      where d.jurisdiction_id = ${jurisdiction} and d.id = j.id and j.waits_until is not null
      returning 1
    ), leased as (
      update webhook_delivery d set leased_until = ${leasedUntil}, next_attempt_at = ${leasedUntil} from free
      where d.jurisdiction_id = ${jurisdiction} and d.id = free.id
      returning d.id, d.seq, d.item_id, d.type, d.attempts, d.step, d.created_at
    )
    select l.id, l.seq, l.item_id as "itemId", l.type, l.attempts, l.step, l.created_at as "createdAt",
      (select count(*) from put_off)::int as "putOff"
    from (select) one left join leased l on true order by l.seq`)
  const deliveries = rows.filter(({ id }) => id !== null)
  return {
    deliveries: deliveries.map(({ seq, createdAt, ...rest }) => ({
      ...rest,
      seq: seq === null ? null : Number(seq),
      createdAt: new Date(createdAt).toISOString(),
    })),
    putOff: rows[0]?.putOff ?? 0,
  }
}
