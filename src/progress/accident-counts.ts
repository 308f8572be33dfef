import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { type Actor, requirePermitted } from '../domain/access/permissions.js'
import { type AccidentCount, countsInForce } from '../domain/item/accidents.js'
import { countAccidents } from '../domain/item/decide/accidents.js'
import { latestPresent } from '../domain/present.js'
import { requireVersion } from '../domain/rejection.js'
import { localDate } from '../domain/time/zone.js'
import type { Past } from '../item/past.js'
import { untilThen } from '../item/rows.js'
import { isEventVisible } from '../item/visible.js'
import type { Outcome } from '../ledger/act.js'
import type { Change } from '../ledger/change-item.js'
import { lockItem, timeAfter, writeChange } from '../ledger/store.js'

/** A count as it was entered: when, and by whom. */
export interface EnteredCount extends AccidentCount {
  at: string
  by: { id: string; name: string | null }
}

interface CountRow extends Record<string, unknown> {
  data: string
  at: string
  id: string
  name: string | null
  isVisible: boolean
}

/**
 * All counts of an item in the order in which they were entered, those too that were corrected since; and of which of them
 * the actor may see the event.
 */
export async function readAccidentCounts(
  db: Db | Tx,
  actor: Actor,
  itemId: string,
  past?: Past,
): Promise<{ all: EnteredCount[]; visible: EnteredCount[] }> {
  const { rows } = await db.execute<CountRow>(sql`
    select e.data, ${instant('e.at')} as at, e.actor_id as id, p.name, ${isEventVisible(actor) ?? sql`true`} as "isVisible"
    from event e
    left join person p on p.jurisdiction_id = e.jurisdiction_id and p.id = e.actor_id
    where e.jurisdiction_id = ${actor.jurisdiction.id} and e.item_id = ${itemId} and e.type = 'item.accidents_counted' ${untilThen(past)}
    order by e.item_version`)
  const all = rows.map(({ data, at, id, name }) => {
    return { ...(JSON.parse(data) as AccidentCount), at, by: { id, name } }
  })
  return { all, visible: all.filter((_, k) => rows[k]?.isVisible) }
}

/**
 * Counts accidents at an item. The counts that it has are read from its ledger under its lock, so that no two of them can
 * come to overlap. @throws Rejection as `changeItem` and the rules do.
 */
export async function enterAccidentCount(tx: Tx, change: Change, count: AccidentCount): Promise<Outcome> {
  const { actor } = change
  requirePermitted(actor.role, change.action)
  const item = await lockItem(tx, actor, change.ref)
  requireVersion(change.ifMatch, item.version)
  const at = timeAfter(item, change.now)
  const inForce = countsInForce((await readAccidentCounts(tx, actor, item.id)).all)
  const event = countAccidents(item, inForce, count, localDate(latestPresent(at), actor.jurisdiction.timeZone))
  const written = await writeChange(tx, item, event, actor, at)
  return { status: 200, headers: { etag: `"${written.item.version}"` }, body: written.json, events: [written.event] }
}
