import { sql } from 'drizzle-orm'
import type { Instant } from '../domain/item.js'
import type { Db, Tx } from './client.js'
import { instant } from './instant.js'

/** A state of the list that has been. */
export interface Past {
  jurisdiction: string
  /** What the clock says: the time asked for, or that of the event. */
  at: Instant
  /** The state is the one right after this event; undefined: the one at `at`, by the events' own times. */
  seq?: number
  /**
   * The time at which the rows are looked at. After an event: the latest time of all events up to it, so that only what
   * stands later in the ledger at an earlier time (`late_items`) has to be put right.
   */
  rowsAt: Instant
}

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
    select h.seq as head, ${instant('coalesce(e.at, j.created_at)')} as at, greatest(b.latest, l.latest)::text as rows_at
    from ledger_head h join jurisdiction j on j.id = h.jurisdiction_id
      left join event e on e.jurisdiction_id = h.jurisdiction_id and e.seq = ${seq}
      left join lateral (
        select last_seq, latest from event_block
        where jurisdiction_id = h.jurisdiction_id and last_seq <= ${seq} order by last_seq desc limit 1) b on true
      cross join lateral (
        select max(at) as latest from event
        where jurisdiction_id = h.jurisdiction_id and seq > coalesce(b.last_seq, 0) and seq <= ${seq}) l
    where h.jurisdiction_id = ${jurisdiction}`)
  const [row] = rows
  if (row === undefined) throw new Error(`jurisdiction ${jurisdiction} has no ledger`)
  const head = Number(row.head)
  // Before the first event there was nothing, at any time.
  const past = { jurisdiction, seq, at: row.at, rowsAt: row.rows_at ?? '-infinity' }
  return { past: seq > head ? undefined : past, head }
}
