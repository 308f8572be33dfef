import { type SQL, sql } from 'drizzle-orm'
import { headingOf } from '../contacts/notice-words.js'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { type Actor, areaLimitOf, isChannel } from '../domain/access/permissions.js'
import { NOTICE_KINDS, type NoticeKind, type Party } from '../domain/item/notice.js'
import { addDays, endOfDay, localDate } from '../domain/time/zone.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { jsonPageOf } from '../http/page.js'
import { onAccount } from '../item/conditions.js'
import { isItemVisible, itemIs } from '../item/visible.js'

export const NOTICE_STATES = ['waiting', 'sent', 'received', 'cancelled'] as const

export interface NoticeQuery {
  recipient?: Party | 'all' | undefined
  unit?: string | undefined
  kind?: NoticeKind | undefined
  state?: (typeof NOTICE_STATES)[number] | undefined
  item?: string | undefined
  unreceived?: 'true' | 'false' | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * The notices that an actor may see, on alias `n`, by where they are found: a unit its own; supervisors and inspectors those of
 * their side, in their area; an inspector and the hotline what is for them by name; the office and the auditor all of the
 * jurisdiction. No notice is in two of these.
 */
function visibleNotices(actor: Actor): SQL[] {
  const { role, jurisdiction, unit, id } = actor
  const own = sql`n.jurisdiction_id = ${jurisdiction.id}`
  if (role === 'office' || role === 'auditor') return [own]
  if (role === 'unit') return [sql`${own} and n.recipient = 'unit' and n.unit_id = ${unit}`]
  // As everywhere, an item that lies outside the caller's area is not there, wherever it lay when the notice was written.
  const inSight =
    areaLimitOf(actor) === null && !isChannel(role)
      ? sql``
      : sql`and (n.item_id is null or ${isItemVisible(actor, sql`n.item_id`)})`
  const byName = sql`${own} and n.person_id = ${id} ${inSight}`
  if (role === 'supervisor') return [sql`${own} and n.recipient = 'supervisor' ${inSight}`]
  return role === 'inspector' ? [sql`${own} and n.recipient = 'inspector' ${inSight}`, byName] : [byName]
}

/** The notices that an actor is the one to confirm. */
function addressedTo(actor: Actor): SQL {
  const office = actor.role === 'office' ? sql`and n.recipient = 'office'` : sql``
  return sql`((${sql.join(visibleNotices(actor), sql`) or (`)})) ${office}`
}

const state = sql`case when n.received_at is not null then 'received' when n.cancelled_at is not null then 'cancelled'
  when n.sent_at is not null then 'sent' else 'waiting' end`

/** The same as conditions: the index of what waits cannot serve a comparison with a computed state. */
const IN_STATE: Record<(typeof NOTICE_STATES)[number], SQL> = {
  waiting: sql`n.sent_at is null and n.cancelled_at is null and n.received_at is null`,
  sent: sql`n.sent_at is not null and n.cancelled_at is null and n.received_at is null`,
  cancelled: sql`n.cancelled_at is not null and n.received_at is null`,
  received: sql`n.received_at is not null`,
}

const HEADINGS = JSON.stringify(Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, headingOf(kind)])))

/** A notice's JSON, over alias `n`. To a channel the status of an item on account is `listed`, as everywhere. */
export function noticeJson({ role }: Actor): SQL {
  const status = isChannel(role) ? sql`case when ${onAccount} then 'listed' else i.status end` : sql`i.status`
  return sql`(select row_to_json(v)::text from (select n.id, n.kind, n.data ->> 'rung' as rung, n.data -> 'day' as day,
    coalesce(n.data -> 'label', ${HEADINGS}::jsonb -> n.kind) as label, n.recipient,
    (select json_build_object('id', u.id, 'name', u.name) from unit u where u.jurisdiction_id = n.jurisdiction_id and u.id = n.unit_id) as unit,
    (select json_build_object('id', p.id, 'name', p.name) from person p
      where p.jurisdiction_id = n.jurisdiction_id and p.id = n.person_id) as person,
    (select json_build_object('id', i.id, 'code', i.code, 'title', i.title, 'status', ${status}) from item i
      where i.jurisdiction_id = n.jurisdiction_id and i.id = n.item_id) as item,
    ${instant('n.due_at')} as "dueAt", n.data - '{rung,day,label}'::text[] as details, ${state} as state,
    ${instant('n.created_at')} as "createdAt", ${instant('n.sent_at')} as "sentAt", ${instant('n.cancelled_at')} as "cancelledAt",
    ${instant('n.received_at')} as "receivedAt",
    (select json_build_object('id', p.id, 'name', p.name) from person p
      where p.jurisdiction_id = n.jurisdiction_id and p.id = n.received_by) as "receivedBy",
    n.wants_receipt as "wantsReceipt") v)`
}

/** One keyset page of notices, newest first, as JSON text. */
export async function findNotices(db: Db, actor: Actor, query: NoticeQuery, receiptDays: number, now: string) {
  const { limit, cursor, ...filters } = query
  const conditions = conditionsOf(actor, query, receiptDays, now)
  const bound = { ...filters, notices: actor.id }
  if (cursor !== undefined) {
    const [createdAt = '', id = ''] = decodeCursor(cursor, bound, 2)
    conditions.push(sql`(n.created_at, n.id) < (${createdAt}::timestamptz, ${id}::uuid)`)
  }
  // Each of the places has an index in this order; one condition that joins them would have none.
  const found = visibleNotices(actor).map(
    (visible) => sql`(
      select n.* from notice n where ${sql.join([visible, ...conditions], sql` and `)}
      order by n.created_at desc, n.id desc limit ${limit + 1})`,
  )
  const { rows } = await db.execute<{ json: string; created_at: string; id: string }>(sql`
    select ${noticeJson(actor)} as json, n.created_at::text as created_at, n.id
    from (${sql.join(found, sql` union all `)}) n order by n.created_at desc, n.id desc limit ${limit + 1}`)
  return jsonPageOf(rows, limit, ({ created_at, id }) => encodeCursor(bound, [created_at, id]))
}

function conditionsOf(actor: Actor, query: NoticeQuery, receiptDays: number, now: string): SQL[] {
  const { unit, kind, item, unreceived } = query
  // «Mine» unless told: the office sees what the office must know, and everybody's on demand.
  const recipient = query.recipient ?? (actor.role === 'office' ? 'office' : 'all')
  const late = sql`(n.wants_receipt and n.sent_at is not null and n.received_at is null and n.sent_at <= ${unreceivedSince(actor, receiptDays, now)}::timestamptz)`
  return [
    ...(recipient === 'all' ? [] : [sql`n.recipient = ${recipient}`]),
    ...(unit === undefined ? [] : [sql`n.recipient = 'unit' and n.unit_id = ${unit}`]),
    ...(kind === undefined ? [] : [sql`n.kind = ${kind}`]),
    ...(query.state === undefined ? [] : [IN_STATE[query.state]]),
    ...(unreceived === undefined ? [] : [unreceived === 'true' ? late : sql`not ${late}`]),
    ...(item === undefined
      ? []
      : [
          sql`n.item_id = (select i.id from item i where i.jurisdiction_id = ${actor.jurisdiction.id} and ${itemIs(item)})`,
        ]),
  ]
}

/** What was sent by then and is not confirmed has not been received in time: the end of the last day that is over. */
export function unreceivedSince(actor: Actor, receiptDays: number, now: string): string {
  const { timeZone } = actor.jurisdiction
  return endOfDay(addDays(localDate(now, timeZone), -receiptDays - 1), timeZone)
}

/** A notice of the caller's, locked; undefined when there is none, or it is somebody else's to confirm. */
export async function lockNotice(tx: Tx, actor: Actor, id: string) {
  const { rows } = await tx.execute<{ kind: string; received: boolean; unit: string | null; code: string | null }>(sql`
    select n.kind, n.received_at is not null as received, n.unit_id as unit,
      (select i.code from item i where i.jurisdiction_id = n.jurisdiction_id and i.id = n.item_id) as code
    from notice n where ${addressedTo(actor)} and n.id = ${id} for update`)
  return rows[0]
}
