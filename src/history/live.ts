import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../db/client.js'
import type { LedgerWatch } from '../deps.js'
import { createFollower, type Follower, type FollowQuery } from '../ledger/follower.js'
import { type EventRow, readFeed, readPlaced } from '../ledger/history.js'
import { createTail, keep, type Tail } from '../ledger/tail.js'

/** New events that are read at once. */
const BATCH = 100
const WAIT_MS = 30_000
/** The database is asked again after so long when it did not answer. */
const RETRY_MS = 1_000

/** Hands new events to many followers at once. */
export interface LiveLedger {
  /** Follows the ledger of the actor's jurisdiction, whose head was just read; `query.after` is not past it. */
  follow(query: FollowQuery, head: number): Follower
}

/** The end of one ledger, read once for all who follow it. */
interface LiveFeed {
  tail: Tail
  followers: Set<Follower>
  /** Aborts when the last follower has left. */
  left: AbortController
}

/**
 * One reader for each jurisdiction that has followers, however many: it waits for the head to move, reads what is new
 * once, and every follower takes it from memory as fast as its client reads. Who is further behind than memory goes reads
 * pages; all of them together one page at a time, so that they leave the database to others.
 */
export function createLiveLedger(db: Db, watch: LedgerWatch, frame: (event: EventRow) => Buffer): LiveLedger {
  const channels = new Map<string, LiveFeed>()
  const inTurn = createConcurrencyLimit()

  async function readNew(jurisdiction: string, { tail, followers }: LiveFeed): Promise<void> {
    for (let more = true; more && followers.size > 0; ) {
      const rows = await readPlaced(db, jurisdiction, tail.last, BATCH)
      for (const row of rows) {
        const { seq, type, withheld } = row
        const withheldFrame = withheld === null ? null : frame({ seq, type, json: withheld })
        keep(tail, { ...row, frame: frame(row), withheldFrame })
      }
      for (const follower of followers) follower.advance()
      more = rows.length === BATCH
    }
  }

  async function run(jurisdiction: string, channel: LiveFeed): Promise<void> {
    const { tail, followers, left } = channel
    const { signal } = left
    while (!signal.aborted) {
      await watch.past(jurisdiction, tail.last, WAIT_MS, signal)
      if (watch.isClosed()) {
        for (const follower of followers) follower.end()
        return
      }
      // While the database is away nobody is told anything, and nothing is lost.
      await readNew(jurisdiction, channel).catch(() => delay(RETRY_MS, undefined, { signal }).catch(() => {}))
    }
  }

  function channelOf(jurisdiction: string, head: number): LiveFeed {
    const open = channels.get(jurisdiction)
    if (open !== undefined) return open
    const channel = { tail: createTail(head), followers: new Set<Follower>(), left: new AbortController() }
    channels.set(jurisdiction, channel)
    run(jurisdiction, channel)
    return channel
  }

  return {
    follow(query, head) {
      const { actor } = query
      const { id } = actor.jurisdiction
      const channel = channelOf(id, head)
      const follower = createFollower(query, channel.tail, {
        readPage: (page, isWanted) =>
          inTurn(async () => {
            const rows = isWanted() ? await readFeed(db, actor, page) : []
            return rows.map((row) => ({ seq: row.seq, frame: frame(row) }))
          }),
        leave() {
          channel.followers.delete(follower)
          if (channel.followers.size > 0) return
          channel.left.abort()
          if (channels.get(id) === channel) channels.delete(id)
        },
      })
      channel.followers.add(follower)
      return follower
    },
  }
}

/** Lets one piece of work run at a time, in the order of asking. */
function createConcurrencyLimit(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }
}
