import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { lockPerson } from '../db/lock.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { notFound, Rejection } from '../domain/rejection.js'
import { visibleViews } from '../item/saved-view.js'

/** A view as it is answered. */
export interface View extends Record<string, unknown> {
  id: string
  version: number
  name: string
  filter: Record<string, unknown>
  shared: boolean
  owner: { id: string; name: string }
  createdAt: string
  updatedAt: string
}

/** The actor's own views and those that are shared, the oldest first. */
export async function findViews(db: Db | Tx, actor: Actor, condition: SQL, rest: SQL = sql``): Promise<View[]> {
  const { rows } = await db.execute<View>(sql`
    select v.id, v.version, v.name, v.filter, v.shared, json_build_object('id', p.id, 'name', p.name) as owner,
      ${instant('v.created_at')} as "createdAt", ${instant('v.updated_at')} as "updatedAt"
    from saved_view v join person p on p.jurisdiction_id = v.jurisdiction_id and p.id = v.owner_id
    where ${visibleViews(actor)} and ${condition} order by v.created_at, v.id ${rest}`)
  return rows
}

/** @throws Rejection `not-found`, also for somebody else's private view */
export async function getView(db: Db | Tx, actor: Actor, id: string): Promise<View> {
  const [view] = await findViews(db, actor, sql`v.id = ${id}`)
  if (view === undefined) throw notFound()
  return view
}

/**
 * Reads a view to change it: nobody else does, nor begins to use it, until the transaction ends.
 * @throws Rejection `not-found`; `forbidden` where it is shared and the actor does not share views.
 */
export async function lockView(tx: Tx, actor: Actor, id: string): Promise<View> {
  await tx.execute(sql`select from saved_view v where ${visibleViews(actor)} and v.id = ${id} for update`)
  const view = await getView(tx, actor, id)
  if (view.shared) requirePermitted(actor.role, 'view.share')
  return view
}

/** @throws Rejection `in-use` (409) while a subscription is for the view's items */
export async function requireUnused(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { rows } = await tx.execute(sql`
    select from subscription where jurisdiction_id = ${actor.jurisdiction.id} and view_id = ${id} limit 1`)
  if (rows.length === 0) return
  throw new Rejection('in-use', {
    zh: '仍有推送订阅使用该视图；请先修改或结束订阅。',
    en: 'A subscription uses the view; change or end that first.',
  })
}

/** More than anybody looks through. */
export const MAX_VIEWS = 200

/** @throws Rejection `too-many` */
export async function requireRoom(tx: Tx, actor: Actor): Promise<void> {
  await lockPerson(tx, actor)
  const { rows } = await tx.execute<{ held: number }>(
    sql`select count(*)::int as held from saved_view where jurisdiction_id = ${actor.jurisdiction.id} and owner_id = ${actor.id}`,
  )
  if ((rows[0]?.held ?? 0) < MAX_VIEWS) return
  throw new Rejection('too-many', {
    zh: `每人最多保存 ${MAX_VIEWS} 个视图；请先删除不用的。`,
    en: `A person has at most ${MAX_VIEWS} saved views; delete one that is not in use.`,
  })
}
