import { z } from 'zod'
import { pageExample } from '../http/examples.js'
import { ITEM_EXAMPLE, ITEM_SHAPE } from './fields.js'
import { NearView } from './parts.js'

// What `json.ts` makes, described. A test parses real answers with these strict schemas.

export const ItemView = z
  .strictObject({
    ...ITEM_SHAPE,
    possibleDuplicates: z
      .array(NearView)
      .optional()
      .meta({ description: 'Only in the answer of a filing, and only where there are any.' }),
    warnings: z
      .array(z.enum(['point_outside_jurisdiction', 'point_outside_area']))
      .optional()
      .meta({
        description:
          'Only in the answer of a filing or correction, and only where there are any: the point lies outside the jurisdiction (its boundaries, else its province), or in another area than `area`. It was taken all the same.',
      }),
  })
  .meta({ id: 'Item', description: 'A hazard on the one list, as it stands.', example: ITEM_EXAMPLE })

/** The example as the properties of a feature. */
export const PROPERTIES_EXAMPLE = {
  ...ITEM_EXAMPLE,
  unitId: ITEM_EXAMPLE.assignment?.responsibleUnit,
  unitName: '阜南县交通运输局',
  leadOfficialName: ITEM_EXAMPLE.assignment?.leadOfficial.name,
  leadOfficialTitle: ITEM_EXAMPLE.assignment?.leadOfficial.title,
}

const FLAT = (description: string) => z.string().nullable().meta({ description })

/** The item as the properties of a feature, with those who answer for it in columns of their own. */
export const FeatureProperties = z
  .strictObject({
    ...ItemView.shape,
    unitId: z.uuid().nullable().meta({ description: '`assignment.responsibleUnit`.' }),
    unitName: FLAT('What that unit is called now.'),
    leadOfficialName: FLAT('`assignment.leadOfficial.name`.'),
    leadOfficialTitle: FLAT('`assignment.leadOfficial.title`.'),
  })
  .meta({
    id: 'ItemFeatureProperties',
    description:
      'The item, and beside its own fields who answers for it, flat, for the tables of geographic information systems.',
    example: PROPERTIES_EXAMPLE,
  })

export const ItemPage = z
  .strictObject({ data: z.array(ItemView), nextCursor: z.string().nullable(), total: z.int().optional() })
  .meta({ id: 'ItemPage', example: pageExample(ITEM_EXAMPLE) })

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
