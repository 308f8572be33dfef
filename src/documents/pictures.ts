import { sql } from 'drizzle-orm'
import type { Db } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import type { ItemDocumentKind } from '../domain/item/document.js'
import type { ItemEvidence } from '../domain/item/evidence.js'
import { itemIs, visibleItems } from '../item/visible.js'
import type { Picture, Values } from '../render/values.js'
import { stampText } from './words.js'

/** Reads photos of evidence as a paper takes them; those that are no photos, or not there, are left out. */
export type PictureReader = (db: Db, jurisdiction: string, ids: readonly string[]) => Promise<Map<string, Picture>>
export type Pictures = ReadonlyMap<string, Picture>

const WITH_PHOTOS: readonly ItemDocumentKind[] = ['closure_form', 'item_file']
/** Before and after, so many of each. */
const MAX_PHOTOS = 6

/** The photos that a paper of an item will show, read before anything is locked. */
export async function readPictures(
  db: Db,
  actor: Actor,
  ref: string,
  kind: ItemDocumentKind,
  read: PictureReader,
): Promise<Pictures> {
  if (!WITH_PHOTOS.includes(kind)) return new Map()
  const { rows } = await db.execute<{ evidence: ItemEvidence[] }>(
    sql`select i.evidence from item i where ${visibleItems(actor)} and ${itemIs(ref)}`,
  )
  const shown = (['before', 'after'] as const).flatMap((of) => photosOf(rows[0]?.evidence ?? [], of))
  return read(
    db,
    actor.jurisdiction.id,
    shown.map(({ id }) => id),
  )
}

/** Photos from before beside those from after, and what is said where there are none. */
export function photoValues(evidence: readonly ItemEvidence[], pictures: Pictures, zone: string): Values {
  const [before, after] = (['before', 'after'] as const).map((of) =>
    photosOf(evidence, of).flatMap((ref) => {
      const picture = pictures.get(ref.id)
      return picture === undefined ? [] : [{ picture, text: captionOf(ref, zone) }]
    }),
  )
  const rows = Array.from({ length: Math.max(before?.length ?? 0, after?.length ?? 0) }, (_, k) => ({
    ...{ 前照片: before?.[k]?.picture, 前说明: before?.[k]?.text ?? '' },
    ...{ 后照片: after?.[k]?.picture, 后说明: after?.[k]?.text ?? '' },
  }))
  return { 照片: rows, 无照片: rows.length === 0 ? '无照片' : '' }
}

function photosOf(evidence: readonly ItemEvidence[], of: 'before' | 'after'): ItemEvidence[] {
  return evidence.filter(({ kind, mediaType }) => kind === of && mediaType.startsWith('image/')).slice(0, MAX_PHOTOS)
}

function captionOf({ takenAt, location }: ItemEvidence, zone: string): string {
  const where = location === null ? '' : `（${location.lon}, ${location.lat}）`
  return takenAt === null ? `拍摄时间不详${where}` : `拍摄于 ${stampText(takenAt, zone)}${where}`
}
