import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { invalid, notFound, requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, requireIfMatch, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { IdParams, PageQuery } from '../http/fields.js'
import { refusalOfUrl } from '../http/outside-url.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import {
  AddSubscription,
  ChangeSubscription,
  NewSubscriptionView,
  SUBSCRIPTION_EXAMPLE,
  SubscriptionView,
} from './schemas.js'
import { createSecret } from './secret.js'
import { answerWithSecret } from './secret-response.js'
import {
  beginAtHead,
  isSubscription,
  lockSubscription,
  readSubscription,
  requireFilter,
  subscriptionColumns,
  subscriptionEvent,
} from './subscriptions.js'
import { subscription } from './table.js'

const TAG = 'Notify'

/** Subscriptions: who outside is called when something happens. */
export async function subscriptionRoutes(app: App, { db, now, config }: Deps): Promise<void> {
  app.get(
    '/v1/subscriptions',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'listSubscriptions',
        summary: 'Subscriptions',
        description: 'The webhooks of the jurisdiction, the oldest first, without their secrets.',
        querystring: PageQuery,
        response: {
          200: json('A page of subscriptions.', pageSchema(SubscriptionView, 'SubscriptionPage', SUBSCRIPTION_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [createdAt = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, 'subscriptions', 2)
      const after = cursor === undefined ? sql`true` : sql`(created_at, id) > (${createdAt}::timestamptz, ${id}::uuid)`
      const rows = await db
        .select(subscriptionColumns)
        .from(subscription)
        .where(sql`jurisdiction_id = ${request.actor.jurisdiction.id} and deleted_at is null and ${after}`)
        .orderBy(subscription.createdAt, subscription.id)
        .limit(limit + 1)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor('subscriptions', [row.createdAt, row.id])),
      )
    },
  )

  app.post(
    '/v1/subscriptions',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'addSubscription',
        summary: 'Subscribe a webhook',
        description:
          'From now on every event that it asks for is sent to its URL as Standard Webhooks 1.0 says: at least once, in order for each item, signed with the secret that is in this answer and nowhere else.',
        headers: CommandHeaders,
        body: AddSubscription,
        response: { 201: json('The subscription with its secret.', NewSubscriptionView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const { types, unit = null, area = null, view = null, description = null } = body
      const url = checkedUrl(body.url)
      const answer = await answerWithSecret(db, request, now(), async (tx, intent) => {
        await requireFilter(tx, actor, { unit, area, view })
        const secret = body.secret ?? createSecret()
        const [made] = await tx
          .insert(subscription)
          .values({
            ...{ jurisdiction: actor.jurisdiction.id, id: uuidv7(), createdAt: intent.now },
            ...{ url, types, unit, area, view, description, secret },
            afterSeq: await beginAtHead(tx, actor.jurisdiction.id),
          })
          .returning(subscriptionColumns)
        if (made === undefined) throw new Error('the new subscription did not come back')
        const event = adminEvent(actor, intent.now, subscriptionEvent('subscription.created', made))
        const headers = { etag: '"1"', location: `/v1/subscriptions/${made.id}` }
        return { status: 201, headers, body: JSON.stringify({ ...made, secret }), events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/subscriptions/:id',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'getSubscription',
        summary: 'A subscription',
        description: 'As it stands, without its secret.',
        params: IdParams,
        response: { 200: json('The subscription.', SubscriptionView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const found = await readSubscription(db, request.actor, request.params.id)
      return sendJson(reply.header('etag', `"${found.version}"`), JSON.stringify(found))
    },
  )

  app.patch(
    '/v1/subscriptions/:id',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'changeSubscription',
        summary: 'Change a subscription',
        description: 'JSON merge patch; needs `If-Match`. What waits is sent as the subscription is by then.',
        params: IdParams,
        headers: CommandHeaders,
        body: ChangeSubscription,
        response: { 200: json('The subscription after the change.', SubscriptionView), ...responses('correction') },
      },
    },
    async (request, reply) => {
      requireIfMatch(request)
      const { actor, body, params } = request
      // Another receiver has not asked to be left alone.
      const patch = body.url === undefined ? body : { ...body, url: checkedUrl(body.url), heldUntil: null, slow: false }
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const before = await lockSubscription(tx, actor, params.id)
        requireVersion(ifMatchOf(request), before.version)
        await requireFilter(tx, actor, patch)
        // Switched on again, it is told of what comes from then on.
        const isStarted = patch.active === true && !before.active
        const started = isStarted ? { disabledAt: null, afterSeq: await beginAtHead(tx, actor.jurisdiction.id) } : {}
        const [after] = await tx
          .update(subscription)
          .set({ ...patch, ...started, version: before.version + 1 })
          .where(isSubscription(actor, params.id))
          .returning(subscriptionColumns)
        if (after === undefined) throw notFound()
        const event = adminEvent(actor, intent.now, subscriptionEvent('subscription.changed', after))
        return { status: 200, headers: { etag: `"${after.version}"` }, body: JSON.stringify(after), events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.delete(
    '/v1/subscriptions/:id',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'deleteSubscription',
        summary: 'End a subscription',
        description: 'Nothing more is sent, not even what waited. Its secrets are forgotten.',
        params: IdParams,
        response: { 204: z.null().meta({ description: 'Ended.' }), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = { actor, now: now(), idempotency: undefined }
      await act(db, intent, async (tx) => {
        const before = await lockSubscription(tx, actor, params.id)
        await tx
          .update(subscription)
          .set({
            ...{ active: false, disabledAt: null, deletedAt: intent.now, version: before.version + 1 },
            ...{ secret: null, previousSecret: null, previousSecretUntil: null, view: null },
          })
          .where(isSubscription(actor, params.id))
        const event = adminEvent(
          actor,
          intent.now,
          subscriptionEvent('subscription.deleted', { ...before, active: false }),
        )
        return { status: 204, headers: {}, body: '', events: [event] }
      })
      return reply.code(204).send(null)
    },
  )

  /** A URL as it is called. @throws Rejection at `/url` for one that leads nowhere we go */
  function checkedUrl(url: string): string {
    const refusal = refusalOfUrl(url, config.webhookAllowPrivate)
    if (refusal !== undefined) throw invalid('/url', refusal)
    return new URL(url).href
  }
}
