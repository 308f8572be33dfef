import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { markSwept, sweepJobs } from '../db/sweep.js'
import type { Chore } from '../deps.js'
import { later } from '../domain/zone.js'
import { createFileStore, nameOf, thumbnailNameOf } from './file-store.js'
import { UNUSED_KEPT_HOURS } from './limits.js'
import type { FileStore } from './store.js'

const NAME = 'evidence-sweep'
const EVERY_S = 3_600
const HOUR_MS = 3_600_000
/** Rows in one statement. */
const CHUNK = 500

/** Clears away what was sent and never used, files that no evidence is left of, or never was, and locks of dead processes. */
export const evidenceSweepChore: Chore = {
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
    while (!signal.aborted && (await removeOne(db, store, jurisdiction, before)));
    if (!signal.aborted) await markSwept(db, NAME, jurisdiction, now)
  },
}

/**
 * Removes one file that nothing is left of. Its row is locked meanwhile: whoever sends the same file now waits, finds no row,
 * and puts the file anew. Should the process die, the row is still there and its turn comes again.
 */
function removeOne(db: Db, store: FileStore, jurisdiction: string, before: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ name: string }>(sql`
      delete from evidence_file f where f.jurisdiction_id = ${jurisdiction} and f.received_sha256 = (
        select f.received_sha256 from evidence_file f where f.jurisdiction_id = ${jurisdiction} and f.claimed_at < ${before}
          and not exists (select from evidence e
            where e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256)
        order by f.claimed_at limit 1 for update skip locked)
      returning encode(f.received_sha256, 'hex') as name`)
    const [file] = rows
    if (file === undefined) return false
    await store.remove(nameOf(jurisdiction, file.name))
    await store.remove(thumbnailNameOf(jurisdiction, file.name))
    return true
  })
}
