import { type SQL, sql } from 'drizzle-orm'
import { chainageText } from '../db/chainage.js'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Level, Status } from '../domain/item/words.js'
import type { Rung } from '../domain/rules.js'
import { overdue, overdueDays } from '../item/conditions.js'
import { type CutOff, readPastOf, stateAt, wholeStates } from './state-at.js'

/** So many overdue items are named one by one; of more, the rest is counted. */
export const MAX_NAMED = 5_000

export interface OverdueItem {
  id: string
  code: string
  title: string
  level: Level | null
  area: string
  road: string | null
  chainage: string | null
  address: string | null
  unit: string | null
  leadOfficial: { name: string; title?: string } | null
  dueAt: string
  overdueDays: number
  /** The highest rung of the ladder that it has reached. */
  rung: string | null
  /** It has reached the rung at which items are named in the bulletin, or one beyond. */
  named: boolean
}

/** The rungs at which an item is named: `bulletin_naming`, and every one as late as that or later. */
export function namingRungs(ladder: readonly Pick<Rung, 'rung' | 'days'>[]): string[] {
  const naming = ladder.find(({ rung }) => rung === 'bulletin_naming')
  return naming === undefined ? [] : ladder.filter(({ days }) => days >= naming.days).map(({ rung }) => rung)
}

/** `select` of the overdue items, over `state`: first those to be named, then by how long they are overdue. */
export function overdueSelect(cut: CutOff, ladder: readonly Pick<Rung, 'rung' | 'days'>[]): SQL {
  const named = sql`coalesce(i.escalation -> 'rungs', '[]'::jsonb) ?| ${sql.param(namingRungs(ladder))}::text[]`
  const first = sql`from (
    select i.id, i.version, ${named} as named from state i where ${overdue(cut.asOf)}
    order by named desc, i.due_at, i.code limit ${MAX_NAMED}) s`
  return sql`
    select i.id, i.code, i.title, i.level, i.area, i.road,
      ${sql.raw(chainageText('i.start_chainage_m', 'i.end_chainage_m'))} as chainage,
      i.address, i.responsible_unit as unit, i.assignment -> 'leadOfficial' as "leadOfficial",
      ${instant('i.due_at')} as "dueAt", ${overdueDays(cut.asOf, cut.timeZone)}::int as "overdueDays",
      i.escalation ->> 'rung' as rung, s.named
    ${wholeStates(cut, first)} order by s.named desc, i.due_at, i.code`
}

/** What has become of an item that was overdue in an earlier bulletin and is not now. */
export interface GoneItem extends Record<string, unknown> {
  id: string
  code: string
  title: string
  status: Status
  dueAt: string | null
}

export async function readGone(db: Db | Tx, cut: CutOff, ids: readonly string[]): Promise<GoneItem[]> {
  if (ids.length === 0) return []
  const { rows } = await db.execute<GoneItem>(sql`
    with ${stateAt(await readPastOf(db, cut))}
    select i.id, i.code, i.title, i.status, ${instant('i.due_at')} as "dueAt"
    ${wholeStates(cut, sql`from (select id, version from state where id = any(${sql.param(ids)}::uuid[])) s`)}
    order by i.code`)
  return rows
}
