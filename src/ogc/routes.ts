import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { ItemParams, sendJson } from '../http/command.js'
import { AsOf } from '../http/fields.js'
import { nextLink } from '../http/page.js'
import { json, responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { languageOf } from '../language/language.js'
import { CONFORMS_TO, collectionOf, collectionsOf, landingPage } from './documents.js'
import { BASE, COLLECTION_PATH, FEATURES_PATH, GEOJSON_TYPE, JSON_TYPE, type Link, linkTo } from './links.js'
import { FeatureQuery } from './parameters.js'
import { findFeatures, getFeature, readExtent } from './query.js'
import {
  CollectionsView,
  CollectionView,
  ConformanceView,
  FeaturesView,
  FeatureView,
  LandingPageView,
} from './schemas.js'

const config = { action: 'item.read' } as const
const tags = ['OGC API – Features']
const geojson = (description: string, schema: z.ZodType) => ({ description, content: { [GEOJSON_TYPE]: { schema } } })

/** The list as OGC API – Features – Part 1: Core (OGC 17-069r4), for geographic information systems. */
export async function ogcRoutes(app: App, { db, now, config: { publicUrl } }: Deps): Promise<void> {
  const link = linkTo(publicUrl)

  const landing = async (request: FastifyRequest, reply: FastifyReply) =>
    sendJson(reply, JSON.stringify(landingPage(link, languageOf(request))))
  app.get(
    BASE,
    {
      config,
      schema: {
        tags,
        operationId: 'getOgcLandingPage',
        summary: 'Landing page',
        description:
          'Where a geographic information system begins: links to the API’s definition, its conformance and the collections.',
        response: { 200: json('The landing page.', LandingPageView), ...responses('read') },
      },
    },
    landing,
  )
  // The standard's path is `{root}/`, and what people enter has the slash as often as not.
  app.get(`${BASE}/`, { config, schema: { hide: true } as never }, landing)

  app.get(
    `${BASE}/conformance`,
    {
      config,
      schema: {
        tags,
        operationId: 'getOgcConformance',
        summary: 'Conformance classes',
        description: 'The classes of the standard that the service conforms to.',
        response: { 200: json('The classes.', ConformanceView), ...responses('read') },
      },
    },
    async (_request, reply) => sendJson(reply, JSON.stringify({ conformsTo: CONFORMS_TO })),
  )

  app.get(
    `${BASE}/collections`,
    {
      config,
      schema: {
        tags,
        operationId: 'listOgcCollections',
        summary: 'The collections',
        description: 'There is one: the items of the list.',
        response: { 200: json('The collections.', CollectionsView), ...responses('read') },
      },
    },
    async (request, reply) => {
      const extent = await readExtent(db, request.actor)
      return sendJson(reply, JSON.stringify(collectionsOf(extent, link, languageOf(request))))
    },
  )

  app.get(
    COLLECTION_PATH,
    {
      config,
      schema: {
        tags,
        operationId: 'getOgcCollection',
        summary: 'The collection of items',
        description: 'What it holds, and what the caller’s items lie within, in place and time of report.',
        response: { 200: json('The collection.', CollectionView), ...responses('read') },
      },
    },
    async (request, reply) => {
      const extent = await readExtent(db, request.actor)
      return sendJson(reply, JSON.stringify(collectionOf(extent, link, languageOf(request))))
    },
  )

  featureRoutes(app, { db, now }, link)
}

function featureRoutes(app: App, { db, now }: Pick<Deps, 'db' | 'now'>, link: ReturnType<typeof linkTo>): void {
  app.get(
    FEATURES_PATH,
    {
      config,
      schema: {
        tags,
        operationId: 'listOgcFeatures',
        summary: 'The items as features',
        description:
          'Items that the caller may see as GeoJSON, the latest report first; keyset-paged by the `next` link. The filters of the list are parameters here too.',
        querystring: FeatureQuery,
        response: { 200: geojson('A page of features.', FeaturesView), ...responses('read') },
      },
    },
    async (request, reply) => {
      const at = now()
      const past = await asOfPast(db, request.actor, request.query.asOf, at)
      const query = { ...request.query, past }
      const { features, matched, nextCursor } = await findFeatures(db, request.actor, query, at)
      const links = [link(request.url, 'self', GEOJSON_TYPE), ...alternateOf(request)]
      if (nextCursor !== null) {
        const next = nextLink(request, nextCursor)
        reply.header('link', next)
        links.push(link(next.slice(1, next.indexOf('>')), 'next', GEOJSON_TYPE))
      }
      const numbers = { timeStamp: at, numberMatched: matched, numberReturned: features.length, links }
      const members = JSON.stringify({ type: 'FeatureCollection', ...numbers }).slice(0, -1)
      return reply.type(GEOJSON_TYPE).send(`${members},"features":[${features.join(',\n')}]}`)
    },
  )

  app.get(
    `${FEATURES_PATH}/:id`,
    {
      config,
      schema: {
        tags,
        operationId: 'getOgcFeature',
        summary: 'One item as a feature',
        description: 'By UUID or code, as it is or as it stood `asOf`.',
        params: ItemParams,
        querystring: z.strictObject({ asOf: AsOf }),
        response: { 200: geojson('The feature. `ETag` is the item’s version.', FeatureView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const at = now()
      const { asOf } = request.query
      const past = await asOfPast(db, request.actor, asOf, at)
      const { id, text, version } = await getFeature(db, request.actor, request.params.id, past, at)
      const links = [
        link(request.url, 'self', GEOJSON_TYPE),
        link(`/v1/items/${id}${asOf === undefined ? '' : `?asOf=${asOf}`}`, 'alternate', JSON_TYPE),
        link(COLLECTION_PATH, 'collection', JSON_TYPE),
      ]
      reply.header('etag', `"${version}"`).type(GEOJSON_TYPE)
      return reply.send(`${text.slice(0, -1)},"links":${JSON.stringify(links)}}`)
    },
  )

  /** The same items as the list gives them, where it has the parameters to say which. */
  function alternateOf(request: FastifyRequest): Link[] {
    const { searchParams } = new URL(request.url, 'http://one-list')
    if (['bbox', 'datetime', 'cursor'].some((name) => searchParams.has(name))) return []
    if (Number(searchParams.get('limit') ?? 0) > 200) searchParams.delete('limit')
    const query = searchParams.size === 0 ? '' : `?${searchParams}`
    return [link(`/v1/items${query}`, 'alternate', JSON_TYPE)]
  }
}
