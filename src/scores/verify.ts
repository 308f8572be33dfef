import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'

/** An entry that its row and its event do not say alike, or that only one of them has. */
export interface ScoreFault extends Record<string, unknown> {
  id: string
  fault: 'differs' | 'missing' | 'without an event'
}

export interface ScoresReport {
  ok: boolean
  checked: number
  faults: ScoreFault[]
}

const MAX_FAULTS = 100

/** Compares every entry's row with the `item.scored` event that it is of. */
export async function verifyScores(db: Db, jurisdiction: string): Promise<ScoresReport> {
  const { rows } = await db.execute<{ checked: number; faults: ScoreFault[] }>(sql`
    with logged as (
      select item_id, item_version, e.data::jsonb || jsonb_build_object('at', ${instant('e.at')}) as said
      from event e where e.jurisdiction_id = ${jurisdiction} and e.type = 'item.scored'
    ), kept as (
      select s.id, s.item_id, s.item_version, jsonb_build_object('id', s.id, 'rule', s.rule, 'unit', s.unit_id,
        'points', s.points, 'moneyFen', s.money_fen, 'rules', s.rules_version, 'bookedOn', s.booked_on,
        'cause', jsonb_build_object('seq', s.cause_seq, 'type', s.cause_type, 'at', ${instant('s.cause_at')},
          'day', s.cause_day), 'reverses', s.reverses, 'reason', s.reason, 'at', ${instant('s.scored_at')}) as row
      from score s where s.jurisdiction_id = ${jurisdiction}
    ), compared as (
      select coalesce(k.id::text, l.said ->> 'id') as id,
        case when k.id is null then 'missing' when l.item_id is null then 'without an event'
          when k.row <> l.said then 'differs' end as fault
      from logged l full join kept k on k.item_id = l.item_id and k.item_version = l.item_version
    )
    select count(*)::int as checked, (
      select coalesce(json_agg(f), '[]') from (
        select id, fault from compared where fault is not null order by id limit ${MAX_FAULTS}) f) as faults
    from compared`)
  const { checked = 0, faults = [] } = rows[0] ?? {}
  return { ok: faults.length === 0, checked, faults }
}
