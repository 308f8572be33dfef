import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { KEY_ROLES } from '../domain/access/permissions.js'
import { fileOr } from '../export/docs.js'
import { jsonRows, sendFile } from '../export/send.js'
import { CommandHeaders, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { AreaPrefix, Cursor, PAGE, RowLimit, text } from '../http/fields.js'
import { formatOf, LIST_FORMATS } from '../http/negotiate.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { languageOf } from '../language/language.js'
import { act } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import { AREA_EXAMPLE, AreaView } from './area-routes.js'
import { duplicateName } from './create.js'
import { areaRows, categoryRows } from './rows.js'
import { AREA_SHEET, CATEGORY_SHEET } from './sheets.js'

const TAG = 'Reference data and access'

const Me = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(KEY_ROLES),
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

const CATEGORY_EXAMPLE = { code: 'lighting', name: '照明', nameZh: '照明', nameEn: 'Lighting' }

const CategoryView = z
  .strictObject({ code: z.string(), name: z.string(), nameZh: z.string(), nameEn: z.string() })
  .meta({ id: 'Category', example: CATEGORY_EXAMPLE })
const AddCategory = z
  .strictObject({ code: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), nameZh: text(100), nameEn: text(100) })
  .meta({ id: 'AddCategory', example: { code: 'railway_crossing', nameZh: '铁路道口', nameEn: 'Railway crossing' } })

/** Reference data: who am I, areas, categories. */
export async function referenceRoutes(app: App, deps: Deps): Promise<void> {
  const { db, now } = deps
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
    '/v1/areas',
    {
      config: { action: 'reference.read' },
      schema: {
        tags: [TAG],
        operationId: 'listAreas',
        summary: 'Areas (行政区划)',
        description:
          'Administrative divisions under a code, by default the jurisdiction’s own: as they are shipped, and as the jurisdiction has changed them.',
        querystring: z.strictObject({
          under: AreaPrefix.optional().meta({ description: 'Prefix of the code.', example: '341225' }),
          level: z.coerce
            .number()
            .int()
            .min(1)
            .max(4)
            .optional()
            .meta({ description: '1 province, 2 city, 3 county, 4 township.', example: 3 }),
          limit: RowLimit,
          cursor: Cursor,
        }),
        response: {
          200: fileOr('A page of areas; as a file, all.', pageSchema(AreaView, 'AreaPage', AREA_EXAMPLE), AreaView),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const { under, level, limit, cursor } = request.query
      const bound = { under, level }
      const { jurisdiction } = request.actor
      const wanted = { under: under ?? jurisdiction.area, level }
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format !== 'json') {
        const rows = jsonRows(areaRows(jurisdiction.id, wanted, undefined, limit))
        return sendFile(request, reply, deps, { format, sheet: AREA_SHEET, rows })
      }
      const after = cursor === undefined ? undefined : decodeCursor(cursor, bound, 1)
      const { rows } = await db.execute<z.infer<typeof AreaView>>(
        areaRows(jurisdiction.id, wanted, after, (limit ?? PAGE) + 1),
      )
      return sendPage(
        request,
        reply,
        pageOf(rows, limit ?? PAGE, (row) => encodeCursor(bound, [row.code])),
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
          200: fileOr('All categories.', pageSchema(CategoryView, 'CategoryPage', CATEGORY_EXAMPLE), CategoryView),
          ...responses('list'),
        },
      },
    },
    async (request, reply) => {
      const query = categoryRows(request.actor.jurisdiction.id, languageOf(request))
      const format = formatOf(request, reply, LIST_FORMATS)
      if (format !== 'json') {
        return sendFile(request, reply, deps, { format, sheet: CATEGORY_SHEET, rows: jsonRows(query) })
      }
      const { rows } = await db.execute<z.infer<typeof CategoryView>>(query)
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
          body: JSON.stringify({ code, name: languageOf(request) === 'en' ? nameEn : nameZh, nameZh, nameEn }),
          events: [event],
        }
      })
      return sendAnswer(reply, answer)
    },
  )
}
