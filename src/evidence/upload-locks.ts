import { setTimeout as delay } from 'node:timers/promises'
import type { Lock, Locker } from '@tus/server'
import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { refusalOf } from './tus-problem.js'

/** Of a holder that is not heard of for so long, a killed process, the lock comes free. */
const LEASE_S = 6
const PROLONG_MS = 1_000
/** A holder that could not prolong for so long writes no more, since another may begin to. */
const GIVE_UP_MS = 4_000
const WAIT_MS = 30_000
const ASK_MS = 100

/** Lets one request at a time write to an upload, among all processes that work on one database. */
export interface UploadLocks {
  /** Runs `work` while nobody else writes to the upload. @throws EdgeError `upload-conflict` (409) when it stays taken. */
  hold<R>(actor: Actor, id: string, name: string, work: () => Promise<R>): Promise<R>
  /** For the protocol's library, which works under `hold`: it says how a request is asked to make room. */
  locker: Locker
}

/**
 * By leases in the database: rows that are prolonged, not transactions that are held. Whoever wants a lock says so in its
 * row, and its holder, which reads that when it prolongs, keeps what has arrived and lets go.
 */
export function createUploadLocks(db: Db): UploadLocks {
  /** What asks the holder of an upload to make room, of the uploads that this process writes to. */
  const held = new Map<string, () => void>()

  async function acquire(key: Key, name: string): Promise<void> {
    for (const end = Date.now() + WAIT_MS; !(await take(db, key)); await delay(ASK_MS)) {
      held.get(name)?.()
      if (Date.now() > end) throw refusalOf(409, '')
    }
  }

  return {
    async hold(actor, id, name, work) {
      const key = { jurisdiction: actor.jurisdiction.id, person: actor.id, upload: id, holder: uuidv7() }
      await acquire(key, name)
      const makeRoom = () => held.get(name)?.()
      held.set(name, () => {})
      const prolonging = keepProlonging(db, key, makeRoom)
      try {
        return await work()
      } finally {
        clearInterval(prolonging)
        held.delete(name)
        // Where the database is away, the lease ends.
        await release(db, key).catch(() => {})
      }
    },

    locker: {
      newLock: (name): Lock => ({
        async lock(_signal, requestRelease) {
          held.set(name, () => void requestRelease())
        },
        async unlock() {
          held.set(name, () => {})
        },
      }),
    },
  }
}

interface Key {
  jurisdiction: string
  person: string
  upload: string
  holder: string
}

const rowOf = ({ jurisdiction, person, upload }: Key) =>
  sql`jurisdiction_id = ${jurisdiction} and person_id = ${person} and upload_id = ${upload}`
/** By the database's clock, which all processes have in common; the service's own may go faster, or elsewhere. */
const until = sql.raw(`now() + interval '${LEASE_S} seconds'`)

/** Takes a lock that is free, or says in its row that it is wanted. */
async function take(db: Db, key: Key): Promise<boolean> {
  const { jurisdiction, person, upload, holder } = key
  const { rows } = await db.execute<{ taken: boolean }>(sql`
    insert into upload_lock as l (jurisdiction_id, person_id, upload_id, holder, held_until)
    values (${jurisdiction}, ${person}, ${upload}, ${holder}, ${until})
    on conflict (jurisdiction_id, person_id, upload_id) do update set
      holder = case when l.held_until < now() then excluded.holder else l.holder end,
      held_until = case when l.held_until < now() then excluded.held_until else l.held_until end,
      wanted = l.held_until >= now()
    returning l.holder = ${holder} as taken`)
  return rows[0]?.taken === true
}

/** Prolongs a lease until it is cleared; asks for room when somebody wants the lock, or has it. */
function keepProlonging(db: Db, key: Key, makeRoom: () => void): NodeJS.Timeout {
  let prolongedAt = performance.now()
  return setInterval(async () => {
    const askedAt = performance.now()
    try {
      const { rows } = await db.execute<{ wanted: boolean }>(sql`
        update upload_lock set held_until = ${until} where ${rowOf(key)} and holder = ${key.holder} returning wanted`)
      if (rows[0] !== undefined) prolongedAt = askedAt
      if (rows[0]?.wanted !== false) makeRoom()
    } catch {
      if (performance.now() - prolongedAt > GIVE_UP_MS) makeRoom()
    }
  }, PROLONG_MS)
}

async function release(db: Db, key: Key): Promise<void> {
  await db.execute(sql`delete from upload_lock where ${rowOf(key)} and holder = ${key.holder}`)
}
