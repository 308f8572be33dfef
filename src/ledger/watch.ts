import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { LedgerWatch } from '../deps.js'

const POLL_MS = 200

interface Waiter {
  jurisdiction: string
  seq: number
  done: () => void
}

/**
 * Polls the heads while anybody waits. Not NOTIFY: a notification takes one lock for the whole database cluster at
 * commit, which would put all jurisdictions' writers into one queue.
 */
export function createLedgerWatch(db: Db): LedgerWatch {
  const waiters = new Set<Waiter>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function poll(): Promise<void> {
    // Whoever waited may have gone since.
    if (waiters.size > 0) await look()
    timer = undefined
    schedule()
  }

  async function look(): Promise<void> {
    try {
      const ids = [...new Set([...waiters].map((waiter) => waiter.jurisdiction))]
      const { rows } = await db.execute<{ jurisdiction_id: string; seq: string }>(
        sql`select jurisdiction_id, seq from ledger_head where jurisdiction_id in ${ids}`,
      )
      const heads = new Map(rows.map((row) => [row.jurisdiction_id, Number(row.seq)]))
      for (const waiter of [...waiters]) if ((heads.get(waiter.jurisdiction) ?? 0) > waiter.seq) waiter.done()
    } catch {
      // The database is away: the waiters' own time-outs end their wait, and the next read says so.
    }
  }

  function schedule(): void {
    if (waiters.size > 0 && timer === undefined && !closed) timer = setTimeout(poll, POLL_MS)
  }

  return {
    past: (jurisdiction, seq, timeoutMs, signal) =>
      new Promise((resolve) => {
        if (closed || signal?.aborted) return resolve()
        const end = setTimeout(() => waiter.done(), timeoutMs)
        const waiter: Waiter = {
          jurisdiction,
          seq,
          done: () => {
            clearTimeout(end)
            waiters.delete(waiter)
            signal?.removeEventListener('abort', waiter.done)
            resolve()
          },
        }
        signal?.addEventListener('abort', waiter.done)
        waiters.add(waiter)
        schedule()
      }),
    isClosed: () => closed,
    close: () => {
      closed = true
      clearTimeout(timer)
      for (const waiter of [...waiters]) waiter.done()
    },
  }
}
