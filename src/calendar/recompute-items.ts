import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { recomputeDeadline } from '../domain/item/decide/notify.js'
import type { Item } from '../domain/item/item.js'
import type { WorkingCalendar } from '../domain/time/calendar.js'
import { recounting } from '../domain/time/deadline.js'
import type { Instant } from '../domain/time/instant.js'
import { onTheClock } from '../item/conditions.js'
import { visibleItems } from '../item/visible.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { type Changed, evolved, lockItemsWhere, timeAfter, writeChanges } from '../ledger/store.js'

/** An item before and after its deadline moved. */
export interface Moved {
  before: Item
  after: Item
  event: PreparedEvent
}

/**
 * Moves the deadlines of up to `limit` items for which `condition` (on alias `i`) holds to where `calendar` puts them: each an
 * `item.deadline_recomputed` event, which is the caller's to append. Items that somebody else is changing are passed over,
 * and found again by whoever asks next.
 */
export async function recomputeItems(
  tx: Tx,
  actor: Actor,
  calendar: WorkingCalendar,
  condition: SQL,
  { now, limit }: { now: Instant; limit: number },
): Promise<Moved[]> {
  requirePermitted(actor.role, 'item.recompute_deadline')
  const { timeZone } = actor.jurisdiction
  const moving = sql`${visibleItems(actor)} and ${onTheClock} and ${condition}`
  const items = await lockItemsWhere(tx, moving, sql`i.due_at, i.id`, limit)
  const recount = recounting(calendar, timeZone)
  const changes = items.flatMap((before): Changed[] => {
    if (before.dueBasis === null) return []
    const event = recomputeDeadline(before, recount(before.dueBasis))
    if (event === null) return []
    return [evolved(before, event, actor, timeAfter(before, now))]
  })
  if (changes.length > 0) await writeChanges(tx, actor, changes, now)
  return changes.map(({ happened: { before, after }, event }) => ({ before, after, event }))
}
