import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { feedHolds } from '../auth/feed-token.js'
import type { App, Deps } from '../deps.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PERSON_EXAMPLE } from '../http/examples.js'
import { PageQuery } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { PersonRef } from '../item/parts.js'
import { act } from '../ledger/act.js'
import { FEED_EXAMPLE, FeedParams, feed, feedFields, revokeFeed } from './feed-routes.js'

const TAG = 'Reference data and access'
const EXAMPLE = { ...FEED_EXAMPLE, person: { id: PERSON_EXAMPLE.id, name: PERSON_EXAMPLE.name } }
const OwnedFeedView = z.strictObject({ ...feed, person: PersonRef }).meta({ id: 'OwnedDeadlineFeed', example: EXAMPLE })

/** Everybody's calendar feeds, for the administrator: what opens something without a key is seen and taken back like a key. */
export async function allFeedsRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/deadline-feeds',
    {
      config: { action: 'deadline_feed.manage' },
      schema: {
        tags: [TAG],
        operationId: 'listAllDeadlineFeeds',
        summary: 'All calendar feeds',
        description: 'Those of everybody in the jurisdiction that hold, the oldest first, without their URLs.',
        querystring: PageQuery,
        response: {
          200: json('A page of feeds.', pageSchema(OwnedFeedView, 'OwnedDeadlineFeedPage', EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [createdAt, id] = cursor === undefined ? [] : decodeCursor(cursor, 'all feeds', 2)
      const after = cursor === undefined ? sql`` : sql`and (f.created_at, f.id) > (${createdAt}::timestamptz, ${id})`
      const { rows } = await db.execute<z.infer<typeof OwnedFeedView>>(sql`
        select ${feedFields}, json_build_object('id', p.id, 'name', p.name) as person
        from deadline_feed f join person p on p.jurisdiction_id = f.jurisdiction_id and p.id = f.person_id
        where f.jurisdiction_id = ${request.actor.jurisdiction.id} and ${feedHolds(now())} ${after}
        order by f.created_at, f.id limit ${limit + 1}`)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor('all feeds', [row.createdAt, row.id])),
      )
    },
  )

  app.delete(
    '/v1/deadline-feeds/:id',
    {
      config: { action: 'deadline_feed.manage' },
      schema: {
        tags: [TAG],
        operationId: 'revokeAnyDeadlineFeed',
        summary: 'Revoke anybody’s calendar feed',
        description: 'Its URL opens nothing from the next request on. Revoking twice is no error.',
        params: FeedParams,
        response: { 204: z.null().meta({ description: 'Revoked.' }), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = { actor, now: now(), idempotency: undefined }
      const ofAll = sql`f.jurisdiction_id = ${actor.jurisdiction.id}`
      await act(db, intent, (tx) => revokeFeed(tx, actor, ofAll, params.id, intent.now))
      return reply.code(204).send(null)
    },
  )
}
