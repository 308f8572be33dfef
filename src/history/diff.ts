import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { type Difference, differencesOf } from '../domain/difference.js'
import { invalid, notFound } from '../domain/rejection.js'
import { itemText } from '../item/json.js'
import type { Past } from '../item/past.js'
import { itemColumnList, untilThen } from '../item/rows.js'
import { visibleItems } from '../item/visible.js'
import { type ItemChange, readItemChanges } from '../ledger/history.js'

/** A state of an item: its version, when that came to be, and what it was; none where it was not there to be seen. */
interface State {
  version: number
  at: string
  fields: Record<string, unknown>
}

/** Two versions of an item; 0 is before it was. */
export interface Stretch {
  from: number
  to: number
}

export interface DiffPage {
  from: Pick<State, 'version' | 'at'> | null
  to: Pick<State, 'version' | 'at'>
  changes: Difference[]
  events: (ItemChange & { changed: string[] })[]
  /** The version after which the next page begins; null on the last. */
  next: number | null
}

/** The version that an item has, or had; 0 before its first event. */
export async function versionThen(db: Db, actor: Actor, itemId: string, past?: Past): Promise<number> {
  const { rows } = await db.execute<{ version: number }>(sql`
    select coalesce(max(e.item_version), 0) as version from event e
    where e.jurisdiction_id = ${actor.jurisdiction.id} and e.item_id = ${itemId} ${untilThen(past)}`)
  return rows[0]?.version ?? 0
}

/**
 * What changed between two versions, and one page of the events that changed it. A state that was not the caller's to see
 * is not there, nor is the event that made it so.
 * @throws Rejection `not-found` when the later state is not there, 400 when it is the earlier one.
 */
export async function readDiff(
  db: Db,
  actor: Actor,
  itemId: string,
  { from, to }: Stretch,
  page: { after: number; limit: number },
  now: string,
): Promise<DiffPage> {
  if (from > to) {
    throw invalid('/query/from', { zh: 'from 不能晚于 to。', en: 'from lies after to.' })
  }
  const rows = await readItemChanges(db, actor, { itemId, after: page.after, until: to, limit: page.limit + 1 })
  const events = rows.slice(0, page.limit)
  const last = events.at(-1)
  const versions = [from, to, page.after, ...events.map(({ version }) => version)]
  const states = await readStates(db, actor, itemId, versions, now)
  const then = states.get(to)
  if (then === undefined) throw notFound()
  const before = states.get(from)
  return {
    from: before === undefined ? null : { version: before.version, at: before.at },
    to: { version: then.version, at: then.at },
    changes: changesBetween(before, then),
    events: events.flatMap((event) => {
      const state = states.get(event.version)
      if (state === undefined) return []
      const changed = changesBetween(states.get(event.version - 1), state).map(({ pointer }) => pointer)
      return [{ ...event, changed }]
    }),
    next: rows.length > page.limit && last !== undefined ? last.version : null,
  }
}

function changesBetween(before: State | undefined, after: State): Difference[] {
  return differencesOf(before?.fields ?? {}, after.fields)
}

/** The states of these versions that the caller may see, without what the clock makes and what every event changes. */
async function readStates(
  db: Db,
  actor: Actor,
  itemId: string,
  versions: readonly number[],
  now: string,
): Promise<Map<number, State>> {
  const { rows } = await db.execute<{ json: string }>(sql`
    select ${itemText(actor, now)}
    from (select ${itemColumnList} from item union all select ${itemColumnList} from item_past) i
    where ${visibleItems(actor)} and i.id = ${itemId} and i.version = any(${sql.param([...new Set(versions)])}::int[])`)
  return new Map(rows.map(({ json }) => stateOf(JSON.parse(json))).map((state) => [state.version, state]))
}

function stateOf(item: Record<string, unknown>): State {
  const { version, updatedAt, overdue: _1, overdueDays: _2, dueSoon: _3, ...fields } = item
  return { version: Number(version), at: String(updatedAt), fields }
}
