import { type SQL, sql } from 'drizzle-orm'
import { chainageText } from '../db/chainage.js'
import { instant } from '../db/instant.js'
import { portionsOf, type Snapshot } from '../db/snapshot.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Base } from '../domain/item/accidents.js'
import { addSite, NO_SITES, type Tally, type Windows } from '../domain/report/outcome.js'
import { startOf } from '../http/fields.js'
import { filterConditions, type ItemFilterQuery } from '../item/filter.js'
import type { Past } from '../item/past.js'
import { ROAD_KEY, ROAD_LABEL } from '../item/road.js'
import { heldAt, itemRows, untilThen } from '../item/rows.js'
import { ownedBy, visibleItems } from '../item/visible.js'
import { inLanguage, type Language } from '../language/language.js'
import { GROUP_SQL, type GroupBy, NO_KEY, shownKey } from './groups.js'
import { type SiteRow, type Treated, windowsAt } from './outcome-view.js'

/** Beside the groups of every report: stretches of a road that items on it make together where they overlap. */
export type OutcomeGroup = GroupBy | 'section'

export interface OutcomeQuery extends ItemFilterQuery {
  closedAfter?: string | undefined
  closedBefore?: string | undefined
  counted?: 'true' | 'false' | undefined
  windowMonths: number
  expectedPerYear?: number | undefined
  overdispersion?: number | undefined
  asOf?: string | undefined
  past: Past | undefined
}

export interface Reader {
  actor: Actor
  query: OutcomeQuery
  now: string
  language: Language
}

export function baseOf({ expectedPerYear, overdispersion }: OutcomeQuery): Base | null {
  if (expectedPerYear === undefined || overdispersion === undefined) return null
  return { accidentsPerYear: expectedPerYear, overdispersion }
}

/** Column `json` of the remedied items, the latest closure first, from the cursor on; all of them without a limit. */
export function siteRows(reader: Reader, after: SQL = sql``, limit?: number): SQL {
  return sql`${sites(reader, undefined)} select ${siteJson} as json, i.closed_at::text as closed_at, i.id from site i
    where true ${after} order by i.closed_at desc, i.id desc ${limit === undefined ? sql`` : sql`limit ${limit}`}`
}

/** The condition on `siteRows` for what comes after a closure. */
export function sitesAfter(closedAt: string | number, id: string | number): SQL {
  return sql`and (i.closed_at, i.id) < (${closedAt}::timestamptz, ${id}::uuid)`
}

/** The groups, or with none the one of all: what was done there, and what became of the accidents. */
export async function outcomeGroups(
  snapshot: Snapshot,
  reader: Reader,
  groupBy?: OutcomeGroup,
): Promise<(Treated & { tally: Tally })[]> {
  const { rows } = await snapshot.tx.execute<Treated & Record<string, unknown>>(treatedRows(reader, groupBy))
  const tallies = await tally(snapshot, reader, groupBy)
  return rows.map((row) => {
    const tally = tallies.get(row.key) ?? NO_SITES
    return { ...row, key: shownKey(groupBy, row.key, row.label), tally }
  })
}

/** Reads the items that have counts, few at a time, and keeps the sums. */
async function tally(
  snapshot: Snapshot,
  { actor, query, now, language }: Reader,
  groupBy: OutcomeGroup | undefined,
): Promise<Map<string | null, Tally>> {
  const tallies = new Map<string | null, Tally>()
  const sections = new Set<string>()
  for await (const portion of portionsOf(snapshot, siteFold({ actor, query, now, language }, groupBy))) {
    for (const json of portion) {
      const site = JSON.parse(json) as SiteRow
      const windows: Windows = windowsAt(site, query.windowMonths, baseOf(query))
      const isCompared = windows.before !== null && windows.after !== null
      const place = `${site.key} ${site.section}`
      const isOverlapping = isCompared && site.section !== null && sections.has(place)
      if (isCompared) sections.add(place)
      tallies.set(site.key, addSite(tallies.get(site.key) ?? NO_SITES, windows, isOverlapping))
    }
  }
  return tallies
}

export function siteFold({ query, ...reader }: Reader, groupBy: OutcomeGroup | undefined): SQL {
  const counted = { ...reader, query: { ...query, counted: 'true' as const } }
  return sql`${sites(counted, groupBy)} select ${siteJson} as json from site i`
}

const siteJson = sql`json_build_object(
  'itemId', i.id, 'itemCode', i.code, 'title', i.title, 'area', i.area, 'unit', i.responsible_unit, 'road', i.road,
  'carriageway', i.carriageway, 'startChainageM', i.start_chainage_m, 'endChainageM', i.end_chainage_m, 'closedAt', ${instant('i.closed_at')},
  'closedOn', i.closed_on, 'plannedFen', i.planned_fen, 'spentFen', i.spent_fen, 'counts', coalesce(i.counts, '[]'::json),
  'key', i.key, 'section', i.section)::text`

/** Stretches that share metres are one stretch, so that no metre is counted twice. */
export function treatedRows({ actor, query, now, language }: Reader, groupBy: OutcomeGroup | undefined): SQL {
  const reader = { actor, query, now, language }
  return sql`${sites(reader, groupBy)}, money as (
      select key, count(*)::int as treated, coalesce(sum(planned_fen), 0) as planned_fen, coalesce(sum(spent_fen), 0) as spent_fen
      from site group by key
    ), metres as (
      select key, sum(upper(stretch) - lower(stretch))::int as metres from (
        select key, unnest(range_agg(numrange(start_chainage_m, end_chainage_m, '[]'))) as stretch from site
        where road_key is not null and start_chainage_m is not null group by key, road_key, carriageway) v group by key
    ), g as (
      select ${actor.jurisdiction.id}::text as jurisdiction_id, m.*, coalesce(l.metres, 0) as metres
      from money m left join metres l on coalesce(l.key, '') = coalesce(m.key, ''))
    select g.key, ${labelOf(groupBy, language)} as label, g.treated, g.planned_fen::float8 as "plannedFen",
      g.spent_fen::float8 as "spentFen", g.metres as "treatedM" from g
    order by g.treated desc, g.key nulls last`
}

const NO_SECTION = { zh: '无路线或桩号', en: 'no road or chainage' }
const ALL_ITEMS = { zh: '合计', en: 'total' }

function labelOf(groupBy: OutcomeGroup | undefined, language: Language): SQL {
  if (groupBy === undefined) return sql`${inLanguage(ALL_ITEMS, language)}::text`
  if (groupBy === 'section') return sql`coalesce(${ROAD_LABEL}, ${inLanguage(NO_SECTION, language)})`
  return sql`coalesce(${GROUP_SQL[groupBy].label(language)}, g.key, ${inLanguage(NO_KEY[groupBy], language)})`
}

/**
 * `with … site as (…)`: the remedied items that are asked for, each with its counts, its stretch of road and its group. Along a
 * road an item goes on with the stretch before it where it begins no later than that has come.
 */
function sites({ actor, query, now }: Reader, groupBy: OutcomeGroup | undefined): SQL {
  const { past } = query
  const key = groupBy === undefined ? sql`null::text` : groupBy === 'section' ? SECTION : GROUP_SQL[groupBy].key
  return sql`
    with closed as (
      select i.id, i.code, i.title, i.area, i.road, ${ROAD_KEY} as road_key, i.carriageway, i.start_chainage_m,
        i.end_chainage_m, i.responsible_unit,
        i.lead_official, i.level, i.category, i.closed_at,
        (i.closed_at at time zone ${actor.jurisdiction.timeZone})::date::text as closed_on,
        (i.plan ->> 'budgetFen')::float8 as planned_fen, (i.progress ->> 'spentFen')::float8 as spent_fen
      from ${itemRows(past)} i where ${sql.join(conditionsOf(actor, query, now), sql` and `)}
    ), counted as (
      select e.item_id, json_agg(e.data::json order by e.item_version) as counts from event e
      where e.jurisdiction_id = ${actor.jurisdiction.id} and e.type = 'item.accidents_counted' ${untilThen(past)} group by e.item_id
    ), marked as (
      select i.*, max(i.end_chainage_m) over (partition by i.road_key, i.carriageway order by i.start_chainage_m, i.end_chainage_m
        rows between unbounded preceding and 1 preceding) >= i.start_chainage_m as goes_on from closed i
    ), numbered as (
      select i.*, count(*) filter (where i.goes_on is not true) over (
        partition by i.road_key, i.carriageway order by i.start_chainage_m, i.end_chainage_m rows unbounded preceding) as stretch from marked i
    ), placed as (
      select i.*, min(i.start_chainage_m) over s as from_m, max(i.end_chainage_m) over s as to_m
      from numbered i window s as (partition by i.road_key, i.carriageway, i.stretch)
    ), site as (
      select i.*, c.counts, ${SECTION} as section, ${key} as key from placed i left join counted c on c.item_id = i.id
      where ${isCounted(query.counted)})`
}

function isCounted(counted: OutcomeQuery['counted']): SQL {
  if (counted === undefined) return sql`true`
  return counted === 'true' ? sql`c.item_id is not null` : sql`c.item_id is null`
}

/** Null where the road or the chainage is. */
const SECTION = sql.raw(`i.road_key || ' ' || ${chainageText('i.from_m', 'i.to_m')}`)

function conditionsOf(actor: Actor, query: OutcomeQuery, now: string): SQL[] {
  const { past, closedAfter, closedBefore } = query
  const { timeZone } = actor.jurisdiction
  return [
    visibleItems(actor, past),
    ...ownedBy(actor),
    ...heldAt(past),
    sql`i.status = 'closed' and i.closed_at is not null`,
    ...filterConditions(query, past?.at ?? now, timeZone),
    ...(closedAfter === undefined ? [] : [sql`i.closed_at >= ${startOf(closedAfter, timeZone)}`]),
    ...(closedBefore === undefined ? [] : [sql`i.closed_at < ${startOf(closedBefore, timeZone)}`]),
  ]
}
