import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { lockSettings } from '../db/lock.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid, notFound, Rejection } from '../domain/rejection.js'
import { type ScorePeriod, scorePeriodOf } from '../domain/score/period.js'
import type { Outcome } from '../ledger/act.js'
import { adminEvent, canonicalJson, sha256 } from '../ledger/chain.js'
import { readHead } from '../ledger/history.js'
import { type Computed, lastCountable } from './compute.js'
import { type Points, pointsUpTo, type UnitPoints } from './points.js'
import { scorePeriod } from './tables.js'

/** A row of a closed period: what a unit has come to. */
export interface PeriodRow extends Points {
  unit: { id: string; name: string } | null
}

interface Content extends ScorePeriod {
  version: 1
  jurisdiction: string
  ledger: { seq: number; hash: string }
  units: PeriodRow[]
}

/** The period of a name that is over, by what is counted. @throws Rejection at `/period` for one that is not. */
export function endedPeriod(name: string, now: string, zone: string): ScorePeriod {
  const period = scorePeriodOf(name)
  if (period !== undefined && period.to <= lastCountable(now, zone)) return period
  throw invalid('/period', { zh: '该期间尚未结束。', en: 'The period is not over.' })
}

/** @throws Rejection `scores-behind` (409) when there is more to score than one request does. */
export function requireComputed({ done, countedTo }: Computed): void {
  if (done) return
  throw new Rejection(
    'scores-behind',
    {
      zh: `积分仍在计算（已计至 ${countedTo}），请稍后再试。`,
      en: `Scores are still being computed (counted up to ${countedTo}); try again shortly.`,
    },
    { retryAfterS: 1 },
  )
}

/**
 * Closes a period: its totals are frozen, with the ledger's head that they are from, and their hash is in the ledger.
 * Nobody writes an entry meanwhile; what comes later is booked in the next open period. @throws Rejection `duplicate`
 */
export async function closePeriod(tx: Tx, actor: Actor, period: ScorePeriod, now: string): Promise<Outcome> {
  const { id: jurisdiction } = actor.jurisdiction
  await lockSettings(tx, jurisdiction)
  await requireOpen(tx, jurisdiction, period.period)
  const ledger = await readHead(tx, jurisdiction)
  const units = await readRows(tx, jurisdiction, period, ledger.seq)
  const content: Content = { version: 1, jurisdiction, ...period, ledger, units }
  const text = canonicalJson(content)
  const { period: name, kind, from, to } = period
  const contentSha256 = sha256(text)
  await tx.insert(scorePeriod).values({
    ...{ jurisdiction, period: name, kind, from, to, closedAt: now, closedBy: actor.id },
    ...{ seq: ledger.seq, content: text, contentSha256 },
  })
  const data = { ...{ period: name, kind, from, to }, ...ledger, contentSha256: contentSha256.toString('hex') }
  return {
    status: 201,
    headers: { location: `/v1/score-periods/${name}` },
    body: await getPeriod(tx, actor, name),
    events: [adminEvent(actor, now, { type: 'score_period.closed', data })],
  }
}

async function requireOpen(tx: Tx, jurisdiction: string, period: string): Promise<void> {
  const { rows } = await tx.execute(
    sql`select from score_period where jurisdiction_id = ${jurisdiction} and period = ${period}`,
  )
  if (rows.length === 0) return
  throw new Rejection('duplicate', { zh: `期间 ${period} 已结账。`, en: `The period ${period} is closed.` })
}

/** Best first; whoever nobody is, last. Ids break ties, so that the same always comes out. */
async function readRows(tx: Tx, jurisdiction: string, period: ScorePeriod, seq: number): Promise<PeriodRow[]> {
  const { rows } = await tx.execute<UnitPoints & { name: string | null } & Record<string, unknown>>(sql`
    select p.unit, p.entries, p.rewards, p.penalties, p.points, p."moneyFen", u.name
    from (${pointsUpTo(jurisdiction, period, seq)}) p
    left join unit u on u.jurisdiction_id = ${jurisdiction} and u.id = p.unit
    order by p.unit is null, p.points desc, p.unit`)
  return rows.map(({ unit, name, entries, rewards, penalties, points, moneyFen }) => ({
    unit: unit === null ? null : { id: unit, name: name ?? '' },
    ...{ entries, rewards, penalties, points, moneyFen },
  }))
}

/** A closed period's JSON text, from alias `p`: of the totals, a unit sees its own. */
function periodFields(actor: Actor): SQL {
  const own = sql`(select coalesce(json_agg(r.row), '[]') from json_array_elements(p.content::json -> 'units') r (row)
    where r.row -> 'unit' ->> 'id' = ${actor.unit}::text)`
  return sql`
    p.period, p.kind, p.period_from::text as from, p.period_to::text as to, ${instant('p.closed_at')} as "closedAt",
    (select json_build_object('id', c.id, 'name', c.name) from person c
      where c.jurisdiction_id = p.jurisdiction_id and c.id = p.closed_by) as "closedBy",
    p.content::json -> 'ledger' as ledger, encode(p.content_sha256, 'hex') as "contentSha256",
    ${actor.role === 'unit' ? own : sql`p.content::json -> 'units'`} as units`
}

/** One closed period. @throws Rejection `not-found` */
export async function getPeriod(db: Db | Tx, actor: Actor, period: string): Promise<string> {
  const { rows } = await db.execute<{ json: string }>(sql`
    select row_to_json(v)::text as json from (select ${periodFields(actor)} from score_period p
      where p.jurisdiction_id = ${actor.jurisdiction.id} and p.period = ${period}) v`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return row.json
}

export interface PeriodListRow extends Record<string, unknown> {
  json: string
  to: string
  period: string
}

/** The closed periods, the latest first, from a place on. */
export async function findPeriods(
  db: Db,
  actor: Actor,
  limit: number,
  before: { to: string; period: string } | undefined,
): Promise<PeriodListRow[]> {
  const earlier =
    before === undefined ? sql`` : sql`and (p.period_to, p.period) < (${before.to}::date, ${before.period})`
  const { rows } = await db.execute<PeriodListRow>(sql`
    select (select row_to_json(v)::text from (select ${periodFields(actor)}) v) as json, p.period_to::text as to, p.period
    from score_period p where p.jurisdiction_id = ${actor.jurisdiction.id} ${earlier}
    order by p.period_to desc, p.period desc limit ${limit}`)
  return rows
}
