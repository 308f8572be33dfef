import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { RulesVersion } from '../db/rules.js'
import type { Actor } from '../domain/access/permissions.js'
import {
  type Closure,
  drawSample,
  firstDayAfter,
  type RecheckRules,
  recheckSpan,
} from '../domain/item/recheck-sample.js'
import { startOfDay } from '../domain/time/zone.js'
import { everyState } from '../item/rows.js'
import { appendEvents } from '../ledger/act.js'
import { adminEvent, canonicalJson, sha256 } from '../ledger/chain.js'

/** Where the ledger stood when a month ended: the last event before, and its hash, which is the seed. */
interface CutOff {
  seq: number
  hash: string
}

/**
 * Draws a month's sample, once: a worker that comes second waits for the first and finds it drawn. Everything that it
 * depends on stands in the ledger up to the cut-off: the events, the version of the rules, and the seed.
 */
export async function drawMonth(
  db: Db,
  actor: Actor,
  { rules, version }: { rules: RecheckRules; version: RulesVersion['version'] },
  period: string,
  now: string,
): Promise<void> {
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  await db.transaction(async (tx) => {
    const span = spanOf(period, timeZone)
    const cutOff = await findCutOff(tx, jurisdiction, span.to)
    if (cutOff === undefined) return
    const closures = await closuresOf(tx, jurisdiction, span, cutOff.seq)
    const { strata, drawn } = drawSample(closures, rules, rankBy(cutOff.hash))
    const { rowCount } = await tx.execute(sql`
      insert into recheck_draw (jurisdiction_id, period, cut_off_seq, seed, rules_version, strata, drawn_at)
      values (${jurisdiction}, ${period}, ${cutOff.seq}, decode(${cutOff.hash}, 'hex'), ${version},
        ${JSON.stringify(strata)}, ${now})
      on conflict do nothing`)
    if (rowCount !== 1) return
    await insertRechecks(tx, jurisdiction, period, drawn, rules, timeZone)
    // Without the items: whoever is limited to an area sees this too.
    const sample = sha256(canonicalJson(drawn.map(({ id }) => id).sort())).toString('hex')
    const data = { period, cutOff, rules: version, closed: closures.length, drawn: drawn.length, sampleSha256: sample }
    await tx.execute(appendEvents(jurisdiction, [adminEvent(actor, now, { type: 'recheck.drawn', data })]))
  })
}

/** A month in a zone. */
interface Span {
  from: string
  to: string
}

export function spanOf(period: string, zone: string): Span {
  return { from: startOfDay(`${period}-01`, zone), to: startOfDay(firstDayAfter(period), zone) }
}

/** An item's place in the draw: SHA-256 of the seed's 32 bytes and the item's id as text. The lowest are drawn. */
export function rankBy(seed: string): (id: string) => string {
  const bytes = Buffer.from(seed, 'hex')
  return (id) => sha256(bytes, id).toString('hex')
}

async function findCutOff(tx: Tx, jurisdiction: string, before: string): Promise<CutOff | undefined> {
  const { rows } = await tx.execute<{ seq: string; hash: string }>(sql`
    select e.seq, encode(e.hash, 'hex') as hash from event e
    where e.jurisdiction_id = ${jurisdiction} and e.at < ${before}::timestamptz order by e.seq desc limit 1`)
  const [row] = rows
  return row === undefined ? undefined : { seq: Number(row.seq), hash: row.hash }
}

/** What was struck off in a span and still was at the cut-off, with the unit and level that it had. */
export async function closuresOf(
  tx: Db | Tx,
  jurisdiction: string,
  { from, to }: Span,
  until: number,
): Promise<Closure[]> {
  const { rows } = await tx.execute<Record<string, unknown> & Closure>(sql`
    select e.item_id as id, i.responsible_unit as unit, i.level, ${instant('i.closed_at')} as "closedAt"
    from event e
    join ${everyState} i on i.jurisdiction_id = e.jurisdiction_id and i.id = e.item_id and i.version = e.item_version
    where e.jurisdiction_id = ${jurisdiction} and e.type = 'item.closed' and e.seq <= ${until}
      and e.at >= ${from}::timestamptz and e.at < ${to}::timestamptz
      and not exists (select from event b where b.jurisdiction_id = e.jurisdiction_id and b.item_id = e.item_id
        and b.item_version > e.item_version and b.seq <= ${until}
        and (b.type = 'item.reopened' or b.type = 'item.rechecked' and b.data::json ->> 'passed' = 'false'))`)
  return rows
}

async function insertRechecks(
  tx: Tx,
  jurisdiction: string,
  period: string,
  drawn: readonly Closure[],
  rules: RecheckRules,
  zone: string,
): Promise<void> {
  if (drawn.length === 0) return
  const rows = drawn.map(({ id, unit, level, closedAt }) => {
    const { from, dueAt } = recheckSpan(closedAt, rules, zone)
    const of = { item_id: id, unit_id: unit, level, closed_at: closedAt }
    return { ...of, from_at: startOfDay(from, zone), due_at: dueAt }
  })
  await tx.execute(sql`
    insert into recheck (jurisdiction_id, period, item_id, unit_id, level, closed_at, from_at, due_at)
    select ${jurisdiction}, ${period}, r.item_id, r.unit_id, r.level, r.closed_at, r.from_at, r.due_at
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (
      item_id uuid, unit_id uuid, level text, closed_at timestamptz, from_at timestamptz, due_at timestamptz)`)
}
