import { sql } from 'drizzle-orm'
import type { Task, TaskDeps } from '../deps.js'
import { later } from '../domain/time/zone.js'
import { createGuardedFetch, type GuardedFetch } from '../http/guarded-fetch.js'
import type { Line, Outcome } from './channels/channel.js'
import { CHANNEL_NAMES, CHANNELS, type ChannelName } from './channels/index.js'
import { composeMessage } from './compose.js'
import { readDigest } from './digest-content.js'
import { type Leased, lease, type MessageRef } from './message-lease.js'

/** How long after an attempt that failed the next one is made, in seconds; after the last the message has failed. */
export const RETRY_DELAYS_S = [60, 300, 1_800, 7_200, 21_600] as const
/** Messages of one jurisdiction and channel that are on their way at the same time. */
const HANDS = 4
/** Messages that one hand sends in one job; then whoever else waits for a worker gets one. */
const TURN = 10
/** For one message, whatever the other side does meanwhile. */
const SENDING_MS = 60_000

/**
 * Sends what is due: for each channel a task, so with workers of its own, and for each jurisdiction a job. A slow mail
 * server holds up neither the robots nor, for longer than a turn, another jurisdiction.
 */
export function createMessageTasks(fetch?: GuardedFetch): Task[] {
  return CHANNEL_NAMES.map((channel) => createMessageTask(channel, fetch))
}

function createMessageTask(channel: ChannelName, given: GuardedFetch | undefined): Task {
  let fetch = given
  return {
    name: `message-${channel}`,

    async due({ db, now }) {
      const { rows } = await db.execute<{ jurisdiction: string }>(sql`
        select distinct m.jurisdiction_id as jurisdiction from message m
        join contact c on c.jurisdiction_id = m.jurisdiction_id and c.id = m.contact_id
        where m.state = 'pending' and m.next_attempt_at <= ${now()} and c.channel = ${channel}`)
      return rows.map(({ jurisdiction }) => ({ key: jurisdiction, data: { jurisdiction } }))
    },

    async run(deps, data, signal) {
      const { config } = deps
      fetch ??= createGuardedFetch({ allowPrivate: config.webhookAllowPrivate })
      const place = { jurisdiction: String(data.jurisdiction), channel }
      const line = CHANNELS[channel].open({ settings: config, fetch })
      try {
        const hands = Array.from({ length: HANDS }, () => sendInTurn(deps, place, line, signal))
        const ended = await Promise.allSettled(hands)
        const failed = ended.find((one) => one.status === 'rejected')
        if (failed !== undefined) throw failed.reason
      } finally {
        line?.close?.()
      }
    },
  }
}

async function sendInTurn(
  deps: TaskDeps,
  place: MessageRef,
  line: Line | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { perMinute } = CHANNELS[place.channel]
  for (let sent = 0; sent < TURN && !signal.aborted; sent++) {
    const message = await lease(deps.db, place, perMinute, deps.now())
    if (message === undefined) return
    const outcome = await deliver(deps, place, message, line, signal)
    if (signal.aborted && outcome.kind === 'later') await release(deps, place, message)
    else await settle(deps, place, message, outcome)
  }
}

type Ending = Outcome | { kind: 'dropped'; reason: string }

/** One attempt. Whatever comes of it outside is its outcome; only a fault of our own throws, and the lease runs out. */
async function deliver(
  { db, now, config }: TaskDeps,
  { jurisdiction }: MessageRef,
  message: Leased,
  line: Line | undefined,
  signal: AbortSignal,
): Promise<Ending> {
  if (!message.reachable) return { kind: 'dropped', reason: 'the contact wants no more messages' }
  const content = await readDigest(db, jurisdiction, message.digest, message.area)
  if (content.total === 0 && !content.test) return { kind: 'dropped', reason: 'nothing of it is for this contact' }
  // Rather a failure that is seen than messages that wait for a setting that nobody will make.
  if (line === undefined) return { kind: 'refused', reason: 'the channel is not configured' }
  const composed = composeMessage(content, message, config, now())
  const outcome = await line.send(composed, message, AbortSignal.any([signal, AbortSignal.timeout(SENDING_MS)]))
  // Whoever tries a contact wants to know now.
  const isLast = content.test && !signal.aborted
  return isLast && outcome.kind === 'later' ? { ...outcome, kind: 'refused' } : outcome
}

/** Keeps what came of an attempt, unless the lease ran out meanwhile and another worker has the message. */
async function settle({ db, now, log }: TaskDeps, place: MessageRef, message: Leased, ending: Ending): Promise<void> {
  const { digest, contact, attempts } = message
  const at = now()
  const delayS = ending.kind === 'later' ? RETRY_DELAYS_S[attempts - 1] : undefined
  const state = stateOf(ending, delayS)
  const reason = ending.kind === 'sent' ? null : ending.reason
  const nextAt = delayS === undefined ? sql`next_attempt_at` : sql`${later(at, delayS * 1000)}`
  await db.execute(sql`
    update message set state = ${state}, last_error = ${reason}, next_attempt_at = ${nextAt},
      sent_at = ${state === 'sent' ? at : null}
    where jurisdiction_id = ${place.jurisdiction} and digest_id = ${digest} and contact_id = ${contact}
      and state = 'pending' and attempts = ${attempts}`)
  if (state === 'failed') log.warn({ ...place, digest, contact, attempts, reason }, 'a message could not be sent')
}

function stateOf({ kind }: Ending, delayS: number | undefined): 'pending' | 'sent' | 'failed' | 'dropped' {
  if (kind === 'later') return delayS === undefined ? 'failed' : 'pending'
  return kind === 'refused' ? 'failed' : kind
}

/** Broken off because the worker ends: it was no attempt, and another worker takes the message at once. */
async function release({ db, now }: TaskDeps, { jurisdiction }: MessageRef, message: Leased): Promise<void> {
  await db.execute(sql`
    update message set next_attempt_at = ${now()}, attempts = attempts - 1,
      attempted_at = case when attempts > 1 then attempted_at end
    where jurisdiction_id = ${jurisdiction} and digest_id = ${message.digest} and contact_id = ${message.contact}
      and state = 'pending' and attempts = ${message.attempts}`)
}
