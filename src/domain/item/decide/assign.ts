import type { Actor } from '../../access/permissions.js'
import { invalid } from '../../rejection.js'
import type { Instant } from '../../time/instant.js'
import type { ItemEvent } from '../events.js'
import type { DueBasis, Item, LeadOfficial, Order } from '../item.js'
import { requireAllowed, requireFuture, requireOwner } from './require.js'

/** Assign (交办) with all required elements; again while assigned or remediating it reassigns. */
export function assign(
  item: Item,
  order: Order,
  how: { provisional: boolean; workingDays: number | null; basis?: DueBasis },
  now: Instant,
): ItemEvent {
  requireAllowed(item, 'item.assigned')
  requireFuture('/dueAt', order.dueAt, now)
  if (order.coUnits.includes(order.responsibleUnit)) {
    throw invalid('/coUnits', {
      zh: '责任单位不能同时是配合单位。',
      en: 'The responsible unit cannot be its own co-unit.',
    })
  }
  return { type: 'item.assigned', data: { ...order, ...how } }
}

export function accept(item: Item, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.accepted')
  return { type: 'item.accepted', data: {} }
}

/**
 * Another lead official for the order as it stands: its signature, deadline and ladder stay. Null where it is the same one,
 * written the same.
 */
export function changeLeadOfficial(item: Item, leadOfficial: LeadOfficial, reason: string | null): ItemEvent | null {
  requireAllowed(item, 'item.lead_official_changed')
  const previous = item.assignment?.leadOfficial
  if (previous === undefined) throw new Error(`item ${item.id} is ${item.status} without an assignment`)
  if (previous.name === leadOfficial.name && previous.title === leadOfficial.title) return null
  return { type: 'item.lead_official_changed', data: { previous, leadOfficial, reason } }
}

/** Return (退办): the unit gives the order back with a reason. */
export function giveBack(item: Item, reason: string, actor: Actor): ItemEvent {
  requireOwner(item, actor, 'item.returned')
  return { type: 'item.returned', data: { unit: actor.unit ?? '', reason } }
}
