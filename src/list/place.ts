import type { z } from 'zod'
import { requirePlace } from '../domain/item/decide/list.js'
import type { Description, Filed } from '../domain/item/item.js'
import type { Spot } from '../domain/item/recurrence.js'
import type { Direction } from '../domain/item/words.js'
import { isNullIsland, NO_POSITION } from '../domain/place/boundary.js'
import { addressWithoutSide, jointSide, sideIn } from '../domain/place/chainage.js'
import { toWgs84 } from '../domain/place/datum.js'
import { parseRoad } from '../domain/place/road.js'
import { carriagewayMember, oneLine, sidedAddress, stretchOf } from '../domain/place/stretch.js'
import { invalid, Rejection } from '../domain/rejection.js'
import type { Unlocated } from './locate.js'
import type { CorrectItem, FileItem } from './schemas.js'

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
  const { carriageway, ...where } = whereOf(filing)
  const nowhere = { road: null, startChainageM: null, endChainageM: null, lon: null, lat: null }
  const filed: Unlocated = {
    ...{ title, description, category, risk, source, area, direction, address, foundAt, externalId, externalSystem },
    ...callOf(filing),
    ...nowhere,
    ...where,
    ...carriagewayMember(carriageway),
  }
  filed.address = sidedAddress('/address', address, sideOf(filing))
  // One end alone is a point.
  filed.startChainageM ??= filed.endChainageM
  filed.endChainageM ??= filed.startChainageM
  requirePlace(filed)
  return filed
}

/** The side of the road that was written with a chainage, which is said in the address. */
function sideOf({ chainage, startChainageM, endChainageM }: Correction): string | null {
  const sides = [chainage, startChainageM, endChainageM].flatMap((text) => sideIn(text ?? '') ?? [])
  return jointSide(sides)
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

/** A correction of an item that has this address now: a side that came with the chainage goes into the address. */
export function withSide(patch: Partial<Description>, body: Correction, address: string | null): Partial<Description> {
  const side = sideOf(body)
  if (side === null) return patch
  const told = patch.address === undefined ? addressWithoutSide(address) : patch.address
  return { ...patch, address: sidedAddress('/address', told, side) }
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

/**
 * `chainage` says a point or a stretch at once; the two ends may also be given each on its own. Ends without letters say no
 * line: they lie on the one that is said beside them, or that the item has.
 */
function chainageOf({ chainage, startChainageM, endChainageM }: Correction): Partial<Description> {
  const whole = chainage === undefined ? undefined : chainage === null ? NO_STRETCH : stretchOf('/chainage', chainage)
  const from = endOfStretch('/startChainageM', startChainageM)
  const to = endOfStretch('/endChainageM', endChainageM)
  const start = from === undefined ? whole?.startM : from.startM
  const end = to === undefined ? whole?.endM : to.startM
  const line = oneLine('/endChainageM', [whole?.carriageway, from?.carriageway, to?.carriageway])
  // What takes the place of the whole stretch without a word of its line lies on the road's own.
  const carriageway = line === undefined && (whole !== undefined || start === null) ? null : line
  // People give stretches backwards; the two ends are put in order.
  const isBackwards = typeof start === 'number' && typeof end === 'number' && start > end
  const ends = isBackwards ? { startChainageM: end, endChainageM: start } : { startChainageM: start, endChainageM: end }
  return withoutUndefined({ carriageway, ...ends })
}

const NO_STRETCH = { startM: null, endM: null, carriageway: undefined }

function endOfStretch(pointer: string, value: string | number | null | undefined) {
  if (value === undefined) return undefined
  if (value === null) return NO_STRETCH
  const end = stretchOf(pointer, value)
  if (end.startM === end.endM) return end
  throw invalid(pointer, {
    zh: '此处只写一个桩号；起止桩号请写在 chainage 中。',
    en: 'Give one chainage here; give the whole stretch as `chainage`.',
  })
}

function withoutUndefined(members: Partial<Description>): Partial<Description> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function pointOf({ location, datum }: Correction): Partial<Description> {
  if (location === undefined) return {}
  if (location === null) return { lon: null, lat: null }
  if (isNullIsland(location)) throw invalid('/location', NO_POSITION)
  return toWgs84({ lon: location.lon, lat: location.lat }, location.datum ?? datum ?? 'wgs84')
}
