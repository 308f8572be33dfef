import { type SQL, sql } from 'drizzle-orm'
import { areaPrefix } from '../domain/place/area.js'
import type { Db, Tx } from './client.js'

/** An area as a jurisdiction has it: as it is shipped, unless it has said otherwise. */
export interface Area {
  code: string
  name: string
  level: number
  parent: string | null
  /** How often the jurisdiction has changed it; 0: never. */
  version: number
  /** The first day on which it is one, and the first on which it is none any more. */
  validFrom: string | null
  validTo: string | null
  successor: string | null
}

/** The areas that a jurisdiction knows, as a source: what is shipped and what it has added, by the names that it gives them. */
export function areasOf(jurisdiction: SQL | string): SQL {
  return sql`(select a.code, coalesce(c.name, a.name) as name, a.level, a.parent, coalesce(c.version, 0) as version,
      c.valid_from::text as "validFrom", c.valid_to::text as "validTo", c.successor
    from area a left join area_change c on c.jurisdiction_id = ${jurisdiction} and c.code = a.code
    where a.shipped or c.code is not null)`
}

/** What a code is called in a jurisdiction, as an expression. */
export function areaName(jurisdiction: SQL | string, code: SQL | string): SQL {
  return sql`(select coalesce(c.name, a.name) from area a
    left join area_change c on c.jurisdiction_id = ${jurisdiction} and c.code = a.code
    where a.code = ${code} and (a.shipped or c.code is not null))`
}

export async function findArea(db: Db | Tx, jurisdiction: string, code: string): Promise<Area | undefined> {
  const { rows } = await db.execute<Area & Record<string, unknown>>(sql`
    select * from ${areasOf(jurisdiction)} a where a.code = ${code}`)
  return rows[0]
}

/** A named area, and what it lies in. */
export interface NamedArea {
  code: string
  name: string
  county: string | null
  city: string | null
}

/** All areas under a code, by code. */
export async function namedAreas(db: Db | Tx, jurisdiction: string, under: string): Promise<NamedArea[]> {
  const areas = areasOf(jurisdiction)
  const { rows } = await db.execute<NamedArea & Record<string, unknown>>(sql`
    select a.code, a.name, p.name as county, g.name as city from ${areas} a
      left join ${areas} p on p.code = a.parent left join ${areas} g on g.code = p.parent
    where a.code like ${`${areaPrefix(under)}%`} order by a.code`)
  return rows
}
