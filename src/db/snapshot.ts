import { type SQL, sql } from 'drizzle-orm'
import { type Db, type Tx, takeTime } from './client.js'

/** Rows that are fetched at once; two such portions are in memory at a time. */
const PORTION = 100
/** A receiver that takes nothing for so long does not want it: the database ends the transaction. */
const STALL_LIMIT_MS = 120_000

/** One state of the database, read at leisure: what commits meanwhile is not in it. */
export interface Snapshot {
  tx: Tx
  /** Ends the transaction; with an error, its connection is looked at before it is used again. It never throws. */
  close(err?: unknown): Promise<void>
}

/**
 * Opens a read-only transaction that stays open until it is closed. It holds a connection: the caller bounds how many
 * there are, and how long each may last.
 */
export async function openSnapshot(db: Db, stallLimitMs = STALL_LIMIT_MS): Promise<Snapshot> {
  let end: (err?: unknown) => void = () => {}
  const closed = new Promise<void>((resolve, reject) => {
    end = (err) => (err === undefined ? resolve() : reject(err))
  })
  // Nobody waits for it while the transaction is being opened.
  closed.catch(() => {})
  let work: Promise<void> = Promise.resolve()
  const tx = await new Promise<Tx>((resolve, reject) => {
    work = db.transaction(
      async (tx) => {
        await takeTime(tx)
        await tx.execute(sql.raw(`set local idle_in_transaction_session_timeout = ${stallLimitMs}`))
        resolve(tx)
        await closed
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    )
    work.catch(reject)
  })
  return {
    tx,
    async close(err) {
      end(err)
      await work.catch(() => {})
    },
  }
}

/**
 * The column `json` of a query's rows in portions, fetched through a cursor: whatever their number, few are in memory, and an index that
 * has their order is used instead of a sort. The next portion comes while the last is being worked on.
 */
export async function* portionsOf({ tx }: Snapshot, query: SQL): AsyncGenerator<string[]> {
  await tx.execute(sql`declare portions no scroll cursor for ${query}`)
  const fetch = async () => {
    const { rows } = await tx.execute<{ json: string }>(sql.raw(`fetch ${PORTION} from portions`))
    return rows.map((row) => row.json)
  }
  let coming = fetch()
  try {
    for (;;) {
      const rows = await coming
      if (rows.length === 0) return
      if (rows.length === PORTION) {
        coming = fetch()
        // It is awaited a portion later; if it has failed until then, it fails there.
        coming.catch(() => {})
      }
      yield rows
      if (rows.length < PORTION) return
    }
  } finally {
    await coming.catch(() => {})
    // Another query may be read on the same snapshot; where the transaction has failed, there is nothing to close.
    await tx.execute(sql`close portions`).catch(() => {})
  }
}
