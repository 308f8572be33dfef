import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '../db/client.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { file } from '../domain/item/decide/list.js'
import { begin } from '../domain/item/evolve.js'
import type { Filed } from '../domain/item/item.js'
import type { Near } from '../domain/item/recurrence.js'
import { Rejection } from '../domain/rejection.js'
import { localDate } from '../domain/time/zone.js'
import { findResemblance, linkRecurrence } from '../item/recurrence.js'
import { visibleItems } from '../item/visible.js'
import type { Outcome } from './act.js'
import type { Change } from './change-item.js'
import type { EvidenceOf } from './citation.js'
import { happened, writeNewItem } from './store.js'

/** What a filing made, and the open items that it may repeat. */
export interface Opened {
  outcome: Outcome
  duplicates: readonly Near[]
}

/**
 * Files an item: the next code of the year, the item, its first event, inside `act`. The counter's lock makes filings take
 * turns, so that an external id that is not on the list then is not on it later either.
 * What it may be the return of is linked with it; what it may repeat, as far as the caller may see it, is the caller's to tell.
 * @throws Rejection `duplicate-external-id` that names the item which has the external id already.
 */
export async function openItem(
  tx: Tx,
  { actor, now, action }: Pick<Change, 'actor' | 'now' | 'action'>,
  filed: Filed,
  evidenceOf: EvidenceOf,
): Promise<Opened> {
  requirePermitted(actor.role, action)
  const { duplicates, recurrenceOf } = await findResemblance(tx, actor, filed, now)
  const reported = file(filed, actor, now)
  const year = Number(localDate(now, actor.jurisdiction.timeZone).slice(0, 4))
  const [code = ''] = await nextCodes(tx, actor.jurisdiction.id, year, 1)
  await requireNewExternalId(tx, actor, filed)
  const identity = { jurisdiction: actor.jurisdiction.id, id: uuidv7(), code }
  // Its evidence is judged beside the item that the filing makes.
  const bare = begin(identity, happened(reported, actor, now))
  const event = { ...reported, data: { ...reported.data, ...evidenceOf(bare, now) } }
  const item = begin(identity, happened(event, actor, now))
  await linkRecurrence(tx, actor, item, recurrenceOf, now)
  const written = await writeNewItem(tx, item, event, actor, now)
  const headers = { etag: `"${item.version}"`, location: `/v1/items/${item.id}` }
  return { outcome: { status: 201, headers, body: written.json, events: [written.event] }, duplicates }
}

/** The next `count` codes of a year, gap-free: the counter's row stays locked until the transaction ends. */
export async function nextCodes(tx: Tx, jurisdiction: string, year: number, count: number): Promise<string[]> {
  const { rows } = await tx.execute<{ last: number }>(sql`
    insert into item_counter as c (jurisdiction_id, year, last) values (${jurisdiction}, ${year}, ${count})
    on conflict (jurisdiction_id, year) do update set last = c.last + ${count} returning last`)
  const last = rows[0]?.last ?? 0
  return Array.from({ length: count }, (_, k) => `${year}-${String(last - count + 1 + k).padStart(6, '0')}`)
}

async function requireNewExternalId(tx: Tx, actor: Actor, filed: Filed): Promise<void> {
  const { externalId, externalSystem } = filed
  if (externalId === null) return
  const { rows } = await tx.execute<{ id: string; code: string; visible: boolean }>(sql`
    select i.id, i.code, ${visibleItems(actor)} as visible from item i
    where i.jurisdiction_id = ${actor.jurisdiction.id} and i.external_id = ${externalId}
      and i.external_system is not distinct from ${externalSystem}`)
  const [found] = rows
  if (found === undefined) return
  throw new Rejection(
    'duplicate-external-id',
    {
      zh: `外部编号 ${externalId} 已登记${found.visible ? `为隐患 ${found.code}` : ''}。`,
      en: `External id ${externalId} is on the list already${found.visible ? ` as item ${found.code}` : ''}.`,
    },
    found.visible ? { itemId: found.id, itemCode: found.code } : {},
  )
}
