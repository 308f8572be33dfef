import { timingSafeEqual } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { notFound } from '../domain/rejection.js'
import { type Authenticator, actorOf, type PersonRow, personColumns } from './actor.js'
import { type ApiKey, createApiKey, type KeyParts, parseApiKey } from './api-key.js'

/** In the place of a key's environment: what is found lying about says what it opens. */
const FEED = 'feed'

/** What the URL of a calendar feed has in it: made like an API key, kept apart from them, and good for the feed alone. */
export function createFeedToken(): ApiKey {
  return createApiKey(FEED)
}

/** The parts of a feed's token, or undefined for what cannot be one. */
export function parseFeedToken(text: unknown): KeyParts | undefined {
  return typeof text === 'string' && text.startsWith(`ol_${FEED}_`) ? parseApiKey(text) : undefined
}

/** Whether a feed, on alias `f`, opens: until it is revoked or ends, or the key does by which it was made. */
export function feedHolds(at: string): SQL {
  return sql`f.revoked_at is null and f.expires_at > ${at} and (f.key_id is null or exists (
    select from api_key k where k.jurisdiction_id = f.jurisdiction_id and k.id = f.key_id and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > ${at})))`
}

interface FeedRow extends PersonRow {
  feed_id: string
  secret_hash: Buffer
  stale: boolean
}

/**
 * Feeds, looked up at every request, like API keys. What opens nothing is not there, instead of not authenticated: a calendar
 * program would ask its user for a password. The time of last use is written at most once an hour.
 */
export function createFeedAuthenticator(db: Db, now: () => string, onError: (err: unknown) => void): Authenticator {
  return {
    async authenticate(text) {
      const token = parseFeedToken(text)
      if (token === undefined) throw notFound()
      const at = now()
      const { rows } = await db.execute<FeedRow>(sql`
        select f.id as feed_id, f.secret_hash, ${personColumns},
          (f.last_used_at is null or f.last_used_at < ${at}::timestamptz - interval '1 hour') as stale
        from deadline_feed f
        join person p on p.jurisdiction_id = f.jurisdiction_id and p.id = f.person_id
        join jurisdiction j on j.id = f.jurisdiction_id
        where f.id = ${token.id} and ${feedHolds(at)} and p.active and p.role <> 'system'`)
      const [row] = rows
      if (row === undefined || !timingSafeEqual(row.secret_hash, token.secretHash)) throw notFound()
      if (row.stale) {
        db.execute(sql`update deadline_feed set last_used_at = ${at}
          where jurisdiction_id = ${row.jurisdiction_id} and id = ${row.feed_id}`).catch(onError)
      }
      return actorOf(row)
    },
  }
}
