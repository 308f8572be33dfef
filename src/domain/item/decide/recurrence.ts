import type { ItemEvent } from '../events.js'
import type { Item } from '../item.js'
import { requireAllowed } from './require.js'

/** The office says whether an item is an old one come back (复发). */
export function decideRecurrence(item: Item, link: string, confirmed: boolean, reason: string | null): ItemEvent {
  requireAllowed(item, 'item.recurrence_decided')
  return { type: 'item.recurrence_decided', data: { link, confirmed, reason } }
}

/** What it counts against: the closure that did not hold. */
export function recur(origin: Item, link: string): ItemEvent {
  requireAllowed(origin, 'item.recurred')
  return { type: 'item.recurred', data: { link } }
}
