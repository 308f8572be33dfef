import { buffer } from 'node:stream/consumers'
import { sql } from 'drizzle-orm'
import sharp from 'sharp'
import type { EvidenceSettings } from '../config/settings.js'
import type { Db } from '../db/client.js'
import type { Picture } from '../render/values.js'
import { createFileStore, nameOf } from './file-store.js'

/** Sharp enough for half the width of a page in print. */
const SIDE_PX = 900
const QUALITY = 78

/** Reads photos as papers take them: JPEG, of a size for print. What is not in the store is left out. */
export function createPictureReader(settings: EvidenceSettings) {
  const store = createFileStore(settings)
  return async (db: Db, jurisdiction: string, ids: readonly string[]): Promise<Map<string, Picture>> => {
    const pictures = new Map<string, Picture>()
    if (ids.length === 0) return pictures
    const { rows } = await db.execute<{ id: string; received: string }>(sql`
      select e.id, encode(e.received_sha256, 'hex') as received from evidence e
      where e.jurisdiction_id = ${jurisdiction} and e.id = any(${sql.param(ids)}::uuid[])`)
    for (const { id, received } of rows) {
      const content = await store.open(nameOf(jurisdiction, received))
      if (content === undefined) continue
      const { data, info } = await sharp(await buffer(content))
        .resize({ width: SIDE_PX, height: SIDE_PX, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .jpeg({ quality: QUALITY })
        .toBuffer({ resolveWithObject: true })
      pictures.set(id, { bytes: data, mediaType: 'image/jpeg', width: info.width, height: info.height })
    }
    return pictures
  }
}
