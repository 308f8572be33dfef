import { z } from 'zod'
import { CARRIAGEWAYS } from '../domain/item/words.js'
import { WARNINGS } from '../domain/report/outcome.js'
import { AsOf, Cursor, DateOrInstant, Flag, RowLimit } from '../http/fields.js'
import { ItemFilter } from '../item/filter.js'
import { GROUPS } from './groups.js'

const PAIR = 'expectedPerYear 与 overdispersion 须同时给出。 | Give expectedPerYear and overdispersion together.'

export const OutcomesQuerystring = z
  .strictObject({
    ...ItemFilter,
    closedAfter: DateOrInstant.optional().meta({ description: 'Struck off at or after this.' }),
    closedBefore: DateOrInstant.optional().meta({ description: 'Struck off before this.' }),
    counted: Flag.optional().meta({ description: 'Only items at which accidents were counted, or only the others.' }),
    groupBy: z
      .enum([...GROUPS, 'section'])
      .optional()
      .meta({
        description:
          'Without it, the items themselves. `section`: the stretches of a road that items on it make together where their chainages overlap; each carriageway that is counted on its own (ZK, YK) by itself.',
      }),
    windowMonths: z.coerce.number().int().min(1).max(120).default(12).meta({
      description: 'The length of both windows. Whole years keep the seasons out of the comparison.',
    }),
    expectedPerYear: z.coerce.number().positive().max(1_000_000).optional().meta({
      description:
        'Accidents that similar sites have in a year, for items whose counts name no base of their own; with `overdispersion`.',
      example: 2.4,
    }),
    overdispersion: z.coerce.number().min(0).max(1000).optional().meta({
      description: 'The k of the negative binomial that belongs to `expectedPerYear`.',
      example: 0.35,
    }),
    limit: RowLimit,
    cursor: Cursor,
    asOf: AsOf,
  })
  .refine((query) => query.overdispersion !== undefined || query.expectedPerYear === undefined, {
    path: ['overdispersion'],
    message: PAIR,
  })
  .refine((query) => query.expectedPerYear !== undefined || query.overdispersion === undefined, {
    path: ['expectedPerYear'],
    message: PAIR,
  })

const figures = { accidents: z.int(), deaths: z.int(), injuries: z.int() }
const change = { percent: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() }
const Change = z.strictObject(change).meta({
  id: 'OutcomeChange',
  description:
    'In percent, with the ends of its 95 % interval; null is «not to be said», as a percentage is where there was nothing before.',
  example: { percent: -58.54, low: -77.91, high: -25.39 },
})

const comparison = {
  change: z.strictObject({ accidents: Change, deaths: Change, injuries: Change }).nullable(),
  empiricalBayes: z
    .strictObject({ sites: z.int(), expectedAfter: z.number(), ...change })
    .nullable()
    .meta({ description: 'Of the accidents at the sites whose base is known, without regression to the mean.' }),
  warnings: z.array(z.enum(WARNINGS)).meta({
    description:
      '`small_numbers`: fewer than 20 accidents in a window. `regression_to_the_mean`: sites are chosen for a bad year, and without a base it is unknown how much of the change would have come by itself. `overlapping_sites`: two of the sites share a stretch of road, and an accident may have been counted at both.',
  }),
}
const Span = z.strictObject({ from: z.string(), to: z.string(), ...figures }).nullable()

export const OutcomeView = z
  .strictObject({
    itemId: z.uuid(),
    itemCode: z.string(),
    title: z.string(),
    area: z.string(),
    unit: z.uuid().nullable(),
    road: z.string().nullable(),
    carriageway: z
      .enum(CARRIAGEWAYS)
      .nullable()
      .meta({ description: 'Whose chainage it is: `left` ZK, `right` YK, null the road’s own K.' }),
    startChainageM: z.int().nullable(),
    endChainageM: z.int().nullable(),
    section: z.string().nullable().meta({ description: 'The stretch of road that it lies on.' }),
    lengthM: z.int().nullable(),
    closedAt: z.iso.datetime({ precision: 3 }),
    plannedFen: z.number().nullable(),
    spentFen: z.number().nullable(),
    before: Span,
    after: Span,
    missing: z
      .array(z.enum(['before', 'after']))
      .meta({ description: 'The windows that the counts do not cover completely; with any, nothing is compared.' }),
    ...comparison,
  })
  .meta({ id: 'Outcome' })

const sum = {
  treated: z.int().meta({ description: 'Items that were remedied.' }),
  compared: z.int().meta({ description: 'Those of them with both windows; the figures are theirs.' }),
  plannedFen: z.number().meta({ description: 'Of the plans in force.' }),
  spentFen: z.number().meta({ description: 'Of the last progress reports.' }),
  treatedM: z.int().meta({ description: 'Metres of road by chainage; metres that items share are counted once.' }),
  before: z.strictObject(figures),
  after: z.strictObject(figures),
  ...comparison,
}
const SUM_EXAMPLE = {
  ...{ treated: 16, compared: 16, plannedFen: 900_000_000, spentFen: 864_500_000, treatedM: 41_200 },
  before: { accidents: 41, deaths: 13, injuries: 52 },
  after: { accidents: 17, deaths: 6, injuries: 20 },
  change: {
    accidents: { percent: -58.54, low: -77.91, high: -25.39 },
    deaths: { percent: -53.85, low: -85.61, high: 30.15 },
    injuries: { percent: -61.54, low: -78.25, high: -34.46 },
  },
  empiricalBayes: null,
  warnings: ['small_numbers', 'regression_to_the_mean'],
}

export const OutcomeGroupView = z
  .strictObject({ key: z.string().nullable(), label: z.string(), ...sum })
  .meta({ id: 'OutcomeGroup' })

const ROW_EXAMPLE = { key: 'S315 K12+000~K15+300', label: 'S315 K12+000~K15+300', ...SUM_EXAMPLE }

export const OutcomeRow = z.union([OutcomeView, OutcomeGroupView]).meta({ example: ROW_EXAMPLE })

export const OutcomesReport = z
  .strictObject({
    asOf: z.iso.datetime({ precision: 3 }),
    windowMonths: z.int(),
    method: z.strictObject({ windows: z.string(), interval: z.string(), empiricalBayes: z.string() }),
    total: z.strictObject(sum),
    groups: z.array(OutcomeGroupView).optional().meta({ description: 'With `groupBy`.' }),
    items: z.array(OutcomeView).optional().meta({ description: 'Without `groupBy`: the latest closure first.' }),
    nextCursor: z.string().nullable().optional(),
  })
  .meta({
    id: 'OutcomesReport',
    example: {
      asOf: '2026-11-22T01:30:00.000Z',
      windowMonths: 12,
      method: { windows: '…', interval: '…', empiricalBayes: '…' },
      total: SUM_EXAMPLE,
      groups: [ROW_EXAMPLE],
    },
  })
