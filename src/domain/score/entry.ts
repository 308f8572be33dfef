import type { Words } from '../rejection.js'
import type { Instant } from '../time/instant.js'
import type { Award } from './scoring.js'

/** What a score can be for, and what it is called. `reversal` takes another entry back. */
export const SCORE_LABELS = {
  closed_on_time: { zh: '按期销号', en: 'Closed on time' },
  closed_early: { zh: '提前销号', en: 'Closed early' },
  signed_late: { zh: '逾期签收', en: 'Signed late' },
  overdue_day: { zh: '逾期（每日）', en: 'Overdue, per day' },
  closure_rejected: { zh: '验收退回', en: 'Closure rejected' },
  recheck_failed: { zh: '回头看不合格', en: 'Failed recheck' },
  public_report_confirmed: { zh: '群众举报属实', en: 'Public report confirmed' },
  returned: { zh: '退办', en: 'Returned' },
  no_progress: { zh: '进展停滞', en: 'No progress' },
  reversal: { zh: '冲销', en: 'Reversal' },
} as const satisfies Record<string, Words>
export type EntryRule = keyof typeof SCORE_LABELS
export type ScoreRule = Exclude<EntryRule, 'reversal'>
export const ENTRY_RULES = Object.keys(SCORE_LABELS) as EntryRule[]

/** What was earned, before it is an entry. */
export interface Earned extends Award {
  rule: ScoreRule
  /** The unit whose points they are; null: nobody's, see `publicReportConfirmed`. */
  unit: string | null
}

/** The event that a score is for; for what a day costs, the event that began the wait, and the day. */
export interface Cause {
  seq: number
  type: string
  at: Instant
  /** The local day that is counted; null where the event itself is the cause. */
  day: string | null
}

/** An entry, as the ledger has it. */
export interface Scored extends Award {
  id: string
  rule: EntryRule
  unit: string | null
  /** The version of the rules by which it was scored: the one in force when its cause happened. */
  rules: number
  cause: Cause
  /** The local day whose period it counts in. */
  bookedOn: string
  /** The entry that this one takes back. */
  reverses: string | null
  reason: string | null
}

/** What a score is for, once: with the item and the rule, the key under which there is no second entry. */
export function causeKeyOf({ cause, reverses }: Pick<Scored, 'cause' | 'reverses'>): string {
  return reverses ?? cause.day ?? String(cause.seq)
}
