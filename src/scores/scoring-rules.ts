import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { completeRules, DEFAULT_RULES, type Rules } from '../domain/rules.js'
import type { ScorePeriod } from '../domain/score/period.js'
import type { Scoring } from '../domain/score/scoring.js'
import type { Instant } from '../domain/time/instant.js'

/** The rules of scoring with the version that has them. */
export interface ScoringVersion {
  version: number
  scoring: Scoring
}

/**
 * Which rules of scoring were in force when: a score goes by those that held when its cause happened. For an event that
 * is asked in the order of the ledger, which also tells apart what happened in one millisecond.
 */
export async function readScoring(
  db: Db | Tx,
  jurisdiction: string,
): Promise<(cause: { at: Instant; seq?: number }) => ScoringVersion> {
  const { rows } = await db.execute<{ version: number; scoring: Scoring | null; at: string; seq: string | null }>(sql`
    select r.version, r.data -> 'scoring' as scoring, ${instant('r.set_at')} as at, e.seq
    from rules r left join event e on e.jurisdiction_id = r.jurisdiction_id and e.type = 'rules.changed'
      and (e.data::json ->> 'version')::int = r.version
    where r.jurisdiction_id = ${jurisdiction} order by r.version desc`)
  return ({ at, seq }) => {
    const row = rows.find((one) => (seq === undefined || one.seq === null ? one.at <= at : Number(one.seq) < seq))
    if (row === undefined) return { version: 0, scoring: DEFAULT_RULES.scoring }
    const data: Partial<Rules> = row.scoring === null ? {} : { scoring: row.scoring }
    return { version: row.version, scoring: completeRules(data).scoring }
  }
}

/** The periods that are closed; nothing is booked in them any more. */
export async function readClosedPeriods(
  db: Db | Tx,
  jurisdiction: string,
): Promise<Pick<ScorePeriod, 'from' | 'to'>[]> {
  const { rows } = await db.execute<{ from: string; to: string }>(sql`
    select period_from::text as from, period_to::text as to from score_period where jurisdiction_id = ${jurisdiction}`)
  return rows
}
