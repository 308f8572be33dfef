import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { HappenedItemEvent, ItemEvent } from '../domain/item/events.js'

export type HappenedEvent = HappenedItemEvent

/** An item's events, oldest first, as they are at this moment of the transaction. */
export async function readHistory(tx: Tx, jurisdiction: string, itemId: string): Promise<HappenedEvent[]> {
  const { rows } = await tx.execute<{ type: string; data: string; at: string; actorId: string }>(sql`
    select e.type, e.data, ${instant('e.at')} as at, e.actor_id as "actorId" from event e
    where e.jurisdiction_id = ${jurisdiction} and e.item_id = ${itemId} order by e.item_version`)
  // Written by this service.
  return rows.map(({ data, ...row }) => ({ ...row, data: JSON.parse(data) }) as HappenedEvent)
}

/** The last event of a type, and the last one of another before it. */
export function lastOf<T extends ItemEvent['type']>(
  events: readonly HappenedEvent[],
  type: T,
): Extract<HappenedEvent, { type: T }> | undefined {
  return events.findLast((event) => event.type === type) as Extract<HappenedEvent, { type: T }> | undefined
}
