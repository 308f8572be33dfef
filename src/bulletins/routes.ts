import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { z } from 'zod'
import { instant } from '../db/instant.js'
import type { App, Deps } from '../deps.js'
import { invalid, requireVersion } from '../domain/rejection.js'
import { isDate, localDate, startOfDay } from '../domain/time/zone.js'
import { CommandHeaders, ifMatchOf, intentOf, requireIfMatch, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { IdParams } from '../http/fields.js'
import { addVary } from '../http/negotiate.js'
import { sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { languageOf } from '../language/language.js'
import { act } from '../ledger/act.js'
import type { Content } from './content-schema.js'
import { draftBulletin } from './draft.js'
import { SUMMARY_EXAMPLE } from './examples.js'
import { requireDraft } from './issue.js'
import { pageOf } from './page.js'
import { PAGE_POLICY } from './policy.js'
import { BulletinQuery, BulletinSummary, BulletinView, DraftBulletin, EditBulletin, FormatQuery } from './schemas.js'
import { bulletinJson, getBulletin, summaryJson, visibleBulletins } from './store.js'

const TAG = 'Notify'

/** Bulletins (通报): drafted from the ledger, edited, read. */
export async function bulletinRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/bulletins',
    {
      config: { action: 'bulletin.read' },
      schema: {
        tags: [TAG],
        operationId: 'listBulletins',
        summary: 'Bulletins (通报)',
        description: 'Without their content, the newest first. Drafts are shown to the office alone.',
        querystring: BulletinQuery,
        response: {
          200: json('A page of bulletins.', pageSchema(BulletinSummary, 'BulletinPage', SUMMARY_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { limit, cursor, ...filter } = request.query
      const { kind, state } = filter
      const bound = { bulletins: filter }
      const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, bound, 2)
      const conditions = [
        visibleBulletins(actor),
        ...(kind === undefined ? [] : [sql`b.kind = ${kind}`]),
        ...(state === undefined ? [] : [sql`(b.issued_at is null) = ${state === 'draft'}`]),
        ...(cursor === undefined ? [] : [sql`(b.created_at, b.id) < (${at}::timestamptz, ${id}::uuid)`]),
      ]
      const { rows } = await db.execute<{ json: string; at: string; id: string }>(sql`
        select ${summaryJson(actor)} as json, ${instant('b.created_at')} as at, b.id from bulletin b
        where ${sql.join(conditions, sql` and `)} order by b.created_at desc, b.id desc limit ${limit + 1}`)
      const data = rows.slice(0, limit)
      const last = data.at(-1)
      const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(bound, [last.at, last.id]) : null
      return sendPage(request, reply, { rows: data.map((row) => row.json), nextCursor })
    },
  )

  app.post(
    '/v1/bulletins',
    {
      config: { action: 'bulletin.write' },
      schema: {
        tags: [TAG],
        operationId: 'draftBulletin',
        summary: 'Draft a bulletin (拟稿)',
        description:
          'Makes the content from the ledger at a cut-off. There is one daily, weekly or monthly bulletin for a period; a bulletin that `corrects` an issued one puts its faults right.',
        headers: CommandHeaders,
        body: DraftBulletin,
        response: { 201: json('The draft.', BulletinView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { from, to, ...rest } = request.body
      const { timeZone } = actor.jurisdiction
      const asked = {
        ...rest,
        ...(from === undefined ? {} : { from: dayOf(from, '/from', timeZone) }),
        ...(to === undefined ? {} : { to: dayOf(to, '/to', timeZone) }),
      }
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { id } = await draftBulletin(tx, actor, asked, intent.now)
        const headers = { etag: '"1"', location: `/v1/bulletins/${id}` }
        return { status: 201, headers, body: bulletinJson(await getBulletin(tx, actor, id)), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/bulletins/:id',
    {
      config: { action: 'bulletin.read' },
      schema: {
        tags: [TAG],
        operationId: 'getBulletin',
        summary: 'A bulletin, as JSON or as a printable page',
        description:
          'With `Accept: text/html` or `format=html` one HTML page with charts, in the language of `Accept-Language`, that needs no script and no other file: save it, open it, print it on A4.',
        params: IdParams,
        querystring: FormatQuery,
        response: {
          200: {
            description: 'The bulletin.',
            content: {
              'application/json': { schema: BulletinView },
              'text/html': { schema: z.string().meta({ example: '<!doctype html><html lang="zh-CN">…' }) },
            },
          },
          ...responses('found'),
        },
      },
    },
    async (request, reply) => {
      const stored = await getBulletin(db, request.actor, request.params.id)
      addVary(reply, 'Accept, Accept-Language')
      if (!wantsHtml(request, request.query.format)) {
        return sendJson(reply.header('etag', `"${stored.version}"`), bulletinJson(stored))
      }
      // Both were written by this service.
      const summary = JSON.parse(stored.summary) as BulletinSummary
      const page = await pageOf(summary, JSON.parse(stored.content) as Content, languageOf(request))
      return reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(page)
    },
  )

  app.patch(
    '/v1/bulletins/:id',
    {
      config: { action: 'bulletin.write' },
      schema: {
        tags: [TAG],
        operationId: 'editBulletin',
        summary: 'Edit a draft',
        description: 'Title, preface and remarks; the content is the ledger’s. An issued bulletin is frozen.',
        params: IdParams,
        headers: CommandHeaders,
        body: EditBulletin,
        response: { 200: json('The draft after the change.', BulletinView), ...responses('correction') },
      },
    },
    async (request, reply) => {
      requireIfMatch(request)
      const { actor, body } = request
      const { id } = request.params
      const answer = await act(db, intentOf(request, now()), async (tx) => {
        const before = await getBulletin(tx, actor, id, true)
        requireVersion(ifMatchOf(request), before.version)
        requireDraft(before)
        const { title, preface, remarks } = { ...before, ...body }
        await tx.execute(sql`
          update bulletin set title = ${title}, preface = ${preface}, remarks = ${remarks}, version = version + 1
          where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id}`)
        const after = await getBulletin(tx, actor, id)
        return { status: 200, headers: { etag: `"${after.version}"` }, body: bulletinJson(after), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.delete(
    '/v1/bulletins/:id',
    {
      config: { action: 'bulletin.write' },
      schema: {
        tags: [TAG],
        operationId: 'deleteBulletin',
        summary: 'Throw a draft away',
        description: 'An issued bulletin stays.',
        params: IdParams,
        response: { 204: z.null().meta({ description: 'Gone.' }), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { id } = request.params
      await act(db, { actor, now: now(), idempotency: undefined }, async (tx) => {
        requireDraft(await getBulletin(tx, actor, id, true))
        await tx.execute(sql`delete from bulletin where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id}`)
        return { status: 204, headers: {}, body: '', events: [] }
      })
      return reply.code(204).send(null)
    },
  )
}

/** A period is of whole local days: a date, or the moment at which its day begins. */
function dayOf(value: string, pointer: string, timeZone: string): string {
  if (isDate(value)) return value
  const date = localDate(value, timeZone)
  if (startOfDay(date, timeZone) === new Date(value).toISOString()) return date
  throw invalid(pointer, {
    zh: '统计期以整日计，请给出日期。',
    en: 'A period is of whole local days; send a date.',
  })
}

function wantsHtml(request: FastifyRequest, format: 'json' | 'html' | undefined): boolean {
  if (format !== undefined) return format === 'html'
  return new Negotiator(request.raw).mediaType(['application/json', 'text/html']) === 'text/html'
}
