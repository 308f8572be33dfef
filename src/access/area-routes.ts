import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Area, findArea } from '../db/areas.js'
import type { Tx } from '../db/client.js'
import { lockSettings } from '../db/lock.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { isWithinArea } from '../domain/place/area.js'
import { invalid, notFound, requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, requireIfMatch, sendAnswer } from '../http/command.js'
import { AreaCode, Day, text, unknownCode } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { act, type Outcome } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import { duplicateName } from './create.js'

const TAG = 'Reference data and access'

export const AREA_EXAMPLE = {
  ...{ code: '341225', name: '阜南县', level: 3, parent: '341200', version: 0 },
  ...{ validFrom: null, validTo: null, successor: null },
}
export const AreaView = z
  .strictObject({
    code: z.string(),
    name: z.string(),
    level: z.int(),
    parent: z.string().nullable(),
    version: z
      .int()
      .min(0)
      .meta({ description: 'How often the jurisdiction has changed it; 0: it is as it is shipped.' }),
    validFrom: z.iso.date().nullable().meta({ description: 'The first day on which it is one; null: always.' }),
    validTo: z.iso.date().nullable().meta({
      description:
        'The first day on which it is none any more: nothing new is filed in it. Null: no such day is known.',
    }),
    successor: z.string().nullable().meta({ description: 'What a retired area has become.' }),
  })
  .meta({ id: 'Area', example: AREA_EXAMPLE })

const AddArea = z
  .strictObject({ code: AreaCode, name: text(50), validFrom: Day.nullish() })
  .meta({ id: 'AddArea', example: { code: '341225130', name: '新村镇', validFrom: '2026-07-01' } })

const ChangeArea = z
  .strictObject({
    name: text(50).optional(),
    validFrom: Day.nullish(),
    validTo: Day.nullish(),
    successor: AreaCode.nullish(),
  })
  .meta({
    id: 'ChangeArea',
    description: 'JSON merge patch; null removes. A retired area has a `validTo`, and may name its successor.',
    example: { validTo: '2026-07-01', successor: '341225130' },
  })

/** What a jurisdiction says of areas (区划维护): added, renamed, retired. It holds in that jurisdiction alone. */
export async function areaRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/areas',
    {
      config: { action: 'area.write' },
      schema: {
        tags: [TAG],
        operationId: 'addArea',
        summary: 'Add an area',
        description: 'A county or township of the jurisdiction that is not shipped yet. What it lies in must be known.',
        headers: CommandHeaders,
        body: AddArea,
        response: { 201: json('The area.', AreaView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const intent = intentOf(request, now())
      return sendAnswer(reply, await act(db, intent, (tx) => addArea(tx, actor, body, intent.now)))
    },
  )

  app.patch(
    '/v1/areas/:code',
    {
      config: { action: 'area.write' },
      schema: {
        tags: [TAG],
        operationId: 'changeArea',
        summary: 'Rename or retire an area',
        description:
          'JSON merge patch; needs `If-Match` with the `version` of the area in quotes. Items keep the codes that they have, and the names shown are today’s. In a retired area nothing new is filed; lists and reports find what is there.',
        params: z.object({ code: AreaCode }),
        headers: CommandHeaders,
        body: ChangeArea,
        response: {
          200: json('The area after the change. `ETag` is its version.', AreaView),
          ...responses('correction'),
        },
      },
    },
    async (request, reply) => {
      requireIfMatch(request)
      const { actor, body, params } = request
      const intent = intentOf(request, now())
      const ifMatch = ifMatchOf(request)
      const answer = await act(db, intent, (tx) => changeArea(tx, actor, params.code, body, ifMatch, intent.now))
      return sendAnswer(reply, answer)
    },
  )
}

async function addArea(tx: Tx, actor: Actor, wish: z.infer<typeof AddArea>, at: string): Promise<Outcome> {
  const { code, name, validFrom = null } = wish
  const { id } = actor.jurisdiction
  await lockSettings(tx, id)
  requireWithin(actor, '/code', code)
  if ((await findArea(tx, id, code)) !== undefined) throw duplicateName(code)
  const parent = code.length === 9 ? code.slice(0, 6) : `${code.slice(0, 4)}00`
  if (parent === code || (await findArea(tx, id, parent)) === undefined) throw unknownCode('/code', parent)
  const level = code.length === 9 ? 4 : 3
  await tx.execute(sql`
    insert into area (code, name, level, parent, shipped) values (${code}, ${name}, ${level}, ${parent}, false)
    on conflict (code) do nothing`)
  return write(tx, actor, 'area.added', { ...NEVER_CHANGED, code, name, level, parent, version: 1, validFrom }, at)
}

async function changeArea(
  tx: Tx,
  actor: Actor,
  code: string,
  patch: z.infer<typeof ChangeArea>,
  ifMatch: readonly string[] | undefined,
  at: string,
): Promise<Outcome> {
  const { id } = actor.jurisdiction
  await lockSettings(tx, id)
  const before = await findArea(tx, id, code)
  if (before === undefined || !isWithinArea(code, actor.jurisdiction.area)) throw notFound()
  requireVersion(ifMatch, before.version)
  const after = { ...before, ...patch, version: before.version + 1 } as Area
  requireValidity(after)
  if (after.successor !== null) {
    requireWithin(actor, '/successor', after.successor)
    if ((await findArea(tx, id, after.successor)) === undefined) throw unknownCode('/successor', after.successor)
  }
  return write(tx, actor, 'area.changed', after, at)
}

const NEVER_CHANGED = { validTo: null, successor: null }

/** @throws Rejection at the field that contradicts another */
function requireValidity({ code, validFrom, validTo, successor }: Area): void {
  if (validFrom !== null && validTo !== null && validFrom >= validTo) {
    throw invalid('/validTo', { zh: '停用日期须晚于启用日期。', en: 'validTo comes after validFrom.' })
  }
  if (successor === null) return
  if (successor === code)
    throw invalid('/successor', { zh: '后继不能是自身。', en: 'An area does not succeed itself.' })
  if (validTo === null) {
    throw invalid('/validTo', {
      zh: '有后继的区划须有停用日期 validTo。',
      en: 'An area with a successor has a validTo.',
    })
  }
}

function requireWithin({ jurisdiction }: Actor, pointer: string, code: string): void {
  if (code !== jurisdiction.area && isWithinArea(code, jurisdiction.area)) return
  throw invalid(pointer, {
    zh: `${code} 不在本辖区 ${jurisdiction.area} 内。`,
    en: `${code} does not lie in this jurisdiction’s ${jurisdiction.area}.`,
  })
}

async function write(
  tx: Tx,
  actor: Actor,
  type: 'area.added' | 'area.changed',
  area: Area,
  at: string,
): Promise<Outcome> {
  const { code, name, version, validFrom, validTo, successor } = area
  await tx.execute(sql`
    insert into area_change (jurisdiction_id, code, version, name, valid_from, valid_to, successor)
    values (${actor.jurisdiction.id}, ${code}, ${version}, ${name}, ${validFrom}, ${validTo}, ${successor})
    on conflict (jurisdiction_id, code) do update set version = excluded.version, name = excluded.name,
      valid_from = excluded.valid_from, valid_to = excluded.valid_to, successor = excluded.successor`)
  const event = adminEvent(actor, at, { type, data: { code, name, validFrom, validTo, successor } })
  const status = type === 'area.added' ? 201 : 200
  return { status, headers: { etag: `"${version}"` }, body: JSON.stringify(area), events: [event] }
}
