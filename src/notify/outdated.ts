import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { lastProgress, onTheClock } from '../db/item-json.js'

/**
 * Cancels what has not been sent and no longer holds: the deadline has moved, the clock stands, the item is off account,
 * the order was signed, progress was reported, the recheck was made.
 */
export async function cancelOutdated(db: Db | Tx, jurisdiction: string, now: string): Promise<number> {
  const { rowCount } = await db.execute(sql`
    update notice n set cancelled_at = ${now}
    where n.jurisdiction_id = ${jurisdiction} and n.sent_at is null and n.cancelled_at is null and n.received_at is null
      and n.item_id is not null and not exists (
        select from item i where i.jurisdiction_id = n.jurisdiction_id and i.id = n.item_id and case n.kind
          when 'escalation' then ${onTheClock} and i.due_set_at = n.due_set_at
          when 'unsigned' then i.status = 'assigned' and i.assignment ->> 'assignedAt' = n.data ->> 'assignedAt'
          when 'no_progress' then ${onTheClock} and i.status = 'remediating' and ${lastProgress} = n.data ->> 'since'
          when 'recheck_due' then i.status = 'closed' and coalesce((i.recheck ->> 'at')::timestamptz < n.created_at, true)
          else true end)`)
  return rowCount ?? 0
}
