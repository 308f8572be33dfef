import { type Rate, rateOf } from './rate.js'

// The one definition of what is counted of a list and of the rates that follow, for bulletins and reports alike. What
// each count counts is said where it is counted, in db/figures.

/** Items by how they stand at a moment, and by what ever happened to them until then. */
export const COUNTS = [
  'reported',
  'listed',
  'closed',
  'closedUndated',
  'onAccount',
  'overdue',
  'd1to7',
  'd8to30',
  'd31to90',
  'over90',
  'dueSoon',
  'suspended',
  'extensionPending',
  'underSupervision',
  'assignedEver',
  'closedDated',
  'closedOnTime',
  'extendedEver',
  'returnedEver',
  'requestedEver',
  'rejectedEver',
  'closedEver',
  'reopenedEver',
  'recurrentEver',
  'cameBackEver',
  'rechecks',
  'rechecksPassed',
] as const

/** What happened in a period. */
export const FLOWS = [
  'newlyListed',
  'closedInPeriod',
  'reopenedInPeriod',
  'extendedInPeriod',
  'returnedInPeriod',
  'closureRejectedInPeriod',
] as const

export type Stock = Record<(typeof COUNTS)[number], number>
export type Flow = Record<(typeof FLOWS)[number], number>

/** The numbers of one group of items. */
export type Tally = Stock & Flow & { maxOverdueDays: number }

const ZERO = Object.fromEntries([...COUNTS, ...FLOWS, 'maxOverdueDays'].map((name) => [name, 0])) as unknown as Tally

/** Two tallies together; what one lacks is nothing. */
export function sum(a: Partial<Tally> | undefined, b: Partial<Tally>): Tally {
  const total = { ...ZERO }
  for (const name of [...COUNTS, ...FLOWS]) total[name] = (a?.[name] ?? 0) + (b[name] ?? 0)
  total.maxOverdueDays = Math.max(a?.maxOverdueDays ?? 0, b.maxOverdueDays ?? 0)
  return total
}

export const RATE_NAMES = [
  'closure',
  'onTime',
  'overdue',
  'extension',
  'return',
  'rework',
  'recurrence',
  'recheckPass',
] as const
export type RateName = (typeof RATE_NAMES)[number]

export function ratesOf(tally: Tally): Record<RateName, Rate> {
  return {
    closure: rateOf(tally.closed, tally.listed),
    onTime: rateOf(tally.closedOnTime, tally.closedDated),
    overdue: rateOf(tally.overdue, tally.onAccount),
    extension: rateOf(tally.extendedEver, tally.assignedEver),
    return: rateOf(tally.returnedEver, tally.assignedEver),
    rework: rateOf(tally.rejectedEver, tally.requestedEver),
    recurrence: rateOf(tally.cameBackEver, tally.closedEver),
    recheckPass: rateOf(tally.rechecksPassed, tally.rechecks),
  }
}
