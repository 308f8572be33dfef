import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { ApiKey } from '../auth/api-key.js'
import type { Tx } from '../db/client.js'
import { category, jurisdiction, ledgerHead, person, unit } from '../db/schema.js'
import type { Actor } from '../domain/access/permissions.js'
import { Rejection } from '../domain/rejection.js'
import { appendEvents } from '../ledger/act.js'
import { adminEvent, type PreparedEvent } from '../ledger/chain.js'
import { CATEGORIES } from './categories.js'

export interface NewJurisdiction {
  id: string
  name: string
  timeZone: string
  area: string
}

/** Opens a jurisdiction's list and ledger, with its categories; answers the service's own person in it. */
export async function createJurisdiction(tx: Tx, created: NewJurisdiction, now: string): Promise<Actor> {
  const system: Actor = { id: uuidv7(), name: '系统', role: 'system', jurisdiction: created, unit: null, area: null }
  const none = Buffer.alloc(32)
  await tx.insert(jurisdiction).values({ ...created, createdAt: now })
  await tx.insert(ledgerHead).values({ jurisdiction: created.id, seq: 0, previousHash: none, hash: none })
  await tx.insert(category).values(CATEGORIES.map((c, position) => ({ ...c, jurisdiction: created.id, position })))
  await tx
    .insert(person)
    .values({ jurisdiction: created.id, id: system.id, name: system.name, role: 'system', createdAt: now })
  const { name, timeZone, area } = created
  const event = adminEvent(system, now, { type: 'jurisdiction.created', data: { name, timeZone, area } })
  await tx.execute(appendEvents(created.id, [event]))
  return system
}

export interface NewUnit {
  name: string
  kind: (typeof unit.$inferInsert)['kind']
  area: string | null
}

export async function createUnit(tx: Tx, actor: Actor, created: NewUnit, now: string) {
  const row = { ...created, id: uuidv7(), active: true }
  await tx.insert(unit).values({ ...row, jurisdiction: actor.jurisdiction.id, createdAt: now })
  return { id: row.id, event: adminEvent(actor, now, { type: 'unit.created', data: row }) }
}

export interface NewPerson {
  name: string
  role: Exclude<Actor['role'], 'system'>
  unit: string | null
  area: string | null
}

export async function createPerson(tx: Tx, actor: Actor, created: NewPerson, now: string) {
  const row = { ...created, id: uuidv7(), active: true }
  await tx.insert(person).values({ ...row, jurisdiction: actor.jurisdiction.id, createdAt: now })
  return { id: row.id, event: personEvent(actor, now, 'person.created', row) }
}

/** What became of a person. The name is not chained: it is looked up, as an actor's is. */
export function personEvent(
  actor: Actor,
  at: string,
  type: 'person.created' | 'person.changed',
  { id, role, unit, area, active }: Omit<NewPerson, 'name' | 'role'> & { id: string; role: string; active: boolean },
): PreparedEvent {
  return adminEvent(actor, at, { type, data: { id, role, unit, area, active } })
}

/** Keeps a key's hash; its text is the caller's to show, once. */
export async function createKey(
  tx: Tx,
  actor: Actor,
  key: ApiKey,
  personId: string,
  expiresAt: string | null,
  now: string,
) {
  await tx.execute(sql`
    insert into api_key (jurisdiction_id, id, person_id, secret_hash, created_at, expires_at)
    values (${actor.jurisdiction.id}, ${key.id}, ${personId}, ${key.secretHash}, ${now}, ${expiresAt})`)
  return adminEvent(actor, now, { type: 'key.created', data: { id: key.id, person: personId, expiresAt } })
}

/** Revokes a key; null when it was revoked already or is none of this jurisdiction's. */
export async function revokeKey(tx: Tx, actor: Actor, id: string, now: string): Promise<PreparedEvent | null> {
  const { rows } = await tx.execute<{ person_id: string }>(sql`
    update api_key set revoked_at = ${now} where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id} and revoked_at is null
    returning person_id`)
  const [row] = rows
  if (row === undefined) return null
  return adminEvent(actor, now, { type: 'key.revoked', data: { id, person: row.person_id } })
}

export function duplicateName(name: string, found = name): Rejection {
  if (found === name) return new Rejection('duplicate', { zh: `${name} 已存在。`, en: `${name} exists already.` })
  return new Rejection('duplicate', {
    zh: `${name} 与已有的 ${found} 看起来相同。`,
    en: `${name} looks the same as ${found}, which exists already.`,
  })
}
