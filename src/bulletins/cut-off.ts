import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid } from '../domain/rejection.js'
import type { Period } from '../domain/report/bulletin.js'
import { addDays, endOfDay, startOfDay } from '../domain/time/zone.js'
import { readPast } from '../item/past.js'
import type { CutOff } from './state-at.js'

/**
 * Where in the ledger a bulletin about a period is cut off: at a seq, at a moment, or, where nothing is asked for, at the
 * end of the period, so that the same is drafted whenever it is; at the present while the period is not over, or when the
 * ledger had not begun then (an old list that was imported since).
 * @throws Rejection at `/cutOff` for what lies in the future, before the ledger or before the period.
 */
export async function cutOffFor(
  tx: Tx,
  actor: Actor,
  period: Period,
  asked: number | string | undefined,
  now: string,
): Promise<CutOff> {
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  const place = await placeOf(tx, jurisdiction, asked, endOfDay(addDays(period.to, -1), timeZone), now)
  if (place === undefined || place.asOf < startOfDay(period.from, timeZone)) {
    throw invalid('/cutOff', {
      zh: '截止点须在统计期开始之后、台账已有的范围之内，且不在将来。',
      en: 'The cut-off lies after the period has begun, within the ledger, and not in the future.',
    })
  }
  return { jurisdiction, timeZone, ...period, ...place }
}

type Moment = Pick<CutOff, 'seq' | 'asOf'>

async function placeOf(
  tx: Tx,
  jurisdiction: string,
  asked: number | string | undefined,
  periodEnd: string,
  now: string,
): Promise<Moment | undefined> {
  if (typeof asked === 'number') return placeOfSeq(tx, jurisdiction, asked)
  if (asked !== undefined) return asked > now ? undefined : lastUntil(tx, jurisdiction, asked)
  const ended = periodEnd < now ? await lastUntil(tx, jurisdiction, periodEnd) : undefined
  return ended ?? { seq: await headSeq(tx, jurisdiction), asOf: now }
}

async function placeOfSeq(tx: Tx, jurisdiction: string, seq: number): Promise<Moment | undefined> {
  const { past } = await readPast(tx, jurisdiction, seq)
  return past === undefined || seq === 0 ? undefined : { seq, asOf: past.at }
}

/** The last event that had happened by a moment, and with it all that stand before it in the ledger. */
async function lastUntil(tx: Tx, jurisdiction: string, asOf: string): Promise<Moment | undefined> {
  const { rows } = await tx.execute<{ seq: string }>(sql`
    select seq from event where jurisdiction_id = ${jurisdiction} and at <= ${asOf} order by seq desc limit 1`)
  return rows[0] === undefined ? undefined : { seq: Number(rows[0].seq), asOf }
}

async function headSeq(tx: Tx, jurisdiction: string): Promise<number> {
  const { rows } = await tx.execute<{ seq: string }>(
    sql`select seq from ledger_head where jurisdiction_id = ${jurisdiction}`,
  )
  return Number(rows[0]?.seq)
}
