import { isSameRoad } from '../place/road.js'
import type { Instant } from '../time/instant.js'
import { endOfDay, localDate } from '../time/zone.js'
import { distanceM } from './evidence-warnings.js'
import type { Description } from './item.js'
import type { Carriageway, Direction, Status } from './words.js'

/** When a new item may be an old one come back. */
export interface RecurrenceRules {
  /** Metres between two points, or along a road between two stretches. */
  withinM: number
  /** Since the old one was struck off. */
  months: number
}

/** Where a hazard is and of what category: what two items are compared by. */
export type Spot = Pick<
  Description,
  'category' | 'road' | 'direction' | 'startChainageM' | 'endChainageM' | 'lon' | 'lat'
> & {
  /** Says whose a road is that every county has; null where it is not known. */
  area: string | null
  /** Whose chainage it is; none is the road's own line. */
  carriageway?: Carriageway | null
}

/** An item that lies near, as it is found. */
export interface Neighbour extends Spot {
  id: string
  code: string
  status: Status
  title: string
  closedAt: Instant | null
  /** Whether whoever asks may see it. */
  isVisible: boolean
}

/** An item that lies at the same place: how far off, 0 where the stretches overlap. */
export type Near = Neighbour & { distanceM: number }

/** A rectangle around a point, in degrees. */
export interface Box {
  west: number
  south: number
  east: number
  north: number
}

/** Of a degree of latitude at the poles, where it is longest; no point that is near enough falls outside. */
const METRES_A_DEGREE = 110_500
/** Beyond it a degree of longitude shrinks to nothing. */
const FARTHEST_NORTH = 89

/** The rectangle outside of which nothing is within so many metres. */
export function boxAround({ lon, lat }: { lon: number; lat: number }, metres: number): Box {
  const high = metres / METRES_A_DEGREE
  const wide = high / Math.cos((Math.min(Math.abs(lat) + high, FARTHEST_NORTH) * Math.PI) / 180)
  return { west: lon - wide, south: lat - high, east: lon + wide, north: lat + high }
}

/** How far apart two spots are, 0 where their stretches overlap; undefined where they have no kind of place in common. */
export function apartM(a: Spot, b: Spot): number | undefined {
  if (isSameRoad(a, b) && isOtherCarriageway(a, b)) return undefined
  const ways = [alongRoad(a, b), asTheCrowFlies(a, b)].filter((metres) => metres !== undefined)
  return ways.length === 0 ? undefined : Math.min(...ways)
}

function alongRoad(a: Spot, b: Spot): number | undefined {
  if (!isSameRoad(a, b) || isOtherSide(a.direction, b.direction)) return undefined
  // Each line is counted from a zero of its own.
  if ((a.carriageway ?? null) !== (b.carriageway ?? null)) return undefined
  const [aFrom, aTo, bFrom, bTo] = [a.startChainageM, a.endChainageM, b.startChainageM, b.endChainageM]
  if (aFrom === null || aTo === null || bFrom === null || bTo === null) return undefined
  return Math.max(0, bFrom - aTo, aFrom - bTo)
}

/** The two carriageways of a road are different places. */
function isOtherSide(a: Direction | null, b: Direction | null): boolean {
  return a !== null && b !== null && a !== b && a !== 'both' && b !== 'both'
}

/** Left and right are apart, whatever their points say; of the undivided line a point may be either's. */
function isOtherCarriageway({ carriageway: a = null }: Spot, { carriageway: b = null }: Spot): boolean {
  return a !== null && b !== null && a !== b
}

function asTheCrowFlies(a: Spot, b: Spot): number | undefined {
  if (a.lon === null || a.lat === null || b.lon === null || b.lat === null) return undefined
  return distanceM({ lon: a.lon, lat: a.lat }, { lon: b.lon, lat: b.lat })
}

/** What a filing may be: an item that is open already, or one that was struck off and has come back. */
export interface Resemblance {
  duplicates: Near[]
  /** The nearest in time that was struck off not too long ago; only of the same category. */
  recurrenceOf: Near | undefined
}

/** Sorts what lies near a spot into what it may repeat and what it may be the return of. */
export function resemblanceOf(
  spot: Spot,
  neighbours: readonly Neighbour[],
  { withinM }: RecurrenceRules,
  since: Instant,
): Resemblance {
  const near = neighbours
    .flatMap((one): Near[] => {
      const metres = apartM(spot, one)
      return metres === undefined || metres > withinM ? [] : [{ ...one, distanceM: Math.round(metres) }]
    })
    .filter(({ category }) => category === null || spot.category === null || category === spot.category)
  const duplicates = near
    .filter(({ status }) => isOpen(status))
    .sort((a, b) => a.distanceM - b.distanceM || (a.code < b.code ? -1 : 1))
  const [recurrenceOf] = near
    .filter(({ status, category }) => status === 'closed' && category !== null && category === spot.category)
    .filter(({ closedAt }) => closedAt !== null && closedAt >= since)
    .sort((a, b) => ((a.closedAt ?? '') > (b.closedAt ?? '') ? -1 : 1))
  return { duplicates, recurrenceOf }
}

function isOpen(status: Status): boolean {
  return status !== 'closed' && status !== 'dismissed' && status !== 'merged'
}

/** The end of the day so many months ago, in a zone; of the last day of a shorter month. */
export function monthsAgo(now: Instant, months: number, zone: string): Instant {
  const [year = 0, month = 1, day = 1] = localDate(now, zone).split('-').map(Number)
  const first = new Date(Date.UTC(year, month - 1 - months, 1))
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  const date = `${first.toISOString().slice(0, 8)}${String(Math.min(day, days)).padStart(2, '0')}`
  return endOfDay(date, zone)
}
