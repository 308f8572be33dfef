import { type SQL, sql } from 'drizzle-orm'
import type { DayFlow } from './figures.js'
import { type CutOff, dayEnds, onAccount } from './state-at.js'

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

/** How many were open and overdue at the end of each day of the period, and of the day before, with each day's flows. */
export function seriesOf(
  cut: CutOff,
  stretches: readonly Stretch[],
  flows: readonly DayFlow[],
): { openAtStart: number; series: SeriesDay[] } {
  const ends = dayEnds(cut)
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

/**
 * `select` of the `Stretch`es, over `state` and `imported`: every state in which an item was on account, up to the cut-off,
 * counted by where it lies among the day ends. A state holds from its event to the next one, and at a day's end if it began
 * by then and ended after it. PostgreSQL finds both places by bisection, so the length of the period costs nothing.
 */
export function stretchSelect(cut: CutOff): SQL {
  const { jurisdiction } = cut
  const ends = dayEnds(cut).map(({ end }) => end)
  const endsBefore = (time: string) => sql`width_bucket(${sql.raw(time)} - interval '1 millisecond', d.ends)`
  return sql`
    with stretch as (
      select updated_at as began, 'infinity'::timestamptz as ended, due_at, suspension is not null as stood
      from state i where ${onAccount} and version > 1
      union all
      select updated_at, valid_to, due_at, suspension is not null from item_past i
      where jurisdiction_id = ${jurisdiction} and ${onAccount} and version > 1
        and tstzrange(updated_at, valid_to) && tstzrange(${ends[0]}, ${ends.at(-1)}, '[]')
        and exists (select from state s where s.id = i.id and s.version > i.version)
      union all
      select listed_at, case status when 'listed' then ended_at else closed_at end, due_at, false from imported
      where status = 'listed' or closed_at is not null
    )
    select first, after, late, count(*)::int as count from (
      select ${endsBefore('began')} as first, ${endsBefore('ended')} as after,
        case when not stood then width_bucket(due_at, d.ends) end as late
      from stretch, (select ${sql.param(ends)}::timestamptz[] as ends) d) s
    where first < after group by 1, 2, 3`
}
