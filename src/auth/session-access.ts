import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { bearerOf } from './actor.js'
import { parseApiKey } from './api-key.js'

/** What a caller's access rests on, for answers that last longer than a request. */
export interface SessionAccess {
  actor: Actor
  /** The API key's id; null where access rests on a token. */
  key: string | null
  /** When a token expires; null for a key, which the database is asked about. */
  expiresAt: string | null
}

/** The grant of a request that was let in. */
export function sessionAccessOf(request: FastifyRequest): SessionAccess {
  const { actor } = request
  const token = bearerOf(request) ?? ''
  const key = parseApiKey(token)
  if (key !== undefined) return { actor, key: key.id, expiresAt: null }
  // Its signature was checked when the request was let in.
  return { actor, key: null, expiresAt: new Date((decodeJwt(token).exp ?? 0) * 1000).toISOString() }
}

/**
 * Those that do not hold any more: a key or token that was revoked or has expired, a person who is inactive, or whose role
 * or area is another now. One question for all of them.
 */
export async function lapsedAccess<G extends SessionAccess>(db: Db, grants: readonly G[], now: string): Promise<G[]> {
  const asked = grants.map(({ actor, key }, n) => {
    return { n, jurisdiction: actor.jurisdiction.id, person: actor.id, role: actor.role, area: actor.area, key }
  })
  const { rows } = await db.execute<{ n: number }>(sql`
    select r.n from json_to_recordset(${JSON.stringify(asked)}::json)
      as r (n integer, jurisdiction text, person uuid, role text, area text, key text)
    where not exists (
        select from person p where p.jurisdiction_id = r.jurisdiction and p.id = r.person and p.active
          and p.role = r.role and p.area is not distinct from r.area)
      or (r.key is not null and not exists (
        select from api_key k where k.jurisdiction_id = r.jurisdiction and k.id = r.key and k.revoked_at is null
          and (k.expires_at is null or k.expires_at > ${now})))`)
  const lapsed = new Set(rows.map(({ n }) => n))
  return grants.filter(({ expiresAt }, n) => lapsed.has(n) || (expiresAt !== null && expiresAt <= now))
}
