export const SCORE_PERIOD_KINDS = ['month', 'quarter', 'year'] as const
export type ScorePeriodKind = (typeof SCORE_PERIOD_KINDS)[number]

/** A month, quarter or year for which scores are added up; local days, half-open. */
export interface ScorePeriod {
  /** `2026-03`, `2026-Q1`, `2026`. */
  period: string
  kind: ScorePeriodKind
  from: string
  /** The day after the last. */
  to: string
}

const NAME = /^(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?$/

/** The period of a name; undefined for what is none. */
export function scorePeriodOf(period: string): ScorePeriod | undefined {
  const [, year, month, quarter] = NAME.exec(period) ?? []
  if (year === undefined || Number(year) < 1900 || Number(year) > 2999) return undefined
  if (month !== undefined) return { period, kind: 'month', ...months(Number(year), Number(month), 1) }
  if (quarter !== undefined) return { period, kind: 'quarter', ...months(Number(year), 3 * Number(quarter) - 2, 3) }
  return { period, kind: 'year', ...months(Number(year), 1, 12) }
}

function months(year: number, first: number, count: number): { from: string; to: string } {
  const after = first + count
  return { from: firstOf(year, first), to: after > 12 ? firstOf(year + 1, after - 12) : firstOf(year, after) }
}

function firstOf(year: number, month: number): string {
  return `${year}-${String(month).padStart(2, '0')}-01`
}

/**
 * The day on which an entry is booked whose cause fell on `day`: that day, or, where it lies in a period that is closed,
 * the first day after it that lies in none.
 */
export function bookingDay(day: string, closed: readonly Pick<ScorePeriod, 'from' | 'to'>[]): string {
  let booked = day
  for (;;) {
    const shut = closed.find(({ from, to }) => from <= booked && booked < to)
    if (shut === undefined) return booked
    booked = shut.to
  }
}
