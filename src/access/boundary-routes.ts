import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import type { Bounded } from '../domain/place/boundary.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { json, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { SetBoundaries, setBoundaries } from './boundaries.js'

const TAG = 'Reference data and access'
/** Outlines of all townships of a city. */
const BODY_LIMIT_BYTES = 8_000_000

const BoundariesView = z
  .strictObject({
    type: z.literal('FeatureCollection'),
    version: z.int().min(0).meta({ description: 'How often they were set; 0: never.' }),
    features: z.array(
      z.strictObject({
        type: z.literal('Feature'),
        properties: z.strictObject({ code: z.string() }),
        geometry: z.strictObject({
          type: z.literal('MultiPolygon'),
          coordinates: z.array(z.array(z.array(z.array(z.number())))),
        }),
      }),
    ),
  })
  .meta({
    id: 'Boundaries',
    description: 'Where areas lie, in WGS 84.',
    example: { type: 'FeatureCollection', version: 0, features: [] },
  })
const BoundariesSet = z
  .strictObject({ version: z.int(), areas: z.array(z.string()) })
  .meta({ id: 'BoundariesSet', example: { version: 1, areas: ['341225'] } })

/** Where areas lie (区划边界): what points are checked against, and by what an area is found that a filing leaves out. */
export async function boundaryRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/boundaries',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'getBoundaries',
        summary: 'Where areas lie',
        description: 'The outlines that the jurisdiction has set, as GeoJSON; none where it has not.',
        response: { 200: json('The outlines. `ETag` is their version.', BoundariesView), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { rows } = await db.execute<{ version: number; areas: Bounded[] }>(sql`
        select version, areas from boundary where jurisdiction_id = ${request.actor.jurisdiction.id}
        order by version desc limit 1`)
      const { version, areas } = rows[0] ?? { version: 0, areas: [] }
      const features = areas.map(({ code, polygons }) => ({
        type: 'Feature',
        properties: { code },
        geometry: { type: 'MultiPolygon', coordinates: polygons },
      }))
      return sendJson(
        reply.header('etag', `"${version}"`),
        JSON.stringify({ type: 'FeatureCollection', version, features }),
      )
    },
  )

  app.put(
    '/v1/boundaries',
    {
      config: { action: 'area.write' },
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        tags: [TAG],
        operationId: 'setBoundaries',
        summary: 'Set where areas lie',
        description:
          'Replaces the outlines whole, as a new version. From then on the area of a filing may be left out where it has a point, and a point that lies elsewhere than it is said to is pointed out. Nothing that was filed changes. `one-list boundaries <file.geojson>` does the same.',
        headers: CommandHeaders,
        body: SetBoundaries,
        response: { 200: json('The version in force now, and its areas.', BoundariesSet), ...responses('replacement') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const intent = intentOf(request, now())
      const ifMatch = ifMatchOf(request)
      return sendAnswer(reply, await act(db, intent, (tx) => setBoundaries(tx, actor, body, ifMatch, intent.now)))
    },
  )
}
