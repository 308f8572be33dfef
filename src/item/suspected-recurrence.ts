import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../domain/access/permissions.js'
import { visibleAs } from './visible.js'

/** The item of which this one may be the return, as this state of it knew. Null where the caller may not see that item, and once it was refused. */
export function suspectedRecurrence(actor: Actor): SQL {
  // One look for each item of a list, and a second one only where the first finds something.
  return sql`(select (
      select json_build_object('id', t.id, 'code', t.code, 'distanceM', r.distance_m,
        'confirmed', coalesce(r.decided_version <= i.version, false))
      from item t where t.jurisdiction_id = r.jurisdiction_id and t.id = r.of_id and ${visibleAs(actor, sql`t`)})
    from recurrence r
    where r.jurisdiction_id = i.jurisdiction_id and r.item_id = i.id and r.found_version <= i.version
      and (r.confirmed or r.decided_version is null or r.decided_version > i.version))`
}
