import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Instant } from '../domain/time/instant.js'
import { addDays, later, localDate } from '../domain/time/zone.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { scoreDay } from './days.js'
import { SCORES_READER, scoreEvents } from './events.js'

/** Events, or items of one day, in one transaction: their items are locked, and the ledger's head at its end. */
const CHUNK = 200
/** A day is counted so long after its midnight: what was done before it is in the ledger by then. */
const GRACE_MS = 120_000

/** Steps that one request waits for. */
export const REQUEST_STEPS = 500

/** What has been computed, and whether that is all there is by now. */
export interface Computed {
  scored: number
  done: boolean
  /** The local day up to which the days overdue are counted, this one included. */
  countedTo: string
}

/** The last local day that can be counted by now. */
export function lastCountable(now: Instant, zone: string): string {
  return localDate(later(now, -GRACE_MS), zone)
}

/**
 * Scores all that has happened and every day that has begun since the last time, in at most so many steps, each a
 * transaction of its own. However many do it at once, and wherever one is stopped, each cause scores once.
 */
export async function computeScores(
  db: Db,
  jurisdiction: string,
  now: Instant,
  { steps, signal }: { steps: number; signal?: AbortSignal },
): Promise<Computed> {
  const system = await findSystemActor(db, jurisdiction)
  if (system === undefined) throw new Error(`there is no jurisdiction ${jurisdiction}`)
  const last = lastCountable(now, system.jurisdiction.timeZone)
  let countedTo = await readCountedTo(db, system)
  let [scored, left] = [0, steps]
  const mayGoOn = () => left-- > 0 && signal?.aborted !== true
  for (let isBehind = true; isBehind; ) {
    if (!mayGoOn()) return { scored, done: false, countedTo }
    const step = await scoreEvents(db, system, CHUNK, now)
    scored += step.scored
    isBehind = step.isBehind
  }
  while (countedTo < last) {
    const day = addDays(countedTo, 1)
    for (let after: string | undefined, isBegun = false; !isBegun || after !== undefined; isBegun = true) {
      if (!mayGoOn()) return { scored, done: false, countedTo }
      const step = await scoreDay(db, system, day, { after, limit: CHUNK, now })
      scored += step.scored
      after = step.after
    }
    await db.execute(sql`
      update score_day set counted_to = ${day}::date
      where jurisdiction_id = ${jurisdiction} and counted_to < ${day}::date`)
    countedTo = day
  }
  return { scored, done: true, countedTo }
}

/** A jurisdiction's days are counted from the one on which it began. */
async function readCountedTo(db: Db, { jurisdiction: { id, timeZone } }: Actor): Promise<string> {
  const read = () =>
    db.execute<{ day: string }>(sql`select counted_to::text as day from score_day where jurisdiction_id = ${id}`)
  const [known] = (await read()).rows
  if (known !== undefined) return known.day
  const { rows } = await db.execute<{ at: string }>(
    sql`select ${instant('created_at')} as at from jurisdiction where id = ${id}`,
  )
  await db.execute(sql`
    insert into score_day (jurisdiction_id, counted_to) values (${id}, ${localDate(rows[0]?.at ?? '', timeZone)}::date)
    on conflict do nothing`)
  return (await read()).rows[0]?.day ?? ''
}

/** The jurisdictions in which something has happened, or a day has begun, that has not been looked at. */
export async function dueForScoring(db: Db, now: Instant): Promise<string[]> {
  const { rows } = await db.execute<{ id: string; zone: string; isBehind: boolean; countedTo: string | null }>(sql`
    select j.id, j.time_zone as zone, h.seq > coalesce(r.seq, 0) as "isBehind", d.counted_to::text as "countedTo"
    from jurisdiction j join ledger_head h on h.jurisdiction_id = j.id
    left join ledger_reader r on r.jurisdiction_id = j.id and r.reader = ${SCORES_READER}
    left join score_day d on d.jurisdiction_id = j.id`)
  return rows
    .filter(({ zone, isBehind, countedTo }) => isBehind || countedTo === null || countedTo < lastCountable(now, zone))
    .map(({ id }) => id)
}
