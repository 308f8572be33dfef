import type { Place } from '../domain/item/item.js'
import type { Carriageway } from '../domain/item/words.js'
import { isNullIsland } from '../domain/place/boundary.js'
import {
  addressWithSide,
  type ChainageRange,
  carriagewayIn,
  MAX_CHAINAGE_M,
  parseChainageRange,
  sideIn,
} from '../domain/place/chainage.js'
import { DATUMS, toWgs84 } from '../domain/place/datum.js'
import { parseRoad } from '../domain/place/road.js'
import { carriagewayMember, MAX_ADDRESS } from '../domain/place/stretch.js'
import type { Fields, Reading } from './fields.js'
import type { Mapping } from './mapping.js'

type RowPlace = Omit<Place, 'area' | 'direction' | 'carriageway'> & { carriageway?: Carriageway }

const NUMBER = /^[+-]?\d{1,9}(?:\.\d{1,18})?$/
const NO_STRETCH = { startChainageM: null, endChainageM: null }
const NO_POINT = { lon: null, lat: null }

/** Reads where a row's hazard is: WGS 84, metres, canonical road. A row without any place is refused. */
export function createPlaceReader(fields: Fields, bounds: Mapping['bounds']): (reading: Reading) => RowPlace {
  return (reading) => {
    const errors = reading.errors.length
    const address = fields.text(reading, 'address')
    const road = readRoad(fields, reading)
    const sided = addressWithSide(address, sideIn(fields.text(reading, 'chainage') ?? ''))
    if (sided !== null && [...sided].length > MAX_ADDRESS) fields.fault(reading, 'too-long', sided, 'address')
    const place = { address: sided, road, ...readStretch(fields, reading, road), ...readPoint(fields, reading, bounds) }
    const isNowhere = address === null && place.startChainageM === null && place.lon === null
    // A place that could not be read is told as such, and not a second time as the lack of one.
    if (isNowhere && reading.errors.length === errors) fields.fault(reading, 'no-place', null)
    return place
  }
}

function readRoad(fields: Fields, reading: Reading): string | null {
  const text = fields.text(reading, 'road')
  return text === null ? null : (parseRoad(text) ?? fields.fault(reading, 'bad-road', text, 'road'))
}

function readStretch(fields: Fields, reading: Reading, road: string | null) {
  const text = fields.text(reading, 'chainage')
  if (text === null) return NO_STRETCH
  const range = parseStretch(text, fields.ruleOf('chainage')?.format)
  if (range === undefined) fields.fault(reading, 'bad-chainage', text, 'chainage')
  else if (road === null) fields.fault(reading, 'chainage-without-road', text, 'chainage')
  else return { startChainageM: range.startM, endChainageM: range.endM, ...carriagewayMember(carriagewayIn(text)) }
  return NO_STRETCH
}

function parseStretch(text: string, format: string | string[] = 'text'): ChainageRange | undefined {
  if (format === 'text') return parseChainageRange(text)
  const ends = text.split(/[~～]/).map((end) => end.trim())
  if (ends.length > 2 || !ends.every((end) => NUMBER.test(end))) return undefined
  const [from = Number.NaN, to = from] = ends.map((end) => Math.round(Number(end) * (format === 'km' ? 1000 : 1)))
  const range = { startM: Math.min(from, to) + 0, endM: Math.max(from, to) + 0 }
  return range.startM >= 0 && range.endM <= MAX_CHAINAGE_M ? range : undefined
}

function readPoint(fields: Fields, reading: Reading, bounds: Mapping['bounds']) {
  const datum = fields.oneOf(reading, 'datum', DATUMS) ?? 'wgs84'
  const [lon, lat] = [fields.text(reading, 'lon'), fields.text(reading, 'lat')]
  if (lon === null && lat === null) return NO_POINT
  const written = `${lon ?? ''}, ${lat ?? ''}`
  if (lon === null || lat === null) {
    fields.fault(reading, 'coordinates-incomplete', written, 'lon', 'lat')
    return NO_POINT
  }
  const point = { lon: Number(lon), lat: Number(lat) }
  const fault = !NUMBER.test(lon) || !NUMBER.test(lat) ? 'not-a-number' : faultOfPoint(point, bounds)
  if (fault === undefined) return toWgs84(point, datum)
  fields.fault(reading, fault, written, 'lon', 'lat')
  return NO_POINT
}

function faultOfPoint({ lon, lat }: { lon: number; lat: number }, bounds: Mapping['bounds']) {
  if (isNullIsland({ lon, lat })) return 'coordinates-zero'
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return 'coordinates-out-of-range'
  if (bounds === undefined) return undefined
  const isInside = lon >= bounds.west && lon <= bounds.east && lat >= bounds.south && lat <= bounds.north
  return isInside ? undefined : 'coordinates-outside'
}
