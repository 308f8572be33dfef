import { z } from 'zod'
import { isDate } from '../domain/time/zone.js'
import { AsOf, Cursor, DateOrInstant, endOf, startOf } from '../http/fields.js'
import { ItemFilter } from '../item/filter.js'

// The parameters of OGC API – Features – Part 1: Core (OGC 17-069r4, section 7.15), and beside them the list's own filters.

const MAX_LIMIT = 1000
const NUMBER = /^[-+]?\d{1,17}(\.\d{0,17})?([eE][-+]?\d{1,3})?$/

const Limit = z.coerce
  .number()
  .min(1)
  .overwrite((value) => Math.min(value, MAX_LIMIT))
  .int()
  .default(100)
  .meta({ description: 'Features on a page. More than the maximum is taken for the maximum.', maximum: MAX_LIMIT })

const Bbox = z
  .union([z.string().max(200), z.array(z.string().max(40)).max(6)])
  .refine(
    (value) => boxesOf(value) !== undefined,
    '须为 4 或 6 个数：西,南,(最低,)东,北(,最高)，WGS 84 经纬度。 | 4 or 6 numbers: west,south(,lowest),east,north(,highest), WGS 84 longitude and latitude.',
  )
  .optional()
  .meta({
    // As the standard writes it down; a client that repeats the parameter is understood too.
    ...{ type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 6, style: 'form', explode: false },
    anyOf: undefined,
    description:
      '`west,south,east,north` in degrees, CRS84; with six numbers the third and sixth are heights, which no item has. West of more than east is a box over the antimeridian. Items without a point are matched too, as the standard says.',
    example: [115.6, 32.7, 116.1, 33.1],
  })

const Datetime = z
  .string()
  .max(80)
  .refine(
    (value) => endsOf(value) !== undefined,
    '须为 RFC 3339 时间，或以 / 分隔的区间，开放端写 ..。 | An RFC 3339 date-time, or an interval of two parted by /, an open end written as ..',
  )
  .optional()
  .meta({
    description:
      'When the item was reported: a date-time, or an interval with both ends in it; `..` or nothing is an open end. A date is that whole day in the jurisdiction’s zone.',
    example: '2026-03-01T00:00:00Z/..',
  })

const { bbox: _, ...filters } = ItemFilter

export const FeatureQuery = z.strictObject({
  limit: Limit,
  bbox: Bbox,
  datetime: Datetime,
  ...filters,
  cursor: Cursor,
  asOf: AsOf,
})
export type FeatureQuery = z.infer<typeof FeatureQuery>

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

/** The boxes of degrees that a `bbox` means: two where it goes over the antimeridian; undefined for what is none. */
export function boxesOf(value: string | readonly string[]): Box[] | undefined {
  const parts = typeof value === 'string' ? value.split(',') : value
  const numbers = parts.map((part) => (NUMBER.test(part.trim()) ? Number(part) : Number.NaN))
  if (numbers.length === 6) {
    const [low = Number.NaN, high = Number.NaN] = [numbers[2], numbers[5]]
    if (!(low <= high)) return undefined
    numbers.splice(5, 1)
    numbers.splice(2, 1)
  }
  if (numbers.length !== 4) return undefined
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = numbers
  const isLongitude = (lon: number) => lon >= -180 && lon <= 180
  if (!isLongitude(west) || !isLongitude(east) || !(south >= -90 && south <= north && north <= 90)) return undefined
  if (west <= east) return [{ west, south, east, north }]
  return [
    { west, south, east: 180, north },
    { west: -180, south, east, north },
  ]
}

/** The first and the last instant of a `datetime`, both in it; undefined is an open end. */
export function instantsOf(value: string, timeZone: string): { from?: string; to?: string } {
  const { from, to } = endsOf(value) ?? {}
  return {
    ...(from === undefined ? {} : { from: startOf(from, timeZone) }),
    ...(to === undefined ? {} : { to: endOf(to, timeZone) }),
  }
}

const isTime = (text: string) => DateOrInstant.safeParse(text).success

function endsOf(value: string): { from: string | undefined; to: string | undefined } | undefined {
  const parts = value.split('/')
  const ends = parts.map((part) => (part === '..' || part === '' ? undefined : part))
  const [from, to] = parts.length === 1 ? [ends[0], ends[0]] : ends
  if (parts.length > 2 || (from === undefined && to === undefined)) return undefined
  if (![from, to].every((end) => end === undefined || isTime(end))) return undefined
  if (from !== undefined && to !== undefined && isBackwards(from, to)) return undefined
  return { from, to }
}

/** A date that holds the other end's instant in some zone is not after it. */
function isBackwards(from: string, to: string): boolean {
  if (isDate(from) && isDate(to)) return from > to
  if (isDate(from) || isDate(to)) return false
  return Date.parse(from) > Date.parse(to)
}
