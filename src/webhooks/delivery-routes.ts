import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { Rejection } from '../domain/rejection.js'
import { CommandHeaders, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { IdParams } from '../http/fields.js'
import { sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { findDeliveries, insertTest, readDelivery, retryFailed, retryOne } from './deliveries.js'
import { DELIVERY_EXAMPLE, DeliveriesQuerystring, DeliveryParams, DeliveryView, RetryFailed } from './schemas.js'
import { lockSubscription, readSubscription } from './subscriptions.js'

const TAG = 'Notify'
const Nothing = z.strictObject({}).optional().meta({ description: 'Nothing.', example: {} })
const Retried = z
  .strictObject({ retried: z.int().meta({ description: 'Deliveries that are sent again.' }) })
  .meta({ id: 'Retried', example: { retried: 3 } })
const errors = { ...responses('write'), 404: responses('found')[404] }

/** What became of each event for a subscription, and how to send it again. */
export async function deliveryRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/subscriptions/:id/deliveries',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'listDeliveries',
        summary: 'A subscription’s deliveries',
        description:
          'Newest first, with their attempts and what was answered. Delivered ones are kept for 30 days, those given up for 90.',
        params: IdParams,
        querystring: DeliveriesQuerystring,
        response: {
          200: json('A page of deliveries.', pageSchema(DeliveryView, 'DeliveryPage', DELIVERY_EXAMPLE)),
          ...responses('found'),
        },
      },
    },
    async (request, reply) => {
      const { actor, params, query } = request
      const { id } = await readSubscription(db, actor, params.id)
      return sendPage(request, reply, await findDeliveries(db, actor, { ...query, subscription: id }))
    },
  )

  app.get(
    '/v1/subscriptions/:id/deliveries/:deliveryId',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'getDelivery',
        summary: 'A delivery',
        description: 'With its attempts and what was answered.',
        params: DeliveryParams,
        response: { 200: json('The delivery.', DeliveryView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const { id } = await readSubscription(db, actor, params.id)
      return sendJson(reply, await readDelivery(db, actor, id, params.deliveryId))
    },
  )

  app.post(
    '/v1/subscriptions/:id/deliveries/:deliveryId/retry',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'retryDelivery',
        summary: 'Send a delivery again',
        description:
          'Sends the delivery now, whatever its state, with the same `webhook-id`. After a failure the schedule begins anew. A delivery that is on its way is not disturbed.',
        params: DeliveryParams,
        headers: CommandHeaders,
        body: Nothing,
        response: { 202: json('The delivery, which is due now.', DeliveryView), ...errors },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { id, active } = await lockSubscription(tx, actor, params.id)
        const before = await readDelivery(tx, actor, id, params.deliveryId)
        if (!active) throw notActive()
        const retried = await retryOne(tx, actor, id, params.deliveryId, intent.now)
        const body = retried === 0 ? before : await readDelivery(tx, actor, id, params.deliveryId)
        return { status: 202, headers: {}, body, events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.post(
    '/v1/subscriptions/:id/retries',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'retryFailedDeliveries',
        summary: 'Send again all that failed since a time',
        description:
          'For when a receiver was away: what was given up since then, and what failed and waits for its next attempt, is due now, each with a new schedule.',
        params: IdParams,
        headers: CommandHeaders,
        body: RetryFailed,
        response: { 202: json('How many.', Retried), ...errors },
      },
    },
    async (request, reply) => {
      const { actor, body, params } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { id, active } = await lockSubscription(tx, actor, params.id)
        if (!active) throw notActive()
        const retried = await retryFailed(tx, actor, id, body.since, intent.now)
        return { status: 202, headers: {}, body: JSON.stringify({ retried }), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.post(
    '/v1/subscriptions/:id/test-delivery',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'sendTestDelivery',
        summary: 'Send a test delivery',
        description:
          'One delivery of type `webhook.test`, signed as all are, within seconds. It is tried once; its place in `Location` shows what was answered.',
        params: IdParams,
        headers: CommandHeaders,
        body: Nothing,
        response: { 202: json('The delivery, which is due now.', DeliveryView), ...errors },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { id, active } = await lockSubscription(tx, actor, params.id)
        if (!active) throw notActive()
        const delivery = await insertTest(tx, actor, id, intent.now)
        const headers = { location: `/v1/subscriptions/${id}/deliveries/${delivery}` }
        return { status: 202, headers, body: await readDelivery(tx, actor, id, delivery), events: [] }
      })
      return sendAnswer(reply, answer)
    },
  )
}

function notActive(): Rejection {
  return new Rejection('not-active', {
    zh: '该订阅已停用，不会发送；请先启用。',
    en: 'The subscription is not active, so nothing is sent; switch it on first.',
  })
}
