import { type SQL, sql } from 'drizzle-orm'
import { areasOf } from '../db/areas.js'
import { areaPrefix } from '../domain/place/area.js'
import type { Language } from '../language/language.js'

/** The place in a list after which its rows are wanted; all rows without one, and without a limit. */
type After = readonly (string | number)[] | undefined

/** The units of a jurisdiction, by name. */
export function unitRows(jurisdiction: string, after: After, limit: number | undefined): SQL {
  const rest = after === undefined ? sql`` : sql`and (name, id) > (${after[0]}, ${after[1]}::uuid)`
  return sql`
    select id, version, name, kind, area, active from unit where jurisdiction_id = ${jurisdiction} ${rest}
    order by name, id ${upTo(limit)}`
}

/** The people of a jurisdiction, by name. */
export function personRows(jurisdiction: string, after: After, limit: number | undefined): SQL {
  const rest = after === undefined ? sql`` : sql`and (name, id) > (${after[0]}, ${after[1]}::uuid)`
  return sql`
    select id, name, role, unit_id as unit, area, active from person
    where jurisdiction_id = ${jurisdiction} and role <> 'system' ${rest} order by name, id ${upTo(limit)}`
}

/** The areas under a code, themselves among them, by code. */
export function areaRows(
  jurisdiction: string,
  { under, level }: { under: string; level: number | undefined },
  after: After,
  limit: number | undefined,
): SQL {
  const ofLevel = level === undefined ? sql`` : sql`and level = ${level}`
  return sql`
    select code, name, level, parent, version, "validFrom", "validTo", successor from ${areasOf(jurisdiction)} a
    where code like ${`${areaPrefix(under)}%`} and code > ${after?.[0] ?? ''} ${ofLevel} order by code ${upTo(limit)}`
}

/** The categories of a jurisdiction, in their order. */
export function categoryRows(jurisdiction: string, language: Language): SQL {
  return sql`
    select code, ${language === 'en' ? sql`name_en` : sql`name_zh`} as name, name_zh as "nameZh", name_en as "nameEn"
    from category where jurisdiction_id = ${jurisdiction} order by position, code`
}

function upTo(limit: number | undefined): SQL {
  return limit === undefined ? sql`` : sql`limit ${limit}`
}
