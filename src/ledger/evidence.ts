import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import type { Cited, EvidenceKind, MediaType } from '../domain/item/evidence.js'
import { ALIKE_BITS, bandsAlike } from '../domain/item/evidence-warnings.js'
import { invalid } from '../domain/rejection.js'
import { visibleItems } from '../item/visible.js'

/** Joins a piece of evidence, alias `e`, with the items that refer to it, alias `i`. */
export const joinUsers = sql.raw(`join evidence_use u on u.jurisdiction_id = e.jurisdiction_id and u.evidence_id = e.id
  join item i on i.jurisdiction_id = u.jurisdiction_id and i.id = u.item_id`)

/**
 * The evidence an actor may see, as a condition on alias `e`: what an item uses that they may see; and what nobody uses
 * yet, if they or somebody of their unit sent it.
 */
export function visibleEvidence(actor: Actor): SQL {
  const { id, unit, jurisdiction } = actor
  const own = unit === null ? sql`e.uploaded_by = ${id}` : sql`(e.uploaded_by = ${id} or e.unit_id = ${unit})`
  return sql`e.jurisdiction_id = ${jurisdiction.id} and case when e.used_at is null then ${own}
    else exists (
      select from evidence_use u join item i on i.jurisdiction_id = u.jurisdiction_id and i.id = u.item_id
      where u.jurisdiction_id = e.jurisdiction_id and u.evidence_id = e.id and ${visibleItems(actor)}) end`
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
  const found = new Map<string, string[]>()
  const searches = photos.flatMap(({ id, phash }) => {
    if (phash === null) return []
    // One search each, by its own values: only then does the planner know how few they find.
    return sql`(select ${id}::text as id, u.item_id as item from evidence_file f
      join evidence e on e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256
      join evidence_use u on u.jurisdiction_id = e.jurisdiction_id and u.evidence_id = e.id
      where ${alike(jurisdiction, phash)} limit ${MAX_ALIKE})`
  })
  if (searches.length === 0) return found
  const { rows } = await tx.execute<{ id: string; item: string }>(sql.join(searches, sql` union all `))
  for (const { id, item } of rows) found.set(id, [...(found.get(id) ?? []), item])
  return found
}

/** The condition that a file, alias `f`, is in the jurisdiction and looks like a photo of that hash. */
export function alike(jurisdiction: string, phash: string): SQL {
  return sql`f.jurisdiction_id = ${jurisdiction} and f.received_sha256 in (
      select b.received_sha256 from evidence_band b
      where b.jurisdiction_id = ${jurisdiction} and b.band = any(${sql.param(bandsAlike(phash))}::integer[]))
    and bit_count(f.phash # ${phash}::bit(64)) <= ${ALIKE_BITS}`
}
