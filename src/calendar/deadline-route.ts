import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { ItemParams, sendJson } from '../http/command.js'
import { AsOf } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { explainDeadline } from './deadline.js'
import { DeadlineView } from './deadline-view.js'

const DeadlineQuery = z.strictObject({ asOf: AsOf })

/** Every deadline can be explained. */
export async function deadlineRoute(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/items/:id/deadline',
    {
      config: { action: 'item.read' },
      schema: {
        tags: ['Track'],
        operationId: 'explainDeadline',
        summary: 'How the deadline came about',
        description:
          'Who gave it and how, what moved it since, and, where working days were counted, every day that the count came over: counted, or skipped and why, by the version of the calendar that it was counted by.',
        params: ItemParams,
        querystring: DeadlineQuery,
        response: {
          200: json('The explanation. `ETag` is the item’s version.', DeadlineView),
          ...responses('found'),
        },
      },
    },
    async (request, reply) => {
      const { actor, params, query } = request
      const past = await asOfPast(db, actor, query.asOf, now())
      const explained = await explainDeadline(db, actor, params.id, past)
      return sendJson(reply.header('etag', `"${explained.itemVersion}"`), JSON.stringify(explained))
    },
  )
}
