import type { Actor } from '../../access/permissions.js'
import { Rejection } from '../../rejection.js'
import { DEFAULT_RULES } from '../../rules.js'
import type { Deadline, ItemEvent } from '../events.js'
import type { Evidenced, EvidenceRules } from '../evidence.js'
import { requireEvidence } from '../evidence-warnings.js'
import type { Item } from '../item.js'
import type { StandardPoint } from '../standard.js'
import { isLastApproval, requirePoints, type VerificationRules, withPoints } from '../verification.js'
import { requireAllowed, requireOwner } from './require.js'

/** Apply for closure, with the evidence that the rules ask for. */
export function requestClosure(
  item: Item,
  summary: string,
  actor: Actor,
  rules: EvidenceRules,
  evidenced: Evidenced = {},
): ItemEvent {
  requireOwner(item, actor, 'item.closure_requested')
  requireEvidence(item, evidenced.evidence ?? [], rules)
  return { type: 'item.closure_requested', data: { summary, ...evidenced } }
}

/** How a closure is decided: by which rules, and what was found of the completion standard's points. */
export interface Standard {
  rules?: VerificationRules
  points?: readonly StandardPoint[]
}

/** Close (销号), find good as the first of two, or send back, under four eyes. */
export function decideClosure(
  item: Item,
  approved: boolean,
  findings: string,
  actor: Actor,
  evidenced: Evidenced = {},
  { rules = DEFAULT_RULES.verification, points = [] }: Standard = {},
): ItemEvent {
  requireAllowed(item, approved ? 'item.closed' : 'item.closure_rejected')
  requireFourEyes(item, actor)
  const data = { ...withPoints(findings, points), ...evidenced }
  if (!approved) return { type: 'item.closure_rejected', data }
  requirePoints(item, points, rules)
  if (isLastApproval(item, actor, rules)) return { type: 'item.closed', data }
  return { type: 'item.verified', data: { ...data, unit: actor.unit } }
}

/** Recheck (回头看). A failed one puts the item on account again, with a new default deadline. */
export function recheck(
  item: Item,
  passed: boolean,
  findings: string,
  deadline: Deadline,
  actor: Actor,
  evidenced: Evidenced = {},
): ItemEvent {
  requireAllowed(item, 'item.rechecked')
  requireFourEyes(item, actor)
  return { type: 'item.rechecked', data: { passed, findings, ...(passed ? {} : deadline), ...evidenced } }
}

export function reopen(item: Item, reason: string, deadline: Deadline): ItemEvent {
  requireAllowed(item, 'item.reopened')
  return { type: 'item.reopened', data: { reason, ...deadline } }
}

function requireFourEyes(item: Item, actor: Actor): void {
  const involved = [item.assignment?.responsibleUnit, ...(item.assignment?.coUnits ?? [])]
  if (item.closureRequest?.by !== actor.id && (actor.unit === null || !involved.includes(actor.unit))) return
  throw new Rejection('four-eyes', {
    zh: '申请验收的人和责任单位的人不得核验本单位的整改。',
    en: 'Whoever applied for closure, and anyone of the units that did the work, cannot verify it.',
  })
}
