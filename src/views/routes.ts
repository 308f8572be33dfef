import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { requirePermitted } from '../domain/access/permissions.js'
import { requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, requireIfMatch, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { IdParams, PageQuery } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { requireRoad } from '../item/filter.js'
import { act } from '../ledger/act.js'
import { AddView, ChangeView, VIEW_EXAMPLE, ViewView } from './schemas.js'
import { findViews, getView, lockView, MAX_VIEWS, requireRoom, requireUnused } from './views.js'

const TAG = 'List'

/** Saved views: filters of the list under a name. */
export async function viewRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/views',
    {
      config: { action: 'view.use' },
      schema: {
        tags: [TAG],
        operationId: 'listViews',
        summary: 'Saved views',
        description: 'The caller’s own and those that are shared, the oldest first.',
        querystring: PageQuery,
        response: {
          200: json('A page of views.', pageSchema(ViewView, 'ViewPage', VIEW_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [createdAt = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, 'views', 2)
      const after =
        cursor === undefined ? sql`true` : sql`(v.created_at, v.id) > (${createdAt}::timestamptz, ${id}::uuid)`
      const rows = await findViews(db, request.actor, after, sql`limit ${limit + 1}`)
      const page = pageOf(rows, limit, (row) => encodeCursor('views', [row.createdAt, row.id]))
      return sendPage(request, reply, page)
    },
  )

  app.post(
    '/v1/views',
    {
      config: { action: 'view.use' },
      schema: {
        tags: [TAG],
        operationId: 'addView',
        summary: 'Save a view',
        description: `A filter under a name, for \`?view=\` wherever items are filtered. It is the caller’s own unless it is shared, which the office and administrators may do. A person has at most ${MAX_VIEWS}.`,
        headers: CommandHeaders,
        body: AddView,
        response: { 201: json('The view. `Location` names it.', ViewView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      if (body.shared) requirePermitted(actor.role, 'view.share')
      requireRoad(body.filter, '/filter')
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        await requireRoom(tx, actor)
        const id = uuidv7()
        await tx.execute(sql`
          insert into saved_view (jurisdiction_id, id, name, filter, shared, owner_id, created_at, updated_at)
          values (${actor.jurisdiction.id}, ${id}, ${body.name}, ${JSON.stringify(body.filter)}, ${body.shared}, ${actor.id},
            ${intent.now}, ${intent.now})`)
        const headers = { etag: '"1"', location: `/v1/views/${id}` }
        return { status: 201, headers, body: JSON.stringify(await getView(tx, actor, id)), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/views/:id',
    {
      config: { action: 'view.use' },
      schema: {
        tags: [TAG],
        operationId: 'getView',
        summary: 'A saved view',
        description: 'As it stands. Another person’s view is 404 unless it is shared.',
        params: IdParams,
        response: { 200: json('The view.', ViewView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const view = await getView(db, request.actor, request.params.id)
      return sendJson(reply.header('etag', `"${view.version}"`), JSON.stringify(view))
    },
  )

  app.patch(
    '/v1/views/:id',
    {
      config: { action: 'view.use' },
      schema: {
        tags: [TAG],
        operationId: 'changeView',
        summary: 'Change a view',
        description:
          'JSON merge patch; needs `If-Match`. The owner changes their own view, the office and administrators a shared one. Subscriptions follow the changed filter at once; a view that they use stays shared. A view that is made private again belongs to the caller.',
        params: IdParams,
        headers: CommandHeaders,
        body: ChangeView,
        response: { 200: json('The view after the change.', ViewView), ...responses('correction') },
      },
    },
    async (request, reply) => {
      requireIfMatch(request)
      const { actor, body, params } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const before = await lockView(tx, actor, params.id)
        requireVersion(ifMatchOf(request), before.version)
        const { name = before.name, shared = before.shared } = body
        if (shared && !before.shared) requirePermitted(actor.role, 'view.share')
        if (!shared && before.shared) await requireUnused(tx, actor, before.id)
        const filter = patched(before.filter, body.filter ?? {})
        requireRoad(filter, '/filter')
        await tx.execute(sql`
          update saved_view set name = ${name}, filter = ${JSON.stringify(filter)}, shared = ${shared},
            owner_id = case when ${shared} then owner_id else ${actor.id}::uuid end,
            version = version + 1, updated_at = ${intent.now}
          where jurisdiction_id = ${actor.jurisdiction.id} and id = ${before.id}`)
        const after = await getView(tx, actor, before.id)
        return { status: 200, headers: { etag: `"${after.version}"` }, body: JSON.stringify(after), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.delete(
    '/v1/views/:id',
    {
      config: { action: 'view.use' },
      schema: {
        tags: [TAG],
        operationId: 'deleteView',
        summary: 'Delete a view',
        description:
          'By the owner; a shared view, by the office or an administrator. A view that a subscription uses stays.',
        params: IdParams,
        response: { 204: z.null().meta({ description: 'Deleted.' }), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      await act(db, { actor, now: now(), idempotency: undefined }, async (tx) => {
        const { id } = await lockView(tx, actor, params.id)
        await requireUnused(tx, actor, id)
        await tx.execute(sql`delete from saved_view where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id}`)
        return { status: 204, headers: {}, body: '', events: [] }
      })
      return reply.code(204).send(null)
    },
  )
}

/** RFC 7396, of an object whose members are no objects. */
function patched(before: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null))
}
