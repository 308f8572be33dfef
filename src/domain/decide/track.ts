import type { ItemEvent } from '../events.js'
import type { Instant, Item, Plan, Progress, Tier } from '../item.js'
import type { Actor } from '../permissions.js'
import { invalid } from '../rejection.js'
import { requireAllowed, requireFuture, requireOwner } from './require.js'

export function plan(item: Item, data: Plan, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.planned')
  return { type: 'item.planned', data }
}

/** Progress is reported by the responsible unit or by one that helps it. */
export function reportProgress(item: Item, data: Progress, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.progress_reported', item.assignment?.coUnits)
  return { type: 'item.progress_reported', data }
}

export function requestExtension(item: Item, dueAt: Instant, reason: string, actor: Actor, now: Instant): ItemEvent {
  requireOwner(item, actor, 'item.extension_requested')
  requireLater(item, dueAt, now)
  return { type: 'item.extension_requested', data: { dueAt, reason } }
}

/** Decide an extension; an approval gives the requested date unless the office names another. */
export function decideExtension(
  item: Item,
  decision: { approved: boolean; dueAt: Instant | null; reason: string | null },
  now: Instant,
): ItemEvent {
  requireAllowed(item, 'item.extension_decided')
  if (!decision.approved) {
    if (decision.dueAt !== null) {
      throw invalid('/dueAt', { zh: '不同意延期时不能给出时限。', en: 'A refusal names no date.' })
    }
    return { type: 'item.extension_decided', data: { ...decision } }
  }
  const dueAt = decision.dueAt ?? item.extension?.dueAt ?? ''
  requireLater(item, dueAt, now)
  return { type: 'item.extension_decided', data: { ...decision, dueAt } }
}

export function suspend(item: Item, reason: string): ItemEvent {
  requireAllowed(item, 'item.suspended')
  return { type: 'item.suspended', data: { reason } }
}

/** Resume: the deadline moves by exactly the time the clock stood. */
export function resume(item: Item, reason: string | null, now: Instant): ItemEvent {
  requireAllowed(item, 'item.resumed')
  const stoodMs = Math.max(0, Date.parse(now) - Date.parse(item.suspension?.at ?? now))
  const dueAt = new Date(Date.parse(item.dueAt ?? now) + stoodMs).toISOString()
  return { type: 'item.resumed', data: { reason, dueAt } }
}

export function supervise(item: Item, tier: Tier, reason: string): ItemEvent {
  requireAllowed(item, 'item.supervised')
  return { type: 'item.supervised', data: { tier, reason } }
}

export function endSupervision(item: Item, reason: string): ItemEvent {
  requireAllowed(item, 'item.supervision_ended')
  return { type: 'item.supervision_ended', data: { reason } }
}

function requireLater(item: Item, dueAt: Instant, now: Instant): void {
  requireFuture('/dueAt', dueAt, now)
  if (item.dueAt !== null && dueAt <= item.dueAt) {
    throw invalid('/dueAt', {
      zh: `延期后的时限必须晚于现行时限 ${item.dueAt}。`,
      en: `An extension must end after the present deadline ${item.dueAt}.`,
    })
  }
}
