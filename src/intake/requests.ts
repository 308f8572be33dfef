import { type SQL, sql } from 'drizzle-orm'
import { stakeText } from '../db/chainage.js'
import type { Db } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Status } from '../domain/item/words.js'
import { addressWithoutSide } from '../domain/place/chainage.js'
import type { Instant } from '../domain/time/instant.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Reader } from './caller.js'
import { isTextPublic, isUnitPublic, type PublicItem, publicStateOf, withoutPersonalNumbers } from './public-request.js'
import { wireTime } from './time.js'

/** What is asked for: some by their ids, or what was filed in a time, both its ends in it. */
export type Wanted =
  | { ids: readonly string[] }
  | {
      /** When it was filed; undefined where only its last change is asked for. */
      filed: { from: Instant; to: Instant } | undefined
      /** When it last changed, as it is told. */
      updated: { from: Instant | undefined; to: Instant | undefined }
      services: readonly string[]
      status: 'open' | 'closed' | undefined
      limit: number
      offset: number
    }

interface Row extends PublicItem, Record<string, unknown> {
  category: string | null
  name: string | null
  description: string | null
  address: string | null
  road: string | null
  lon: number | null
  lat: number | null
  mediaUrl: string | null
  unit: string | null
  reportedAt: Instant
  isOwn: boolean
  /** What it was merged into in the end. */
  end: PublicItem | null
}

const CLOSED: readonly Status[] = ['closed', 'dismissed']

/** A merge goes into what is open, which may itself be merged later; as often in a row as this it is not. */
const MOST_MERGES = 20

const standing = (alias: string) => sql`
  'id', ${sql.raw(alias)}.id, 'status', ${sql.raw(alias)}.status, 'isPublic', ${sql.raw(alias)}.channel is not null,
  'closedAt', ${instant(`${alias}.closed_at`)}, 'updatedAt', ${instant(`${alias}.updated_at`)}`

/** Joins to the item `i` what it was merged into in the end, as `e`. */
const END = sql`
  left join lateral (
    with recursive hop as (
      select n.*, 1 as hops from item n where n.jurisdiction_id = i.jurisdiction_id and n.id = i.merged_into
      union all
      select n.*, hop.hops + 1 from hop join item n on n.jurisdiction_id = i.jurisdiction_id and n.id = hop.merged_into
      where hop.hops < ${MOST_MERGES}
    )
    select hop.status, hop.closed_at, hop.updated_at, json_build_object(${standing('hop')}) as standing from hop order by hop.hops desc limit 1
  ) e on i.merged_into is not null`

const changed = (alias: string) => sql`case when ${sql.raw(alias)}.status = any(${sql.param(CLOSED)}::text[])
  then coalesce(${sql.raw(alias)}.closed_at, ${sql.raw(alias)}.updated_at) else ${sql.raw(alias)}.updated_at end`

/** `updated_datetime`, as `publicStateOf` has it and to the second that is told. */
const UPDATED = sql`date_trunc('second', case when e.status is null then ${changed('i')} else greatest(i.updated_at, ${changed('e')}) end)`

const CHAINAGE = sql.raw(stakeText('i.start_chainage_m'))

/** The requests that a reader may see of those that are wanted, the latest first. */
export async function findRequests(db: Db, reader: Reader, wanted: Wanted, language: Language) {
  const { jurisdiction, channel } = reader
  const { rows } = await db.execute<Row>(sql`
    select i.id, i.status, true as "isPublic", ${instant('i.closed_at')} as "closedAt", ${instant('i.updated_at')} as "updatedAt",
      i.category, ${language === 'en' ? sql`c.name_en` : sql`c.name_zh`} as name, i.description, i.address,
      concat_ws(' ', i.road, ${CHAINAGE}) as road, i.lon, i.lat, i.media_url as "mediaUrl", u.name as unit,
      ${instant('i.reported_at')} as "reportedAt", e.standing as "end",
      ${channel === undefined ? sql`false` : sql`i.reported_by = ${channel.id}`} as "isOwn"
    from item i ${END}
    left join category c on c.jurisdiction_id = i.jurisdiction_id and c.code = i.category
    left join unit u on u.jurisdiction_id = i.jurisdiction_id and u.id = i.responsible_unit
    where i.jurisdiction_id = ${jurisdiction.id} and i.channel is not null and ${conditionOf(wanted)}
    order by i.reported_at desc, i.id desc ${'ids' in wanted ? sql`` : sql`limit ${wanted.limit} offset ${wanted.offset}`}`)
  return rows.map((row) => viewOf(row, language))
}

function conditionOf(wanted: Wanted): SQL {
  if ('ids' in wanted) return sql`i.id = any(${sql.param(wanted.ids)}::uuid[])`
  const { filed, updated, services, status } = wanted
  const closed = sql`coalesce(e.status, i.status) = any(${sql.param(CLOSED)}::text[])`
  const conditions = [
    sql`true`,
    ...(filed === undefined ? [] : [sql`i.reported_at >= ${filed.from} and i.reported_at <= ${filed.to}`]),
    // What was not merged has not changed since its own last change: the index finds the rest.
    ...(updated.from === undefined
      ? []
      : [sql`(i.updated_at >= ${updated.from} or i.merged_into is not null) and ${UPDATED} >= ${updated.from}`]),
    ...(updated.to === undefined ? [] : [sql`${UPDATED} <= ${updated.to}`]),
    ...(services.length === 0 ? [] : [sql`i.category = any(${sql.param(services)}::text[])`]),
    ...(status === undefined ? [] : [status === 'closed' ? closed : sql`not ${closed}`]),
  ]
  return sql.join(conditions, sql` and `)
}

/** What the channel itself said it may read; others, what the office has looked at, without what leads to a person. */
function viewOf(row: Row, language: Language) {
  const { status, notes, updatedAt } = publicStateOf(row.end === null ? [row] : [row, row.end])
  const isReadable = row.isOwn || isTextPublic(row)
  const told = (text: string | null) => {
    if (text === null || text === '' || !isReadable) return null
    return row.isOwn ? text : withoutPersonalNumbers(text)
  }
  return {
    service_request_id: row.id,
    status,
    status_notes: inLanguage(notes, language),
    service_name: row.name,
    service_code: row.category ?? 'other',
    description: told(row.description),
    agency_responsible: isUnitPublic(row) ? row.unit : null,
    service_notice: null,
    requested_datetime: wireTime(row.reportedAt),
    updated_datetime: wireTime(updatedAt),
    expected_datetime: null,
    address: placeOf(told(row.address), row.road),
    address_id: null,
    zipcode: null,
    lat: row.lat,
    long: row.lon,
    // What a link leads to may be another thing tomorrow than what the office looked at.
    // The specification has one.
    media_url: row.isOwn ? (row.mediaUrl?.split('\n')[0] ?? null) : null,
  }
}

/** The address, else the road; both where the address says the side of the road alone. */
function placeOf(address: string | null, road: string | null): string | null {
  const parts = addressWithoutSide(address) === null ? [road, address] : [address]
  return parts.filter((part) => part !== null && part !== '').join(' ') || null
}
