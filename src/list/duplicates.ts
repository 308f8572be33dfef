import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import type { Near, Spot } from '../domain/item/recurrence.js'
import { findResemblance, linkRecurrence } from '../item/recurrence.js'
import { itemIs, visibleItems } from '../item/visible.js'
import type { Outcome } from '../ledger/act.js'
import type { Change } from '../ledger/change-item.js'
import type { Opened } from '../ledger/open-item.js'

/** Whoever is warned looks at a few. */
export const MOST_SHOWN = 10

/** An item at the same place, as a caller is told of it. */
export function shownOf({ id, code, status, title, distanceM }: Near) {
  return { id, code, status, title, distanceM }
}

/** The answer of a filing, with what it may repeat. */
export function withDuplicates({ outcome, duplicates }: Opened): Outcome {
  if (duplicates.length === 0) return outcome
  const shown = JSON.stringify(duplicates.slice(0, MOST_SHOWN).map(shownOf))
  return { ...outcome, body: `${outcome.body.slice(0, -1)},"possibleDuplicates":${shown}}` }
}

/** Looks for what an item is the return of, by a category that its evaluation gives it. */
export async function lookAgain(tx: Tx, { actor, now, ref }: Change, category: string): Promise<void> {
  const { rows } = await tx.execute<Record<string, unknown> & Spot & { id: string; version: number }>(sql`
    select i.id, i.version, ${category} as category, i.area, i.road, i.direction, i.carriageway, i.start_chainage_m as "startChainageM",
      i.end_chainage_m as "endChainageM", i.lon, i.lat
    from item i where ${visibleItems(actor)} and ${itemIs(ref)} and i.category is distinct from ${category}
      and not exists (select from recurrence r where r.jurisdiction_id = i.jurisdiction_id and r.item_id = i.id)
    for no key update of i`)
  const [item] = rows
  if (item === undefined) return
  const { recurrenceOf } = await findResemblance(tx, actor, item, now, item.id)
  // The listing makes the next version.
  await linkRecurrence(tx, actor, { id: item.id, version: item.version + 1 }, recurrenceOf, now)
}
