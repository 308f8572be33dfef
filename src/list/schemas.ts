import { z } from 'zod'
import { DIRECTIONS, LEVELS, RISKS, SOURCES } from '../domain/item/words.js'
import { DATUMS } from '../domain/place/datum.js'
import { AreaCode, AsOf, Cursor, EvidenceIds, Flag, Instant, RowLimit, text } from '../http/fields.js'
import { ItemFilter } from '../item/filter.js'

const Location = z
  .strictObject({
    lon: z.number().min(-180).max(180),
    lat: z.number().min(-90).max(90),
    datum: z.enum(DATUMS).optional().meta({ description: 'The datum of the point; `wgs84` when absent.' }),
  })
  .meta({ id: 'Location', example: { lon: 115.8142, lat: 32.8909, datum: 'gcj02' } })

const Chainage = z.union([z.string().min(1).max(60), z.int().min(0).max(9_999_999)]).meta({
  description:
    'Metres from the road’s zero, or text: `K12+345`, `77公里加800米`; a text may be a range, also backwards. `ZK12+345` and `YK12+345` are of the left and the right carriageway where the two part and are counted each on its own (`carriageway`). Plain metres are the road’s own.',
})

const place = {
  area: AreaCode,
  location: Location.nullish(),
  road: text(80, 'Road number such as `G220`, or a street’s name.').nullish(),
  direction: z.enum(DIRECTIONS).nullish(),
  chainage: Chainage.nullish(),
  startChainageM: Chainage.nullish().meta({
    description:
      'The beginning of a stretch, instead of `chainage`. In a correction, metres without letters stay on the item’s line.',
  }),
  endChainageM: Chainage.nullish().meta({ description: 'The end of a stretch.' }),
  address: text(300).nullish(),
}

const description = {
  title: text(200).meta({ example: '临水弯道无护栏' }),
  description: text(5000).nullish(),
  category: text(40, 'A code of `GET /v1/categories`.').nullish(),
  risk: z.enum(RISKS).nullish(),
  source: z.enum(SOURCES).optional().meta({ description: '`inspection` when absent.' }),
}

/** The datum may also stand beside the location, as some clients' map kits give it. */
const datum = z.enum(DATUMS).optional().meta({ description: 'The datum of `location`; `wgs84` when absent.' })

export const FileItem = z
  .strictObject({
    ...description,
    ...place,
    area: AreaCode.optional().meta({
      description:
        'GB/T 2260 code (6 digits) or township code (9 digits), or the 12-digit statistical form of either. May be left out where the jurisdiction has set boundaries and the point lies in one.',
      example: '341202',
    }),
    datum,
    foundAt: Instant.optional().meta({
      description:
        'When the client saw the hazard, at most 30 days back; for phones that were offline. A clock may be 5 minutes fast: the server’s time is taken then.',
    }),
    externalId: text(200, 'The item’s number in another system.').optional(),
    externalSystem: text(100).optional(),
    hotline: z
      .strictObject({
        ticket: text(
          60,
          'The hotline’s own number of the call; the item’s external id unless another is given.',
        ).optional(),
        answerWanted: z
          .boolean()
          .optional()
          .meta({ description: 'Whether the caller wants an answer; true when absent.' }),
      })
      .optional()
      .meta({ description: 'Of a call to the hotline, with `source: hotline`. Who called is not kept here.' }),
    evidence: EvidenceIds,
  })
  .refine((filing) => filing.area !== undefined || filing.location !== undefined, {
    path: ['area'],
    message: '此项必填。 | Required.',
    // Also when other fields are wrong: the answer names all of them at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine((filing) => filing.hotline === undefined || filing.source === 'hotline', {
    path: ['hotline'],
    message: 'hotline 只用于来源为 hotline 的隐患。 | hotline goes with source hotline.',
  })
  .refine((filing) => filing.externalSystem === undefined || filing.externalId !== undefined, {
    path: ['externalId'],
    message: '给出 externalSystem 时必须给出 externalId。 | externalSystem needs an externalId.',
  })
  .meta({
    id: 'FileItem',
    description: 'A filing. The place is at least one of location, road with chainage, address.',
    example: {
      title: '临水弯道无护栏',
      description: '弯道外侧临水库，无护栏、无警示标志。',
      category: 'roadside_protection',
      risk: 'road',
      area: '341225',
      road: 'S315',
      direction: 'up',
      chainage: 'K12+345',
      location: { lon: 115.5953, lat: 32.6584, datum: 'gcj02' },
    },
  })

export const CorrectItem = z
  .strictObject({ ...description, ...place, title: description.title.optional(), area: AreaCode.optional(), datum })
  .meta({
    id: 'CorrectItem',
    description: 'JSON merge patch (RFC 7396) of descriptive fields; null removes.',
    example: { address: '王店镇 幸福路口', risk: 'road' },
  })

export const ListItem = z
  .strictObject({
    level: z.enum(LEVELS),
    category: text(40, 'A code of `GET /v1/categories`; required when the filing named none.').optional(),
    evaluation: text(5000, 'The findings of the evaluation (综合评估).').optional(),
  })
  .meta({
    id: 'ListItem',
    example: { level: 'major', category: 'roadside_protection', evaluation: '临水急弯，近三年两起坠车事故。' },
  })

export const Reason = z
  .strictObject({ reason: text(2000) })
  .meta({ id: 'Reason', example: { reason: '经核实，该处护栏已于上月修复。' } })

export const MergeItem = z
  .strictObject({ into: text(40, 'UUID or code of the item that stays.'), reason: text(2000) })
  .meta({ id: 'MergeItem', example: { into: '2026-000171', reason: '同一弯道，重复上报。' } })

export const AddNote = z
  .strictObject({ note: text(5000) })
  .meta({ id: 'AddNote', example: { note: '已电话联系王店镇，周五现场会。' } })

const SORTS = ['dueAt', '-dueAt', 'reportedAt', '-reportedAt', 'updatedAt', '-updatedAt'] as const

export const ListQuery = z.strictObject({
  ...ItemFilter,
  sort: z.enum(SORTS).default('-reportedAt').meta({ description: 'Items without a deadline count as the latest.' }),
  limit: RowLimit,
  cursor: Cursor,
  count: Flag.optional().meta({ description: '`true` adds `total`.' }),
  asOf: AsOf,
})

export const ReadQuery = z.strictObject({ asOf: AsOf })
