import { and, eq, isNull, sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import type { Db, Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid, notFound } from '../domain/rejection.js'
import { unknownCode } from '../http/fields.js'
import type { AdminEvent } from '../ledger/chain.js'
import { READER } from './fan-out-task.js'
import { subscription } from './table.js'

type SubscriptionEventType = Extract<AdminEvent['type'], `subscription.${string}`>

/** A subscription as its office sees it: without its secrets. */
export const subscriptionColumns = {
  id: subscription.id,
  version: subscription.version,
  url: subscription.url,
  description: subscription.description,
  types: subscription.types,
  unit: subscription.unit,
  area: subscription.area,
  view: subscription.view,
  active: subscription.active,
  disabledAt: subscription.disabledAt,
  previousSecretUntil: subscription.previousSecretUntil,
  createdAt: subscription.createdAt,
}

export function isSubscription(actor: Actor, id: string) {
  return and(
    eq(subscription.jurisdiction, actor.jurisdiction.id),
    eq(subscription.id, id),
    isNull(subscription.deletedAt),
  )
}

/** @throws Rejection `not-found` */
export async function readSubscription(db: Db | Tx, actor: Actor, id: string) {
  const [row] = await db.select(subscriptionColumns).from(subscription).where(isSubscription(actor, id))
  if (row === undefined) throw notFound()
  return row
}

/** The same, and nobody changes it or its deliveries until the transaction ends. */
export async function lockSubscription(tx: Tx, actor: Actor, id: string) {
  const is = isSubscription(actor, id)
  const [row] = await tx.select(subscriptionColumns).from(subscription).where(is).for('no key update')
  if (row === undefined) throw notFound()
  return row
}

/** What the ledger keeps of a subscription. A URL's query may have a token of the receiver's; the ledger never forgets. */
export function subscriptionEvent(
  type: SubscriptionEventType,
  { id, url, types, active }: { id: string; url: string; types: readonly string[]; active: boolean },
) {
  return { type, data: { id, url: publicUrl(url), types, active } }
}

/** A URL without its query. */
export function publicUrl(url: string): string {
  return url.split(/[?#]/)[0] ?? ''
}

/** The ledger's end, after which a subscription begins. The reader of the ledger begins with the first of them. */
export async function beginAtHead(tx: Tx, jurisdiction: string): Promise<number> {
  const { rows } = await tx.execute<{ seq: string }>(sql`
    with head as (select jurisdiction_id, seq from ledger_head where jurisdiction_id = ${jurisdiction}), reader as (
      insert into ledger_reader (jurisdiction_id, reader, seq) select jurisdiction_id, ${READER}, seq from head
      on conflict do nothing)
    select seq from head`)
  return Number(rows[0]?.seq ?? 0)
}

interface Filter {
  unit?: string | null | undefined
  area?: string | null | undefined
  view?: string | null | undefined
}

/** @throws Rejection at `/unit`, `/area` or `/view` for what the jurisdiction does not have */
export async function requireFilter(tx: Tx, actor: Actor, filter: Filter) {
  const { unit = null, area = null, view = null } = filter
  if (view !== null) await requireSharedView(tx, actor, view)
  const { rows } = await tx.execute<{ unit: boolean; area: boolean }>(sql`
    select ${unit}::uuid is null or exists (
        select from unit where jurisdiction_id = ${actor.jurisdiction.id} and id = ${unit}) as unit,
      ${area}::text is null or exists (select from ${areasOf(actor.jurisdiction.id)} a where code = ${area}) as area`)
  const [known] = rows
  if (known?.unit === false) throw invalid('/unit', { zh: '没有这个单位。', en: 'There is no such unit.' })
  if (known?.area === false && area !== null) throw unknownCode('/area', area)
}

/** A subscription is the jurisdiction's: a person's own view is none for it. The view stays shared until the transaction ends. */
async function requireSharedView(tx: Tx, actor: Actor, view: string): Promise<void> {
  const { rows } = await tx.execute(sql`
    select from saved_view where jurisdiction_id = ${actor.jurisdiction.id} and id = ${view} and shared for share`)
  if (rows.length > 0) return
  throw invalid('/view', { zh: '没有这个共享视图。', en: 'There is no such shared view.' })
}
