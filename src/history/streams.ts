import type { SessionAccess } from '../auth/session-access.js'
import { lapsedAccess } from '../auth/session-access.js'
import type { Db } from '../db/client.js'
import { EdgeError } from '../http/problem.js'
import type { Follower } from '../ledger/follower.js'

/** More often than proxies and firewalls close a connection on which nothing moves. */
const HEARTBEAT_MS = 15_000
/** A client that takes nothing for so many heart-beats is not waited for. It resumes where it was. */
const MAX_STALLED_BEATS = 8
const MAX_PER_PERSON = 20
const MAX_PER_PROCESS = 2_000
const RETRY_AFTER_S = 15

/** The streams that are open in this process; the limits keep its memory, and are its own. */
export interface Streams {
  /**
   * Counts a stream from before `begin` until it is closed; meanwhile it gets heart-beats, and it ends when its grant lapses.
   * @throws EdgeError `too-many-requests` (429)
   */
  open(grant: SessionAccess, begin: () => Promise<Follower>): Promise<Follower>
  count(): number
}

interface OpenStream extends SessionAccess {
  follower: Follower
  stalledBeats: number
}

export function createStreams(db: Db, now: () => string, onError: (err: unknown) => void): Streams {
  const open = new Set<OpenStream>()
  const perPerson = new Map<string, number>()
  let admitted = 0
  let timer: NodeJS.Timeout | undefined

  function count(person: string, by: 1 | -1): void {
    const left = (perPerson.get(person) ?? 0) + by
    admitted += by
    if (left === 0) perPerson.delete(person)
    else perPerson.set(person, left)
  }

  async function beat(): Promise<void> {
    for (const stream of open) {
      const { follower } = stream
      stream.stalledBeats = follower.isReading() ? 0 : stream.stalledBeats + 1
      // The seq too: a client whose filter lets little through need not come back to where it last saw something.
      if (follower.isReading()) follower.say(`: still here\nid: ${follower.seq()}\n\n`)
      if (stream.stalledBeats >= MAX_STALLED_BEATS) follower.stream.destroy()
    }
    for (const { follower } of await lapsedAccess(db, [...open], now())) follower.end()
  }

  return {
    count: () => admitted,
    async open(grant, begin) {
      const person = `${grant.actor.jurisdiction.id} ${grant.actor.id}`
      if ((perPerson.get(person) ?? 0) >= MAX_PER_PERSON || admitted >= MAX_PER_PROCESS) throw tooMany()
      count(person, 1)
      try {
        const follower = await begin()
        const stream = { ...grant, follower, stalledBeats: 0 }
        open.add(stream)
        timer ??= setInterval(() => beat().catch(onError), HEARTBEAT_MS)
        follower.stream.once('close', () => {
          count(person, -1)
          open.delete(stream)
          if (open.size > 0) return
          clearInterval(timer)
          timer = undefined
        })
        return follower
      } catch (err) {
        count(person, -1)
        throw err
      }
    },
  }
}

function tooMany(): EdgeError {
  return new EdgeError(
    'too-many-requests',
    {
      zh: `打开的事件流过多（每人最多 ${MAX_PER_PERSON} 个）；请先关闭不用的。`,
      en: `Too many open streams (${MAX_PER_PERSON} for a person); close those that are not used.`,
    },
    RETRY_AFTER_S,
  )
}
