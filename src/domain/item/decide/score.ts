import type { Actor } from '../../access/permissions.js'
import { Rejection } from '../../rejection.js'
import type { Scored } from '../../score/entry.js'
import type { Instant } from '../../time/instant.js'
import type { ItemEvent } from '../events.js'
import type { Item } from '../item.js'
import { requireAllowed } from './require.js'

/** An entry as it stands, with what has come of it. */
export interface Entry extends Scored {
  /** When it was scored. */
  at: Instant
  /** The last moment at which its unit may appeal. */
  appealableUntil: Instant
  isReversed: boolean
  appeal: { by: string; approved: boolean | null } | null
}

/** A score is written; the ledger has each cause once. */
export function score(item: Item, scored: Scored): ItemEvent {
  requireAllowed(item, 'item.scored')
  return { type: 'item.scored', data: scored }
}

/** A unit appeals against an entry of its own, once, in time, and while the entry stands. */
export function appealScore(item: Item, entry: Entry, reason: string, actor: Actor, now: Instant): ItemEvent {
  requireAllowed(item, 'item.score_appealed')
  if (entry.unit === null || entry.unit !== actor.unit) {
    throw new Rejection('not-responsible', {
      zh: '该积分不是您单位的。',
      en: 'The score is not your unit’s.',
    })
  }
  if (entry.appeal !== null) {
    throw new Rejection('duplicate', { zh: '该积分已申诉过一次。', en: 'There has been an appeal against this score.' })
  }
  requireStanding(entry)
  if (now > entry.appealableUntil) {
    throw new Rejection('wrong-status', {
      zh: `申诉期已于 ${entry.appealableUntil} 届满。`,
      en: `Appeals against this score were possible until ${entry.appealableUntil}.`,
    })
  }
  return { type: 'item.score_appealed', data: { score: entry.id, unit: entry.unit, reason } }
}

/** The office decides an appeal, once; an approval is followed by the reversal. */
export function decideScoreAppeal(
  item: Item,
  entry: Entry,
  approved: boolean,
  reason: string,
  actor: Actor,
): ItemEvent {
  requireAllowed(item, 'item.score_appeal_decided')
  if (entry.appeal === null || entry.appeal.approved !== null || entry.unit === null) {
    throw new Rejection('wrong-status', {
      zh: '该积分没有待决定的申诉。',
      en: 'There is no appeal against this score that waits for a decision.',
    })
  }
  requireOtherUnit(entry, actor)
  return { type: 'item.score_appeal_decided', data: { score: entry.id, unit: entry.unit, approved, reason } }
}

/** Takes an entry back by another one (冲销): what was written stays, its points go. */
export function reverseScore(
  item: Item,
  entry: Entry,
  how: { id: string; reason: string; bookedOn: string },
  actor: Actor,
): ItemEvent {
  requireStanding(entry)
  requireOtherUnit(entry, actor)
  const { unit, rules, cause, points, moneyFen } = entry
  return score(item, {
    ...{ rule: 'reversal', unit, rules, cause, reverses: entry.id, ...how },
    ...{ points: opposite(points), moneyFen: moneyFen === null ? null : opposite(moneyFen) },
  })
}

/** While an appeal waits it is the appeal that is decided. */
export function requireNoAppeal({ appeal }: Entry): void {
  if (appeal?.approved !== null) return
  throw new Rejection('wrong-status', {
    zh: '该积分有待决定的申诉，请先决定申诉。',
    en: 'An appeal against this score waits: decide it instead.',
  })
}

function requireStanding({ isReversed }: Entry): void {
  if (!isReversed) return
  throw new Rejection('wrong-status', { zh: '该积分已被冲销。', en: 'The score has been reversed.' })
}

/** Four eyes: nobody of the unit concerned decides about its points, nor whoever appealed. */
function requireOtherUnit({ unit, appeal }: Entry, actor: Actor): void {
  if ((actor.unit === null || actor.unit !== unit) && appeal?.by !== actor.id) return
  throw new Rejection('four-eyes', {
    zh: '积分所属单位的人和申诉人不得决定。',
    en: 'Nobody of the unit whose score it is, and not whoever appealed, can decide about it.',
  })
}

/** No negative zero: RFC 8785 would write it as 0, and nobody means it. */
function opposite(n: number): number {
  return n === 0 ? 0 : -n
}
