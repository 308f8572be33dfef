import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { findRules } from '../db/rules.js'
import { drawSample } from '../domain/item/recheck-sample.js'
import { closuresOf, rankBy, spanOf } from './recheck-draw.js'

export interface ClosingFault {
  /** The month of a draw, or the id of a link of recurrence. */
  name: string
  fault: 'another seed' | 'another sample' | 'another decision'
}

export interface ClosingReport {
  ok: boolean
  checked: number
  faults: ClosingFault[]
}

/** Draws every sample of rechecks again, and compares every decision of a recurrence with its events. */
export async function verifyClosing(db: Db, jurisdiction: string): Promise<ClosingReport> {
  const { rows: draws } = await db.execute<Draw>(sql`
    select d.period, d.cut_off_seq::int as seq, encode(d.seed, 'hex') as seed, d.rules_version as rules, j.time_zone as zone,
      (select e.hash = d.seed from event e where e.jurisdiction_id = d.jurisdiction_id and e.seq = d.cut_off_seq) as "isHash",
      array(select r.item_id::text from recheck r where r.jurisdiction_id = d.jurisdiction_id and r.period = d.period) as ids
    from recheck_draw d join jurisdiction j on j.id = d.jurisdiction_id
    where d.jurisdiction_id = ${jurisdiction} order by d.period`)
  const faults: ClosingFault[] = []
  for (const draw of draws) {
    if (draw.isHash !== true) faults.push({ name: draw.period, fault: 'another seed' })
    else if (!(await isDrawnSo(db, jurisdiction, draw))) faults.push({ name: draw.period, fault: 'another sample' })
  }
  const { rows } = await db.execute<{ id: string; isSo: boolean }>(sql`
    select r.id, coalesce(e.type = 'item.recurrence_decided' and e.data::json ->> 'link' = r.id::text
      and (e.data::json ->> 'confirmed')::boolean = r.confirmed, false) as "isSo"
    from recurrence r left join event e on e.jurisdiction_id = r.jurisdiction_id and e.item_id = r.item_id
      and e.item_version = r.decided_version
    where r.jurisdiction_id = ${jurisdiction} and r.decided_at is not null order by r.id`)
  for (const { id } of rows.filter(({ isSo }) => !isSo)) faults.push({ name: id, fault: 'another decision' })
  return { ok: faults.length === 0, checked: draws.length + rows.length, faults }
}

interface Draw extends Record<string, unknown> {
  period: string
  seq: number
  seed: string
  rules: number
  zone: string
  isHash: boolean | null
  ids: string[]
}

async function isDrawnSo(
  db: Db,
  jurisdiction: string,
  { period, seq, seed, rules, zone, ids }: Draw,
): Promise<boolean> {
  const found = await findRules(db, jurisdiction, rules)
  if (found === undefined || found.rules.rechecks === null) return false
  const closures = await closuresOf(db, jurisdiction, spanOf(period, zone), seq)
  const again = drawSample(closures, found.rules.rechecks, rankBy(seed)).drawn.map(({ id }) => id)
  return again.sort().join() === ids.sort().join()
}
