import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { pointsUpTo, type UnitPoints } from '../scores/points.js'
import type { Content } from './content-schema.js'
import type { CutOff } from './state-at.js'

/** What the ledger up to the cut-off has booked in the period, by unit, and the closed period that it is. */
export async function readScores(
  db: Db | Tx,
  { jurisdiction, seq, from, to }: CutOff,
  unitNames: ReadonlyMap<string, string>,
): Promise<NonNullable<Content['scores']>> {
  const { rows } = await db.execute<UnitPoints & Record<string, unknown>>(sql`
    select v.* from (${pointsUpTo(jurisdiction, { from, to }, seq)}) v order by v.unit is null, v.points desc, v.unit`)
  const { rows: closed } = await db.execute<{ period: string; seq: string; contentSha256: string }>(sql`
    select e.data::json ->> 'period' as period, e.seq, e.data::json ->> 'contentSha256' as "contentSha256" from event e
    where e.jurisdiction_id = ${jurisdiction} and e.type = 'score_period.closed' and e.seq <= ${seq}
      and e.data::json ->> 'from' = ${from} and e.data::json ->> 'to' = ${to}`)
  const [period] = closed
  return {
    period: period === undefined ? null : { ...period, seq: Number(period.seq) },
    units: rows.map(({ unit, entries, rewards, penalties, points, moneyFen }) => ({
      ...{ key: unit, name: unit === null ? null : (unitNames.get(unit) ?? null) },
      ...{ entries, rewards, penalties, points, moneyFen },
    })),
  }
}
