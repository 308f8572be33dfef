import { type SQL, sql } from 'drizzle-orm'
import { dayEnds } from '../../domain/time/series.js'
import { onTheClock } from '../../item/conditions.js'
import type { Cut } from './state.js'

/**
 * `select` of the `Stretch`es, over `state` and `imported`: every state in which an item was overdue, up to its version in `state`,
 * counted by where it lies among the day ends. A state holds from its event to the next one, and at a day's end if it began by
 * then and ended after it. PostgreSQL finds the places by bisection, so the length of the period costs nothing; and an index
 * has only the past states that ended overdue.
 */
export function lateSelect(cut: Cut): SQL {
  const ends = dayEnds(cut).map(({ end }) => end)
  const endsBefore = (time: string) => sql`width_bucket(${sql.raw(time)} - interval '1 millisecond', d.ends)`
  return sql`
    with late as (
      select i.updated_at as began, 'infinity'::timestamptz as ended, i.due_at
      from state i where ${onTheClock} and i.due_at < ${cut.asOf}::timestamptz and i.version > 1
      union all
      select i.updated_at, i.valid_to, i.due_at
      from item_past i join state s on s.id = i.id and i.version < s.version
      where i.jurisdiction_id = ${cut.jurisdiction} and ${onTheClock} and i.due_at < i.valid_to and i.version > 1
        and i.valid_to > ${ends[0]}::timestamptz
      union all
      select listed_at, case status when 'listed' then ended_at else closed_at end, due_at from imported
      where (status = 'listed' or closed_at is not null) and due_at is not null
    )
    select first, after, count(*)::int as count from (
      select greatest(${endsBefore('began')}, width_bucket(due_at, d.ends)) as first, ${endsBefore('ended')} as after
      from late, (select ${sql.param(ends)}::timestamptz[] as ends) d) s
    where first < after group by 1, 2`
}
