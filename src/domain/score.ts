import type { WorkingCalendar } from './calendar.js'
import { deadlineAfter } from './deadline.js'
import type { HappenedItemEvent, ItemEventType } from './events.js'
import { type Instant, type Item, isOverdue, resumedDueAt } from './item.js'
import type { Words } from './rejection.js'
import type { Award, Scoring } from './scoring.js'
import { addDays, daysBetween, endOfDay, localDate, startOfDay } from './zone.js'

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

/** What judges: the rules in force when the cause happened, and the clock and calendar of the jurisdiction. */
export interface Measure {
  scoring: Scoring
  calendar: WorkingCalendar
  zone: string
}

/** The events that can score by themselves. */
export const SCORING_EVENTS = [
  'item.listed',
  'item.accepted',
  'item.returned',
  'item.closure_rejected',
  'item.closed',
  'item.rechecked',
] as const satisfies ItemEventType[]

type Before = Pick<Item, 'source' | 'assignment' | 'dueAt' | 'suspension'>

/**
 * What an event earns, from the item as it was before it. It depends on nothing else: in whatever order and however
 * often events are looked at, each earns the same.
 */
export function scoresOfEvent(
  before: Before,
  event: HappenedItemEvent,
  { scoring, calendar, zone }: Measure,
): Earned[] {
  const unit = before.assignment?.responsibleUnit
  switch (event.type) {
    case 'item.listed':
      return isPublic(before) ? earned('public_report_confirmed', scoring.publicReportConfirmed, null) : []
    case 'item.accepted':
      return isSignedLate(before, event.at, scoring, calendar, zone)
        ? earned('signed_late', scoring.signedLate, unit)
        : []
    case 'item.returned':
      return earned('returned', scoring.returned, event.data.unit)
    case 'item.closure_rejected':
      return earned('closure_rejected', scoring.closureRejected, unit)
    case 'item.rechecked':
      return event.data.passed ? [] : earned('recheck_failed', scoring.recheckFailed, unit)
    case 'item.closed': {
      const dueAt = resumedDueAt(before, event.at)
      if (dueAt === null || event.at > dueAt) return []
      const daysLeft = daysBetween(localDate(event.at, zone), localDate(dueAt, zone))
      const { closedEarly } = scoring
      return [
        ...earned('closed_on_time', scoring.closedOnTime, unit),
        ...(closedEarly !== null && daysLeft >= closedEarly.days ? earned('closed_early', closedEarly, unit) : []),
      ]
    }
    default:
      return []
  }
}

function isPublic({ source }: Before): boolean {
  return source === 'public' || source === 'hotline'
}

/** An order is not late for the time that the clock stands. */
function isSignedLate(
  { assignment, suspension }: Before,
  at: Instant,
  { signedLate }: Scoring,
  calendar: WorkingCalendar,
  zone: string,
): boolean {
  if (signedLate === null || assignment === null) return false
  const until = suspension === null ? at : suspension.at
  return until > deadlineAfter(calendar, zone, signedLate.workingDays, assignment.assignedAt).dueAt
}

type State = Pick<Item, 'status' | 'suspension' | 'dueAt' | 'dueSetAt' | 'assignment' | 'plan' | 'progress'>

/**
 * What a local day costs, from the item as it stood when the day began: the midnight that finds it overdue counts the
 * day. What came on the list overdue counts from the day on which its deadline was set, as the ladder does.
 */
export function scoresOfDay(state: State, day: string, { scoring, zone }: Omit<Measure, 'calendar'>): Earned[] {
  const unit = state.assignment?.responsibleUnit
  if (unit === undefined) return []
  const { overdueDay, noProgress } = scoring
  const late = overdueDaysAt(state, day, zone)
  const silent = silentDaysAt(state, day, zone)
  return [
    ...(overdueDay !== null && late >= 1 && late <= overdueDay.maxDays ? earned('overdue_day', overdueDay, unit) : []),
    ...(noProgress !== null && silent >= 1 && silent % noProgress.days === 0
      ? earned('no_progress', noProgress, unit)
      : []),
  ]
}

/** Which day overdue of its deadline a day is for an item, from 1; 0 when it is not overdue as the day begins. */
function overdueDaysAt(state: State, day: string, zone: string): number {
  const { dueAt, dueSetAt } = state
  if (dueAt === null || dueSetAt === null || !isOverdue(state, startOfDay(day, zone))) return 0
  const [due, set] = [localDate(dueAt, zone), localDate(dueSetAt, zone)]
  return Math.max(0, daysBetween(set > due ? set : due, day))
}

/** The days since anything was heard of the work; 0 when nobody waits for it. */
function silentDaysAt({ status, suspension, assignment, plan, progress }: State, day: string, zone: string): number {
  if (status !== 'remediating' || suspension !== null) return 0
  const heard = [assignment?.acceptedAt, plan?.at, progress?.at].filter((at) => typeof at === 'string').sort()
  const last = heard.at(-1)
  return last === undefined ? 0 : Math.max(0, daysBetween(localDate(last, zone), day))
}

function earned(rule: ScoreRule, award: Award | null, unit: string | null | undefined): Earned[] {
  if (award === null || unit === undefined) return []
  return [{ rule, unit, points: award.points, moneyFen: award.moneyFen }]
}

/** The end of the last day on which a unit may appeal against an entry. */
export function appealableUntil(scoredAt: Instant, { appealDays }: Pick<Scoring, 'appealDays'>, zone: string): Instant {
  return endOfDay(addDays(localDate(scoredAt, zone), appealDays), zone)
}
