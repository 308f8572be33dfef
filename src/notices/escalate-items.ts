import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { escalate } from '../domain/item/decide/notify.js'
import type { Item } from '../domain/item/item.js'
import { stepsToClimb } from '../domain/item/ladder.js'
import type { Step } from '../domain/rules.js'
import type { Instant } from '../domain/time/instant.js'
import { addDays, endOfDay, localDate } from '../domain/time/zone.js'
import { onTheClock } from '../item/conditions.js'
import { appendEvents } from '../ledger/act.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { type Changed, evolved, lockItemsWhere, timeAfter, writeChanges } from '../ledger/store.js'

/** The steps that an item has climbed in one run. */
export interface Climb {
  item: Item
  steps: readonly Step[]
}

/** Where a run through the items has come to, by deadline. */
export interface ResumePoint {
  dueAt: Instant
  id: string
}

export interface Ladder {
  steps: readonly Step[]
  /** The version of the rules that the steps are from. */
  rules: number
}

/**
 * Lets up to `limit` items climb what they must climb now: each rung an `item.escalated` event, written with whatever
 * `tell` adds, in one transaction. Items that somebody else is changing are passed over; that worker climbs them, or the
 * next run does. Answers where the run has come to, or undefined at its end.
 */
export async function escalateItems(
  db: Db,
  actor: Actor,
  ladder: Ladder,
  run: { now: Instant; after: ResumePoint | undefined; limit: number },
  tell: (tx: Tx, climbs: readonly Climb[]) => Promise<void>,
): Promise<ResumePoint | undefined> {
  requirePermitted(actor.role, 'item.escalate')
  const { steps, rules } = ladder
  const { now, after, limit } = run
  const zone = actor.jurisdiction.timeZone
  const from =
    after === undefined ? sql`` : sql`and (i.due_at, i.id) > (${after.dueAt}::timestamptz, ${after.id}::uuid)`
  return db.transaction(async (tx) => {
    const due = sql`i.jurisdiction_id = ${actor.jurisdiction.id} and ${mustClimb(steps, now, zone)} ${from}`
    const items = await lockItemsWhere(tx, due, sql`i.due_at, i.id`, limit)
    const climbs = items.map((item) => ({ item, steps: stepsToClimb(item, steps, now, zone) }))
    const events = await climb(tx, actor, climbs, rules, now)
    await tell(
      tx,
      climbs.filter((one) => one.steps.length > 0),
    )
    if (events.length > 0) await tx.execute(appendEvents(actor.jurisdiction.id, events))
    const last = items.at(-1)
    return items.length < limit || last === undefined ? undefined : { dueAt: last.dueAt ?? '', id: last.id }
  })
}

/** Writes every item's first step, then every second step, and so on: each is a change of its own. */
async function climb(tx: Tx, actor: Actor, climbs: readonly Climb[], rules: number, now: Instant) {
  const events: PreparedEvent[] = []
  let climbing = climbs.map(({ item, steps }) => ({ item, steps: [...steps] }))
  while (climbing.length > 0) {
    const changes: Changed[] = []
    const next: typeof climbing = []
    for (const { item, steps } of climbing) {
      const [step, ...rest] = steps
      const event = step === undefined ? null : escalate(item, step, rules)
      if (event === null) continue
      const changed = evolved(item, event, actor, timeAfter(item, now))
      changes.push(changed)
      next.push({ item: changed.item, steps: rest })
    }
    if (changes.length > 0) await writeChanges(tx, actor, changes, now)
    events.push(...changes.map(({ event }) => event))
    climbing = next
  }
  return events
}

/** `stepsToClimb(item) ≠ []` in SQL, on alias `i`, over the partial index of what is on the clock. A test compares the two. */
function mustClimb(steps: readonly Step[], now: Instant, zone: string): SQL {
  const today = localDate(now, zone)
  const warnings = steps.filter(({ day }) => day < 0)
  const rungs = steps.filter(({ day }) => day > 0)
  const horizon = endOfDay(addDays(today, -Math.min(0, ...warnings.map(({ day }) => day))), zone)
  const date = (column: string) => sql.raw(`(i.${column} at time zone '${zone.replaceAll("'", "''")}')::date`)
  const climbed = sql`coalesce(i.escalation -> 'rungs', '[]'::jsonb) ? s.rung`
  const rowsOf = (some: readonly Step[]) =>
    sql`unnest(${sql.param(some.map(({ rung }) => rung))}::text[], ${sql.param(some.map(({ day }) => day))}::int[]) as s (rung, day)`
  return sql`${onTheClock} and i.due_set_at is not null and i.due_at <= ${horizon}::timestamptz and case
    when i.due_at >= ${now}::timestamptz then exists (
      select from (
        select * from ${rowsOf(warnings)} where ${date('due_at')} + s.day <= ${today}::date order by s.day desc limit 1) s
      where not (${climbed}) and ${date('due_at')} + s.day > ${date('due_set_at')})
    else exists (
      select from ${rowsOf(rungs)}
      where s.day <= ${today}::date - greatest(${date('due_at')}, ${date('due_set_at')}) and not (${climbed}))
    end`
}
