import type { HappenedItemEvent, ItemEventType } from '../item/events.js'
import type { Item } from '../item/item.js'
import { isOverdue, resumedDueAt } from '../item/on-account.js'
import type { WorkingCalendar } from '../time/calendar.js'
import { deadlineAfter } from '../time/deadline.js'
import type { Instant } from '../time/instant.js'
import { addDays, daysBetween, endOfDay, localDate, startOfDay } from '../time/zone.js'
import type { Earned, ScoreRule } from './entry.js'
import type { Award, Scoring } from './scoring.js'

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
  'item.recurred',
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
    // A closure that did not hold, found by whoever filed it again.
    case 'item.recurred':
      return earned('recheck_failed', scoring.recheckFailed, unit)
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
