import { type Action, type Actor, areaLimitOf, isPermitted } from '../domain/access/permissions.js'
import type { AdminEvent } from './chain.js'

export type AdminEventType = AdminEvent['type']

interface Readers {
  /** Who may do this may read what the event says. */
  action: Action
  /** It tells of units and items anywhere: nothing for a caller who is limited to an area. */
  isOfWhole?: true
}

/**
 * Who is told what an event about no item says: who may read the thing that it is about. The chain has every event for
 * everybody who follows it; to the others its data are withheld.
 */
const READERS = {
  'jurisdiction.created': { action: 'ledger.read' },
  'unit.created': { action: 'reference.read' },
  'unit.changed': { action: 'reference.read' },
  'category.created': { action: 'reference.read' },
  'area.added': { action: 'reference.read' },
  'area.changed': { action: 'reference.read' },
  'boundaries.changed': { action: 'reference.read' },
  'person.created': { action: 'person.read' },
  'person.changed': { action: 'person.read' },
  'key.created': { action: 'person.read' },
  'key.revoked': { action: 'person.read' },
  'feed.created': { action: 'person.read' },
  'feed.revoked': { action: 'person.read' },
  'import.completed': { action: 'item.import' },
  'rules.changed': { action: 'rules.read' },
  'calendar.changed': { action: 'reference.read' },
  'contact.created': { action: 'contact.manage' },
  'contact.changed': { action: 'contact.manage' },
  'contact.unsubscribed': { action: 'contact.manage' },
  'notice.sent': { action: 'notice.read', isOfWhole: true },
  'notice.received': { action: 'notice.read', isOfWhole: true },
  'subscription.created': { action: 'subscription.manage' },
  'subscription.changed': { action: 'subscription.manage' },
  'subscription.deleted': { action: 'subscription.manage' },
  'subscription.disabled': { action: 'subscription.manage' },
  'bulletin.issued': { action: 'bulletin.read' },
  'bulletin.received': { action: 'bulletin.read', isOfWhole: true },
  'document.issued': { action: 'document.read' },
  'document_template.changed': { action: 'document_template.read' },
  'score_period.closed': { action: 'score.read' },
  'recheck.drawn': { action: 'recheck.read' },
} as const satisfies Record<AdminEventType, Readers>

export const ADMIN_EVENT_TYPES = Object.keys(READERS) as AdminEventType[]

/** Whether an actor is told what an event of this type says, which is about no item. An auditor reads all. */
export function mayReadAdminEvent(actor: Actor, type: string): boolean {
  if (actor.role === 'auditor' || actor.role === 'system') return true
  const readers: Readers | undefined = Object.hasOwn(READERS, type) ? READERS[type as AdminEventType] : undefined
  if (readers === undefined || !isPermitted(actor.role, readers.action)) return false
  return readers.isOfWhole !== true || areaLimitOf(actor) === null
}

/** The types that an actor is told of; undefined: all, also those of which nothing is known here. */
export function adminEventsFor(actor: Actor): AdminEventType[] | undefined {
  if (actor.role === 'auditor' || actor.role === 'system') return undefined
  return ADMIN_EVENT_TYPES.filter((type) => mayReadAdminEvent(actor, type))
}
