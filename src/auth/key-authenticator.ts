import { timingSafeEqual } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { AccessChanges } from '../db/access-changes.js'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { type Authenticator, actorOf, type PersonRow, personColumns, unauthenticated } from './actor.js'
import { type KeyParts, parseApiKey } from './api-key.js'

/** For how long at most a key is known without a look; what changes it is heard of at once, unless the network is silent. */
const REMEMBERED_MS = 5_000
const MOST_REMEMBERED = 10_000

interface KnownKey {
  secretHash: Buffer
  expiresAt: string | null
  actor: Actor
  /** Until when it may be remembered, by the process's own clock, which nobody sets: from the time that it was asked for. */
  until: number
}

/** API keys. What a process has just looked up it knows for a moment, and forgets when a key or a person changes. */
export interface KeyAuthenticator extends Authenticator {
  /** For the process that has made a change itself, which is not to be answered before it holds. */
  forget(): void
}

/**
 * The time of last use is written at most once a minute.
 * Where no changes are heard of, every request looks its key up.
 */
export function createKeyAuthenticator(
  { db, now, accessChanges }: { db: Db; now: () => string; accessChanges: AccessChanges },
  onError: (err: unknown) => void,
): KeyAuthenticator {
  let known = new Map<string, KnownKey>()
  const forget = () => {
    known = new Map()
  }
  accessChanges.onChange(forget)
  return {
    forget,
    async authenticate(token) {
      const key = parseApiKey(token)
      if (key === undefined) throw unauthenticated()
      const at = now()
      const before = known.get(key.id)
      if (before !== undefined && performance.now() < before.until && opens(before, key, at)) return before.actor
      // A look that began before a change must not be remembered after it.
      const memory = known
      const found = await lookUp(db, key, at, onError)
      // However long the look took, what it found was so.
      if (!opens(found, key, at)) throw unauthenticated()
      if (accessChanges.isHeard() && memory.size < MOST_REMEMBERED) memory.set(key.id, found)
      return found.actor
    },
  }
}

function opens({ secretHash, expiresAt }: KnownKey, key: KeyParts, at: string): boolean {
  const isGood = timingSafeEqual(secretHash, key.secretHash)
  return isGood && (expiresAt === null || expiresAt > at)
}

interface KeyRow extends PersonRow {
  key_id: string
  secret_hash: Buffer
  expires_at: string | null
  stale: boolean
}

/** @throws EdgeError `unauthenticated` */
async function lookUp(db: Db, { id }: KeyParts, at: string, onError: (err: unknown) => void): Promise<KnownKey> {
  const until = performance.now() + REMEMBERED_MS
  const { rows } = await db.short.execute<KeyRow>(sql`
    select k.id as key_id, k.secret_hash, ${instant('k.expires_at')} as expires_at, ${personColumns},
      (k.last_used_at is null or k.last_used_at < ${at}::timestamptz - interval '1 minute') as stale
    from api_key k
    join person p on p.jurisdiction_id = k.jurisdiction_id and p.id = k.person_id
    join jurisdiction j on j.id = k.jurisdiction_id
    where k.id = ${id} and k.revoked_at is null and p.active and p.role <> 'system'`)
  const [row] = rows
  if (row === undefined) throw unauthenticated()
  if (row.stale) {
    db.execute(sql`update api_key set last_used_at = ${at}
      where jurisdiction_id = ${row.jurisdiction_id} and id = ${row.key_id}`).catch(onError)
  }
  return { secretHash: row.secret_hash, expiresAt: row.expires_at, actor: actorOf(row), until }
}
