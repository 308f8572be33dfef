import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { lastProgress, onAccount, onTheClock } from '../item/conditions.js'

/** An order waits for the signature of the responsible unit; whoever helps is to know of it while it is under way. */
const orderHolds = sql`i.assignment ->> 'assignedAt' = n.data ->> 'assignedAt'
  and (i.status = 'assigned' or (n.data ->> 'part' = 'helping' and ${onAccount}))`

/**
 * Cancels what has not been sent and no longer holds: the deadline has moved, the clock stands, the item is off account,
 * the order was signed or is another, progress was reported, the recheck was made, what was asked for has been decided. Then
 * another notice says what holds instead.
 */
export async function cancelOutdated(db: Db | Tx, jurisdiction: string, now: string): Promise<number> {
  const { rowCount } = await db.execute(sql`
    update notice n set cancelled_at = ${now}
    where n.jurisdiction_id = ${jurisdiction} and n.sent_at is null and n.cancelled_at is null and n.received_at is null
      and n.item_id is not null and not exists (
        select from item i where i.jurisdiction_id = n.jurisdiction_id and i.id = n.item_id and case n.kind
          when 'escalation' then ${onTheClock} and i.due_set_at = n.due_set_at
          when 'unsigned' then i.status = 'assigned' and i.assignment ->> 'assignedAt' = n.data ->> 'assignedAt'
          when 'plan_wanted' then i.status = 'remediating' and i.plan is null and i.assignment ->> 'acceptedAt' = n.data ->> 'acceptedAt'
          when 'no_progress' then ${onTheClock} and i.status = 'remediating' and ${lastProgress} = n.data ->> 'since'
          when 'order_given' then ${orderHolds}
          when 'order_changed' then ${orderHolds}
          when 'verification_due' then i.closure_request ->> 'at' = n.data ->> 'requestedAt' and i.verifications = '[]'
            and i.status = 'closure_requested'
          when 'closure_requested' then i.closure_request ->> 'at' = n.data ->> 'requestedAt' and i.status = 'closure_requested'
          when 'closure_half_approved' then i.closure_request ->> 'at' = n.data ->> 'requestedAt' and i.status = 'closure_requested'
          when 'extension_requested' then i.extension ->> 'at' = n.data ->> 'askedAt'
          when 'suspended' then i.suspension ->> 'at' = n.data ->> 'since'
          when 'supervised' then i.supervision ->> 'at' = n.data ->> 'since'
          when 'recheck_due' then i.status = 'closed' and coalesce((i.recheck ->> 'at')::timestamptz < n.created_at, true)
          else true end)`)
  return rowCount ?? 0
}
