import { sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import type { Tx } from '../db/client.js'
import type { Item } from '../domain/item/item.js'
import { areaPrefix } from '../domain/place/area.js'
import type { HappenedEvent } from './history.js'

/** What the ids and codes of an item and its events are called. */
export interface Names {
  person(id: string | null | undefined): string
  unit(id: string | null | undefined): string
  category: string
  /** The area with the one that it lies in, within the jurisdiction. */
  area: string
}

interface NameRow extends Record<string, unknown> {
  id: string
  name: string
}

export async function readNames(tx: Tx, item: Item, events: readonly HappenedEvent[]): Promise<Names> {
  const { jurisdiction } = item
  const mentioned = [...new Set(events.map(({ actorId }) => actorId))]
  const { rows: people } = await tx.execute<NameRow>(sql`
    select id, name from person where jurisdiction_id = ${jurisdiction} and id = any(${sql.param(mentioned)}::uuid[])`)
  const units = [item.assignment?.responsibleUnit, ...(item.assignment?.coUnits ?? []), ...item.concernedUnits]
  const ids = [...new Set(units.filter((id) => id !== undefined))]
  const { rows: unitRows } = await tx.execute<NameRow>(sql`
    select id, name from unit where jurisdiction_id = ${jurisdiction} and id = any(${sql.param(ids)}::uuid[])`)
  const { rows: areas } = await tx.execute<{ name: string; parent: string | null }>(sql`
    select a.name, case when length(a.code) = 9 then p.name end as parent from ${areasOf(jurisdiction)} a
      left join ${areasOf(jurisdiction)} p on p.code = a.parent
    where a.code = ${item.area}`)
  const { rows: categories } = await tx.execute<{ name: string }>(sql`
    select name_zh as name from category where jurisdiction_id = ${jurisdiction} and code = ${item.category}`)
  const [area] = areas
  return {
    person: nameIn(people),
    unit: nameIn(unitRows),
    category: categories[0]?.name ?? item.category ?? '',
    area: area === undefined ? areaPrefix(item.area) : `${area.parent ?? ''}${area.name}`,
  }
}

function nameIn(rows: readonly NameRow[]) {
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  return (id: string | null | undefined) => (id === null || id === undefined ? '' : (names.get(id) ?? ''))
}
