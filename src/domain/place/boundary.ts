import pointInPolygon from 'point-in-polygon-hao'
import type { Words } from '../rejection.js'
import { isWithinArea } from './area.js'
import type { Point } from './datum.js'

type Ring = [number, number][]

/** Where an area lies: polygons of longitude and latitude in WGS 84, each an outer ring and its holes. */
export interface Bounded {
  code: string
  polygons: Ring[][]
}

/** A rectangle in degrees. */
export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

/** Where the areas of a jurisdiction lie, ready to be asked. */
export interface Boundaries {
  areas: readonly (Bounded & { bounds: Bounds })[]
  bounds: Bounds
}

/** What is odd about a point. */
export type PointFinding = 'outside-jurisdiction' | 'outside-area'

/** A hazard on a border, found by a phone, may be measured on its other side: some 200 m. */
const TOLERANCE_DEGREES = 0.002
/** Outlines of provinces are rough; nothing within is to be outside. */
const MARGIN_DEGREES = 0.1

/** West, south, east and north of the provinces, from public outlines; of Hainan with its islands. */
const PROVINCES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  ...{ 11: [115.42, 39.44, 117.51, 41.06], 12: [116.71, 38.56, 118.07, 40.25], 13: [113.47, 36.05, 119.87, 42.62] },
  ...{ 14: [110.23, 34.58, 114.57, 40.74], 15: [97.17, 37.41, 126.07, 53.34], 21: [118.85, 38.72, 125.79, 43.49] },
  ...{ 22: [121.64, 40.87, 131.32, 46.3], 23: [121.18, 43.43, 135.09, 53.56], 31: [120.86, 30.68, 122.25, 31.87] },
  ...{ 32: [116.36, 30.76, 121.98, 35.12], 33: [118.03, 27.14, 122.84, 31.18], 34: [114.88, 29.4, 119.65, 34.65] },
  ...{ 35: [115.85, 23.55, 120.73, 28.31], 36: [113.58, 24.49, 118.48, 30.08], 37: [114.82, 34.38, 122.72, 38.4] },
  ...{ 41: [110.36, 31.38, 116.65, 36.37], 42: [108.37, 29.03, 116.14, 33.28], 43: [108.79, 24.64, 114.26, 30.13] },
  ...{ 44: [109.65, 20.21, 117.19, 25.52], 45: [104.45, 20.9, 112.06, 26.39], 46: [108.59, 3.84, 117.84, 20.16] },
  ...{ 50: [105.29, 28.16, 110.2, 32.2], 51: [97.35, 26.05, 108.55, 34.31], 52: [103.6, 24.62, 109.6, 29.22] },
  ...{ 53: [97.53, 21.14, 106.19, 29.22], 54: [78.4, 26.85, 99.12, 36.48], 61: [105.49, 31.71, 111.25, 39.59] },
  ...{ 62: [92.34, 32.59, 108.71, 42.8], 63: [89.4, 31.6, 103.07, 39.21], 64: [104.29, 35.24, 107.66, 39.38] },
  ...{ 65: [73.51, 34.33, 96.39, 49.18], 71: [119.42, 21.88, 124.59, 25.94], 81: [113.84, 22.15, 114.45, 22.56] },
  ...{ 82: [113.53, 22.11, 113.6, 22.21] },
}
const COUNTRY = [73.5, 3.4, 135.1, 53.6] as const

/** Whether a point is what devices say that know no place: 0°, 0°, to about 100 m. */
export function isNullIsland({ lon, lat }: Point): boolean {
  return Math.abs(lon) < 0.001 && Math.abs(lat) < 0.001
}

/** What devices without a position send, in one wording for all who refuse it. */
export const NO_POSITION: Words = {
  zh: '坐标为 (0, 0)：设备没有定位。请重新定位，或不填坐标。',
  en: 'The point is (0, 0): the device has no position. Locate again, or leave the point out.',
}

export function boundariesOf(areas: readonly Bounded[]): Boundaries {
  const bounded = areas.map((area) => ({ ...area, bounds: boundsOf(area.polygons.flat(2)) }))
  const all = bounded.map(({ bounds }) => bounds)
  const corners = all.flatMap(
    ({ west, south, east, north }): Ring => [
      [west, south],
      [east, north],
    ],
  )
  return { areas: bounded, bounds: boundsOf(corners) }
}

/** The rectangle in which a jurisdiction's points lie: of its boundaries, else of its province. */
export function boundsOfJurisdiction(area: string, boundaries: Boundaries | null): Bounds {
  if (boundaries !== null) return widened(boundaries.bounds, TOLERANCE_DEGREES)
  const [west, south, east, north] = PROVINCES[area.slice(0, 2)] ?? COUNTRY
  return widened({ west, south, east, north }, MARGIN_DEGREES)
}

export function isInBounds({ lon, lat }: Point, { west, south, east, north }: Bounds): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north
}

/** The area in which a point lies, the smallest that is known; undefined where there is none. */
export function areaAt(point: Point, { areas }: Boundaries): string | undefined {
  const around = areas.filter((area) => contains(area, point)).map(({ code }) => code)
  return around.sort((a, b) => depthOf(b) - depthOf(a))[0]
}

/** What is odd about a point that is said to lie in an area of a jurisdiction; undefined for nothing. */
export function findingOf(
  point: Point,
  area: string,
  jurisdiction: string,
  boundaries: Boundaries | null,
): PointFinding | undefined {
  if (!isInBounds(point, boundsOfJurisdiction(jurisdiction, boundaries))) return 'outside-jurisdiction'
  if (boundaries === null) return undefined
  const near = nearby(point)
  const at = boundaries.areas.filter((one) => near.some((spot) => contains(one, spot)))
  if (at.length === 0) return 'outside-jurisdiction'
  // The outline of the area itself, or of what it lies in; where there is none, there is nothing to compare with.
  const own = boundaries.areas.filter(({ code }) => isWithinArea(area, code))
  const [smallest] = own.sort((a, b) => depthOf(b.code) - depthOf(a.code))
  return smallest === undefined || at.includes(smallest) ? undefined : 'outside-area'
}

/** The point, and four around it. */
function nearby({ lon, lat }: Point): Point[] {
  const off = [-TOLERANCE_DEGREES, TOLERANCE_DEGREES]
  return [
    { lon, lat },
    ...off.flatMap((d) => [
      { lon: lon + d, lat },
      { lon, lat: lat + d },
    ]),
  ]
}

function contains({ polygons, bounds }: Boundaries['areas'][number], point: Point): boolean {
  // On the line counts as inside: the library answers 0 there.
  return isInBounds(point, bounds) && polygons.some((rings) => pointInPolygon([point.lon, point.lat], rings) !== false)
}

/** A township lies in a county, and that in a city. */
function depthOf(code: string): number {
  return code.length === 9 ? 9 : code.replace(/(?:00){1,2}$/, '').length
}

function widened({ west, south, east, north }: Bounds, by: number): Bounds {
  return { west: west - by, south: south - by, east: east + by, north: north + by }
}

function boundsOf(corners: Ring): Bounds {
  const bounds = { west: 180, south: 90, east: -180, north: -90 }
  for (const [lon, lat] of corners) {
    bounds.west = Math.min(bounds.west, lon)
    bounds.east = Math.max(bounds.east, lon)
    bounds.south = Math.min(bounds.south, lat)
    bounds.north = Math.max(bounds.north, lat)
  }
  return bounds
}
