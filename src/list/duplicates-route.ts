import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { DIRECTIONS } from '../domain/item/words.js'
import { DATUMS } from '../domain/place/datum.js'
import { invalid, type Rejection } from '../domain/rejection.js'
import { AreaCode, text } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { requireKnownCodes } from '../item/known-codes.js'
import { NEAR_EXAMPLE, NearView } from '../item/parts.js'
import { findResemblance } from '../item/recurrence.js'
import { MOST_SHOWN, shownOf } from './duplicates.js'
import { spotOf } from './place.js'

const degrees = (limit: number, description: string, example: number) =>
  z.coerce.number().min(-limit).max(limit).optional().meta({ description, example })

const DuplicatesQuery = z
  .strictObject({
    category: text(40, 'A code of `GET /v1/categories`; without one nothing can be said to have come back.')
      .optional()
      .meta({ example: 'roadside_protection' }),
    area: AreaCode.optional().meta({
      description:
        'Where it is; says whose road an X, Y, C or Z number is. Without it those of all counties are looked at.',
      example: '341225',
    }),
    road: text(80, 'Road number such as `G220`, or a street’s name.').optional().meta({ example: 'S315' }),
    direction: z.enum(DIRECTIONS).optional().meta({ description: 'The carriageway; `both` and none lie by either.' }),
    chainage: text(60, 'As in a filing: `K12+345`, `ZK12+345` of the left carriageway, or a range.')
      .optional()
      .meta({ example: 'K12+345' }),
    lon: degrees(180, 'Longitude of the point.', 115.5953),
    lat: degrees(90, 'Latitude of the point.', 32.6584),
    datum: z.enum(DATUMS).optional().meta({ description: 'Of `lon` and `lat`; `wgs84` when absent.' }),
  })
  .refine(({ lon, lat }) => (lon === undefined) === (lat === undefined), {
    path: ['lat'],
    message: 'lon 与 lat 须同时给出。 | lon and lat come together.',
  })

const Resemblance = z
  .strictObject({
    possibleDuplicates: z
      .array(NearView)
      .meta({ description: `Open items at the place, the nearest first; ${MOST_SHOWN} at most.` }),
    suspectedRecurrenceOf: NearView.nullable().meta({ description: 'A struck-off item of the category at the place.' }),
  })
  .meta({
    id: 'Resemblance',
    example: { possibleDuplicates: [NEAR_EXAMPLE], suspectedRecurrenceOf: null },
  })

/** Before filing: what lies at the place already. */
export async function duplicatesRoute(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/possible-duplicates',
    {
      config: { action: 'item.file' },
      schema: {
        tags: ['List'],
        operationId: 'findPossibleDuplicates',
        summary: 'What a filing would repeat (查重)',
        description:
          'The search that a filing makes, without filing: items at the same place (rules, `recurrence`), as far as the caller may see them.',
        querystring: DuplicatesQuery,
        response: { 200: json('What lies there.', Resemblance), ...responses('read') },
      },
    },
    async ({ query, actor }) => {
      const spot = spotOf(query)
      if (spot.lon === null && (spot.road === null || spot.startChainageM === null)) throw nowhere()
      await requireKnownCodes(db, actor.jurisdiction.id, { area: query.area, category: spot.category }, '/query')
      const { duplicates, recurrenceOf } = await findResemblance(db, actor, spot, now())
      return {
        possibleDuplicates: duplicates.slice(0, MOST_SHOWN).map(shownOf),
        suspectedRecurrenceOf: recurrenceOf?.isVisible ? shownOf(recurrenceOf) : null,
      }
    },
  )
}

function nowhere(): Rejection {
  return invalid('/query/chainage', {
    zh: '请给出坐标，或路线与桩号。',
    en: 'Give a point, or a road with chainage.',
  })
}
