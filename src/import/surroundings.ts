import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import { areaPrefix } from '../domain/area.js'
import type { Actor } from '../domain/permissions.js'
import { Rejection } from '../domain/rejection.js'
import { type Mapping, outcomesOf } from './mapping.js'
import type { Surroundings } from './row.js'

/** What the rows of an import are checked against, read once. */
export async function readSurroundings(db: Db, actor: Actor, now: string): Promise<Surroundings> {
  const { id, area, timeZone } = actor.jurisdiction
  const areas = await db.execute<{ code: string }>(
    sql`select code from area where code like ${`${areaPrefix(area)}%`} order by code`,
  )
  const categories = await db.execute<{ code: string }>(
    sql`select code from category where jurisdiction_id = ${id} order by code`,
  )
  const setOf = (rows: { code: string }[]) => new Set(rows.map(({ code }) => code))
  return { area, timeZone, now, areas: setOf(areas.rows), categories: setOf(categories.rows) }
}

/**
 * Codes that the mapping itself gives must be known: it is the mapping that is wrong, not every row.
 * @throws Rejection that names each which is not.
 */
export function requireKnownCodes(mapping: Mapping, { areas, categories }: Surroundings): void {
  const { area, category } = mapping.fields
  const errors = [
    ...outcomesOf(area).map((outcome) => ({ name: 'area', known: areas, ...outcome })),
    ...outcomesOf(category ?? {}).map((outcome) => ({ name: 'category', known: categories, ...outcome })),
  ]
    .filter(({ known, value }) => !known.has(value))
    .map(({ name, path, value }) => ({
      pointer: ['/mapping/fields', name, ...path.map(escaped)].join('/'),
      detail: { zh: `本辖区没有代码 ${value}。`, en: `This jurisdiction has no ${name} ${value}.` },
    }))
  const [first] = errors
  if (first !== undefined) throw new Rejection('invalid-request', first.detail, { errors })
}

function escaped(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}
