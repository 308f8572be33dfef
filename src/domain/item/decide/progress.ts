import type { Actor } from '../../access/permissions.js'
import { invalid } from '../../rejection.js'
import type { Instant } from '../../time/instant.js'
import type { ItemEvent } from '../events.js'
import type { Evidenced } from '../evidence.js'
import type { Item, Plan, Progress } from '../item.js'
import { resumedDueAt } from '../on-account.js'
import type { Tier } from '../words.js'
import { requireAllowed, requireFuture, requireOwner } from './require.js'

export function plan(item: Item, data: Plan, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.planned')
  return { type: 'item.planned', data }
}

/** Progress is reported by the responsible unit or by one that helps it. */
export function reportProgress(item: Item, data: Progress & Evidenced, actor: Actor): ItemEvent {
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
  return { type: 'item.resumed', data: { reason, dueAt: resumedDueAt(item, now) ?? now } }
}

export function supervise(item: Item, tier: Tier, reason: string): ItemEvent {
  requireAllowed(item, 'item.supervised')
  return { type: 'item.supervised', data: { tier, reason } }
}

/** End supervision. A caller may name the tier that ends, so that a stale screen does not end another. */
export function endSupervision(item: Item, reason: string, tier: Tier | undefined = undefined): ItemEvent {
  requireAllowed(item, 'item.supervision_ended')
  if (tier !== undefined && tier !== item.supervision?.tier) {
    throw invalid('/tier', {
      zh: `现为 ${item.supervision?.tier} 级挂牌督办。`,
      en: `The item is under supervision at the tier ${item.supervision?.tier}.`,
    })
  }
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
