import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { decideRecurrence, recur } from '../domain/item/decide/recurrence.js'
import { Rejection, requireVersion } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import { answerOf, type Change } from '../ledger/change-item.js'
import { lockItem, timeAfter, writeChange } from '../ledger/store.js'

/**
 * Confirms or refuses that an item is an old one come back. Confirmed, it is also an event of the old one, which counts
 * against its closure; but not where that has been reopened since, which has counted already.
 * @throws Rejection `no-recurrence` (409) where nothing is suspected, or it is decided already.
 */
export async function settleRecurrence(
  tx: Tx,
  change: Change,
  confirmed: boolean,
  reason: string | null,
): Promise<Outcome> {
  const { actor } = change
  requirePermitted(actor.role, change.action)
  const item = await lockItem(tx, actor, change.ref)
  requireVersion(change.ifMatch, item.version)
  const link = await lockLink(tx, actor, item.id)
  const at = timeAfter(item, change.now)
  await tx.execute(sql`
    update recurrence set decided_at = ${at}, decided_version = ${item.version + 1}, decided_by = ${actor.id}, confirmed = ${confirmed}
    where jurisdiction_id = ${item.jurisdiction} and id = ${link.id}`)
  const decided = await writeChange(tx, item, decideRecurrence(item, link.id, confirmed, reason), actor, at)
  const origin = confirmed ? await lockItem(tx, actor, link.of) : undefined
  const counted =
    origin?.status === 'closed'
      ? [await writeChange(tx, origin, recur(origin, link.id), actor, timeAfter(origin, change.now))]
      : []
  return {
    ...answerOf(decided.item.version, decided.json),
    events: [decided.event, ...counted.map(({ event }) => event)],
  }
}

async function lockLink(tx: Tx, actor: Actor, item: string): Promise<{ id: string; of: string }> {
  const { rows } = await tx.execute<{ id: string; of: string }>(sql`
    select id, of_id as of from recurrence
    where jurisdiction_id = ${actor.jurisdiction.id} and item_id = ${item} and decided_at is null for update`)
  const [link] = rows
  if (link !== undefined) return link
  throw new Rejection('no-recurrence', {
    zh: '该隐患没有待认定的疑似复发。',
    en: 'Nothing is suspected of this item, or it is decided already.',
  })
}
