import { performance } from 'node:perf_hooks'
import { sql } from 'drizzle-orm'
import type { Task, TaskDeps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { createGuardedFetch, type GuardedFetch, OutsideError } from '../http/guarded-fetch.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { type Batch, type DeliveryRef, type Leased, lease } from './lease.js'
import { headersOf, readBodies } from './message.js'
import { type Attempt, markSlow, record, release } from './record.js'
import { retryAfterOf } from './schedule.js'

/** One job's turn; then whoever else waits for a worker gets one. */
const TURN_MS = 10_000
/** A receiver that takes longer, or fails, is called beside from then on. */
const SLOW_MS = 2_000
/** Subscriptions that one process calls at the same time, in each of the two lanes. */
const CONCURRENCY = 8
/** Of an answer's body. */
const ANSWER_LENGTH = 1_000

/**
 * Sends what is due, one job for each subscription. There are two lanes, with workers of their own: receivers that answer
 * well, and those that were slow or failed the last time, who so hold up nobody but each other.
 */
export function createDeliverTasks(fetch?: GuardedFetch): [Task, Task] {
  return [createLane('deliver', false, fetch), createLane('deliver-slow', true, fetch)]
}

function createLane(name: string, slow: boolean, given: GuardedFetch | undefined): Task {
  let fetch = given
  return {
    name,
    concurrency: CONCURRENCY,

    async due({ db, now }) {
      const { rows } = await db.execute<{ jurisdiction: string; subscription: string }>(sql`
        select s.jurisdiction_id as jurisdiction, s.id as subscription from subscription s
        where s.active and s.slow = ${slow} and (s.held_until is null or s.held_until <= ${now()}) and exists (
          select from webhook_delivery d where d.jurisdiction_id = s.jurisdiction_id and d.subscription_id = s.id
            and d.state = 'pending' and d.next_attempt_at <= ${now()})`)
      return rows.map((data) => ({ key: `${data.jurisdiction}/${data.subscription}`, data }))
    },

    async run(deps, data, signal) {
      fetch ??= createGuardedFetch({ allowPrivate: deps.config.webhookAllowPrivate })
      const place = { jurisdiction: String(data.jurisdiction), subscription: String(data.subscription) }
      const actor = await findSystemActor(deps.db, place.jurisdiction)
      if (actor === undefined) return
      for (const end = performance.now() + TURN_MS; performance.now() < end && !signal.aborted; ) {
        const batch = await lease(deps.db, place, deps.now())
        if (batch === undefined) return
        const isSlow = await sendAll(deps, { actor, place, batch, fetch, signal })
        if (isSlow !== batch.slow) await markSlow(deps.db, place, isSlow)
        if (isSlow !== slow) return
      }
    },
  }
}

interface Sending {
  actor: Actor
  place: DeliveryRef
  batch: Batch
  fetch: GuardedFetch
  signal: AbortSignal
}

/** Sends a batch, each delivery at once, and keeps what came of each. Answers whether the receiver was slow or failed. */
async function sendAll(deps: TaskDeps, sending: Sending): Promise<boolean> {
  const { place, batch } = sending
  const bodies = await readBodies(deps.db, place.jurisdiction, batch.deliveries)
  const sent = await Promise.allSettled(
    batch.deliveries.map((delivery) => send(deps, sending, delivery, bodies.get(delivery.id) ?? '')),
  )
  const failed = sent.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return sent.some((one) => one.status === 'fulfilled' && one.value)
}

async function send(deps: TaskDeps, sending: Sending, delivery: Leased, body: string): Promise<boolean> {
  const { db, now, log } = deps
  const { actor, place, batch, fetch, signal } = sending
  const { leasedUntil, url, secrets } = batch
  const attempt = await call(fetch, url, { id: delivery.id, body, secrets, now, signal })
  if (signal.aborted && attempt.status === null) {
    await release(db, place, { delivery, leasedUntil }, now())
    return batch.slow
  }
  await record(db, actor, place, { delivery, leasedUntil, attempt }, now(), Math.random())
  const { status, error, durationMs } = attempt
  log.debug({ ...place, delivery: delivery.id, status, error, ms: durationMs }, 'webhook sent')
  return durationMs > SLOW_MS || status === null || status >= 300
}

interface Call {
  id: string
  body: string
  secrets: string[]
  now: () => string
  signal: AbortSignal
}

/** One call. Whatever comes of it is an answer; only a fault of our own throws. */
async function call(fetch: GuardedFetch, url: string, { id, body, secrets, now, signal }: Call): Promise<Attempt> {
  const at = now()
  const begun = performance.now()
  const took = () => Math.round(performance.now() - begun)
  try {
    const answer = await fetch(url, { headers: headersOf(id, body, secrets, at), body, signal })
    const retryAfterMs = retryAfterOf(answer.headers['retry-after'], now())
    return { at, durationMs: took(), status: answer.status, answer: storable(answer.body), error: null, retryAfterMs }
  } catch (err) {
    if (!(err instanceof OutsideError)) throw err
    return { at, durationMs: took(), status: null, answer: null, error: storable(err.message), retryAfterMs: 0 }
  }
}

/** The beginning of a text, as PostgreSQL can keep it. */
function storable(text: string): string {
  return text.slice(0, ANSWER_LENGTH).replaceAll('\0', '\uFFFD').toWellFormed()
}
