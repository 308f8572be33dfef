import { z } from 'zod'
import { ITEM_EXAMPLE } from '../../item/fields.js'
import { FeatureProperties, PROPERTIES_EXAMPLE } from '../../item/view.js'
import { MEDIA_TYPES } from '../negotiate.js'

const Csv = z.string().meta({
  id: 'CsvFile',
  description: 'RFC 4180, UTF-8 with a byte order mark, CRLF; headings in the language of the request.',
  example: '编号,标题,状态\r\n2026-000172,临水弯道无护栏,整改中\r\n',
})
const Workbook = z.string().meta({
  id: 'Workbook',
  description: 'An Office Open XML workbook: a cover, and the rows with typed cells.',
  format: 'binary',
  example: 'PK…',
})

const FEATURE = {
  type: 'Feature',
  id: ITEM_EXAMPLE.id,
  geometry: { type: 'Point', coordinates: [115.8142, 32.8909] },
}

export const ItemFeatures = z
  .strictObject({
    type: z.literal('FeatureCollection'),
    features: z.array(
      z.strictObject({
        type: z.literal('Feature'),
        id: z.uuid(),
        geometry: z
          .strictObject({ type: z.literal('Point'), coordinates: z.tuple([z.number(), z.number()]) })
          .nullable()
          .meta({ description: 'Longitude and latitude (WGS 84); null for an item without a point.' }),
        properties: FeatureProperties,
      }),
    ),
  })
  .meta({
    id: 'ItemFeatures',
    description: 'RFC 7946.',
    example: { type: 'FeatureCollection', features: [{ ...FEATURE, properties: PROPERTIES_EXAMPLE }] },
  })

/** The good answer of a list that can be had as a file too: a page of JSON, or all rows in another media type. */
export function fileOr(description: string, page: z.ZodType, row: z.ZodType, geojson?: z.ZodType) {
  const content = {
    [MEDIA_TYPES.json]: { schema: page },
    [MEDIA_TYPES.csv]: { schema: Csv },
    [MEDIA_TYPES.xlsx]: { schema: Workbook },
    [MEDIA_TYPES.ndjson]: { schema: row },
    ...(geojson && { [MEDIA_TYPES.geojson]: { schema: geojson } }),
  }
  return { description, content }
}
