import { type SQL, sql } from 'drizzle-orm'
import { ALIKE_BITS, bandsAlike, type Cited, type EvidenceKind, type MediaType } from '../domain/evidence.js'
import type { Actor } from '../domain/permissions.js'
import { invalid } from '../domain/rejection.js'
import type { Tx } from './client.js'
import { instant } from './instant.js'
import { visibleItems } from './visible.js'

/** The condition that an item, alias `i`, refers to a piece of evidence, alias `e`. */
export const usesEvidence = sql.raw(
  `i.evidence <> '[]' and i.evidence @> jsonb_build_array(jsonb_build_object('id', e.id))`,
)

/**
 * The evidence an actor may see, as a condition on alias `e`: what an item uses that they may see; and what nobody uses
 * yet, if they or somebody of their unit sent it.
 */
export function visibleEvidence(actor: Actor): SQL {
  const { id, unit, jurisdiction } = actor
  const own = unit === null ? sql`e.uploaded_by = ${id}` : sql`(e.uploaded_by = ${id} or e.unit_id = ${unit})`
  return sql`e.jurisdiction_id = ${jurisdiction.id} and case when e.used_at is null then ${own}
    else exists (select from item i where ${visibleItems(actor)} and ${usesEvidence}) end`
}

interface Row extends Record<string, unknown> {
  id: string
  kind: EvidenceKind
  mediaType: MediaType
  sha256: string
  takenAt: string | null
  lon: number | null
  lat: number | null
  phash: string | null
}

/**
 * What an event is to refer to, in the order given, and used from now on. Whoever may see a piece of evidence may refer to
 * it. @throws Rejection at `/evidence/<n>` for what is not there, or not the caller's to see.
 */
export async function citeEvidence(tx: Tx, actor: Actor, ids: readonly string[], at: string): Promise<Cited[]> {
  if (ids.length === 0) return []
  const jurisdiction = actor.jurisdiction.id
  // In one order for everybody, so that two who refer to the same never wait for each other.
  const { rows } = await tx.execute<Row>(sql`
    select e.id, e.kind, f.media_type as "mediaType", encode(f.sha256, 'hex') as sha256,
      ${instant('e.taken_at')} as "takenAt", e.lon, e.lat, f.phash::text as phash
    from evidence e join evidence_file f on f.jurisdiction_id = e.jurisdiction_id and f.received_sha256 = e.received_sha256
    where ${visibleEvidence(actor)} and e.id in ${ids} order by e.id for no key update of e`)
  const usedOn = await itemsWithAlike(tx, jurisdiction, rows)
  await tx.execute(sql`
    update evidence set used_at = ${at} where jurisdiction_id = ${jurisdiction} and id in ${ids} and used_at is null`)
  return ids.map((id, n) => {
    const row = rows.find((one) => one.id === id)
    if (row === undefined) {
      throw invalid(`/evidence/${n}`, { zh: '没有这份佐证。', en: 'There is no such evidence.' })
    }
    const { kind, mediaType, sha256, takenAt, lon, lat } = row
    const location = lon === null || lat === null ? null : { lon, lat }
    return { id, kind, mediaType, sha256, takenAt, location, usedOn: usedOn.get(id) ?? [] }
  })
}

/** Photos of other items that are looked at for one; more would say nothing more. */
const MAX_ALIKE = 50

/** For each photo, the items of the jurisdiction that use it or one that looks like it. They are not for the caller's eyes. */
async function itemsWithAlike(tx: Tx, jurisdiction: string, photos: readonly Row[]): Promise<Map<string, string[]>> {
  const asked = photos.flatMap(({ id, phash }) => (phash === null ? [] : [{ id, phash, bands: bandsAlike(phash) }]))
  const found = new Map<string, string[]>()
  if (asked.length === 0) return found
  const { rows } = await tx.execute<{ id: string; item: string }>(sql`
    select p.id, alike.item from json_to_recordset(${JSON.stringify(asked)}::json) as p (id uuid, phash text, bands integer[])
    cross join lateral (
      select i.id as item from evidence_file f
      join evidence e on e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256
      join item i on i.jurisdiction_id = e.jurisdiction_id and ${usesEvidence}
      where f.jurisdiction_id = ${jurisdiction} and ${alike(sql`f`, sql`p.bands`, sql`p.phash`)} and e.used_at is not null
      limit ${MAX_ALIKE}) alike`)
  for (const { id, item } of rows) found.set(id, [...(found.get(id) ?? []), item])
  return found
}

/** The condition that a file looks like a photo of that hash, whose bands come from `bandsAlike`. */
export function alike(file: SQL, bands: SQL, phash: SQL): SQL {
  return sql`${file}.bands && ${bands} and bit_count(${file}.phash # ${phash}::bit(64)) <= ${ALIKE_BITS}`
}
