import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readBoundaries } from '../db/boundaries.js'
import type { Db, Tx } from '../db/client.js'
import type { Actor, Channel } from '../domain/access/permissions.js'
import type { Filed } from '../domain/item/item.js'
import { isWithinArea } from '../domain/place/area.js'
import { areaAt, boundsOfJurisdiction, isInBounds, isNullIsland, NO_POSITION } from '../domain/place/boundary.js'
import { sideIn } from '../domain/place/chainage.js'
import { DATUMS, toWgs84 } from '../domain/place/datum.js'
import { parseRoad } from '../domain/place/road.js'
import { carriagewayMember, sidedAddress, stretchOf } from '../domain/place/stretch.js'
import { invalid } from '../domain/rejection.js'
import { isBlank } from '../domain/text.js'
import { localDate } from '../domain/time/zone.js'
import { type Intent, requestHashOf } from '../http/command.js'
import { AreaCode, text } from '../http/fields.js'
import { requireKnownCodes } from '../item/known-codes.js'
import { act, findAnswer } from '../ledger/act.js'
import { openItem } from '../ledger/open-item.js'
import { Credentials } from './schemas.js'

const Degrees = (limit: number) =>
  z.coerce
    .number()
    .min(-limit)
    .max(limit)
    .meta({ description: `Degrees, WGS 84, −${limit} to ${limit}.` })

const MOST_LINKS = 20

const Link = z.url({ protocol: /^https?$/ }).max(2000)
const MediaUrl = z.union([Link, z.array(Link).max(MOST_LINKS)]).meta({
  description: `Links to pictures, at most ${MOST_LINKS}: repeat the parameter, as \`media_url\` or \`media_url[]\`. Kept as text for the office, one on a line; the service never follows them.`,
})

/** The form of a filing. Who files is not asked: what the specification has of persons is taken and forgotten. */
export const RequestForm = z
  .object({
    ...Credentials.shape,
    service_code: z.string().max(40).optional().meta({ description: 'A code of the service list. Required.' }),
    lat: Degrees(90).optional(),
    long: Degrees(180).optional(),
    address_string: text(300, 'An address or a description of the place.').optional(),
    address_id: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'There is no address register here: give one of the others.' }),
    description: text(4000, 'Plain text.').optional(),
    media_url: MediaUrl.optional(),
    'attribute[area]': AreaCode.optional(),
    'attribute[road]': text(80).optional(),
    'attribute[chainage]': text(60).optional(),
    'attribute[datum]': z.enum(DATUMS).optional(),
    'attribute[ticket]': text(60).optional(),
    'attribute[answer_wanted]': z.enum(['true', 'false']).optional(),
    email: z.string().max(300).optional().meta({ description: 'Not kept; nor are the five that follow.' }),
    device_id: z.string().max(300).optional(),
    account_id: z.string().max(300).optional(),
    first_name: z.string().max(300).optional(),
    last_name: z.string().max(300).optional(),
    phone: z.string().max(300).optional(),
  })
  .meta({
    id: 'Open311Form',
    example: {
      ...{ jurisdiction_id: 'fuyang', service_code: 'roadside_protection', lat: 32.6584, long: 115.5953 },
      ...{ description: '弯道外侧临水库，无护栏。', 'attribute[road]': 'S315', 'attribute[chainage]': 'K12+345' },
    },
  })
export type RequestForm = z.infer<typeof RequestForm>

/** What is in the form of a person, and of the key: told from others by it, and then forgotten. */
const FORGOTTEN = ['email', 'device_id', 'account_id', 'first_name', 'last_name', 'phone', 'api_key'] as const

/** A service as far as a filing needs it. */
interface Service {
  code: string
  nameZh: string
}

interface Filing {
  channel: Actor
  key: string
  form: RequestForm
  service: Service
  now: string
}

/** Files a request: one item, by the one writer. Answers its id, the same to every repetition of it. */
export async function fileRequest(
  db: Db,
  request: FastifyRequest,
  filing: Filing,
): Promise<{ id: string; replayed: boolean }> {
  const { channel, form, now } = filing
  const located = filedOf(filing)
  const { intent, before } = intentsOf(request, filing)
  const earlier = before === undefined ? undefined : await findAnswer(db, before)
  const answer =
    earlier ??
    (await act(db, intent, async (tx) => {
      const filed = await inPlace(tx, channel, located, form['attribute[area]'] === undefined)
      const today = localDate(now, channel.jurisdiction.timeZone)
      await requireKnownCodes(tx, channel.jurisdiction.id, { area: filed.area }, '', today)
      const { outcome } = await openItem(tx, { actor: channel, now, action: 'item.report' }, filed, () => ({}))
      const { id } = JSON.parse(outcome.body) as { id: string }
      return { ...outcome, headers: {}, body: id }
    }))
  return { id: answer.body, replayed: answer.replayed }
}

/** A filing whose point lies in the jurisdiction; of one that names no area, the one in which it lies. @throws Rejection at `/lat` */
async function inPlace(tx: Tx, channel: Actor, filed: Filed, isAreaOpen: boolean): Promise<Filed> {
  const { lon, lat } = filed
  if (lon === null || lat === null) return filed
  const { id, area, name } = channel.jurisdiction
  const boundaries = await readBoundaries(tx, id)
  if (!isInBounds({ lon, lat }, boundsOfJurisdiction(area, boundaries))) {
    throw invalid('/lat', {
      zh: `坐标 (${lon}, ${lat}) 不在${name}的辖区内。lat 为纬度，long 为经度。`,
      en: `The point (${lon}, ${lat}) does not lie in the jurisdiction of ${name}. lat is the latitude, long the longitude.`,
    })
  }
  const found = boundaries === null || !isAreaOpen ? undefined : areaAt({ lon, lat }, boundaries)
  return found !== undefined && isWithinArea(found, channel.area ?? area) ? { ...filed, area: found } : filed
}

/** A filing in the domain's terms. @throws Rejection 400 at the parameter that is wrong. */
function filedOf({ form, channel, service }: Filing): Filed {
  const { description = null, address_string: told = null, media_url: mediaUrl } = form
  const address = sidedAddress('/address_string', told, sideIn(form['attribute[chainage]'] ?? ''))
  const source = channel.role as Channel
  const place = { ...roadOf(form), ...pointOf(form), address }
  if (place.lon === null && place.startChainageM === null && told === null) throw NO_PLACE
  const ticket = source === 'hotline' ? (form['attribute[ticket]'] ?? null) : null
  return {
    title: titleOf(service, description ?? told),
    ...{ description, category: service.code, risk: null, source },
    // Nobody knows better at first than that it lies in the jurisdiction; the office says where.
    area: form['attribute[area]'] ?? channel.area ?? channel.jurisdiction.area,
    ...place,
    ...{ direction: null, foundAt: null, channel: source },
    ...(ticket === null
      ? { externalSystem: null, externalId: null }
      : { externalSystem: 'hotline', externalId: ticket }),
    ...(source === 'hotline'
      ? { hotline: { ticket, answerWanted: form['attribute[answer_wanted]'] !== 'false' } }
      : {}),
    ...(mediaUrl === undefined ? {} : { mediaUrl: [mediaUrl].flat().join('\n') }),
  }
}

const TITLE_LENGTH = 60

/** A request has no title; the office’s lists need one. */
function titleOf({ nameZh }: Service, told: string | null): string {
  const line = (told ?? '').split('\n').find((one) => !isBlank(one)) ?? ''
  const beginning = [...line.trim()].slice(0, TITLE_LENGTH).join('')
  return beginning === '' ? nameZh : `${nameZh}：${beginning}`
}

function pointOf({ lat, long, 'attribute[datum]': datum = 'wgs84' }: RequestForm) {
  if (lat === undefined && long === undefined) return { lon: null, lat: null }
  if (lat === undefined || long === undefined) throw invalid(lat === undefined ? '/lat' : '/long', BOTH)
  if (isNullIsland({ lon: long, lat })) throw invalid('/lat', NO_POSITION)
  return toWgs84({ lon: long, lat }, datum)
}

function roadOf({ 'attribute[road]': name, 'attribute[chainage]': chainage }: RequestForm) {
  const road = name === undefined ? null : parseRoad(name)
  if (road === undefined)
    throw invalid('/attribute[road]', { zh: '路线编号或名称无效。', en: 'Not a road number or name.' })
  if (chainage === undefined) return { road, startChainageM: null, endChainageM: null }
  if (road === null)
    throw invalid('/attribute[road]', { zh: '有桩号就必须有路线编号。', en: 'A chainage needs its road.' })
  const { startM, endM, carriageway } = stretchOf('/attribute[chainage]', chainage)
  return { road, startChainageM: startM, endChainageM: endM, ...carriagewayMember(carriageway) }
}

const BOTH = { zh: 'lat 与 long 须同时给出。', en: 'lat and long go together.' }
const NO_PLACE = invalid('', {
  zh: '缺少地点：请给出 lat 与 long，或 address_string（没有 address_id）。',
  en: 'No place: give lat and long, or address_string; there are no address_ids here.',
})

/**
 * What a repetition is of, where the client names no Idempotency-Key, as none of the old ones does: the same form with the
 * same key, persons included, of these or the last ten minutes. Persons go into it through a digest that is keyed with the
 * API key, which the database does not have.
 */
const REPEAT_MS = 600_000

function intentsOf(
  request: FastifyRequest,
  { channel: actor, key, form, now }: Filing,
): { intent: Intent; before?: Intent } {
  const told = Object.entries(form)
    .filter(([name]) => !(FORGOTTEN as readonly string[]).includes(name))
    .sort()
  const requestHash = requestHashOf('POST', '/open311/v2/requests', told)
  const named = request.headers['idempotency-key']
  if (typeof named === 'string') return { intent: { actor, now, idempotency: { key: named, requestHash } } }
  const digest = createHmac('sha256', key)
    .update(JSON.stringify(Object.entries(form).sort()))
    .digest('base64url')
  const span = Math.floor(Date.parse(now) / REPEAT_MS)
  const during = (n: number): Intent => ({ actor, now, idempotency: { key: `open311-${n}-${digest}`, requestHash } })
  return { intent: during(span), before: during(span - 1) }
}
