import type { Tx } from '../db/client.js'
import { requirePermitted } from '../domain/access/permissions.js'
import type { ItemEvent } from '../domain/item/events.js'
import type { Item } from '../domain/item/item.js'
import { requireVersion } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import type { Change } from '../ledger/change-item.js'
import { lockItem, timeAfter, writeChange } from '../ledger/store.js'

/** What work at a locked item comes to: the event that makes it history, or null for none, and what is answered. */
export interface Worked {
  event: ItemEvent | null
  answer: Omit<Outcome, 'events'>
}

/**
 * As `changeItem`, where what happens takes work in the same transaction and is answered with something else than the item.
 * @throws Rejection: not-found, stale, and whatever `work` refuses.
 */
export async function changeWith(
  tx: Tx,
  change: Change,
  work: (item: Item, at: string) => Promise<Worked>,
): Promise<Outcome> {
  const { actor } = change
  requirePermitted(actor.role, change.action)
  const item = await lockItem(tx, actor, change.ref)
  requireVersion(change.ifMatch, item.version)
  const at = timeAfter(item, change.now)
  const { event, answer } = await work(item, at)
  if (event === null) return { ...answer, events: [] }
  return { ...answer, events: [(await writeChange(tx, item, event, actor, at)).event] }
}
