import { createHash, hash, randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Actor } from '../domain/access/permissions.js'
import type { IssuedDocument } from '../domain/item/document.js'
import type { ItemEvent } from '../domain/item/events.js'
import type { Datum } from '../domain/place/datum.js'
import type { Rules } from '../domain/rules.js'
import type { CalendarDay } from '../domain/time/calendar.js'

/** Events that are not about an item. */
export type AdminEvent =
  | { type: 'jurisdiction.created'; data: { name: string; timeZone: string; area: string } }
  | {
      type: 'unit.created' | 'unit.changed'
      data: { id: string; name: string; kind: string; area: string | null; active: boolean }
    }
  | {
      type: 'area.added' | 'area.changed'
      data: { code: string; name: string; validFrom: string | null; validTo: string | null; successor: string | null }
    }
  | { type: 'boundaries.changed'; data: { version: number; datum: Datum; areas: readonly string[]; sha256: string } }
  | { type: 'category.created'; data: { code: string; nameZh: string; nameEn: string } }
  | {
      type: 'person.created' | 'person.changed'
      /** Without the name, which is looked up as an actor's is: what is chained can never be put right. */
      data: { id: string; role: string; unit: string | null; area: string | null; active: boolean }
    }
  | { type: 'key.created'; data: { id: string; person: string; expiresAt: string | null } }
  | { type: 'key.revoked'; data: { id: string; person: string } }
  | { type: 'feed.created' | 'feed.revoked'; data: { id: string; person: string } }
  | {
      type: 'import.completed'
      data: { id: string; fileSha256: string; rows: number; taken: number; repeated: number; refused: number }
    }
  | {
      type: 'recheck.drawn'
      data: {
        period: string
        cutOff: { seq: number; hash: string }
        rules: number
        closed: number
        drawn: number
        sampleSha256: string
      }
    }
  | { type: 'rules.changed'; data: { version: number; rules: Rules } }
  | {
      type: 'calendar.changed'
      /** `days` is null where the year as it is shipped is in force again. */
      data: { year: number; version: number; days: readonly CalendarDay[] | null; note: string | null }
    }
  | {
      type: 'contact.created' | 'contact.changed' | 'contact.unsubscribed'
      data: { id: string; recipient: string; unit: string | null; channel: string; active: boolean }
    }
  | {
      type: 'notice.sent'
      data: { digest: string; recipient: string; unit: string | null; count: number; kinds: Record<string, number> }
    }
  | { type: 'notice.received'; data: { id: string; kind: string; itemCode: string | null; unit: string | null } }
  | {
      type: 'subscription.created' | 'subscription.changed' | 'subscription.deleted' | 'subscription.disabled'
      data: { id: string; url: string; types: readonly string[]; active: boolean }
    }
  | {
      type: 'bulletin.issued'
      data: {
        id: string
        kind: string
        number: string
        title: string
        contentSha256: string
        /** Of `{ title, preface, remarks }` as RFC 8785 JSON. */
        textSha256: string
        /** The ledger's head that it was made from. */
        seq: number
        corrects: string | null
      }
    }
  | { type: 'document.issued'; data: IssuedDocument & { bulletin: string } }
  | {
      type: 'document_template.changed'
      /** `sha256` is null where the service's own is in force again. */
      data: { kind: string; version: number; sha256: string | null }
    }
  | { type: 'bulletin.received'; data: { id: string; number: string; unit: string | null } }
  | {
      type: 'score_period.closed'
      data: {
        period: string
        kind: string
        from: string
        to: string
        /** The ledger's head at which it was closed. */
        seq: number
        hash: string
        contentSha256: string
      }
    }

/** Whom and what an event is about, as far as it is chained. The name of the actor is looked up, not chained. */
export interface EventHeader {
  jurisdiction: string
  itemId: string | null
  itemCode: string | null
  itemVersion: number | null
  type: string
  at: string
  actor: { id: string; role: string }
}

/** An event ready for `append_events`, complete but for its place in the chain. */
export interface PreparedEvent {
  item_id: string | null
  item_code: string | null
  item_version: number | null
  type: string
  at: string
  actor_id: string
  actor_role: string
  data: string
  salt: string
  data_hash: string
  prefix: string
  suffix: string
}

/** RFC 8785 text of a JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('not a JSON value')
  return text
}

export function sha256(...parts: (Buffer | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Commits to the event's data with a fresh salt, and writes its header in canonical form around the seq to come. */
export function prepareEvent(header: EventHeader, data: (ItemEvent | AdminEvent)['data']): PreparedEvent {
  const text = canonicalJson(data)
  const salt = randomBytes(16).toString('hex')
  const dataHash = hashAfter(salt, text)
  const { jurisdiction, itemId, itemCode, itemVersion, type, at, actor } = header
  return {
    item_id: itemId,
    item_code: itemCode,
    item_version: itemVersion,
    type,
    at,
    actor_id: actor.id,
    actor_role: actor.role,
    data: text,
    salt,
    data_hash: dataHash,
    ...aroundSeq({ jurisdiction, itemId, itemCode, itemVersion, type, at, actor }, dataHash),
  }
}

/** What an administrator does is history too: an event that is about no item. */
export function adminEvent(actor: Actor, at: string, event: AdminEvent): PreparedEvent {
  const about = { jurisdiction: actor.jurisdiction.id, itemId: null, itemCode: null, itemVersion: null }
  return prepareEvent({ ...about, type: event.type, at, actor: { id: actor.id, role: actor.role } }, event.data)
}

/** SHA-256(previousHash ‖ RFC 8785 JSON of the header with seq and dataHash); hashes are in hex. */
export function eventHash(previousHash: string, header: EventHeader, seq: number, dataHash: string): string {
  const { prefix, suffix } = aroundSeq(header, dataHash)
  return hashAfter(previousHash, prefix + seq + suffix)
}

/** What is hashed is put together here, so that the events of a long ledger make no buffers of their own. */
let desk = Buffer.allocUnsafe(65_536)

/** SHA-256(bytes ‖ text); the bytes and the hash are in hex. */
export function hashAfter(bytes: string, text: string): string {
  const most = bytes.length + text.length * 3
  if (most > desk.length) desk = Buffer.allocUnsafe(most)
  const start = desk.write(bytes, 'hex')
  return hash('sha256', desk.subarray(0, start + desk.write(text, start)), 'hex')
}

/**
 * Of the members' names only `seq` and `type` sort after `jurisdiction`, so the seq's place is known before its value. RFC 8785
 * of strings and whole numbers is what JSON.stringify makes of them once the members are in order, as they are here; to
 * have a library sort them was a fifth of a verification.
 */
function aroundSeq(header: EventHeader, dataHash: string): { prefix: string; suffix: string } {
  const { jurisdiction, itemId, itemCode, itemVersion, type, at, actor } = header
  const before = JSON.stringify({
    actor: { id: actor.id, role: actor.role },
    at,
    dataHash,
    itemCode,
    itemId,
    itemVersion,
    jurisdiction,
  })
  return { prefix: `${before.slice(0, -1)},"seq":`, suffix: `,"type":${JSON.stringify(type)}}` }
}
