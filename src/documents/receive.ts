import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { receiveDocument } from '../domain/item/decide/document.js'
import { isAddressed } from '../domain/item/document.js'
import { notFound, Rejection } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import { changeWith } from './change-with.js'
import { noticeCause } from './issue.js'
import { findDocument, readDocument } from './store.js'

/**
 * A unit signs for a paper that is addressed to it. Once is enough; again is no error, and nothing happens.
 * @throws Rejection `not-found`; `not-responsible`; `wrong-status` for what goes to nobody
 */
export async function receiveItemDocument(tx: Tx, actor: Actor, id: string, now: string): Promise<Outcome> {
  const seen = await findDocument(tx, actor, id)
  if (seen === undefined) throw notFound()
  if (seen.itemId === null) throw IS_BULLETIN
  const change = { actor, now, action: 'document.receive' as const, ref: seen.itemId, ifMatch: undefined }
  return changeWith(tx, change, async (item, at) => {
    // Read once more under the item's lock: of two who sign at once, the second finds it signed for.
    const paper = await findDocument(tx, actor, id)
    if (paper === undefined) throw notFound()
    const { kind, number, receivedAt } = paper
    const unit = isAddressed(kind) ? paper.unit : null
    const event = receiveDocument(item, { id, number, unit, received: receivedAt !== null }, actor)
    if (event !== null) await markReceived(tx, actor, id, at)
    return { event, answer: { status: 200, headers: {}, body: await readDocument(tx, actor, id) } }
  })
}

async function markReceived(tx: Tx, actor: Actor, id: string, at: string): Promise<void> {
  const jurisdiction = actor.jurisdiction.id
  await tx.execute(sql`
    update document set received_at = ${at}, received_by = ${actor.id}
    where jurisdiction_id = ${jurisdiction} and id = ${id}`)
  await tx.execute(sql`
    update notice set received_at = ${at}, received_by = ${actor.id}
    where jurisdiction_id = ${jurisdiction} and cause = ${noticeCause(id)} and received_at is null`)
}

const IS_BULLETIN = new Rejection('wrong-status', {
  zh: '通报请在 /v1/bulletins/{id}/receipt 签收。',
  en: 'A bulletin is confirmed at /v1/bulletins/{id}/receipt.',
})
