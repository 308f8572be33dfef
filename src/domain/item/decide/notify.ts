import type { Step } from '../../rules.js'
import type { Deadline, ItemEvent } from '../events.js'
import type { Item } from '../item.js'
import { requireAllowed } from './require.js'

/** A rung of the ladder is climbed once for each deadline; null when it has been. */
export function escalate(item: Item, step: Pick<Step, 'rung' | 'day'>, rules: number): ItemEvent | null {
  requireAllowed(item, 'item.escalated')
  if (item.dueAt === null || item.escalation?.rungs.includes(step.rung)) return null
  return { type: 'item.escalated', data: { rung: step.rung, day: step.day, dueAt: item.dueAt, rules } }
}

/** A change of the calendar moves a deadline that was counted in working days; null when it stays where it is. */
export function recomputeDeadline(item: Item, deadline: Required<Deadline>): ItemEvent | null {
  requireAllowed(item, 'item.deadline_recomputed')
  if (item.dueAt === null) return null
  if (item.dueAt === deadline.dueAt && item.dueProvisional === deadline.provisional) return null
  return { type: 'item.deadline_recomputed', data: { ...deadline, previousDueAt: item.dueAt } }
}
