import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { Rejection } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import { noticeCause } from './issue.js'
import { getBulletin, partyOf } from './store.js'

/**
 * Confirms receipt (回执): for the whole unit whoever of it confirms, for the office likewise, for a supervisor himself.
 * Once is enough; again is no error, and nothing happens.
 * @throws Rejection `not-found`, also for somebody else's draft; `wrong-status` for the office's own
 */
export async function confirmReceipt(tx: Tx, actor: Actor, id: string, now: string): Promise<Outcome> {
  const { issued, number } = await getBulletin(tx, actor, id)
  const party = partyOf(actor)
  if (!issued || number === null || party === null) {
    throw new Rejection('wrong-status', { zh: '通报尚未印发。', en: 'The bulletin has not been issued.' })
  }
  const jurisdiction = actor.jurisdiction.id
  const unit = party.recipient === 'unit' ? actor.unit : null
  const person = party.recipient === 'supervisor' ? actor.id : null
  const { rowCount } = await tx.execute(sql`
    insert into bulletin_recipient as r (jurisdiction_id, bulletin_id, recipient, unit_id, person_id, received_at, received_by)
    values (${jurisdiction}, ${id}, ${party.recipient}, ${unit}, ${person}, ${now}, ${actor.id})
    on conflict (jurisdiction_id, bulletin_id, recipient, party) do update
    set received_at = excluded.received_at, received_by = excluded.received_by where r.received_at is null`)
  const isFirst = (rowCount ?? 0) > 0
  if (isFirst && unit !== null) await confirmNotice(tx, actor, id, unit, now)
  const { rows } = await tx.execute<{ json: string }>(sql`
    select (select row_to_json(v)::text from (select ${receiptFields}) v) as json from bulletin_recipient r
    where r.jurisdiction_id = ${jurisdiction} and r.bulletin_id = ${id} and r.recipient = ${party.recipient}
      and r.party = ${party.party}`)
  const event = adminEvent(actor, now, { type: 'bulletin.received', data: { id, number, unit } })
  return { status: 200, headers: {}, body: rows[0]?.json ?? '', events: isFirst ? [event] : [] }
}

/** Who has the bulletin has read what its notice said. */
async function confirmNotice(tx: Tx, actor: Actor, id: string, unit: string, now: string): Promise<void> {
  await tx.execute(sql`
    update notice set received_at = ${now}, received_by = ${actor.id}
    where jurisdiction_id = ${actor.jurisdiction.id} and cause = ${noticeCause(id)} and recipient = 'unit'
      and unit_id = ${unit} and received_at is null`)
}

const named = (table: string, column: string) =>
  sql.raw(`(select json_build_object('id', x.id, 'name', x.name) from ${table} x
    where x.jurisdiction_id = r.jurisdiction_id and x.id = r.${column})`)

const receiptFields = sql`r.recipient, ${named('unit', 'unit_id')} as unit, ${named('person', 'person_id')} as person,
  ${instant('r.received_at')} as "receivedAt", ${named('person', 'received_by')} as "receivedBy"`

/** Who has confirmed an issued bulletin and who has not, as JSON text. @throws Rejection `not-found` */
export async function readReceipts(db: Db, actor: Actor, id: string): Promise<string> {
  await getBulletin(db, actor, id)
  const { rows } = await db.execute<{ json: string }>(sql`
    with r as (
      select * from bulletin_recipient where jurisdiction_id = ${actor.jurisdiction.id} and bulletin_id = ${id}
    ), v as (select ${receiptFields} from r)
    select json_build_object('recipients', count(*), 'received', count(v."receivedAt"),
      'outstanding', coalesce(json_agg(v order by v.recipient desc, v.unit ->> 'name', v.person ->> 'name')
        filter (where v."receivedAt" is null), '[]'),
      'confirmed', coalesce(json_agg(v order by v."receivedAt", v.unit ->> 'name', v.person ->> 'name')
        filter (where v."receivedAt" is not null), '[]'))::text as json
    from v`)
  return rows[0]?.json ?? ''
}
