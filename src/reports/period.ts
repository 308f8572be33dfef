import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid } from '../domain/rejection.js'
import { addDays, daysBetween, endOfDay, localDate } from '../domain/time/zone.js'
import { DateOrInstant } from '../http/fields.js'
import { asOfPast } from '../item/as-of.js'
import { type Past, pastAt } from '../item/past.js'

/** Three years, day by day. */
const MAX_DAYS = 1_100

/** The parameters of a period, of which a report has so many days unless told. */
export function periodFields(days: number) {
  return {
    from: DateOrInstant.optional().meta({
      description: `The first local day of the period. Left out: ${days} days before \`to\`.`,
      example: '2026-10-01',
    }),
    to: DateOrInstant.optional().meta({
      description:
        'The day after the last (half-open, as a bulletin’s period). Left out: the day after that of `asOf`, so that today is in it.',
      example: '2026-11-01',
    }),
  }
}

/** The parameters of a report with a period. */
export interface PeriodQuery {
  from?: string | undefined
  to?: string | undefined
  asOf?: string | undefined
}

/** What a report is about: a period of local days, and the moment as of which it is answered. */
export interface Scope {
  from: string
  to: string
  /** The state that it is answered from; undefined: the present. */
  past: Past | undefined
  /** The moment as of which it is answered. */
  at: string
}

/**
 * The scope of a report. The moment is the one that is asked for; else the end of the period, so that the report on a month
 * says the same whenever it is asked for; else the present, while the period is not over or when the ledger had not begun
 * (an old list that was imported since).
 * @throws Rejection at `/query/from`, `/query/to` or `/query/asOf`
 */
export async function scopeOf(db: Db, actor: Actor, asked: PeriodQuery, days: number, now: string): Promise<Scope> {
  const { id, timeZone } = actor.jurisdiction
  const named = await asOfPast(db, actor, asked.asOf, now)
  const to = asked.to === undefined ? addDays(localDate(named?.at ?? now, timeZone), 1) : dayOf(asked.to, timeZone)
  const from = asked.from === undefined ? addDays(to, -days) : dayOf(asked.from, timeZone)
  if (from >= to) {
    throw invalid('/query/to', {
      zh: 'to 是期末的次日，须晚于 from。',
      en: '`to` is the day after the last, later than `from`.',
    })
  }
  if (daysBetween(from, to) > MAX_DAYS) {
    throw invalid('/query/from', {
      zh: `统计期最多 ${MAX_DAYS} 天。`,
      en: `The period has at most ${MAX_DAYS} days.`,
    })
  }
  if (from > localDate(named?.at ?? now, timeZone)) {
    throw invalid('/query/from', { zh: '统计期尚未开始。', en: 'The period has not begun.' })
  }
  if (named !== undefined) return { from, to, past: named, at: named.at }
  const end = endOfDay(addDays(to, -1), timeZone)
  const past = end < now && (await hadBegun(db, id, end)) ? pastAt(id, end) : undefined
  return { from, to, past, at: past?.at ?? now }
}

function dayOf(value: string, timeZone: string): string {
  return value.length === 10 ? value : localDate(value, timeZone)
}

async function hadBegun(db: Db, jurisdiction: string, at: string): Promise<boolean> {
  const { rows } = await db.execute<{ at: string }>(
    sql`select ${instant('at')} as at from event where jurisdiction_id = ${jurisdiction} and seq = 1`,
  )
  return rows[0] !== undefined && rows[0].at <= at
}
