import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { type Db, type Tx, takeTime } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Language } from '../language/language.js'
import { type Answer, act, type Intent } from '../ledger/act.js'
import { type PreparedEvent, prepareEvent } from '../ledger/chain.js'
import { readChunks } from './chunks.js'
import type { Mapping } from './mapping.js'
import { createTally, type Report, reportOf, type Tally } from './report.js'
import { readSurroundings, requireKnownCodes } from './surroundings.js'
import { importItems, type NumberedImport, newOnes } from './write-items.js'

/** Well below the idle-in-transaction time-out of `db/client.ts`. */
const PULSE_MS = 10_000

export interface ImportJob {
  mapping: Mapping
  /** The file's bytes, from the beginning each time it is called. */
  open: () => AsyncIterable<Uint8Array>
  fileSha256: string
  /** Reports what would be taken, and writes nothing. */
  dryRun: boolean
  language: Language
  now: () => string
  onProgress?: (bytesRead: number) => void
}

/**
 * Brings a file's rows onto the list, and answers the report. The rows are written in chunks, each in a transaction of
 * its own; the frame around them holds the idempotency key and appends `import.completed`. What breaks off leaves whole
 * chunks, and the same file again takes the rest.
 * @throws Rejection 400, before anything is written, when the mapping does not fit the file or the jurisdiction.
 */
export async function importFile(db: Db, intent: Intent, job: ImportJob): Promise<Answer> {
  const { actor } = intent
  if (job.dryRun) {
    const { report } = await takeRows(db, actor, job, async (rows) => (await newOnes(db, actor, rows)).length)
    return { status: 200, headers: {}, body: JSON.stringify(report), replayed: false }
  }
  return act(db, intent, async (tx) => {
    await takeTime(tx)
    const { report, tally } = await keptAwake(tx, () =>
      takeRows(db, actor, job, (rows) => importItems(db, actor, rows, job.now)),
    )
    const isNothing = tally.taken + tally.repeated === 0
    const events = isNothing ? [] : [completed(actor, report, job.now())]
    return { status: 201, headers: {}, body: JSON.stringify(report), events }
  })
}

/** While the chunks are written beside it, the frame must not look idle to the server's time-out. */
async function keptAwake<R>(tx: Tx, work: () => Promise<R>): Promise<R> {
  // A frame that is lost is told by its own last statement.
  const pulse = setInterval(() => tx.execute(sql`select 1`).catch(() => {}), PULSE_MS)
  try {
    return await work()
  } finally {
    clearInterval(pulse)
  }
}

/** Writes, or only counts, the rows of one chunk; answers how many of them are new. */
type Take = (rows: readonly NumberedImport[]) => Promise<number>

async function takeRows(db: Db, actor: Actor, job: ImportJob, take: Take): Promise<{ report: Report; tally: Tally }> {
  const { mapping, dryRun, fileSha256, language } = job
  const id = uuidv7()
  const surroundings = await readSurroundings(db, actor, job.now())
  requireKnownCodes(mapping, surroundings)
  const tally = createTally()
  const bytes = counted(job.open(), job.onProgress)
  const count = async (rows: readonly NumberedImport[]) => {
    const taken = await take(rows)
    tally.taken += taken
    tally.repeated += rows.length - taken
  }
  // While the database writes one chunk, the next is read.
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const rows of readChunks(bytes, mapping, surroundings, id, tally)) {
      await writing
      writing = count(rows)
      // Awaited above and below; until then a failure is nobody's.
      writing.catch(() => {})
    }
  } finally {
    await writing
  }
  return { report: reportOf(tally, { id, dryRun, fileSha256 }, language), tally }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, onProgress: ImportJob['onProgress']) {
  let read = 0
  for await (const chunk of bytes) {
    yield chunk
    read += chunk.length
    onProgress?.(read)
  }
}

function completed(actor: Actor, report: Report, at: string): PreparedEvent {
  const { id, fileSha256, rows, taken, repeated, refused } = report
  const about = { jurisdiction: actor.jurisdiction.id, itemId: null, itemCode: null, itemVersion: null }
  const header = { ...about, type: 'import.completed', at, actor: { id: actor.id, role: actor.role } }
  return prepareEvent(header, { id, fileSha256, rows, taken, repeated, refused })
}
