import { sql } from 'drizzle-orm'
import { type NamedArea, namedAreas } from '../db/areas.js'
import { readBoundaries } from '../db/boundaries.js'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { parseAreaCode } from '../domain/place/area.js'
import { Rejection } from '../domain/rejection.js'
import { type Mapping, outcomesOf } from './mapping.js'
import type { Surroundings } from './row.js'

/** What the rows of an import are checked against, read once. */
export async function readSurroundings(db: Db, actor: Actor, now: string): Promise<Surroundings> {
  const { id, area, timeZone } = actor.jurisdiction
  const areas = await namedAreas(db, id, area)
  const categories = await db.execute<{ code: string }>(
    sql`select code from category where jurisdiction_id = ${id} order by code`,
  )
  const setOf = (rows: { code: string }[]) => new Set(rows.map(({ code }) => code))
  return {
    ...{ area, timeZone, now, areas: setOf(areas), categories: setOf(categories.rows) },
    areaNames: namesOf(areas),
    boundaries: await readBoundaries(db, id),
  }
}

/** 柴集镇, 阜南县柴集镇 and 阜阳市阜南县柴集镇 are one area, unless two counties have a 柴集镇. */
function namesOf(areas: readonly NamedArea[]): Map<string, string | null> {
  const codes = new Map<string, string | null>()
  for (const { code, name, county, city } of areas) {
    const longer = county === null ? [] : [`${county}${name}`, ...(city === null ? [] : [`${city}${county}${name}`])]
    for (const text of [name, ...longer]) codes.set(text, codes.has(text) ? null : code)
  }
  return codes
}

/**
 * Codes that the mapping itself gives must be known: it is the mapping that is wrong, not every row.
 * @throws Rejection that names each which is not.
 */
export function requireKnownCodes(mapping: Mapping, { areas, areaNames, categories }: Surroundings): void {
  const { area, category } = mapping.fields
  const errors = [
    ...outcomesOf(area).map((outcome) => ({ name: 'area', known: areas, ...outcome })),
    ...outcomesOf(category ?? {}).map((outcome) => ({ name: 'category', known: categories, ...outcome })),
  ]
    .filter(({ name, known, value }) => !known.has(name === 'area' ? codeOf(value, areaNames) : value))
    .map(({ name, path, value }) => ({
      pointer: ['/mapping/fields', name, ...path.map(escaped)].join('/'),
      detail: { zh: `本辖区没有代码 ${value}。`, en: `This jurisdiction has no ${name} ${value}.` },
    }))
  const [first] = errors
  if (first !== undefined) throw new Rejection('invalid-request', first.detail, { errors })
}

function codeOf(text: string, names: Surroundings['areaNames']): string {
  return parseAreaCode(text) ?? names?.get(text.replace(/\s/g, '')) ?? text
}

function escaped(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}
