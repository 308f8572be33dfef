import { z } from 'zod'
import { parseAreaCode, parseAreaPrefix } from '../domain/place/area.js'
import { invalid } from '../domain/rejection.js'
import { isBlank, tidy } from '../domain/text.js'
import { endOfDay, isDate, startOfDay } from '../domain/time/zone.js'

const SHOWS_NOTHING =
  '没有可见的文字：只有空格或看不见的字符。 | It shows nothing: it has only spaces or invisible characters.'

/**
 * Free text of a person: tidied, never empty nor without anything to see. `max` counts characters, of which a rare Chinese one is
 * one, as PostgreSQL and JSON Schema do.
 */
export function text(max: number, description?: string) {
  const schema = z
    .string()
    .overwrite(tidy)
    .min(1)
    .max(max)
    .refine((value) => value === '' || !isBlank(value), SHOWS_NOTHING)
  return description === undefined ? schema : schema.meta({ description })
}

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/

function isInstant(value: string): boolean {
  return INSTANT.test(value) && isDate(value.slice(0, 10)) && isInReach(value) && Number.isFinite(Date.parse(value))
}

/** Years in which every zone's end of day, and a deadline that is moved, can be computed and stored. */
function isInReach(value: string): boolean {
  const year = Number(value.slice(0, 4))
  return year >= 1900 && year <= 2999
}

/** RFC 3339 date-time with an offset; becomes UTC with milliseconds. */
export const Instant = z
  .string()
  .refine(
    isInstant,
    '须为带时区的 RFC 3339 时间，如 2026-11-22T08:00:00+08:00。 | An RFC 3339 date-time with an offset, e.g. 2026-11-22T08:00:00+08:00.',
  )
  .overwrite((value) => (isInstant(value) ? new Date(value).toISOString() : value))
  .meta({ format: 'date-time', example: '2026-11-22T00:00:00.000Z' })

/** A date (of the jurisdiction's time zone) or an instant. Resolve it with `endOf` or `startOf`. */
export const DateOrInstant = z
  .string()
  .refine(
    (value) => (isDate(value) && isInReach(value)) || isInstant(value),
    '须为日期 2026-12-31 或带时区的 RFC 3339 时间。 | A date such as 2026-12-31, or an RFC 3339 date-time with an offset.',
  )
  .meta({
    description: 'A date in the jurisdiction’s time zone, or an RFC 3339 date-time with an offset.',
    example: '2026-12-31',
  })

/** A date of the jurisdiction's time zone. */
export const Day = z
  .string()
  .refine((value) => isDate(value) && isInReach(value), '须为日期，如 2026-12-31。 | A date such as 2026-12-31.')
  .meta({ format: 'date' })

/** A deadline: a date means the end of that day. */
export function endOf(value: string, timeZone: string): string {
  return isDate(value) ? endOfDay(value, timeZone) : new Date(value).toISOString()
}

/** The beginning of a half-open range: a date means the start of that day. */
export function startOf(value: string, timeZone: string): string {
  return isDate(value) ? startOfDay(value, timeZone) : new Date(value).toISOString()
}

export const Uuid = z.uuid().overwrite((value) => value.toLowerCase())

/** What one event can refer to. */
const MAX_EVIDENCE = 20

/** The evidence that a request refers to. */
export const EvidenceIds = z
  .array(Uuid)
  .max(MAX_EVIDENCE)
  .refine((ids) => new Set(ids).size === ids.length, '佐证重复。 | A piece of evidence is named twice.')
  .optional()
  .meta({
    description: 'Evidence (佐证) by id, of `POST /v1/evidence`: one’s own, or what the caller may see on an item.',
    example: ['01a20118-6a10-7c3e-9f65-2f4b7c1d8e90'],
  })

/** `true` or `false` in a query string. */
export const Flag = z.enum(['true', 'false'])

export const AreaCode = z
  .string()
  .refine(
    (value) => parseAreaCode(value) !== undefined,
    '须为 6 位行政区划代码、9 位乡镇代码或 12 位统计用代码。 | A 6-digit GB/T 2260 code, a 9-digit township code, or the 12-digit statistical form of either.',
  )
  .overwrite((value) => parseAreaCode(value) ?? value)
  .meta({
    description:
      'GB/T 2260 code (6 digits) or township code (9 digits). The 12-digit statistical form is taken too: `341225000000` is 341225, a village’s code is its township’s.',
    example: '341202',
  })

/** The beginning of an area code, or a whole one in any of its forms. */
export const AreaPrefix = z
  .string()
  .refine(
    (value) => parseAreaPrefix(value) !== undefined,
    '须为区划代码或其开头，2 至 9 位数字，或 12 位统计用代码。 | An area code or its beginning, 2 to 9 digits, or a 12-digit statistical code.',
  )
  .overwrite((value) => parseAreaPrefix(value) ?? value)

/** A parameter that may be repeated: one value or several. */
export function many<T extends z.ZodType>(schema: T) {
  return z.union([schema, z.array(schema).min(1).max(50)])
}

/** The values of a repeatable parameter. */
export function valuesOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

export const Limit = z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Rows on a page.' })
/** Of a list that can be had as a file too. */
export const RowLimit = z.coerce
  .number()
  .int()
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Rows on a page, 50 unless told; of a file, all unless told.', example: 50 })
/** Rows on a page where `RowLimit` does not say. */
export const PAGE = 50
export const Cursor = z
  .string()
  .max(1000)
  .optional()
  .meta({ description: '`nextCursor` of the page before.', example: 'WyJkUlRzQTF2biIsIjIwMjYtMTEtMjIiLCIwMWEyIl0' })

/** An older version of what is set for a jurisdiction; `none` says what version 0 is. */
export function versionField(none: string) {
  return z.coerce
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .optional()
    .meta({ description: `This version instead of the one in force; 0: ${none}.`, example: 0 })
}

/** The query of a list that has no filters. */
export const PageQuery = z.strictObject({ limit: Limit, cursor: Cursor })

/** The query of a list that has no filters and can be had as a file too. */
export const RowsQuery = z.strictObject({ limit: RowLimit, cursor: Cursor })

/** The id of a unit or person in a path. */
export const IdParams = z.object({
  id: Uuid.meta({ description: 'Its UUID.', example: '01a20116-9f7a-7373-b205-b62c6b6c93e1' }),
})

const SEQ_REF = /^seq:\d{1,15}$/

/** The seq in `seq:1234`; undefined where the text names none. */
export function seqIn(text: string): number | undefined {
  return SEQ_REF.test(text) ? Number(text.slice('seq:'.length)) : undefined
}

/** A moment of the ledger: a time, or the place right after an event. Resolve it with `pastOf`. */
export function isMoment(value: string): boolean {
  return isInstant(value) || SEQ_REF.test(value)
}

/** Answer as things stood then. */
export const AsOf = z
  .string()
  .refine(
    isMoment,
    '须为带时区的 RFC 3339 时间，或台账序号 seq:1234。 | An RFC 3339 date-time with an offset, or an event’s place in the ledger: seq:1234.',
  )
  .overwrite(normalMoment)
  .optional()
  .meta({
    description:
      'Answers as things stood then, from the ledger: at a time, or right after an event, `seq:1234`. What the clock says (overdue) is then computed at that time, or at the event’s.',
    example: '2026-11-22T00:00:00.000Z',
  })

/** One spelling of each moment, so that a cursor holds for all of them. */
export function normalMoment(value: string): string {
  const seq = seqIn(value)
  if (seq !== undefined) return `seq:${seq}`
  return isInstant(value) ? new Date(value).toISOString() : value
}

/** Fen, 1/100 yuan. */
export const Fen = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({ description: 'Fen (1/100 yuan).', example: 7854000000 })

/** Refusal of a code that the reference data do not have. */
export function unknownCode(pointer: string, code: string) {
  return invalid(pointer, { zh: `没有代码 ${code}。`, en: `There is no ${code}.` })
}
