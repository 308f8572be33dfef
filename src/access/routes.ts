import { and, asc, eq, gt, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import { readCalendar } from '../db/deadline.js'
import { category, unit } from '../db/schema.js'
import type { App, Deps } from '../deps.js'
import { areaPrefix } from '../domain/area.js'
import { ROLES } from '../domain/permissions.js'
import { notFound, Rejection } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PERSON_EXAMPLE, pageExample, UNIT_EXAMPLE } from '../http/examples.js'
import { AreaCode, Cursor, IdParams, Limit, text, unknownCode } from '../http/fields.js'
import { languageOf } from '../http/language.js'
import { pageOf, sendPage } from '../http/page.js'
import { responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { adminEvent, createUnit } from './create.js'

const TAG = 'Reference data and access'
const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
})
const page = <S extends z.ZodType>(row: S, id: string, example: object) =>
  z.strictObject({ data: z.array(row), nextCursor: z.string().nullable() }).meta({ id, example: pageExample(example) })

const CATEGORY_EXAMPLE = { code: 'lighting', name: '照明', nameZh: '照明', nameEn: 'Lighting' }

const Me = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(ROLES),
    jurisdiction: z.strictObject({ id: z.string(), name: z.string(), timeZone: z.string(), area: z.string() }),
    unit: z.uuid().nullable(),
    area: z.string().nullable(),
  })
  .meta({
    id: 'Me',
    example: {
      ...{ id: PERSON_EXAMPLE.id, name: '李敏', role: 'inspector', unit: null, area: '341202' },
      jurisdiction: { id: 'fuyang', name: '阜阳市道路交通安全委员会', timeZone: 'Asia/Shanghai', area: '341200' },
    },
  })

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

const CategoryView = z
  .strictObject({ code: z.string(), name: z.string(), nameZh: z.string(), nameEn: z.string() })
  .meta({ id: 'Category', example: CATEGORY_EXAMPLE })
const AddCategory = z
  .strictObject({ code: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), nameZh: text(100), nameEn: text(100) })
  .meta({ id: 'AddCategory', example: { code: 'railway_crossing', nameZh: '铁路道口', nameEn: 'Railway crossing' } })

const AreaView = z
  .strictObject({ code: z.string(), name: z.string(), level: z.int(), parent: z.string().nullable() })
  .meta({ id: 'Area' })

const Calendar = z
  .strictObject({
    timeZone: z.string(),
    firstYear: z.int(),
    lastYear: z.int().meta({ description: 'Deadlines counted past this year are provisional.' }),
    days: z.array(z.strictObject({ date: z.iso.date(), kind: z.enum(['off', 'work']), name: z.string() })),
  })
  .meta({
    id: 'Calendar',
    example: {
      ...{ timeZone: 'Asia/Shanghai', firstYear: 2020, lastYear: 2026 },
      days: [{ date: '2026-10-01', kind: 'off', name: '国庆节' }],
    },
    description: 'Statutory holidays (`off`) and make-up working days (`work`); ordinary weekends are not listed.',
  })

/** Reference data: who am I, units, areas, categories, the working calendar. */
export async function referenceRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/me',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'getMe',
        summary: 'Who am I',
        description: 'The person that the key or token stands for.',
        response: { 200: json('The caller.', Me), ...responses('read') },
      },
    },
    async (request, reply) => sendJson(reply, JSON.stringify(request.actor)),
  )

  app.get(
    '/v1/units',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'listUnits',
        summary: 'Units',
        description: 'The units of the jurisdiction, by name.',
        querystring: z.strictObject({ limit: Limit, cursor: Cursor }),
        response: { 200: json('A page of units.', page(UnitView, 'UnitPage', UNIT_EXAMPLE)), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [name, id] = cursor === undefined ? [] : decodeCursor(cursor, 'units', 2)
      const after =
        cursor === undefined
          ? undefined
          : or(gt(unit.name, String(name)), and(eq(unit.name, String(name)), gt(unit.id, String(id))))
      const rows = await db
        .select(unitColumns)
        .from(unit)
        .where(and(eq(unit.jurisdiction, request.actor.jurisdiction.id), after))
        .orderBy(asc(unit.name), asc(unit.id))
        .limit(limit + 1)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor('units', [row.name, row.id])),
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
        description: 'Names are unique in a jurisdiction.',
        headers: CommandHeaders,
        body: AddUnit,
        response: { 201: json('The unit.', UnitView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { name, kind, area = null } = request.body
      const { actor } = request
      await requireArea(area)
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        if (await unitExists(actor.jurisdiction.id, name)) throw duplicateName(name)
        const { id, event } = await createUnit(tx, actor, { name, kind, area }, intent.now)
        const body = JSON.stringify({ id, version: 1, name, kind, area, active: true })
        return { status: 201, headers: { location: `/v1/units/${id}`, etag: '"1"' }, body, events: [event] }
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
      await requireArea(patch.area ?? null)
      const intent = intentOf(request, now())
      const is = and(eq(unit.jurisdiction, actor.jurisdiction.id), eq(unit.id, request.params.id))
      const answer = await act(db, intent, async (tx) => {
        const [before] = await tx.select(unitColumns).from(unit).where(is).for('update')
        if (before === undefined) throw notFound()
        requireVersion(ifMatchOf(request), before.version)
        if (
          patch.name !== undefined &&
          patch.name !== before.name &&
          (await unitExists(actor.jurisdiction.id, patch.name))
        ) {
          throw duplicateName(patch.name)
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

  app.get(
    '/v1/areas',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'listAreas',
        summary: 'Areas (行政区划)',
        description: 'Administrative divisions under a code, by default the jurisdiction’s own.',
        querystring: z.strictObject({
          under: z
            .string()
            .regex(/^[1-9]\d{1,8}$/)
            .optional()
            .meta({ description: 'Prefix of the code.', example: '341225' }),
          level: z.coerce
            .number()
            .int()
            .min(1)
            .max(4)
            .optional()
            .meta({ description: '1 province, 2 city, 3 county, 4 township.', example: 3 }),
          limit: Limit,
          cursor: Cursor,
        }),
        response: {
          200: json(
            'A page of areas.',
            page(AreaView, 'AreaPage', { code: '341225', name: '阜南县', level: 3, parent: '341200' }),
          ),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { under, level, limit, cursor } = request.query
      const bound = { under, level }
      const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, bound, 1)
      const prefix = areaPrefix(under ?? request.actor.jurisdiction.area)
      const ofLevel = level === undefined ? sql`` : sql`and level = ${level}`
      const { rows } = await db.execute<z.infer<typeof AreaView>>(sql`
        select code, name, level, parent from area where code like ${`${prefix}%`} and code > ${after} ${ofLevel}
        order by code limit ${limit + 1}`)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor(bound, [row.code])),
      )
    },
  )

  app.get(
    '/v1/categories',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'listCategories',
        summary: 'Categories',
        description: 'The jurisdiction’s categories, in their order.',
        response: {
          200: json('All categories.', page(CategoryView, 'CategoryPage', CATEGORY_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const name = languageOf(request) === 'en' ? category.nameEn : category.nameZh
      const rows = await db
        .select({ code: category.code, name, nameZh: category.nameZh, nameEn: category.nameEn })
        .from(category)
        .where(eq(category.jurisdiction, request.actor.jurisdiction.id))
        .orderBy(category.position, category.code)
      return sendPage(
        request,
        reply,
        pageOf(rows, rows.length, () => ''),
      )
    },
  )

  app.post(
    '/v1/categories',
    {
      config: { action: 'category.write' },
      schema: {
        tags: [TAG],
        operationId: 'addCategory',
        summary: 'Add a category',
        description: 'Extends the reference list for this jurisdiction.',
        headers: CommandHeaders,
        body: AddCategory,
        response: { 201: json('The category.', CategoryView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { code, nameZh, nameEn } = request.body
      const { actor } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { rows } = await tx.execute(sql`
          insert into category (jurisdiction_id, code, name_zh, name_en, position)
          select ${actor.jurisdiction.id}, ${code}, ${nameZh}, ${nameEn}, coalesce(max(position), 0) + 1
          from category where jurisdiction_id = ${actor.jurisdiction.id}
          on conflict do nothing returning code`)
        if (rows.length === 0) throw duplicateName(code)
        const event = adminEvent(actor, intent.now, { type: 'category.created', data: { code, nameZh, nameEn } })
        return {
          status: 201,
          headers: {},
          body: JSON.stringify({ code, name: nameZh, nameZh, nameEn }),
          events: [event],
        }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/calendar',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'getCalendar',
        summary: 'The working calendar (工作日历)',
        description:
          'What makes a day a working day: Monday to Friday, less the holidays, plus the make-up days listed here.',
        querystring: z.strictObject({
          year: z.coerce
            .number()
            .int()
            .min(2000)
            .max(2100)
            .optional()
            .meta({ description: 'Only this year’s days.', example: 2026 }),
        }),
        response: { 200: json('The calendar.', Calendar), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { year } = request.query
      const { days, firstYear, lastYear } = await readCalendar(db)
      const listed = [...days.values()].filter((day) => year === undefined || day.date.startsWith(`${year}-`))
      const { timeZone } = request.actor.jurisdiction
      return sendJson(reply, JSON.stringify({ timeZone, firstYear, lastYear, days: listed }))
    },
  )

  async function requireArea(code: string | null): Promise<void> {
    if (code === null) return
    const { rows } = await db.execute(sql`select from area where code = ${code}`)
    if (rows.length === 0) throw unknownCode('/area', code)
  }

  async function unitExists(jurisdiction: string, name: string): Promise<boolean> {
    const { rows } = await db.execute(sql`select from unit where jurisdiction_id = ${jurisdiction} and name = ${name}`)
    return rows.length > 0
  }
}

const unitColumns = {
  id: unit.id,
  version: unit.version,
  name: unit.name,
  kind: unit.kind,
  area: unit.area,
  active: unit.active,
}

function duplicateName(name: string): Rejection {
  return new Rejection('duplicate', { zh: `${name} 已存在。`, en: `${name} exists already.` })
}

function requireVersion(ifMatch: number | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch === version) return
  throw new Rejection(
    'stale',
    { zh: `现在是第 ${version} 版。`, en: `It is version ${version} now.` },
    { currentVersion: version },
  )
}
