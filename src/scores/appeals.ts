import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { holdSettings } from '../db/lock.js'
import { findRules } from '../db/rules.js'
import { type Action, type Actor, requirePermitted } from '../domain/access/permissions.js'
import {
  appealScore,
  decideScoreAppeal,
  type Entry,
  requireNoAppeal,
  reverseScore,
} from '../domain/item/decide/score.js'
import type { ItemEvent } from '../domain/item/events.js'
import type { Item } from '../domain/item/item.js'
import { notFound } from '../domain/rejection.js'
import type { Scored } from '../domain/score/entry.js'
import { bookingDay } from '../domain/score/period.js'
import { appealableUntil } from '../domain/score/score.js'
import { type Answer, act, type Intent, type Outcome } from '../ledger/act.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { lockItem, timeAfter, writeChange } from '../ledger/store.js'
import { readClosedPeriods } from './scoring-rules.js'
import { scoreJson, scoresAndItems, visibleScores } from './standing.js'
import { insertScores } from './store.js'
import { scoreAppeal } from './tables.js'

/** An entry under the lock of its item, and what is written of it in one transaction. */
interface Sheet {
  tx: Tx
  actor: Actor
  entry: Entry
  item: Item
  at: string
  events: PreparedEvent[]
}

/** The unit appeals against one of its entries. @throws Rejection as the rules do. */
export function appealAgainstScore(db: Db, intent: Intent, id: string, reason: string): Promise<Answer> {
  return changeScore(db, intent, 'score.appeal', id, 201, async (sheet) => {
    const { tx, actor, entry, item, at } = sheet
    await write(sheet, appealScore(item, entry, reason, actor, at))
    const row = { jurisdiction: item.jurisdiction, score: entry.id, reason, appealedAt: at, appealedBy: actor.id }
    await tx.insert(scoreAppeal).values(row)
  })
}

/** The office decides an appeal; an approved one reverses the entry, in the same transaction. */
export function decideAppeal(
  db: Db,
  intent: Intent,
  id: string,
  { approved, reason }: { approved: boolean; reason: string },
): Promise<Answer> {
  return changeScore(db, intent, 'score.decide', id, 200, async (sheet) => {
    const { tx, actor, entry, item, at } = sheet
    await write(sheet, decideScoreAppeal(item, entry, approved, reason, actor))
    await tx
      .update(scoreAppeal)
      .set({ approved, decision: reason, decidedAt: at, decidedBy: actor.id })
      .where(sql`jurisdiction_id = ${item.jurisdiction} and score_id = ${entry.id}`)
    if (approved) await reverse(sheet, reason)
  })
}

/** The office takes an entry back without an appeal. */
export function takeScoreBack(db: Db, intent: Intent, id: string, reason: string): Promise<Answer> {
  return changeScore(db, intent, 'score.decide', id, 200, async (sheet) => {
    requireNoAppeal(sheet.entry)
    await reverse(sheet, reason)
  })
}

async function changeScore(
  db: Db,
  intent: Intent,
  action: Action,
  id: string,
  status: number,
  work: (sheet: Sheet) => Promise<void>,
): Promise<Answer> {
  const { actor, now } = intent
  requirePermitted(actor.role, action)
  return act(db, intent, async (tx): Promise<Outcome> => {
    const { id: jurisdiction } = actor.jurisdiction
    await holdSettings(tx, jurisdiction)
    const item = await lockItem(tx, actor, (await getEntry(tx, actor, id)).itemId)
    // Read once more: whoever had the item before may have appealed, decided or reversed.
    const { entry } = await getEntry(tx, actor, id)
    const sheet: Sheet = { tx, actor, entry, item, at: timeAfter(item, now), events: [] }
    await work(sheet)
    const { rows } = await tx.execute<{ json: string }>(scoreJson(jurisdiction, id))
    return { status, headers: {}, body: rows[0]?.json ?? '', events: sheet.events }
  })
}

/** A reversal is booked where the entry is, or, when that period is closed, in the next open one. */
async function reverse(sheet: Sheet, reason: string): Promise<void> {
  const { tx, actor, entry, item } = sheet
  const bookedOn = bookingDay(entry.bookedOn, await readClosedPeriods(tx, item.jurisdiction))
  await write(sheet, reverseScore(item, entry, { id: uuidv7(), reason, bookedOn }, actor))
}

async function write(sheet: Sheet, event: ItemEvent): Promise<void> {
  const written = await writeChange(sheet.tx, sheet.item, event, sheet.actor, sheet.at)
  sheet.item = written.item
  sheet.events.push(written.event)
  if (event.type === 'item.scored') await insertScores(sheet.tx, [{ item: written.item, scored: event.data }])
}

type EntryRow = Omit<Entry, 'cause' | 'appealableUntil'> & {
  itemId: string
  causeSeq: string
  causeType: string
  causeAt: string
  causeDay: string | null
}

/** @throws Rejection `not-found`, also for the invisible. */
async function getEntry(tx: Tx, actor: Actor, id: string): Promise<{ entry: Entry; itemId: string }> {
  const { rows } = await tx.execute<EntryRow & Record<string, unknown>>(sql`
    select s.id, s.item_id as "itemId", s.rule, s.unit_id as unit, s.points::float8 as points,
      s.money_fen::float8 as "moneyFen", s.rules_version as rules, s.booked_on::text as "bookedOn", s.reverses, s.reason,
      s.cause_seq as "causeSeq", s.cause_type as "causeType", ${instant('s.cause_at')} as "causeAt",
      s.cause_day::text as "causeDay", ${instant('s.scored_at')} as at,
      exists (select from score r where r.jurisdiction_id = s.jurisdiction_id and r.reverses = s.id) as "isReversed",
      (select json_build_object('by', a.appealed_by, 'approved', a.approved) from score_appeal a
        where a.jurisdiction_id = s.jurisdiction_id and a.score_id = s.id) as appeal
    from ${scoresAndItems()} where ${visibleScores(actor)} and s.id = ${id}::uuid`)
  const [row] = rows
  if (row === undefined) throw notFound()
  const { itemId, causeSeq, causeType, causeAt, causeDay, ...rest } = row
  const scored: Scored = { ...rest, cause: { seq: Number(causeSeq), type: causeType, at: causeAt, day: causeDay } }
  const rules = (await findRules(tx, actor.jurisdiction.id, row.rules))?.rules
  if (rules === undefined) throw new Error(`score ${id} has rules ${row.rules}, which are not there`)
  const { at, isReversed, appeal } = row
  const until = appealableUntil(at, rules.scoring, actor.jurisdiction.timeZone)
  return { itemId, entry: { ...scored, at, isReversed, appeal, appealableUntil: until } }
}
