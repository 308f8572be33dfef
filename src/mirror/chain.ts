import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Event } from '../../packages/client/src/index.js'

/** The last event that is known to be good: everything before it is, by its hash. */
export interface Link {
  seq: number
  /** Lower-case hex. */
  hash: string
}

/** Before the first event. */
export const BEGINNING: Link = { seq: 0, hash: '00'.repeat(32) }

/**
 * What is wrong with `event` as the one after `last`, in words; undefined when it is. The event's data are checked as far
 * as they are there: data that are withheld or were erased, with their salt, leave their commitment in the chain.
 */
export function faultOf(event: Event, last: Link): string | undefined {
  if (event.seq !== last.seq + 1) return `seq ${event.seq} came after ${last.seq}`
  if (event.previousHash !== last.hash)
    return `event ${event.seq} does not follow the event ${last.seq} that was mirrored`
  const { jurisdiction, seq, itemId, itemCode, itemVersion, type, at, actor, dataHash } = event
  const { id, role } = actor
  const header = { jurisdiction, seq, itemId, itemCode, itemVersion, type, at, actor: { id, role }, dataHash }
  if (sha256(Buffer.from(last.hash, 'hex'), header) !== event.hash)
    return `the hash of event ${seq} is not that of its header`
  const { data, salt } = event
  if (data === null || salt === null) return undefined
  return sha256(Buffer.from(salt, 'hex'), data) === dataHash
    ? undefined
    : `the data of event ${seq} are not what was chained`
}

/** SHA-256(before ‖ RFC 8785 JSON), lower-case hex. */
function sha256(before: Buffer, value: unknown): string {
  return createHash('sha256')
    .update(before)
    .update(canonicalize(value) ?? '')
    .digest('hex')
}
