import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Carriageway, LEVELS, RISKS, SOURCES, STATUSES, TIERS } from '../domain/item/words.js'
import { carriagewayIn, parseChainage } from '../domain/place/chainage.js'
import { oneLine } from '../domain/place/stretch.js'
import { invalid } from '../domain/rejection.js'
import { searchFold } from '../domain/text.js'
import { AreaPrefix, DateOrInstant, Flag, many, startOf, text, Uuid, valuesOf } from '../http/fields.js'
import { onAccount, onTheClock, overdue } from './conditions.js'
import { isOnRoad } from './road.js'
import { withinArea } from './visible.js'

const chainage = z
  .string()
  .max(40)
  .refine(
    (value) => chainageOf(value) !== undefined,
    '须为米数或桩号 K12+345。 | Metres, or a chainage such as K12+345, also ZK12+345 or YK12+345 of one carriageway.',
  )
  .meta({ example: 'K12+345' })

/** The filters of every list and report of items. */
export const ItemFilter = {
  view: Uuid.optional().meta({
    description: 'A saved view (`/v1/views`): its parameters hold, but for those that are given beside it.',
    example: '01a20116-9f7a-7373-b205-b62c6b6c93a7',
  }),
  status: many(z.enum(STATUSES)).optional().meta({ description: 'Repeatable.' }),
  onAccount: Flag.optional().meta({ description: 'On account (挂账): listed and not yet struck off.' }),
  overdue: Flag.optional().meta({ description: 'Past the deadline now, on account and not suspended.' }),
  dueBefore: DateOrInstant.optional().meta({ description: 'Deadline before this; a date means its beginning.' }),
  dueAfter: DateOrInstant.optional().meta({ description: 'Deadline at or after this.' }),
  level: z.enum(LEVELS).optional().meta({ description: 'Level of the evaluation.' }),
  category: z.string().max(40).optional().meta({ description: 'A code of `GET /v1/categories`.', example: 'lighting' }),
  risk: z.enum(RISKS).optional().meta({ description: 'Risk element (人、车、路、企).' }),
  source: z.enum(SOURCES).optional().meta({ description: 'Where the filing came from.' }),
  area: AreaPrefix.optional().meta({
    description: 'Prefix of the area code; `341200` is the whole city.',
    example: '341225',
  }),
  road: text(80).optional().meta({
    description:
      'Road number, also with the route’s name, or a name. Each county has its own X, Y, C and Z roads: `X001` finds those of all, `X001341225` or `X001` with `area` those of one.',
    example: 'S315',
  }),
  chainageFromM: chainage.optional().meta({
    description:
      'Overlap with the stretch from here … `ZK…` or `YK…` finds what is counted along that carriageway; metres and `K…` find all lines.',
  }),
  chainageToM: chainage.optional().meta({ description: '… to here.' }),
  unit: Uuid.optional().meta({
    description: 'The responsible unit.',
    example: '01a20116-9f7a-7373-b205-b62c6b6c93e1',
  }),
  leadOfficial: text(100)
    .optional()
    .meta({ description: 'The lead official’s name, in any spelling that looks the same.', example: '王建国' }),
  supervision: z
    .enum(['true', 'false', ...TIERS])
    .optional()
    .meta({ description: 'Under supervision, at all or at a tier.' }),
  bbox: z
    .string()
    .refine(
      (value) => bboxOf(value) !== undefined,
      '须为 minLon,minLat,maxLon,maxLat。 | minLon,minLat,maxLon,maxLat in degrees, WGS 84.',
    )
    .optional()
    .meta({ example: '115.6,32.7,116.1,33.1', description: '`minLon,minLat,maxLon,maxLat`, WGS 84.' }),
  externalSystem: text(100)
    .optional()
    .meta({ description: 'The other system whose items they are, as it was filed.', example: '12345' }),
  externalId: text(200).optional().meta({
    description: 'The item’s whole number in another system, as it was filed; a part of it is found by `q`.',
    example: 'FY20261130000123456789',
  }),
  q: text(100).optional().meta({
    description:
      'Text that occurs in title, description, address, code, external id or the hotline’s ticket, in any width and case; words apart by spaces must all occur.',
    example: '护栏 王店',
  }),
  updatedAfter: DateOrInstant.optional().meta({ description: 'Changed at or after this.' }),
  reportedAfter: DateOrInstant.optional().meta({ description: 'Reported at or after this.' }),
  reportedBefore: DateOrInstant.optional().meta({ description: 'Reported before this.' }),
}

const filterObject = z.object(ItemFilter)
export type ItemFilterQuery = z.infer<typeof filterObject>

/** The filter's parts of a query, without paging and format; what a cursor is bound to. */
export function filterOf(query: ItemFilterQuery): ItemFilterQuery {
  return filterObject.parse(query)
}

/**
 * The conditions on alias `i`, at the moment `now`, which may be a column. Ranges are half-open: `…After` includes its
 * instant, `…Before` does not.
 */
export function filterConditions(query: ItemFilterQuery, now: string | SQL, timeZone: string): SQL[] {
  const from = (column: SQL, value: string | undefined) => value && sql`${column} >= ${startOf(value, timeZone)}`
  const until = (column: SQL, value: string | undefined) => value && sql`${column} < ${startOf(value, timeZone)}`
  const is = (column: SQL, value: string | undefined) => value && sql`${column} = ${value}`
  const status = valuesOf(query.status)
  const conditions = [
    status.length > 0 && sql`i.status in ${status}`,
    query.onAccount && either(query.onAccount, onAccount),
    // The bare conditions, not the computed flag, so that the partial index of what is on the clock serves.
    query.overdue === 'true' && sql`${onTheClock} and i.due_at < ${now}::timestamptz`,
    query.overdue === 'false' && sql`not ${overdue(now)}`,
    // By the expression of the index; what has no deadline has none before or after.
    until(DUE_AT, query.dueBefore),
    from(DUE_AT, query.dueAfter),
    query.dueAfter && sql`i.due_at is not null`,
    is(sql`i.level`, query.level),
    is(sql`i.category`, query.category),
    is(sql`i.risk`, query.risk),
    is(sql`i.source`, query.source),
    query.area && withinArea(query.area),
    query.road && isOnRoad(query.road),
    ...chainageConditions(query),
    is(sql`i.responsible_unit`, query.unit),
    query.leadOfficial && officialCondition(query.leadOfficial),
    is(sql`i.external_system`, query.externalSystem),
    query.externalId && externalIdCondition(query.externalId),
    supervisionCondition(query.supervision),
    bboxCondition(query.bbox),
    ...(query.q === undefined ? [] : textConditions(query.q)),
    from(sql`i.updated_at`, query.updatedAfter),
    from(sql`i.reported_at`, query.reportedAfter),
    until(sql`i.reported_at`, query.reportedBefore),
  ]
  return conditions.filter((condition) => typeof condition === 'object')
}

const DUE_AT = sql`coalesce(i.due_at, 'infinity')`

function either(flag: 'true' | 'false', condition: SQL): SQL {
  return flag === 'true' ? condition : sql`not (${condition})`
}

function chainageOf(value: string): number | undefined {
  return /^\d{1,7}$/.test(value) ? Number(value) : parseChainage(value)
}

/** @throws Rejection under `pointer` where a filter has a chainage and no road, or two lines of one */
export function requireRoad(query: ItemFilterQuery, pointer: string): void {
  const { road, chainageFromM, chainageToM } = query
  lineOf(query, pointer)
  if (road !== undefined || (chainageFromM === undefined && chainageToM === undefined)) return
  throw invalid(`${pointer}/road`, { zh: '按桩号筛选须同时给出路线。', en: 'A chainage filter needs its road.' })
}

/** A stretch that only touches a point is an overlap: a hazard at the border belongs to both sides. */
function chainageConditions(query: ItemFilterQuery): SQL[] {
  const [a, b] = [query.chainageFromM, query.chainageToM].map((v) => (v === undefined ? undefined : chainageOf(v)))
  if (a === undefined && b === undefined) return []
  requireRoad(query, '/query')
  const [from = null, to = null] = a !== undefined && b !== undefined && a > b ? [b, a] : [a, b]
  const carriageway = lineOf(query, '/query')
  return [
    ...(carriageway === null ? [] : [sql`i.carriageway = ${carriageway}`]),
    sql`i.start_chainage_m is not null`,
    sql`int4range(i.start_chainage_m, i.end_chainage_m, '[]') && int4range(${from}::int, ${to}::int, '[]')`,
  ]
}

/** The carriageway that a filter narrows to; null where it finds all lines. @throws Rejection where its ends lie on two */
function lineOf({ chainageFromM: from, chainageToM: to }: ItemFilterQuery, pointer: string): Carriageway | null {
  const lines = [from, to].map((text) => (text === undefined ? undefined : carriagewayIn(text)))
  return oneLine(`${pointer}/chainageToM`, lines) ?? null
}

function supervisionCondition(value: ItemFilterQuery['supervision']): SQL | undefined {
  if (value === undefined) return undefined
  if (value === 'true' || value === 'false') return either(value, sql`i.supervision is not null`)
  // The first condition is what the partial index is about.
  return sql`i.supervision is not null and i.supervision_tier = ${value}`
}

/** The first condition is what the index is about: a planner cannot know that the key of no name is none. */
function officialCondition(name: string): SQL {
  return sql`i.lead_official is not null and name_key(i.lead_official) = name_key(${name})`
}

/** By the present item, which keeps the number that it was filed with: its past states need no index of their own for it. */
function externalIdCondition(externalId: string): SQL {
  return sql`i.id in (
    select x.id from item x where x.jurisdiction_id = i.jurisdiction_id and x.external_id = ${externalId})`
}

function bboxOf(value: string): [number, number, number, number] | undefined {
  const parts = value
    .split(',')
    .map((part) => (/^-?\d{1,3}(\.\d{1,12})?$/.test(part.trim()) ? Number(part) : Number.NaN))
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = parts
  const isBox = parts.length === 4 && west >= -180 && east <= 180 && south >= -90 && north <= 90
  return isBox && west <= east && south <= north ? [west, south, east, north] : undefined
}

function bboxCondition(value: string | undefined): SQL | undefined {
  const box = value === undefined ? undefined : bboxOf(value)
  if (box === undefined) return undefined
  const [west, south, east, north] = box
  return sql`point(i.lon, i.lat) <@ box(point(${west}, ${south}), point(${east}, ${north}))`
}

const ITEM_TEXT = sql`item_search_text(i.title, i.description, i.address, i.code, i.external_id, i.hotline)`

/**
 * Each word must occur, in any width and case. The index answers by pairs of characters, the comparison then by the whole
 * word. A text of invisible characters alone has no word, and nothing has it.
 */
function textConditions(q: string): SQL[] {
  const words = searchFold(q)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return [sql`false`]
  return words.map(
    (word) => sql`text_pairs(${ITEM_TEXT}) @@ ${pairQuery(word)}::tsquery and strpos(${ITEM_TEXT}, ${word}) > 0`,
  )
}

function pairQuery(word: string): string {
  const characters = [...word]
  const quote = (pair: string) => `'${pair.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  if (characters.length === 1) return `${quote(word)}:*`
  const pairs = characters.slice(1).map((character, k) => quote(`${characters[k]}${character}`))
  return [...new Set(pairs)].join(' & ')
}
