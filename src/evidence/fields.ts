import { z } from 'zod'
import { EVIDENCE_KINDS, type EvidenceKind } from '../domain/item/evidence.js'
import { isNullIsland } from '../domain/place/boundary.js'
import { DATUMS, type Datum, toWgs84 } from '../domain/place/datum.js'
import { Instant } from '../http/fields.js'
import { InvalidRequest } from '../http/validation.js'

/** What the sender says of a file: of a form, or of an upload's metadata. All of it comes as text. */
export interface Said {
  kind: EvidenceKind
  takenAt: string | null
  location: { lon: number; lat: number } | null
}

const degrees = (limit: number) =>
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,15})?$/, '须为十进制度数。 | Decimal degrees.')
    .transform(Number)
    .refine((value) => Math.abs(value) <= limit, `绝对值不超过 ${limit}。 | At most ${limit} either way.`)

const Fields = z
  .strictObject({
    kind: z.enum(EVIDENCE_KINDS),
    takenAt: Instant.optional(),
    lon: degrees(180).optional(),
    lat: degrees(90).optional(),
    datum: z.enum(DATUMS).optional(),
  })
  .refine(({ lon, lat }) => (lon === undefined) === (lat === undefined), {
    path: ['lat'],
    message: 'lon 与 lat 须同时给出。 | lon and lat come together.',
  })

export const FIELD_NAMES = ['kind', 'takenAt', 'lon', 'lat', 'datum'] as const

/** @throws InvalidRequest with pointers to the fields. */
export function saidOf(fields: Record<string, string>): Said {
  const parsed = Fields.safeParse(fields)
  if (!parsed.success) throw new InvalidRequest(parsed.error.issues, 'body', fields)
  const { kind, takenAt = null, lon, lat, datum = 'wgs84' } = parsed.data
  return { kind, takenAt, location: lon === undefined || lat === undefined ? null : wgs84(lon, lat, datum) }
}

/** A camera without a fix sends 0, 0: no position, which is no reason to refuse its photo. */
function wgs84(lon: number, lat: number, datum: Datum) {
  if (isNullIsland({ lon, lat })) return null
  return toWgs84({ lon, lat }, datum)
}

const kind = z.enum(EVIDENCE_KINDS).meta({
  description: 'What it shows: the hazard before, the work during, the road after; or a paper.',
})
const takenAt = Instant.optional().meta({
  description: 'When it was taken, where the file itself does not say; what the file says goes first.',
})
const location = { lon: z.number().min(-180).max(180), lat: z.number().min(-90).max(90) }

/** The form, for the documentation; it is read as a stream. */
export const EvidenceForm = z
  .strictObject({
    kind,
    takenAt,
    lon: location.lon.optional().meta({ description: 'Where it was taken, where the file itself does not say.' }),
    lat: location.lat.optional(),
    datum: z.enum(DATUMS).optional().meta({ description: 'Of `lon` and `lat`; `wgs84` when absent.' }),
    file: z.string().meta({
      description: 'JPEG, PNG, WebP or PDF, at most 25 MiB and 64 megapixels.',
      contentMediaType: 'application/octet-stream',
      example: '(the bytes of a photo)',
    }),
  })
  .meta({
    description: 'The fields in any order, and one part `file`. The name of the file does not matter.',
    example: { kind: 'after', takenAt: '2026-11-22T09:20:00+08:00', lon: 115.5901, lat: 32.6607, file: '…' },
  })
