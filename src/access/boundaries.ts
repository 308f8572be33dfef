import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { namedAreas } from '../db/areas.js'
import { boundaryVersion } from '../db/boundaries.js'
import type { Tx } from '../db/client.js'
import { lockSettings } from '../db/lock.js'
import type { Actor } from '../domain/access/permissions.js'
import { isWithinArea, parseAreaCode } from '../domain/place/area.js'
import type { Bounded } from '../domain/place/boundary.js'
import { DATUMS, type Datum, toWgs84 } from '../domain/place/datum.js'
import { Rejection, requireVersion } from '../domain/rejection.js'
import type { Outcome } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'

/** Townships of a large city. */
const MAX_AREAS = 1000

const Position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)], z.number())
const Ring = z.array(Position).min(4)
const Geometry = z.union([
  z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring).min(1) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring).min(1)).min(1) }),
])
const Feature = z.object({
  type: z.literal('Feature'),
  properties: z.looseObject({
    code: z.union([z.string(), z.int()]).optional(),
    adcode: z.union([z.string(), z.int()]).optional(),
  }),
  geometry: Geometry,
})

export const SetBoundaries = z
  .object({
    type: z.literal('FeatureCollection'),
    datum: z.enum(DATUMS).default('wgs84').meta({
      description: 'Of the coordinates; Chinese maps and the files that go about with `adcode` mostly have `gcj02`.',
    }),
    features: z.array(Feature).max(MAX_AREAS).meta({
      description:
        'One for each area, a Polygon or MultiPolygon whose property `code` (or `adcode`) is the area’s code. None: nothing is known of where areas lie.',
    }),
  })
  .meta({
    id: 'SetBoundaries',
    description: 'GeoJSON (RFC 7946) with a `datum`.',
    example: {
      ...{ type: 'FeatureCollection', datum: 'wgs84' },
      features: [
        {
          ...{ type: 'Feature', properties: { code: '341225' } },
          geometry: {
            type: 'Polygon',
            coordinates: [
              [
                [115.3, 32.4],
                [116.0, 32.4],
                [116.0, 32.9],
                [115.3, 32.9],
                [115.3, 32.4],
              ],
            ],
          },
        },
      ],
    },
  })
export type BoundariesToSet = z.output<typeof SetBoundaries>

/** Replaces where areas lie, whole, as a new version. @throws Rejection at each feature whose code is none of the jurisdiction's */
export async function setBoundaries(
  tx: Tx,
  actor: Actor,
  { datum, features }: BoundariesToSet,
  ifMatch: readonly string[] | undefined,
  at: string,
): Promise<Outcome> {
  const { id } = actor.jurisdiction
  await lockSettings(tx, id)
  const before = await boundaryVersion(tx, id)
  requireVersion(ifMatch, before)
  const known = new Set((await namedAreas(tx, id, actor.jurisdiction.area)).map(({ code }) => code))
  const codes = features.map(({ properties }) => parseAreaCode(String(properties.code ?? properties.adcode ?? '')))
  requireKnown(codes, known, actor.jurisdiction.area)
  const areas = features.map(
    ({ geometry }, k): Bounded => ({
      code: codes[k] ?? '',
      polygons: (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).map((rings) =>
        rings.map((ring) => ring.map(([lon, lat]) => vertexOf(lon, lat, datum))),
      ),
    }),
  )
  const json = JSON.stringify(areas)
  const version = before + 1
  await tx.execute(sql`
    insert into boundary (jurisdiction_id, version, areas, set_at, set_by)
    values (${id}, ${version}, ${json}::jsonb, ${at}, ${actor.id})`)
  const named = areas.map(({ code }) => code)
  const sha256 = createHash('sha256').update(json).digest('hex')
  const event = adminEvent(actor, at, { type: 'boundaries.changed', data: { version, datum, areas: named, sha256 } })
  return {
    status: 200,
    headers: { etag: `"${version}"` },
    body: JSON.stringify({ version, areas: named }),
    events: [event],
  }
}

function vertexOf(lon: number, lat: number, datum: Datum): [number, number] {
  const point = toWgs84({ lon, lat }, datum)
  return [point.lon, point.lat]
}

function requireKnown(codes: readonly (string | undefined)[], known: ReadonlySet<string>, area: string): void {
  const errors = codes.flatMap((code, k) => {
    const isKnown = code !== undefined && known.has(code) && isWithinArea(code, area)
    const isFirst = code === undefined || codes.indexOf(code) === k
    if (isKnown && isFirst) return []
    const pointer = `/features/${k}/properties/code`
    if (isKnown) return [{ pointer, detail: { zh: `${code} 重复。`, en: `${code} comes twice.` } }]
    return [
      {
        pointer,
        detail: {
          zh: `本辖区没有区划 ${code ?? '（未给出 code 或 adcode）'}。`,
          en: `This jurisdiction has no area ${code ?? '(no code or adcode is given)'}.`,
        },
      },
    ]
  })
  const [first] = errors
  if (first !== undefined) throw new Rejection('invalid-request', first.detail, { errors: errors.slice(0, 100) })
}
