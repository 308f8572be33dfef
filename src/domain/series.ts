import type { Flow } from './tally.js'
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

/** A stretch in which an item was on account with one deadline, by the indexes of the day ends that fall in it. */
export interface Stretch {
  first: number
  after: number
  /** The first day end at which its deadline had passed; null where it has none, or the clock stood. */
  late: number | null
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

/** How many were open and overdue at the end of each day of the period, and of the day before, with each day's flows. */
export function seriesOf(
  span: Span,
  stretches: readonly Stretch[],
  flows: readonly DayFlow[],
): { openAtStart: number; series: SeriesDay[] } {
  const ends = dayEnds(span)
  const open = ends.map(() => 0)
  const overdue = ends.map(() => 0)
  for (const { first, after, late, count } of stretches) {
    for (let k = first; k < after; k++) {
      open[k] = (open[k] ?? 0) + count
      if (late !== null && k >= late) overdue[k] = (overdue[k] ?? 0) + count
    }
  }
  const byDate = new Map(flows.map((flow) => [flow.date, flow]))
  const series = ends.slice(1).map(({ date }, k) => {
    const {
      newlyListed: listed = 0,
      closedInPeriod: closed = 0,
      reopenedInPeriod: reopened = 0,
    } = byDate.get(date) ?? {}
    return { date, listed, closed, reopened, open: open[k + 1] ?? 0, overdue: overdue[k + 1] ?? 0 }
  })
  return { openAtStart: open[0] ?? 0, series }
}
