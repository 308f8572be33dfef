import type { Flow } from '../report/tally.js'
import { addDays, daysBetween, endOfDay, startOfDay } from './zone.js'

/** A period of local days, `to` being the day after the last, and the moment after which nothing is known. */
export interface Span {
  timeZone: string
  from: string
  to: string
  asOf: string
}

export interface DayFlow extends Flow {
  date: string
}

export interface SeriesDay {
  date: string
  listed: number
  closed: number
  reopened: number
  /** On account, and of these overdue, at the end of the day, or at the cut-off on the day on which that lies. */
  open: number
  overdue: number
}

/** A stretch in which an item was overdue, by the indexes of the day ends that fall in it. */
export interface Stretch {
  first: number
  after: number
  count: number
}

/** The last milliseconds of the period's local days, beginning with that of the day before; none is after `asOf`. */
export function dayEnds({ from, to, asOf, timeZone }: Span): { date: string; end: string }[] {
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, k) => addDays(from, k - 1))
  return days
    .filter((date) => startOfDay(date, timeZone) <= asOf)
    .map((date) => {
      const end = endOfDay(date, timeZone)
      return { date, end: end < asOf ? end : asOf }
    })
}

/**
 * How many were open and overdue at the end of each day of the period, and of the day before, with each day's flows. What is
 * open follows from what was at the end, `openAtEnd`, and what came and went.
 */
export function seriesOf(
  span: Span,
  openAtEnd: number,
  flows: readonly DayFlow[],
  late: readonly Stretch[],
): { openAtStart: number; series: SeriesDay[] } {
  const ends = dayEnds(span)
  const overdue = ends.map(() => 0)
  for (const { first, after, count } of late) {
    for (let k = first; k < after; k++) overdue[k] = (overdue[k] ?? 0) + count
  }
  const byDate = new Map(flows.map((flow) => [flow.date, flow]))
  const series: SeriesDay[] = []
  let open = openAtEnd
  for (let k = ends.length - 1; k > 0; k--) {
    const { date = '' } = ends[k] ?? {}
    const {
      newlyListed: listed = 0,
      closedInPeriod: closed = 0,
      reopenedInPeriod: reopened = 0,
    } = byDate.get(date) ?? {}
    series.unshift({ date, listed, closed, reopened, open, overdue: overdue[k] ?? 0 })
    open += closed - listed - reopened
  }
  return { openAtStart: open, series }
}
