import { z } from 'zod'
import { ITEM_EXAMPLE } from '../item/fields.js'
import { FeatureProperties, PROPERTIES_EXAMPLE } from '../item/view.js'
import { CONFORMS_TO, collectionOf, collectionsOf, landingPage } from './documents.js'
import { FEATURES_PATH, GEOJSON_TYPE, linkTo } from './links.js'

const link = linkTo('https://list.example.cn')
const EXTENT = { bbox: [115.1, 32.2, 116.6, 34.1] as [number, number, number, number], since: ITEM_EXAMPLE.reportedAt }

const LinkView = z
  .strictObject({ href: z.url(), rel: z.string(), type: z.string(), title: z.string().optional() })
  .meta({ id: 'OgcLink' })
const links = z.array(LinkView)

export const LandingPageView = z
  .strictObject({ title: z.string(), description: z.string(), links })
  .meta({ id: 'OgcLandingPage', example: landingPage(link, 'en') })

export const ConformanceView = z
  .strictObject({ conformsTo: z.array(z.url()) })
  .meta({ id: 'OgcConformance', example: { conformsTo: CONFORMS_TO } })

const Degrees = z.array(z.number()).min(4).max(4)

export const CollectionView = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    itemType: z.literal('feature'),
    crs: z.array(z.url()),
    extent: z.strictObject({
      spatial: z.strictObject({ bbox: z.array(Degrees), crs: z.url() }).optional(),
      temporal: z
        .strictObject({ interval: z.array(z.array(z.string().nullable()).min(2).max(2)), trs: z.url() })
        .optional(),
    }),
    links,
  })
  .meta({ id: 'OgcCollection', example: collectionOf(EXTENT, link, 'en') })

export const CollectionsView = z
  .strictObject({ links, collections: z.array(CollectionView) })
  .meta({ id: 'OgcCollections', example: collectionsOf(EXTENT, link, 'en') })

const feature = {
  type: z.literal('Feature'),
  id: z.uuid(),
  geometry: z
    .strictObject({ type: z.literal('Point'), coordinates: z.array(z.number()).min(2).max(2) })
    .nullable()
    .meta({ description: 'Longitude and latitude, CRS84; null for an item without a point.' }),
  properties: FeatureProperties,
}

const FEATURE_EXAMPLE = {
  type: 'Feature',
  id: ITEM_EXAMPLE.id,
  geometry: { type: 'Point', coordinates: [ITEM_EXAMPLE.location?.lon, ITEM_EXAMPLE.location?.lat] },
  properties: PROPERTIES_EXAMPLE,
}

export const FeatureView = z.strictObject({ ...feature, links }).meta({
  id: 'OgcFeature',
  description: 'RFC 7946, with links.',
  example: { ...FEATURE_EXAMPLE, links: [link(`${FEATURES_PATH}/${ITEM_EXAMPLE.id}`, 'self', GEOJSON_TYPE)] },
})

export const FeaturesView = z
  .strictObject({
    type: z.literal('FeatureCollection'),
    timeStamp: z.iso.datetime({ precision: 3 }).meta({ description: 'When the answer was made.' }),
    numberMatched: z.int().meta({ description: 'How many match in all.' }),
    numberReturned: z.int().meta({ description: 'How many are in this answer.' }),
    links,
    features: z.array(z.strictObject(feature)),
  })
  .meta({
    id: 'OgcFeatures',
    description: 'RFC 7946, with links and numbers.',
    example: {
      type: 'FeatureCollection',
      timeStamp: '2026-11-24T01:30:00.000Z',
      numberMatched: 1,
      numberReturned: 1,
      links: [link(FEATURES_PATH, 'self', GEOJSON_TYPE)],
      features: [FEATURE_EXAMPLE],
    },
  })
