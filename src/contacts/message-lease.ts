import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { later } from '../domain/time/zone.js'
import type { Language } from '../language/language.js'
import type { ChannelName } from './channels/index.js'

/** A worker that has not said by then what became of a message is taken for dead. Far longer than a call may take. */
const LEASE_MS = 120_000
const MINUTE_MS = 60_000
/** Whose messages, by which way. */
export interface MessageRef {
  jurisdiction: string
  channel: ChannelName
}

/** A message that a worker may send now, and nobody else meanwhile. */
export interface Leased extends Record<string, unknown> {
  digest: string
  contact: string
  /** This one included. */
  attempts: number
  address: string
  secret: string | null
  name: string | null
  language: Language
  area: string | null
  /** Whether the contact still wants messages. */
  reachable: boolean
  unsubscribeToken: Buffer
}

/** The next message that is due; undefined when none is, or others have them all. */
export async function lease(db: Db, place: MessageRef, perMinute: number, now: string): Promise<Leased | undefined> {
  for (;;) {
    const found = await db.transaction(async (tx) => {
      const next = await lockNext(tx, place, now)
      if (next === undefined) return undefined
      if (Number.isFinite(perMinute) && (await isBusy(tx, place, next.address, perMinute, now))) return 'busy'
      await tx.execute(sql`
        update message set attempts = attempts + 1, attempted_at = ${now}, next_attempt_at = ${later(now, LEASE_MS)}
        where jurisdiction_id = ${place.jurisdiction} and digest_id = ${next.digest} and contact_id = ${next.contact}`)
      return { ...next, attempts: next.attempts + 1 }
    })
    if (found !== 'busy') return found
  }
}

async function lockNext(tx: Tx, { jurisdiction, channel }: MessageRef, now: string): Promise<Leased | undefined> {
  const { rows } = await tx.execute<Leased>(sql`
    select m.digest_id as digest, m.contact_id as contact, m.attempts, c.address, c.secret, c.name, c.language,
      -- A person's contact sees what the person does.
      coalesce(c.area, p.area) as area, c.active and c.unsubscribed_at is null and coalesce(p.active, true) as reachable,
      c.unsubscribe_token as "unsubscribeToken"
    from message m join contact c on c.jurisdiction_id = m.jurisdiction_id and c.id = m.contact_id
    left join person p on p.jurisdiction_id = c.jurisdiction_id and p.id = c.person_id
    where m.jurisdiction_id = ${jurisdiction} and m.state = 'pending' and m.next_attempt_at <= ${now}
      and c.channel = ${channel}
    order by m.next_attempt_at, m.digest_id, m.contact_id limit 1 for update of m skip locked`)
  return rows[0]
}

/**
 * Whether an address has had its messages for this minute; then what is due for it is put off until it takes more. Its
 * contacts are locked meanwhile, so that two workers do not both take the last one that it takes.
 */
async function isBusy(tx: Tx, place: MessageRef, address: string, perMinute: number, now: string): Promise<boolean> {
  const { jurisdiction, channel } = place
  const { rows: contacts } = await tx.execute<{ id: string }>(sql`
    select id from contact where jurisdiction_id = ${jurisdiction} and channel = ${channel} and address = ${address}
    order by id for no key update`)
  const ids = sql.param(contacts.map(({ id }) => id))
  const { rows } = await tx.execute<{ at: string }>(sql`
    select ${instant('m.attempted_at')} as at from message m
    where m.jurisdiction_id = ${jurisdiction} and m.contact_id = any(${ids}::uuid[])
      and m.attempted_at > ${later(now, -MINUTE_MS)}::timestamptz
    order by m.attempted_at desc limit ${perMinute}`)
  const earliest = rows[perMinute - 1]
  if (earliest === undefined) return false
  await tx.execute(sql`
    update message m set next_attempt_at = ${later(earliest.at, MINUTE_MS)}
    where (m.jurisdiction_id, m.digest_id, m.contact_id) in (
      select jurisdiction_id, digest_id, contact_id from message
      where jurisdiction_id = ${jurisdiction} and contact_id = any(${ids}::uuid[]) and state = 'pending'
        and next_attempt_at <= ${now}
      for update skip locked)`)
  return true
}
