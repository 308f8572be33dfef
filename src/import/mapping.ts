import { z } from 'zod'
import { DIRECTIONS, LEVELS, RISKS, SOURCES } from '../domain/item/words.js'
import { DATUMS } from '../domain/place/datum.js'
import { isTimeZone } from '../domain/time/zone.js'
import { text } from '../http/fields.js'
import { isStorable } from '../http/validation.js'
import { isDateFormat } from './dates.js'
import { MAPPING_EXAMPLE } from './examples.js'
import { DROPPABLE } from './reasons.js'
import { columnsOfTemplate, parseTemplate } from './template.js'

/** The statuses in which an item can be brought: those that say nothing of an assignment. */
export const IMPORT_STATUSES = ['reported', 'listed', 'closed', 'dismissed'] as const

const Column = text(200, 'A column of the file, by its header.')
const EmptyIs = z
  .array(text(100))
  .max(20)
  .optional()
  .meta({ description: 'Texts that mean «not known», beside the empty one.', example: ['NULL', '无'] })
const DateFormat = z
  .string()
  .min(1)
  .max(60)
  .refine(
    isDateFormat,
    '日期格式须为 iso，或含年月日的 Luxon 记号。 | A date format is `iso`, or tokens of Luxon with year, month and day.',
  )
const DateFormats = z.union([DateFormat, z.array(DateFormat).min(1).max(10)]).meta({
  description:
    'Formats, tried in order: `iso`, or tokens of Luxon; text in quotes is literal. A time without an offset is of `timeZone`.',
  example: ['iso', "yyyy'年'M'月'd'日'"],
})

const source = {
  column: Column.optional(),
  template: z
    .string()
    .min(1)
    .max(1000)
    .refine(
      (value) => parseTemplate(value) !== undefined,
      '模板须含 {列名}；[…] 内须有列，且不能嵌套。 | A template has {column}s; a […] has a column in it and is not nested.',
    )
    .optional()
    .meta({ description: 'Columns joined into a text; what stands in `[…]` goes when one of its columns is empty.' }),
  constant: text(5000, 'The same for every row.').optional(),
  emptyIs: EmptyIs,
  default: text(5000, 'For a row whose value is empty.').optional(),
  values: z
    .record(z.string().max(500), text(5000))
    .optional()
    .meta({ description: 'Code list: the text in the file → the value here. A text that is not in it is an error.' }),
}

type Rule = z.infer<z.ZodObject<typeof source>>

const ONE_SOURCE = '须恰好给出 column、template、constant 之一。 | Give exactly one of column, template, constant.'
const NO_REST = 'constant 不能与其他设置并用。 | A constant goes with nothing else.'

/** A field that takes one of `allowed`, or any text where that is absent. */
function field(id: string, description: string, allowed?: readonly string[]) {
  return z
    .strictObject(source)
    .superRefine((rule, context) => checkSource(rule, context))
    .superRefine((rule, context) => checkOutcomes(rule, allowed, context))
    .meta({ id, description })
}

const TextField = field('ImportText', 'A text.')
const DateField = z
  .strictObject({ ...source, format: DateFormats.optional() })
  .superRefine((rule, context) => checkSource(rule, context))
  .meta({ id: 'ImportDate', description: 'A date or a time; a deadline that is a date means the end of that day.' })
const ChainageField = z
  .strictObject({ ...source, format: z.enum(['text', 'm', 'km']).optional() })
  .superRefine((rule, context) => checkSource(rule, context))
  .meta({
    id: 'ImportChainage',
    description: 'Chainage: text such as `K12+345`, or plain metres or kilometres; a stretch has `~` between its ends.',
  })

const fields = {
  externalId: TextField,
  title: TextField,
  area: TextField,
  status: field('ImportStatus', 'The status that the list says; nothing of an assignment.', IMPORT_STATUSES),
  reportedAt: DateField,
  description: TextField.optional(),
  category: TextField.optional(),
  level: field('ImportLevel', 'The level.', LEVELS).optional(),
  risk: field('ImportRisk', 'The risk element.', RISKS).optional(),
  source: field('ImportSource', 'Where the item came from; `import` when absent.', SOURCES).optional(),
  road: TextField.optional(),
  direction: field('ImportDirection', 'The direction of the road.', DIRECTIONS).optional(),
  chainage: ChainageField.optional(),
  lon: TextField.optional(),
  lat: TextField.optional(),
  datum: field('ImportDatum', 'The datum of the point; `wgs84` when absent.', DATUMS).optional(),
  address: TextField.optional(),
  foundAt: DateField.optional(),
  listedAt: DateField.optional(),
  dueAt: DateField.optional(),
  closedAt: DateField.optional(),
  dismissalReason: TextField.optional(),
}

const Fields = z.strictObject(fields).superRefine((given, context) => {
  const { externalId, lon, lat, road, chainage, address } = given
  for (const name of ['constant', 'default', 'values'] as const) {
    if (externalId[name] !== undefined) refuse(context, ['externalId', name], ID_IS_OWN)
  }
  if ((lon === undefined) !== (lat === undefined)) refuse(context, [lon === undefined ? 'lon' : 'lat'], PAIR)
  if (lon === undefined && address === undefined && (road === undefined || chainage === undefined)) {
    refuse(context, [], NO_PLACE)
  }
})

const ID_IS_OWN = '每一行须有自己的外部编号。 | Every row has an external id of its own.'
const PAIR = '经度、纬度须同时给出。 | Longitude and latitude go together.'
const NO_PLACE =
  '须有地点：lon 与 lat、road 与 chainage、address 中的至少一项。 | Map a place: lon and lat, road and chainage, or address.'
const BOUNDS = '西须小于东，南须小于北。 | West lies west of east, south lies south of north.'

const Bounds = z
  .strictObject({
    west: z.number().min(-180).max(180),
    south: z.number().min(-90).max(90),
    east: z.number().min(-180).max(180),
    north: z.number().min(-90).max(90),
  })
  .refine(({ west, south, east, north }) => west < east && south < north, BOUNDS)
  .meta({ description: 'Where the points must lie, in the datum of the file.' })

/** How the columns of another list become items here. The mapping says everything; nothing is guessed. */
export const Mapping = z
  .strictObject({
    comment: z
      .union([z.string().max(5000), z.array(z.string().max(1000)).max(100)])
      .optional()
      .meta({ description: 'Why the mapping is as it is. Not read.' }),
    externalSystem: text(100, 'The list that the rows come from; unique together with each row’s external id.').refine(
      isStorable,
      '含有无效字符。 | Has invalid characters.',
    ),
    encoding: z.enum(['utf-8', 'gb18030', 'utf-16le']).default('utf-8').meta({ description: 'Of the file.' }),
    delimiter: z
      .string()
      .regex(/^[^"'\r\n]$/u)
      .default(',')
      .meta({ description: 'One character.' }),
    quote: z.enum(['"', "'", 'none']).default('"').meta({ description: 'What encloses a value.' }),
    timeZone: z
      .string()
      .refine(isTimeZone, '不是 IANA 时区。 | Not an IANA time zone.')
      .optional()
      .meta({ description: 'IANA name, for times without an offset; the jurisdiction’s when absent.' }),
    dateFormats: DateFormats.default(['iso']),
    emptyIs: EmptyIs,
    bounds: Bounds.optional(),
    drop: z.array(z.enum(DROPPABLE)).max(DROPPABLE.length).default([]).meta({
      description:
        'Dirt that makes a value «not known» instead of refusing its row, and is counted as a warning. What every item must have is never dropped.',
    }),
    fields: Fields,
  })
  .meta({
    id: 'ImportMapping',
    description: 'How the columns of another list become items here.',
    example: MAPPING_EXAMPLE,
  })

export type Mapping = z.output<typeof Mapping>
export type FieldName = keyof typeof fields
export type FieldRule = Rule & { format?: string | string[] | undefined }

/** The fields that a mapping gives, with their rules. */
export function rulesOf(mapping: Mapping): [FieldName, FieldRule][] {
  return Object.entries(mapping.fields).filter(([, rule]) => rule !== undefined) as [FieldName, FieldRule][]
}

/** The columns that a rule reads, each with where in the mapping it is named. */
export function columnsOf(rule: FieldRule): { key: 'column' | 'template'; column: string }[] {
  if (rule.column !== undefined) return [{ key: 'column', column: rule.column }]
  const segments = rule.template === undefined ? undefined : parseTemplate(rule.template)
  return segments === undefined ? [] : columnsOfTemplate(segments).map((column) => ({ key: 'template', column }))
}

/** Every value that a rule gives whatever the file says: its constant, its default, what its code list leads to. */
export function outcomesOf(rule: FieldRule): { path: string[]; value: string }[] {
  const { constant, default: fallback, values = {} } = rule
  return [
    ...(constant === undefined ? [] : [{ path: ['constant'], value: constant }]),
    ...(fallback === undefined ? [] : [{ path: ['default'], value: fallback }]),
    ...Object.entries(values).map(([key, value]) => ({ path: ['values', key], value })),
  ]
}

type Context = z.core.$RefinementCtx

function checkSource(rule: Rule, context: Context): void {
  const { column, template, constant, emptyIs, default: fallback, values } = rule
  const given = [column, template, constant].filter((one) => one !== undefined)
  if (given.length !== 1) refuse(context, [], ONE_SOURCE)
  const rest = [emptyIs, fallback, values].some((one) => one !== undefined)
  if (constant !== undefined && rest) refuse(context, ['constant'], NO_REST)
}

function checkOutcomes(rule: Rule, allowed: readonly string[] | undefined, context: Context): void {
  if (allowed === undefined) return
  for (const { path, value } of outcomesOf(rule)) {
    if (!allowed.includes(value)) {
      refuse(context, path, `须为 ${allowed.join('、')} 之一。 | One of ${allowed.join(', ')}.`)
    }
  }
}

function refuse(context: Context, path: string[], message: string): void {
  context.addIssue({ code: 'custom', path, message })
}
