import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db, Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import { EVIDENCE_KINDS, EVIDENCE_WARNINGS, MEDIA_TYPES } from '../domain/item/evidence.js'
import { notFound } from '../domain/rejection.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { ITEM_EXAMPLE } from '../item/fields.js'
import { EVIDENCE_REF_EXAMPLE, PersonRef } from '../item/parts.js'
import { visibleItems } from '../item/visible.js'
import { alike, joinUsers, visibleEvidence } from '../ledger/evidence.js'

const At = z.iso.datetime({ precision: 3 })
const From = z.enum(['file', 'sender'])
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const EvidenceView = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(EVIDENCE_KINDS),
    mediaType: z.enum(MEDIA_TYPES),
    bytes: z.int().meta({ description: 'Of the file as it is kept.' }),
    width: z.int().nullable().meta({ description: 'Of images, in pixels.' }),
    height: z.int().nullable(),
    sha256: Sha256.meta({ description: 'Of the file as it is kept; it stands in the events that refer to it.' }),
    receivedSha256: Sha256.meta({
      description: 'Of the file as it came. An image is made anew without its metadata, and is another file.',
    }),
    takenAt: At.nullable(),
    takenAtFrom: From.nullable().meta({ description: 'Whether the file itself says so, or who sent it.' }),
    location: z.strictObject({ lon: z.number(), lat: z.number() }).nullable().meta({ description: 'WGS 84.' }),
    locationFrom: From.nullable(),
    thumbnail: z.boolean().meta({ description: 'Whether there is a thumbnail.' }),
    uploadedAt: At,
    uploadedBy: PersonRef,
    uses: z
      .array(
        z.strictObject({
          itemId: z.uuid(),
          itemCode: z.string(),
          event: z.string(),
          at: At,
          warnings: z.array(z.enum(EVIDENCE_WARNINGS)),
        }),
      )
      .meta({ description: 'The items that refer to it, as far as the caller may see them.' }),
    alike: z
      .array(z.strictObject({ id: z.uuid(), itemId: z.uuid(), itemCode: z.string(), sameFile: z.boolean() }))
      .meta({ description: 'Photos of other items that look like it, as far as the caller may see them; at most 20.' }),
  })
  .meta({
    id: 'Evidence',
    description: 'A photo or a paper, before anything refers to it and after.',
    example: {
      id: EVIDENCE_REF_EXAMPLE.id,
      kind: 'before',
      mediaType: 'image/jpeg',
      bytes: 1_843_211,
      width: 4032,
      height: 3024,
      sha256: EVIDENCE_REF_EXAMPLE.sha256,
      receivedSha256: '0f5a1c8f2f0f9f0a4c4a1ad7d3a5c1de0fbb0c2a1f6f5b3a9a6b7c8d9e0f1a2b',
      takenAt: EVIDENCE_REF_EXAMPLE.takenAt,
      takenAtFrom: 'file',
      location: EVIDENCE_REF_EXAMPLE.location,
      locationFrom: 'file',
      thumbnail: true,
      uploadedAt: '2026-11-22T02:30:11.000Z',
      uploadedBy: { id: PERSON_EXAMPLE.id, name: PERSON_EXAMPLE.name },
      uses: [
        {
          itemId: ITEM_EXAMPLE.id,
          itemCode: ITEM_EXAMPLE.code,
          event: 'item.reported',
          at: ITEM_EXAMPLE.reportedAt,
          warnings: [],
        },
      ],
      alike: [],
    },
  })

type View = z.infer<typeof EvidenceView>

const MAX_ALIKE = 20

/** A piece of evidence as the caller may see it. @throws Rejection `not-found`, also for the invisible. */
export async function readEvidence(db: Db | Tx, actor: Actor, id: string): Promise<View> {
  const { rows } = await db.execute<{ json: Omit<View, 'alike'>; phash: string | null }>(sql`
    select f.phash::text as phash, json_build_object(
      'id', e.id, 'kind', e.kind, 'mediaType', f.media_type, 'bytes', f.bytes, 'width', f.width, 'height', f.height,
      'sha256', encode(f.sha256, 'hex'), 'receivedSha256', encode(f.received_sha256, 'hex'),
      'takenAt', ${instant('e.taken_at')}, 'takenAtFrom', e.taken_at_from,
      'location', case when e.lon is not null then json_build_object('lon', e.lon, 'lat', e.lat) end,
      'locationFrom', e.location_from, 'thumbnail', f.thumbnail_sha256 is not null,
      'uploadedAt', ${instant('e.uploaded_at')}, 'uploadedBy', json_build_object('id', p.id, 'name', p.name),
      'uses', coalesce((
        select json_agg(json_build_object('itemId', i.id, 'itemCode', i.code, 'event', r ->> 'event', 'at', r ->> 'at',
          'warnings', r -> 'warnings') order by r ->> 'at', i.id)
        from evidence_use u join item i on i.jurisdiction_id = u.jurisdiction_id and i.id = u.item_id
        cross join lateral jsonb_array_elements(i.evidence) r
        where u.jurisdiction_id = e.jurisdiction_id and u.evidence_id = e.id and ${visibleItems(actor)}
          and r ->> 'id' = e.id::text), '[]'::json)) as json
    from evidence e
    join evidence_file f on f.jurisdiction_id = e.jurisdiction_id and f.received_sha256 = e.received_sha256
    join person p on p.jurisdiction_id = e.jurisdiction_id and p.id = e.uploaded_by
    where ${visibleEvidence(actor)} and e.id = ${id}`)
  const [row] = rows
  if (row === undefined) throw notFound()
  return { ...row.json, alike: row.phash === null ? [] : await findAlike(db, actor, row.json, row.phash) }
}

/** Photos of other items that the caller may see, those that look like this one. */
async function findAlike(
  db: Db | Tx,
  actor: Actor,
  { uses, receivedSha256 }: Pick<View, 'uses' | 'receivedSha256'>,
  phash: string,
): Promise<View['alike']> {
  const own = uses.map(({ itemId }) => itemId)
  const { rows } = await db.execute<View['alike'][number]>(sql`
    select e.id, i.id as "itemId", i.code as "itemCode",
      f.received_sha256 = decode(${receivedSha256}, 'hex') as "sameFile"
    from evidence_file f
    join evidence e on e.jurisdiction_id = f.jurisdiction_id and e.received_sha256 = f.received_sha256
    ${joinUsers}
    where ${alike(actor.jurisdiction.id, phash)} and ${visibleItems(actor)}
      and not i.id = any(${sql.param(own)}::uuid[])
    order by i.code desc, e.id limit ${MAX_ALIKE}`)
  return rows
}

/** A file to send: its name in the store comes from the hash of what was received. */
export interface FoundFile extends Record<string, unknown> {
  receivedSha256: string
  mediaType: string
  bytes: number
  sha256: string
  /** Null for what is no image. */
  thumbnailSha256: string | null
}

/** @throws Rejection `not-found`, also for the invisible. */
export async function findFile(db: Db, actor: Actor, id: string): Promise<FoundFile> {
  const { rows } = await db.execute<FoundFile>(sql`
    select encode(f.received_sha256, 'hex') as "receivedSha256", f.media_type as "mediaType", f.bytes,
      encode(f.sha256, 'hex') as sha256, encode(f.thumbnail_sha256, 'hex') as "thumbnailSha256"
    from evidence e
    join evidence_file f on f.jurisdiction_id = e.jurisdiction_id and f.received_sha256 = e.received_sha256
    where ${visibleEvidence(actor)} and e.id = ${id}`)
  const [found] = rows
  if (found === undefined) throw notFound()
  return found
}
