import type { Actor } from '../../access/permissions.js'
import { invalid, Rejection } from '../../rejection.js'
import type { Instant } from '../../time/instant.js'
import { allowedEvents, type ItemEventType, isAllowed } from '../events.js'
import type { Item } from '../item.js'

const DAY_MS = 86_400_000
/** A deadline moves when the clock stands, and an instant past the year 9999 is no text that sorts. */
const MAX_DEADLINE_DAYS = 36_525

/** The state machine's word. @throws Rejection `wrong-status` that names the status and the events allowed now. */
export function requireAllowed(item: Item, type: ItemEventType): void {
  if (isAllowed(item, type)) return
  throw new Rejection(
    'wrong-status',
    {
      zh: `隐患 ${item.code} 当前状态为 ${item.status}，不能发生 ${type}。`,
      en: `Item ${item.code} is ${item.status}; ${type} cannot happen to it as it stands.`,
    },
    { itemStatus: item.status, allowedEvents: allowedEvents(item) },
  )
}

/** A unit acts only on items assigned to it. Who acts is asked first, so that a former owner learns nothing new. */
export function requireOwner(item: Item, actor: Actor, type: ItemEventType, alsoUnits: readonly string[] = []): void {
  const owner = item.assignment?.responsibleUnit
  if (owner !== undefined && actor.unit !== owner && !alsoUnits.includes(actor.unit ?? '')) {
    throw new Rejection('not-responsible', {
      zh: '该隐患未交办给您的单位。',
      en: 'The item is not assigned to your unit.',
    })
  }
  requireAllowed(item, type)
}

/** @throws Rejection `invalid-request` at `pointer` for a deadline that is past, or now, or 100 years off. */
export function requireFuture(pointer: string, dueAt: Instant, now: Instant): void {
  if (dueAt <= now) {
    throw invalid(pointer, { zh: '时限必须在将来。', en: 'The deadline must lie in the future.' })
  }
  if (Date.parse(dueAt) - Date.parse(now) > MAX_DEADLINE_DAYS * DAY_MS) {
    throw invalid(pointer, { zh: '时限不能晚于一百年后。', en: 'The deadline lies more than 100 years ahead.' })
  }
}
