import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { markSwept, sweepJobs } from '../db/sweep.js'
import type { Task } from '../deps.js'
import { later } from '../domain/time/zone.js'
import { createFileStore, nameOf, thumbnailNameOf } from './file-store.js'
import { UNUSED_KEPT_HOURS } from './limits.js'
import type { FileStore } from './store.js'

const NAME = 'evidence-sweep'
const EVERY_S = 3_600
const HOUR_MS = 3_600_000
/** Rows in one statement. */
const CHUNK = 500

/** Clears away what was sent and never used, files that no evidence is left of, or never was, and locks of dead processes. */
export const evidenceSweepTask: Task = {
  name: NAME,

  due: ({ db, now }) => sweepJobs(db, NAME, now(), EVERY_S),

  async run({ db, now: clock, config }, data, signal) {
    const now = clock()
    const jurisdiction = String(data.jurisdiction)
    const before = later(now, -UNUSED_KEPT_HOURS * HOUR_MS)
    const store = createFileStore(config.evidence)
    await store.tidy()
    await db.execute(sql`
      delete from upload_lock where jurisdiction_id = ${jurisdiction} and held_until < now() - interval '1 hour'`)
    let swept = CHUNK
    while (swept === CHUNK && !signal.aborted) {
      const { rowCount } = await db.execute(sql`
        delete from evidence where jurisdiction_id = ${jurisdiction} and id in (
          select e.id from evidence e where e.jurisdiction_id = ${jurisdiction} and e.used_at is null
            and e.uploaded_at < ${before} limit ${CHUNK} for update skip locked)`)
      swept = rowCount ?? 0
    }
    await removeFiles(db, store, { jurisdiction, before }, signal)
    if (!signal.aborted) await markSwept(db, NAME, jurisdiction, now)
  },
}

interface Left {
  jurisdiction: string
  /** What has come since then may yet be used. */
  before: string
}

/** Files are looked for many at a time: all that are still used have to be passed over to find those that are not. */
async function removeFiles(db: Db, store: FileStore, left: Left, signal: AbortSignal): Promise<void> {
  let removed = CHUNK
  while (removed === CHUNK) {
    removed = 0
    for (const name of await findUnused(db, left)) {
      if (signal.aborted) return
      if (await removeFile(db, store, left, name)) removed++
    }
  }
}

/** The condition that nothing is left of a file, alias `f`. */
const unused = ({ jurisdiction, before }: Left) => sql`
  f.jurisdiction_id = ${jurisdiction} and f.claimed_at < ${before} and not exists (select from evidence e
    where e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256)`

async function findUnused(db: Db, left: Left): Promise<string[]> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select encode(f.received_sha256, 'hex') as name from evidence_file f where ${unused(left)}
    order by f.claimed_at limit ${CHUNK}`)
  return rows.map(({ name }) => name)
}

/**
 * Removes a file if nothing is left of it. Its row is locked meanwhile: whoever sends the same file now waits, finds no row,
 * and puts the file anew. Should the process die, the row is still there and its turn comes again.
 */
function removeFile(db: Db, store: FileStore, left: Left, name: string): Promise<boolean> {
  const { jurisdiction } = left
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.execute(sql`
      delete from evidence_file f where f.jurisdiction_id = ${jurisdiction} and f.received_sha256 = (
        select f.received_sha256 from evidence_file f where ${unused(left)} and f.received_sha256 = decode(${name}, 'hex')
        for update skip locked)`)
    if (rowCount !== 1) return false
    await store.remove(nameOf(jurisdiction, name))
    await store.remove(thumbnailNameOf(jurisdiction, name))
    return true
  })
}
