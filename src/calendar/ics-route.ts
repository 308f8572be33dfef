import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parseFeedToken } from '../auth/feed-token.js'
import type { Db } from '../db/client.js'
import type { App, Deps } from '../deps.js'
import { isKnown } from '../http/etag.js'
import { responses } from '../http/responses.js'
import { type Language, languageOf } from '../language/language.js'
import { calendarOf } from './feed-calendar.js'
import { findFeedItems } from './feed-items.js'

const IcsQuery = z.strictObject({
  token: z.string().max(100).optional().meta({
    description: 'The secret of the feed’s URL; with it no `Authorization` is needed.',
    example: 'ol_feed_7Qm2XbT0aRk9_DztKk3TbFq8sXv1mWc5nRj7hLp0gYe2aU4i9ob',
  }),
})

const Ics = z.string().meta({ example: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…\r\nEND:VCALENDAR\r\n' })

/** The feed itself, which a calendar program fetches again and again. */
export async function icsRoute(app: App, { db, now, config }: Deps): Promise<void> {
  const { 401: unauthenticated, ...others } = responses('found')
  app.get(
    '/v1/me/deadlines.ics',
    {
      config: { action: 'deadline_feed.use', takesFeedToken: true },
      schema: {
        tags: ['Notify'],
        operationId: 'getDeadlineFeed',
        summary: 'My deadlines as a calendar (iCalendar)',
        description:
          'The deadlines of what is on account and whose clock runs, each on its day in the jurisdiction’s zone: a unit’s own work, for others what they may see; the next 400, and the last 100 that passed within a year. Opened by the secret of a feed’s URL, or as everything else. What is sent has an `ETag`, and is not sent again while it is the same (`If-None-Match`).',
        security: [{ feed: [] }, { bearer: [] }],
        querystring: IcsQuery,
        response: {
          200: { description: 'The calendar.', content: { 'text/calendar': { schema: Ics } } },
          304: z.null().meta({ description: 'It is what the caller has.' }),
          ...others,
          401: unauthenticated,
          404: {
            ...others[404],
            description:
              'The feed was revoked or has ended, or the key by which it was made, or its person was shut out, or there never was one.',
          },
        },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { language, alarmDays } = await optionsOf(db, request)
      const { items, isWhole } = await findFeedItems(db, actor, now())
      const options = { language, alarmDays, isWhole, publicUrl: config.publicUrl }
      const etag = tagOf([items, actor.jurisdiction, options])
      reply.headers({ etag, 'cache-control': 'private, no-cache', 'referrer-policy': 'no-referrer' })
      if (isKnown(request, etag)) return reply.code(304).send(null)
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', 'inline; filename="deadlines.ics"')
        .send(calendarOf(items, actor, options))
    },
  )
}

/** Raised whenever `calendarOf` writes the same items in another way. */
const FORM = 1

/** What a calendar is made of names it as well as its text does, and most who ask have it: then it is not made. */
function tagOf(material: unknown): string {
  return `"${createHash('sha256')
    .update(JSON.stringify([FORM, material]))
    .digest('base64url')}"`
}

/** As the feed was made; for a caller who came with a key, as they ask. */
async function optionsOf(db: Db, request: FastifyRequest): Promise<{ language: Language; alarmDays: number | null }> {
  const token = parseFeedToken((request.query as z.infer<typeof IcsQuery>).token)
  if (token === undefined) return { language: languageOf(request), alarmDays: null }
  const { rows } = await db.execute<{ language: Language; alarmDays: number | null }>(sql`
    select language, alarm_days as "alarmDays" from deadline_feed
    where jurisdiction_id = ${request.actor.jurisdiction.id} and id = ${token.id}`)
  return rows[0] ?? { language: 'zh-CN', alarmDays: null }
}
