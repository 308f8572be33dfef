import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { filterConditions } from '../item/filter.js'
import { everyState } from '../item/rows.js'
import { ViewFilter } from '../item/saved-view.js'

/**
 * The events of a part of the ledger, by seq, whose item matches a view's filter as it stands after the event, at the
 * event's time. Of events about no item, none.
 */
export async function matchesView(
  tx: Tx,
  jurisdiction: string,
  view: string,
  { from, to }: { from: number; to: number },
): Promise<Set<string>> {
  const { rows: found } = await tx.execute<{ filter: unknown; time_zone: string }>(sql`
    select v.filter, j.time_zone from saved_view v join jurisdiction j on j.id = v.jurisdiction_id
    where v.jurisdiction_id = ${jurisdiction} and v.id = ${view}`)
  const [stored] = found
  if (stored === undefined) return new Set()
  const conditions = filterConditions(ViewFilter.parse(stored.filter), sql`e.at`, stored.time_zone)
  const matching = sql.join([sql`true`, ...conditions], sql` and `)
  const { rows } = await tx.execute<{ seq: string }>(sql`
    select e.seq from event e
    join ${everyState} i
      on i.jurisdiction_id = e.jurisdiction_id and i.id = e.item_id and i.version = e.item_version
    where e.jurisdiction_id = ${jurisdiction} and e.seq > ${from} and e.seq <= ${to} and ${matching}`)
  return new Set(rows.map(({ seq }) => seq))
}
