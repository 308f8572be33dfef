import { sql } from 'drizzle-orm'
import type { App, Deps } from '../deps.js'
import { notFound, requireVersion } from '../domain/rejection.js'
import { later } from '../domain/time/zone.js'
import { CommandHeaders, ifMatchOf, sendAnswer } from '../http/command.js'
import { IdParams } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { adminEvent } from '../ledger/chain.js'
import { NewSubscriptionView, RotateSecret } from './schemas.js'
import { createSecret } from './secret.js'
import { answerWithSecret } from './secret-response.js'
import { isSubscription, lockSubscription, subscriptionColumns, subscriptionEvent } from './subscriptions.js'
import { subscription } from './table.js'

const TAG = 'Notify'
const HOUR_MS = 3_600_000

/** A secret is changed while deliveries go on. */
export async function rotationRoute(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/subscriptions/:id/secret-rotation',
    {
      config: { action: 'subscription.manage' },
      schema: {
        tags: [TAG],
        operationId: 'rotateSecret',
        summary: 'Rotate the secret',
        description:
          'A new secret, shown in this answer and nowhere else. The old one signs too for `overlapHours`: `webhook-signature` has both, so that the receiver can change over without losing a delivery. A second rotation within that time ends the oldest.',
        params: IdParams,
        headers: CommandHeaders,
        body: RotateSecret,
        response: { 201: json('The subscription with its new secret.', NewSubscriptionView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { actor, body, params } = request
      const answer = await answerWithSecret(db, request, now(), async (tx, intent) => {
        const before = await lockSubscription(tx, actor, params.id)
        requireVersion(ifMatchOf(request), before.version)
        const secret = body.secret ?? createSecret()
        const overlap = body.overlapHours > 0
        const [after] = await tx
          .update(subscription)
          .set({
            ...{ secret, version: before.version + 1 },
            previousSecret: overlap ? sql`secret` : null,
            previousSecretUntil: overlap ? later(intent.now, body.overlapHours * HOUR_MS) : null,
          })
          .where(isSubscription(actor, params.id))
          .returning(subscriptionColumns)
        if (after === undefined) throw notFound()
        const event = adminEvent(actor, intent.now, subscriptionEvent('subscription.changed', after))
        const headers = { etag: `"${after.version}"` }
        return { status: 201, headers, body: JSON.stringify({ ...after, secret }), events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )
}
