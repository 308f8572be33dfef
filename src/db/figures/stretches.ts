import { type SQL, sql } from 'drizzle-orm'
import { dayEnds } from '../../domain/series.js'
import { type Cut, onAccount } from './state.js'

/**
 * `select` of the `Stretch`es, over `state` and `imported`: every state in which an item was on account, up to its version
 * in `state`, counted by where it lies among the day ends. A state holds from its event to the next one, and at a day's end if
 * it began by then and ended after it. PostgreSQL finds both places by bisection, so the length of the period costs nothing.
 */
export function stretchSelect(cut: Cut): SQL {
  const ends = dayEnds(cut).map(({ end }) => end)
  const endsBefore = (time: string) => sql`width_bucket(${sql.raw(time)} - interval '1 millisecond', d.ends)`
  return sql`
    with stretch as (
      select i.updated_at as began, 'infinity'::timestamptz as ended, i.due_at, i.suspension is not null as stood
      from state i where ${onAccount} and i.version > 1
      union all
      select i.updated_at, i.valid_to, i.due_at, i.suspension is not null
      from item_past i join state s on s.id = i.id and i.version < s.version
      where i.jurisdiction_id = ${cut.jurisdiction} and ${onAccount} and i.version > 1
        and tstzrange(i.updated_at, i.valid_to) && tstzrange(${ends[0]}, ${ends.at(-1)}, '[]')
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
