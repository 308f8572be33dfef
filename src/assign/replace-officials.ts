import type { SQL } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { changeLeadOfficial } from '../domain/item/decide/assign.js'
import type { Item, LeadOfficial } from '../domain/item/item.js'
import type { Instant } from '../domain/time/instant.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { type Changed, evolved, lockItemsUpTo, timeAfter, writeChanges } from '../ledger/store.js'

export interface Replaced {
  before: Item
  after: Item
  event: PreparedEvent
}

/**
 * Names another lead official for up to `limit` items for which `condition` (on alias `i`) holds, all of which have an order: each
 * an `item.lead_official_changed` event, which is the caller's to append. An item that somebody else is changing is waited for.
 */
export async function replaceOfficials(
  tx: Tx,
  actor: Actor,
  condition: SQL,
  { to, reason }: { to: LeadOfficial; reason: string },
  { now, limit }: { now: Instant; limit: number },
): Promise<Replaced[]> {
  requirePermitted(actor.role, 'lead_official.replace')
  const items = await lockItemsUpTo(tx, condition, limit)
  const changes = items.flatMap((before): Changed[] => {
    const event = changeLeadOfficial(before, to, reason)
    if (event === null) return []
    return [evolved(before, event, actor, timeAfter(before, now))]
  })
  if (changes.length > 0) await writeChanges(tx, actor, changes, now)
  return changes.map(({ happened: { before, after }, event }) => ({ before, after, event }))
}
