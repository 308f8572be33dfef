import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type Actor, areaLimitOf } from '../domain/access/permissions.js'
import { isWithinArea } from '../domain/place/area.js'
import { mayReadAdminEvent } from './event-readers.js'
import type { FeedQuery } from './history.js'
import { eventAfter, type Framed, type Tail, tailStart } from './tail.js'

/** Events on a page of one's own. A page, and what the stream holds, is all that waits for a client that does not read. */
const PAGE = 100
const BUFFER_BYTES = 65_536
/** The database is asked again after so long when it did not answer. */
const RETRY_MS = 1_000
/** How long a client has to take the rest when its stream has been ended. */
const ENDING_MS = 1_000

export interface FollowQuery {
  actor: Actor
  /** The last seq that the follower has. */
  after: number
  /** None: all. */
  types: readonly string[]
}

/** One reader of the ledger's end, who is given every event of theirs once and in order. */
export interface Follower {
  /** The frames. It is filled only as far as it is read, and destroyed when its client has gone. */
  readonly stream: Readable
  /** Everything up to here is in the stream, or is none of this follower's. */
  seq(): number
  /** Whether the client takes what it is given. */
  isReading(): boolean
  /** Says something between two events. */
  say(frame: string): void
  /** There may be something new in the tail. */
  advance(): void
  /** Ends the stream after what is in it, and the connection of a client that does not take it. */
  end(): void
}

function isIn(at: string | null, area: string): boolean {
  return at !== null && isWithinArea(at, area)
}

/** Where a follower gets what the tail does not have any more, and whom it tells that it has gone. */
interface EventSource {
  readPage(page: FeedQuery, isWanted: () => boolean): Promise<{ seq: number; frame: Buffer }[]>
  leave(): void
}

/**
 * Pulls events into a stream while its client reads: from the tail where that goes back far enough, else by pages from
 * the ledger. A client that reads slowly costs a bounded buffer, holds up nobody, and misses nothing.
 */
export function createFollower({ actor, after, types }: FollowQuery, tail: Tail, source: EventSource): Follower {
  const area = areaLimitOf(actor)
  let seq = after
  let wants = false
  let isPaging = false
  let isOver = false

  const stream = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      wants = true
      advance()
    },
    destroy(err, done) {
      isOver = true
      source.leave()
      done(err)
    },
  })

  function advance(): void {
    while (wants && !isOver && !isPaging && seq < tail.last) {
      const event = eventAfter(tail, seq)
      if (event === undefined) return void readOn()
      seq = event.seq
      const frame = frameFor(event)
      if (frame !== undefined) say(frame)
    }
  }

  /** One page from the ledger, and on from there. */
  async function readOn(): Promise<void> {
    isPaging = true
    const until = tailStart(tail)
    try {
      const page = await source.readPage({ after: seq, until, limit: PAGE, types }, () => !isOver)
      for (const { frame } of page) say(frame)
      seq = page.length < PAGE ? until : (page.at(-1)?.seq ?? until)
    } catch {
      await delay(RETRY_MS)
    }
    isPaging = false
    advance()
  }

  /** The event as this follower is told it; undefined for one that is none of theirs. The same rules as `readFeed` has. */
  function frameFor({ type, itemId, area: at, areaThen, frame, withheldFrame }: Framed): Buffer | undefined {
    if (types.length > 0 && !types.includes(type)) return undefined
    if (itemId === null) {
      if (mayReadAdminEvent(actor, type)) return frame
      return area === null ? (withheldFrame ?? undefined) : undefined
    }
    return area === null || (isIn(at, area) && isIn(areaThen, area)) ? frame : undefined
  }

  function say(frame: Buffer | string): void {
    if (!isOver) wants = stream.push(frame)
  }

  function end(): void {
    if (isOver) return
    isOver = true
    stream.push(null)
    setTimeout(() => stream.destroy(), ENDING_MS).unref()
  }

  return { stream, seq: () => seq, isReading: () => wants, say, advance, end }
}
