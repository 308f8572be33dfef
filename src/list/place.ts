import type { z } from 'zod'
import { isNullIsland, NO_POSITION } from '../domain/boundary.js'
import { otherLineIn, parseChainageRange, sideIn } from '../domain/chainage.js'
import { toWgs84 } from '../domain/datum.js'
import { requirePlace } from '../domain/decide/list.js'
import type { Filed } from '../domain/events.js'
import type { Description, Direction } from '../domain/item.js'
import type { Spot } from '../domain/recurrence.js'
import { invalid, Rejection, type Words } from '../domain/rejection.js'
import { parseRoad } from '../domain/road.js'
import type { Unlocated } from './locate.js'
import type { CorrectItem, FileItem } from './schemas.js'

const MAX_ADDRESS = 300

type Filing = z.infer<typeof FileItem>
type Correction = z.infer<typeof CorrectItem>

/** What a caller asks of a place before filing. */
export interface SpotQuery extends Pick<Correction, 'datum'> {
  area?: string | undefined
  category?: string | undefined
  road?: string | undefined
  direction?: Direction | undefined
  chainage?: string | undefined
  lon?: number | undefined
  lat?: number | undefined
}

/** A filing in the domain's terms: WGS 84, metres, canonical road. @throws Rejection 400 with a pointer. */
export function filedOf(filing: Filing): Unlocated {
  const { description = null, category = null, risk = null, source = 'inspection', address = null } = filing
  const { title, area, direction = null, foundAt = null, externalId = null, externalSystem = null } = filing
  const nowhere = { road: null, startChainageM: null, endChainageM: null, lon: null, lat: null }
  const filed: Unlocated = {
    ...{ title, description, category, risk, source, area, direction, address, foundAt, externalId, externalSystem },
    ...callOf(filing),
    ...nowhere,
    ...whereOf(filing),
  }
  filed.address = withSide(address, filing.chainage ?? null)
  // One end alone is a point.
  filed.startChainageM ??= filed.endChainageM
  filed.endChainageM ??= filed.startChainageM
  requirePlace(filed)
  return filed
}

/** A side of the road that was written with the chainage is said in the address, unless that says it already. */
function withSide(address: string | null, chainage: string | number | null): string | null {
  const side = chainage === null ? null : sideIn(chainage)
  if (side === null || address?.includes(side)) return address
  return address === null ? side : `${address} ${side}`.slice(0, MAX_ADDRESS)
}

/** What comes from the hotline is a call; its ticket number is the external id unless the filing names another. */
function callOf({ source, hotline, externalId }: Filing): Partial<Filed> {
  if (source !== 'hotline') return {}
  const ticket = hotline?.ticket ?? null
  const answerWanted = hotline?.answerWanted ?? true
  const numbered = ticket === null || externalId !== undefined ? {} : { externalId: ticket, externalSystem: 'hotline' }
  return { hotline: { ticket, answerWanted }, ...numbered }
}

/** A merge patch in the domain's terms: only the members that it has. */
export function correctionOf(patch: Correction): Partial<Description> {
  const { location: _l, datum: _d, chainage: _c, startChainageM: _s, endChainageM: _e, road: _r, ...plain } = patch
  return { ...plain, ...whereOf(patch) } as Partial<Description>
}

/** A place that is asked about, in a query. @throws Rejection 400 with a pointer. */
export function spotOf(query: SpotQuery): Spot {
  const { area = null, category = null, direction = null, lon, lat, datum, ...road } = query
  const location = lon === undefined || lat === undefined ? undefined : { lon, lat }
  const { startChainageM, endChainageM, ...where } = inQuery(() => whereOf({ ...road, location, datum }))
  return {
    ...{ road: null, lon: null, lat: null },
    ...where,
    ...{ area, category, direction, startChainageM: startChainageM ?? null, endChainageM: endChainageM ?? null },
  }
}

/** The same refusals, pointing into the query. */
function inQuery<R>(work: () => R): R {
  try {
    return work()
  } catch (err) {
    if (!(err instanceof Rejection)) throw err
    const errors = err.details.errors?.map(({ pointer, detail }) => ({ pointer: `/query${pointer}`, detail }))
    throw new Rejection(err.code, err.words, errors === undefined ? err.details : { ...err.details, errors })
  }
}

function whereOf(input: Correction): Partial<Description> {
  return { ...roadOf(input), ...chainageOf(input), ...pointOf(input) }
}

function roadOf({ road }: Correction): Partial<Description> {
  if (road === undefined || road === null) return road === null ? { road: null } : {}
  const parsed = parseRoad(road)
  if (parsed === undefined) throw invalid('/road', { zh: '路线编号或名称无效。', en: 'Not a road number or name.' })
  return { road: parsed }
}

/** `chainage` says a point or a stretch at once; the two ends may also be given each on its own. */
function chainageOf({ chainage, startChainageM, endChainageM }: Correction): Partial<Description> {
  const whole = chainage === null ? NO_STRETCH : chainage === undefined ? {} : stretch(rangeOf('/chainage', chainage))
  const start = endOfStretch('startChainageM', startChainageM)
  const end = endOfStretch('endChainageM', endChainageM)
  const given = { ...whole, ...start, ...end }
  // People give stretches backwards; the two ends are put in order.
  const { startChainageM: a, endChainageM: b } = given
  return typeof a === 'number' && typeof b === 'number' && a > b ? { startChainageM: b, endChainageM: a } : given
}

const NO_STRETCH = { startChainageM: null, endChainageM: null }

function stretch({ startM, endM }: { startM: number; endM: number }): Partial<Description> {
  return { startChainageM: startM, endChainageM: endM }
}

function endOfStretch(name: 'startChainageM' | 'endChainageM', value: string | number | null | undefined) {
  if (value === undefined) return {}
  return { [name]: value === null ? null : rangeOf(`/${name}`, value).startM }
}

const NOT_THE_ROADS_OWN: Record<'carriageway' | 'ramp', Words> = {
  carriageway: {
    zh: 'ZK、YK 是左右幅分离路段各自的桩号，与主线 K 桩号不能相比；请写入地址 address，不填桩号。',
    en: 'ZK and YK are counted along one carriageway where the two part, and do not compare with the road’s own K: write it in address and leave the chainage out.',
  },
  ramp: {
    zh: '匝道桩号（AK、BK……）不是主线桩号；请写入地址 address，不填桩号。',
    en: 'A ramp’s chainage (AK, BK …) is not the road’s own: write it in address and leave the chainage out.',
  },
}

function rangeOf(pointer: string, value: string | number): { startM: number; endM: number } {
  const range = parseChainageRange(value)
  if (range !== undefined) return range
  const line = otherLineIn(value)
  if (line !== undefined) throw invalid(pointer, NOT_THE_ROADS_OWN[line])
  throw invalid(pointer, {
    zh: '桩号无效；请用 K12+345、77公里加800米、范围 K12+300~K12+900 或米数。',
    en: 'Not a chainage: write K12+345, 77公里加800米, a range K12+300~K12+900, or metres as a number.',
  })
}

function pointOf({ location, datum }: Correction): Partial<Description> {
  if (location === undefined) return {}
  if (location === null) return { lon: null, lat: null }
  if (isNullIsland(location)) throw invalid('/location', NO_POSITION)
  return toWgs84({ lon: location.lon, lat: location.lat }, location.datum ?? datum ?? 'wgs84')
}
