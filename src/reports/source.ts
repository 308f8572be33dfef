import { type SQL, sql } from 'drizzle-orm'
import { type Db, type Tx, takeTime } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { filterConditions, type ItemFilterQuery } from '../item/filter.js'
import { heldAt, itemRows } from '../item/rows.js'
import { visibleItems } from '../item/visible.js'
import { inLanguage, type Language } from '../language/language.js'
import { type Cut, counted } from './figures/state.js'
import type { Keys } from './figures/stock.js'
import { GROUP_SQL, type GroupBy, NO_KEY } from './groups.js'
import type { Scope } from './period.js'

/** Whose report it is, on which items, and when. */
export interface Asking {
  actor: Actor
  filter: ItemFilterQuery
  scope: Scope
  /** Without it all items are one group, which has no key. */
  groupBy: GroupBy | undefined
}

/** The group of a report's item, by which everything is counted. */
export const BY_KEY: Keys = { columns: sql`i.key as key`, names: ['key'] }

/**
 * The common table expression `state` of a report, as `db/figures` counts it: the items that the caller may see and asked for,
 * as they stood, each with the `key` of its group and the columns that are asked for beside.
 */
export function stateOf({ actor, filter, scope, groupBy }: Asking, conditions: readonly SQL[], more = sql``): SQL {
  const key = groupBy === undefined ? sql`null::text` : GROUP_SQL[groupBy].key
  const all = [
    visibleItems(actor, scope.past),
    ...conditions,
    ...heldAt(scope.past),
    ...filterConditions(filter, scope.at, actor.jurisdiction.timeZone),
  ]
  return sql`
    state as materialized (
      select ${counted}, ${key} as key ${more} from ${itemRows(scope.past)} i where ${sql.join(all, sql` and `)}
    )`
}

export function cutOf({ actor, scope }: Asking): Cut {
  const { id, timeZone } = actor.jurisdiction
  return { jurisdiction: id, timeZone, from: scope.from, to: scope.to, asOf: scope.at }
}

/** What groups are called in the caller's language; what has no name is called by its key. */
export async function labelsOf(
  db: Db | Tx,
  actor: Actor,
  groupBy: GroupBy,
  keys: readonly (string | null)[],
  language: Language,
): Promise<(key: string | null) => string> {
  const { rows } = await db.execute<{ key: string; label: string | null }>(sql`
    select g.key, ${GROUP_SQL[groupBy].label(language)} as label
    from (select ${actor.jurisdiction.id}::text as jurisdiction_id, k.key from unnest(${sql.param(keys)}::text[]) k (key)) g`)
  const labels = new Map(rows.map(({ key, label }) => [key, label]))
  return (key) => (key === null ? inLanguage(NO_KEY[groupBy], language) : (labels.get(key) ?? key))
}

/**
 * What a report reads, in one transaction on one state of the database. Two hundred thousand items are sorted and hashed in
 * memory, which the default of 4 MB would send to the disk.
 */
export async function readOnce<R>(db: Db | Tx, read: (tx: Tx) => Promise<R>): Promise<R> {
  return db.transaction(
    async (tx) => {
      await takeTime(tx)
      await tx.execute(sql`set local work_mem = '64MB'`)
      return read(tx)
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}
