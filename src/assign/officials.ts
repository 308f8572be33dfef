import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { TRANSITIONS } from '../domain/item/events.js'
import type { LeadOfficial } from '../domain/item/item.js'
import type { Status } from '../domain/item/words.js'
import { visibleItems, withinArea } from '../item/visible.js'
import { replaceOfficials } from './replace-officials.js'

/** An official as somebody names one: with a title, only who has that title is meant. */
export interface Named {
  name: string
  title?: string | undefined
}

export interface Wish {
  from: Named
  to: LeadOfficial
  reason: string
  unit?: string | undefined
  area?: string | undefined
}

/** An item whose lead official is another now, or would be. */
export interface ReplacedItem {
  id: string
  code: string
  title: string
  status: Status
  version: number
  responsibleUnit: string
  previous: LeadOfficial
}

const OWNED: readonly string[] = TRANSITIONS['item.lead_official_changed'].from

/** The items, alias `i`, whose order names the official, in any spelling that looks the same, and not yet the new one. */
function itemsOf(actor: Actor, { from, to, unit, area }: Wish): SQL {
  const conditions = [
    visibleItems(actor),
    sql`i.status in ${OWNED}`,
    sql`i.lead_official is not null and name_key(i.lead_official) = name_key(${from.name})`,
    ...(from.title === undefined
      ? []
      : [sql`name_key(i.assignment -> 'leadOfficial' ->> 'title') = name_key(${from.title})`]),
    sql`i.assignment -> 'leadOfficial' <> ${JSON.stringify(to)}::jsonb`,
    ...(unit === undefined ? [] : [sql`i.responsible_unit = ${unit}`]),
    ...(area === undefined ? [] : [withinArea(area)]),
  ]
  return sql.join(conditions, sql` and `)
}

/** How many items the wish is about as things stand. */
export async function countItems(tx: Tx, actor: Actor, wish: Wish): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(
    sql`select count(*)::int as count from item i where ${itemsOf(actor, wish)}`,
  )
  return rows[0]?.count ?? 0
}

/** The first of them, unchanged. */
export async function foresee(tx: Tx, actor: Actor, wish: Wish, limit: number): Promise<ReplacedItem[]> {
  const { rows } = await tx.execute<ReplacedItem & Record<string, unknown>>(sql`
    select i.id, i.code, i.title, i.status, i.version, i.responsible_unit as "responsibleUnit",
      i.assignment -> 'leadOfficial' as previous
    from item i where ${itemsOf(actor, wish)} order by i.id limit ${limit}`)
  return rows
}

export async function replace(tx: Tx, actor: Actor, wish: Wish, at: { now: string; limit: number }) {
  const { to, reason } = wish
  const replaced = await replaceOfficials(tx, actor, itemsOf(actor, wish), { to, reason }, at)
  const items = replaced.flatMap(({ before, after }): ReplacedItem[] => {
    if (before.assignment === null) return []
    const { id, code, title, status, version } = after
    const { responsibleUnit, leadOfficial: previous } = before.assignment
    return [{ id, code, title, status, version, responsibleUnit, previous }]
  })
  return { items, events: replaced.map(({ event }) => event) }
}
