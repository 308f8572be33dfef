import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { holdSettings } from '../db/lock.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import type { Item } from '../domain/item/item.js'
import type { Cause, ScoreRule } from '../domain/score/entry.js'
import { scoresOfDay } from '../domain/score/score.js'
import type { Instant } from '../domain/time/instant.js'
import { startOfDay } from '../domain/time/zone.js'
import { lastProgress, onTheClock } from '../item/conditions.js'
import { pastAt } from '../item/past.js'
import { heldAt, itemRows } from '../item/rows.js'
import { appendEvents } from '../ledger/act.js'
import { lockItemsOf } from '../ledger/store.js'
import { readScoring, type ScoringVersion } from './scoring-rules.js'
import { type Finding, writeFindings } from './store.js'

/**
 * Scores what a local day costs, for up to `limit` items after the one with the id `after`. Answers how many entries
 * were made, and the id to go on after; undefined when the day is done.
 */
export async function scoreDay(
  db: Db,
  actor: Actor,
  day: string,
  { after, limit, now }: { after: string | undefined; limit: number; now: Instant },
): Promise<{ scored: number; after: string | undefined }> {
  requirePermitted(actor.role, 'item.score')
  const { id: jurisdiction, timeZone: zone } = actor.jurisdiction
  const midnight = startOfDay(day, zone)
  return db.transaction(async (tx) => {
    await holdSettings(tx, jurisdiction)
    const inForce = (await readScoring(tx, jurisdiction))({ at: midnight })
    const ids = await readCandidates(tx, actor, day, midnight, inForce, after, limit)
    // What is being changed this moment may have been changed before midnight: once it is locked, nothing comes before it.
    await lockItemsOf(tx, jurisdiction, ids)
    const states = await readStates(tx, jurisdiction, ids, midnight)
    const findings = states.flatMap((state): Finding[] =>
      scoresOfDay(state, day, { scoring: inForce.scoring, zone }).map((earned) => ({
        ...{ itemId: state.id, earned, rules: inForce.version },
        cause: { ...beginningOf(state, earned.rule), day },
      })),
    )
    const events = await writeFindings(tx, actor, findings, now)
    if (events.length > 0) await tx.execute(appendEvents(jurisdiction, events))
    return { scored: events.length, after: ids.length < limit ? undefined : ids.at(-1) }
  })
}

/** Items that the day may cost something: `scoresOfDay(item) ≠ []` in SQL. A test compares the two. */
async function readCandidates(
  tx: Tx,
  { jurisdiction: { id, timeZone } }: Actor,
  day: string,
  midnight: Instant,
  { scoring: { overdueDay, noProgress } }: ScoringVersion,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const date = (moment: SQL) => sql`(${moment} at time zone ${timeZone})::date`
  const daysOver = sql`${day}::date - greatest(${date(sql`i.due_at`)}, ${date(sql`i.due_set_at`)})`
  const silentDays = sql`${day}::date - ${date(sql`${lastProgress}::timestamptz`)}`
  const costs = [
    ...(overdueDay === null
      ? []
      : [
          sql`${onTheClock} and i.due_at < ${midnight}::timestamptz and ${daysOver} between 1 and ${overdueDay.maxDays}`,
        ]),
    ...(noProgress === null
      ? []
      : [
          sql`i.status = 'remediating' and i.suspension is null and ${silentDays} >= 1
          and (${silentDays}) % ${noProgress.days}::int = 0`,
        ]),
  ].map((cost) => sql`(${cost})`)
  if (costs.length === 0) return []
  const from = after === undefined ? sql`` : sql`and i.id > ${after}::uuid`
  const past = pastAt(id, midnight)
  const { rows } = await tx.execute<{ id: string }>(sql`
    select i.id from ${itemRows(past)} i
    where i.jurisdiction_id = ${id} and ${sql.join(heldAt(past), sql` and `)} and i.assignment is not null
      and (${sql.join(costs, sql` or `)}) ${from} order by i.id limit ${limit}`)
  return rows.map((row) => row.id)
}

type State = Pick<Item, 'id' | 'status' | 'suspension' | 'dueAt' | 'dueSetAt' | 'assignment' | 'plan' | 'progress'> & {
  /** The event that set the deadline, and the last one by which anything was heard. */
  set: Omit<Cause, 'day'> | null
  heard: Omit<Cause, 'day'> | null
}

const SETTERS = sql.raw(`('item.listed', 'item.assigned', 'item.returned', 'item.extension_decided', 'item.resumed',
  'item.rechecked', 'item.reopened', 'item.imported', 'item.deadline_recomputed')`)
const HEARD = sql.raw(`('item.accepted', 'item.planned', 'item.progress_reported')`)

/** The items as they stood at a moment, with the events from which their days are counted. */
async function readStates(tx: Tx, jurisdiction: string, ids: readonly string[], at: Instant): Promise<State[]> {
  if (ids.length === 0) return []
  const past = pastAt(jurisdiction, at)
  const eventOf = (types: SQL, moment: SQL) => sql`(
    select json_build_object('seq', e.seq, 'type', e.type, 'at', ${instant('e.at')}) from event e
    where e.jurisdiction_id = i.jurisdiction_id and e.item_id = i.id and e.item_version <= i.version
      and e.type in ${types} and e.at = ${moment} order by e.item_version desc limit 1)`
  const { rows } = await tx.execute<State & Record<string, unknown>>(sql`
    select i.id, i.status, i.suspension, ${instant('i.due_at')} as "dueAt", ${instant('i.due_set_at')} as "dueSetAt",
      i.assignment, i.plan, i.progress, ${eventOf(SETTERS, sql`i.due_set_at`)} as set,
      ${eventOf(HEARD, sql`${lastProgress}::timestamptz`)} as heard
    from ${itemRows(past)} i
    where i.jurisdiction_id = ${jurisdiction} and ${sql.join(heldAt(past), sql` and `)}
      and i.id = any(${sql.param(ids)}::uuid[])`)
  return rows
}

function beginningOf({ id, set, heard }: State, rule: ScoreRule): Omit<Cause, 'day'> {
  const began = rule === 'no_progress' ? heard : set
  if (began === null) throw new Error(`item ${id} waits, and no event says since when`)
  return began
}
