import { and, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { findArea } from '../db/areas.js'
import type { Tx } from '../db/client.js'
import { lockSettings } from '../db/lock.js'
import { unit } from '../db/schema.js'
import type { App, Deps } from '../deps.js'
import { notFound, requireVersion } from '../domain/rejection.js'
import { fileOr } from '../export/docs.js'
import { jsonRows, sendFile } from '../export/send.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { UNIT_EXAMPLE } from '../http/examples.js'
import { AreaCode, IdParams, PAGE, RowsQuery, text, unknownCode } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import { createUnit, duplicateName } from './create.js'
import { unitRows } from './rows.js'
import { UNIT_SHEET } from './sheets.js'

const TAG = 'Reference data and access'

const UNIT_KINDS = ['bureau', 'township', 'company', 'office', 'other'] as const
const UnitView = z
  .strictObject({
    id: z.uuid(),
    version: z.int(),
    name: z.string(),
    kind: z.enum(UNIT_KINDS),
    area: z.string().nullable(),
    active: z.boolean(),
  })
  .meta({ id: 'Unit', description: 'A unit that items can be assigned to.', example: UNIT_EXAMPLE })

const AddUnit = z
  .strictObject({ name: text(100), kind: z.enum(UNIT_KINDS).default('other'), area: AreaCode.nullish() })
  .meta({ id: 'AddUnit', example: { name: '王店镇人民政府', kind: 'township', area: '341202100' } })

const ChangeUnit = z
  .strictObject({
    name: text(100).optional(),
    kind: z.enum(UNIT_KINDS).optional(),
    area: AreaCode.nullish(),
    active: z.boolean().optional(),
  })
  .meta({
    id: 'ChangeUnit',
    description: 'JSON merge patch. An inactive unit is given nothing new.',
    example: { active: false },
  })

/** Units, to which items are assigned. */
export async function unitRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
  app.get(
    '/v1/units',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'listUnits',
        summary: 'Units',
        description: 'The units of the jurisdiction, by name.',
        querystring: RowsQuery,
        response: {
          200: fileOr('A page of units; as a file, all.', pageSchema(UnitView, 'UnitPage', UNIT_EXAMPLE), UnitView),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const { id: jurisdiction } = request.actor.jurisdiction
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format !== 'json') {
        const rows = jsonRows(unitRows(jurisdiction, undefined, limit))
        return sendFile(request, reply, deps, { format, sheet: UNIT_SHEET, rows })
      }
      const after = cursor === undefined ? undefined : decodeCursor(cursor, 'units', 2)
      const { rows } = await db.execute<z.infer<typeof UnitView>>(unitRows(jurisdiction, after, (limit ?? PAGE) + 1))
      return sendPage(
        request,
        reply,
        pageOf(rows, limit ?? PAGE, (row) => encodeCursor('units', [row.name, row.id])),
      )
    },
  )

  app.post(
    '/v1/units',
    {
      config: { action: 'unit.write' },
      schema: {
        tags: [TAG],
        operationId: 'addUnit',
        summary: 'Add a unit',
        description:
          'Names are unique in a jurisdiction, and no two may look alike: another width of a bracket, another dot or a space make no other name.',
        headers: CommandHeaders,
        body: AddUnit,
        response: { 201: json('The unit.', UnitView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { name, kind, area = null } = request.body
      const { actor } = request
      await requireArea(actor.jurisdiction.id, area)
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        await requireNewName(tx, actor.jurisdiction.id, name)
        const { id, event } = await createUnit(tx, actor, { name, kind, area }, intent.now)
        const body = JSON.stringify({ id, version: 1, name, kind, area, active: true })
        return { status: 201, headers: { etag: '"1"' }, body, events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.patch(
    '/v1/units/:id',
    {
      config: { action: 'unit.write' },
      schema: {
        tags: [TAG],
        operationId: 'changeUnit',
        summary: 'Change a unit',
        description: 'JSON merge patch; `If-Match` guards against a change in between.',
        params: IdParams,
        headers: CommandHeaders,
        body: ChangeUnit,
        response: { 200: json('The unit after the change.', UnitView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, body: patch } = request
      await requireArea(actor.jurisdiction.id, patch.area ?? null)
      const intent = intentOf(request, now())
      const is = and(eq(unit.jurisdiction, actor.jurisdiction.id), eq(unit.id, request.params.id))
      const answer = await act(db, intent, async (tx) => {
        const [before] = await tx.select(unitColumns).from(unit).where(is).for('no key update')
        if (before === undefined) throw notFound()
        requireVersion(ifMatchOf(request), before.version)
        // A name that is like another's already is kept where it is not changed.
        if (patch.name !== undefined && patch.name !== before.name) {
          await requireNewName(tx, actor.jurisdiction.id, patch.name, before.id)
        }
        const after = { ...before, ...patch, version: before.version + 1 }
        await tx.update(unit).set(after).where(is)
        const { version, ...data } = after
        const event = adminEvent(actor, intent.now, { type: 'unit.changed', data })
        return { status: 200, headers: { etag: `"${version}"` }, body: JSON.stringify(after), events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )

  async function requireArea(jurisdiction: string, code: string | null): Promise<void> {
    if (code === null) return
    if ((await findArea(db, jurisdiction, code)) === undefined) throw unknownCode('/area', code)
  }
}

/**
 * Two units whose names look alike are one to every reader of a report. The jurisdiction's units take their names in turns,
 * or two requests could each find the name free.
 * @throws Rejection `duplicate` that names the unit which has the name
 */
async function requireNewName(tx: Tx, jurisdiction: string, name: string, own: string | null = null): Promise<void> {
  await lockSettings(tx, jurisdiction)
  const { rows } = await tx.execute<{ name: string }>(sql`
    select name from unit where jurisdiction_id = ${jurisdiction} and name_key(name) = name_key(${name})
      and id is distinct from ${own}::uuid order by name = ${name} desc limit 1`)
  const [found] = rows
  if (found !== undefined) throw duplicateName(name, found.name)
}

const unitColumns = {
  id: unit.id,
  version: unit.version,
  name: unit.name,
  kind: unit.kind,
  area: unit.area,
  active: unit.active,
}
