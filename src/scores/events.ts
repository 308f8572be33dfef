import { sql } from 'drizzle-orm'
import { readCalendar } from '../db/calendar.js'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { holdSettings } from '../db/lock.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import type { HappenedItemEvent } from '../domain/item/events.js'
import type { Item } from '../domain/item/item.js'
import { SCORING_EVENTS, scoresOfEvent } from '../domain/score/score.js'
import type { Instant } from '../domain/time/instant.js'
import { appendEvents } from '../ledger/act.js'
import { readHead } from '../ledger/history.js'
import { readScoring } from './scoring-rules.js'
import { type Finding, writeFindings } from './store.js'

/** How far the scores' reader of the ledger has come. */
export const SCORES_READER = 'scores'

/** What one step did, and whether there is more to do. */
export interface ScoreStep {
  scored: number
  isBehind: boolean
}

/**
 * Scores the next events of the ledger, at most `limit`, and moves on, in one transaction: the place and the entries are
 * there together or not at all, and whoever comes second waits for the place.
 */
export async function scoreEvents(db: Db, actor: Actor, limit: number, now: Instant): Promise<ScoreStep> {
  requirePermitted(actor.role, 'item.score')
  const { id: jurisdiction, timeZone: zone } = actor.jurisdiction
  return db.transaction(async (tx) => {
    await holdSettings(tx, jurisdiction)
    const { place, head } = await lockPlace(tx, jurisdiction)
    if (place >= head) return { scored: 0, isBehind: false }
    const causes = await readCauses(tx, jurisdiction, place, head, limit)
    const isBehind = causes.length === limit
    const to = isBehind ? (causes.at(-1)?.seq ?? head) : head
    const scoringAt = await readScoring(tx, jurisdiction)
    const calendar = await readCalendar(tx, jurisdiction)
    const findings = causes.flatMap(({ itemId, seq, event, before }): Finding[] => {
      const { version: rules, scoring } = scoringAt({ at: event.at, seq })
      const cause = { seq, type: event.type, at: event.at, day: null }
      return scoresOfEvent(before, event, { scoring, calendar, zone }).map((earned) => ({
        itemId,
        earned,
        cause,
        rules,
      }))
    })
    const events = await writeFindings(tx, actor, findings, now)
    await tx.execute(sql`
      update ledger_reader set seq = ${to} where jurisdiction_id = ${jurisdiction} and reader = ${SCORES_READER}`)
    if (events.length > 0) await tx.execute(appendEvents(jurisdiction, events))
    return { scored: events.length, isBehind }
  })
}

/** The place is locked before the head is read: whoever waited for it sees what has come meanwhile. */
async function lockPlace(tx: Tx, jurisdiction: string): Promise<{ place: number; head: number }> {
  const { rows } = await tx.execute<{ seq: string }>(sql`
    insert into ledger_reader as r (jurisdiction_id, reader, seq) values (${jurisdiction}, ${SCORES_READER}, 0)
    on conflict (jurisdiction_id, reader) do update set seq = r.seq returning seq`)
  const head = await readHead(tx, jurisdiction)
  return { place: Number(rows[0]?.seq), head: head.seq }
}

interface CauseRow {
  itemId: string
  seq: number
  event: HappenedItemEvent
  /** The item as it was before the event. */
  before: Pick<Item, 'source' | 'assignment' | 'dueAt' | 'suspension'>
}

async function readCauses(
  tx: Tx,
  jurisdiction: string,
  place: number,
  head: number,
  limit: number,
): Promise<CauseRow[]> {
  const { rows } = await tx.execute<{
    itemId: string
    seq: string
    type: string
    at: string
    actorId: string
    data: string
    before: CauseRow['before']
  }>(sql`
    select e.item_id as "itemId", e.seq, e.type, ${instant('e.at')} as at, e.actor_id as "actorId", e.data,
      json_build_object('source', b.source, 'assignment', b.assignment, 'dueAt', ${instant('b.due_at')},
        'suspension', b.suspension) as before
    from event e
    join item_past b on b.jurisdiction_id = e.jurisdiction_id and b.id = e.item_id and b.version = e.item_version - 1
    where e.jurisdiction_id = ${jurisdiction} and e.seq > ${place} and e.seq <= ${head} and e.type in ${SCORING_EVENTS}
    order by e.seq limit ${limit}`)
  return rows.map(({ itemId, seq, type, at, actorId, data, before }) => ({
    ...{ itemId, seq: Number(seq), before },
    // Written by this service, and chained: what the ledger has under a type is of that type's form.
    event: { type, at, actorId, data: JSON.parse(data) } as HappenedItemEvent,
  }))
}
