import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Instant } from '../domain/time/instant.js'

/** A state of the list that has been. */
export interface Past {
  jurisdiction: string
  /** What the clock says: the time asked for, or that of the event. */
  at: Instant
  /** The state is the one right after this event; undefined: the one at `at`, by the events' own times. */
  seq?: number
  /**
   * The time at which the rows are looked at. After an event: a time when it happened, as most events before it say; the
   * items whose events lie on the other side of it by their seq are put right.
   */
  rowsAt: Instant
}

/** So many events before one say when it was: a clock that went wrong for one of them must not make the past slow. */
const NEIGHBOURS = 31

/** The state at a time. What others commit later with an earlier time will be in it then. */
export function pastAt(jurisdiction: string, at: Instant): Past {
  return { jurisdiction, at, rowsAt: at }
}

/** The state right after an event, for ever the same; undefined where the ledger has not come so far. And where it ends. */
export async function readPast(
  db: Db | Tx,
  jurisdiction: string,
  seq: number,
): Promise<{ past: Past | undefined; head: number }> {
  const { rows } = await db.execute<{ head: string; at: string; rows_at: string | null }>(sql`
    select h.seq as head, ${instant('coalesce(e.at, j.created_at)')} as at, n.at::text as rows_at
    from ledger_head h join jurisdiction j on j.id = h.jurisdiction_id
      left join event e on e.jurisdiction_id = h.jurisdiction_id and e.seq = ${seq}
      cross join lateral (
        select percentile_disc(0.5) within group (order by at) as at from event
        where jurisdiction_id = h.jurisdiction_id and seq > ${seq - NEIGHBOURS} and seq <= ${seq}) n
    where h.jurisdiction_id = ${jurisdiction}`)
  const [row] = rows
  if (row === undefined) throw new Error(`jurisdiction ${jurisdiction} has no ledger`)
  const head = Number(row.head)
  // Before the first event there was nothing, at any time.
  const past = { jurisdiction, seq, at: row.at, rowsAt: row.rows_at ?? '-infinity' }
  return { past: seq > head ? undefined : past, head }
}
