import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { createFeedToken, feedHolds } from '../auth/feed-token.js'
import { type SessionAccess, sessionAccessOf } from '../auth/session-access.js'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import { lockPerson } from '../db/lock.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { notFound, Rejection } from '../domain/rejection.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { PageQuery, text } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { seal, unseal } from '../http/seal.js'
import { languageOf } from '../language/language.js'
import { act, type Outcome } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'

const TAG = 'Notify'
/** A person has a few programs that show a calendar. */
const MAX_FEEDS = 20
const DEFAULT_ALARM_DAYS = 3
const DAY_MS = 86_400_000
/** A feed made with a key ends with the key, and after so many days in any case. */
const LIFE_DAYS = 400
/** Nobody tells the service when somebody has left the identity provider. */
const CLAIMED_LIFE_DAYS = 90

const At = z.iso.datetime({ precision: 3 })
const AlarmDays = z.int().min(1).max(30).nullable().meta({
  description: 'So many days before the deadline’s day, at nine, the calendar program reminds; null: not at all.',
})
const Name = text(100).meta({ description: 'What it was made for.', example: '手机日历' })
const Language = z.enum(['zh-CN', 'en'])

export const feed = {
  id: z.string().meta({ example: '7Qm2XbT0aRk9' }),
  name: Name,
  language: Language,
  alarmDays: AlarmDays,
  createdAt: At,
  lastUsedAt: At.nullable().meta({ description: 'To the hour.' }),
  expiresAt: At.meta({
    description: `When it ends by itself: ${LIFE_DAYS} days after it was made with an API key, ${CLAIMED_LIFE_DAYS} with a token. It ends with the key before that.`,
  }),
  key: z.string().nullable().meta({
    description:
      'The id of the API key by which it was made, and with which it ends; null for one made with a token, or before this was kept.',
    example: 'b7Qm2XbT0aRk',
  }),
}
export const FEED_EXAMPLE = {
  ...{ id: '7Qm2XbT0aRk9', name: '手机日历', language: 'zh-CN', alarmDays: 3 },
  ...{ createdAt: '2026-11-22T02:30:38.780Z', lastUsedAt: null },
  ...{ expiresAt: '2027-12-27T02:30:38.780Z', key: 'b7Qm2XbT0aRk' },
}
const FeedView = z.strictObject(feed).meta({ id: 'DeadlineFeed', example: FEED_EXAMPLE })
const NewFeedView = z
  .strictObject({
    ...feed,
    url: z.url().meta({
      description:
        'What the calendar program subscribes to. It opens the feed to every holder. It is shown once; the service keeps its hash.',
    }),
  })
  .meta({
    id: 'NewDeadlineFeed',
    example: {
      ...FEED_EXAMPLE,
      url: 'https://list.example.cn/v1/me/deadlines.ics?token=ol_feed_7Qm2XbT0aRk9_DztKk3TbFq8sXv1mWc5nRj7hLp0gYe2aU4i9ob',
    },
  })
const AddFeed = z
  .strictObject({
    name: Name,
    language: Language.optional().meta({ description: 'Of the entries; that of `Accept-Language` unless told.' }),
    alarmDays: AlarmDays.default(DEFAULT_ALARM_DAYS),
  })
  .meta({ id: 'AddDeadlineFeed', example: { name: '手机日历', alarmDays: 3 } })

export const FeedParams = z.object({
  id: z
    .string()
    .regex(/^[0-9A-Za-z]{12}$/)
    .meta({ description: 'The feed’s id.', example: FEED_EXAMPLE.id }),
})

/** The caller's calendar feeds: each a URL with a secret of its own, which can be taken back alone. */
export async function feedRoutes(app: App, { db, now, config }: Deps): Promise<void> {
  app.get(
    '/v1/me/deadline-feeds',
    {
      config: { action: 'deadline_feed.use' },
      schema: {
        tags: [TAG],
        operationId: 'listDeadlineFeeds',
        summary: 'My calendar feeds',
        description: 'The caller’s own that hold, the oldest first, without their URLs.',
        querystring: PageQuery,
        response: {
          200: json('A page of feeds.', pageSchema(FeedView, 'DeadlineFeedPage', FEED_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const [createdAt, id] = cursor === undefined ? [] : decodeCursor(cursor, 'feeds', 2)
      const after = cursor === undefined ? sql`` : sql`and (f.created_at, f.id) > (${createdAt}::timestamptz, ${id})`
      const { rows } = await db.execute<z.infer<typeof FeedView>>(sql`
        select ${feedFields} from deadline_feed f where ${isOwn(request.actor)} and ${feedHolds(now())} ${after}
        order by f.created_at, f.id limit ${limit + 1}`)
      return sendPage(
        request,
        reply,
        pageOf(rows, limit, (row) => encodeCursor('feeds', [row.createdAt, row.id])),
      )
    },
  )

  app.post(
    '/v1/me/deadline-feeds',
    {
      config: { action: 'deadline_feed.use' },
      schema: {
        tags: [TAG],
        operationId: 'addDeadlineFeed',
        summary: 'Make a calendar feed',
        description:
          'A URL to subscribe to in a calendar program. It shows the caller’s deadlines and opens nothing else; it is in this answer and nowhere else. It ends with the key by which it was made, and at `expiresAt`.',
        headers: CommandHeaders,
        body: AddFeed,
        response: { 201: json('The feed with its URL.', NewFeedView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { body, headers } = request
      const intent = intentOf(request, now())
      const [token, key] = [headers.authorization ?? '', intent.idempotency?.key ?? '']
      const wish = { ...body, language: body.language ?? languageOf(request) }
      const answer = await act(db, intent, async (tx) => {
        const outcome = await addFeed(tx, sessionAccessOf(request), wish, config.publicUrl, intent.now)
        return { ...outcome, recorded: seal(outcome.body, token, key) }
      })
      return sendAnswer(reply, answer.replayed ? { ...answer, body: unseal(answer.body, token, key) } : answer)
    },
  )

  app.delete(
    '/v1/me/deadline-feeds/:id',
    {
      config: { action: 'deadline_feed.use' },
      schema: {
        tags: [TAG],
        operationId: 'revokeDeadlineFeed',
        summary: 'Revoke a calendar feed',
        description: 'Its URL opens nothing from the next request on. Revoking twice is no error.',
        params: FeedParams,
        response: { 204: z.null().meta({ description: 'Revoked.' }), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      // Deleting twice is the same as once: it needs no Idempotency-Key.
      const intent = { actor, now: now(), idempotency: undefined }
      await act(db, intent, (tx) => revokeFeed(tx, actor, isOwn(actor), params.id, intent.now))
      return reply.code(204).send(null)
    },
  )
}

export const feedFields = sql`f.id, f.name, f.language, f.alarm_days as "alarmDays", ${instant('f.created_at')} as "createdAt",
  ${instant('f.last_used_at')} as "lastUsedAt", ${instant('f.expires_at')} as "expiresAt", f.key_id as key`

/** On alias `f`: a feed is its person's alone. */
function isOwn({ id, jurisdiction }: Actor) {
  return sql`f.jurisdiction_id = ${jurisdiction.id} and f.person_id = ${id}`
}

async function addFeed(
  tx: Tx,
  { actor, key }: SessionAccess,
  { name, language, alarmDays }: z.infer<typeof AddFeed>,
  publicUrl: string,
  at: string,
): Promise<Outcome> {
  const { id: jurisdiction } = actor.jurisdiction
  await lockPerson(tx, actor)
  const { rows: held } = await tx.execute(sql`select from deadline_feed f where ${isOwn(actor)} and ${feedHolds(at)}`)
  if (held.length >= MAX_FEEDS) {
    throw new Rejection('too-many', {
      zh: `每人最多 ${MAX_FEEDS} 个日历订阅；请先撤销不用的。`,
      en: `A person has at most ${MAX_FEEDS} calendar feeds; revoke one that is not in use.`,
    })
  }
  const { id, text: token, secretHash } = createFeedToken()
  const days = key === null ? CLAIMED_LIFE_DAYS : LIFE_DAYS
  const expiresAt = new Date(Date.parse(at) + days * DAY_MS).toISOString()
  const { rows } = await tx.execute(sql`
    insert into deadline_feed as f (
      jurisdiction_id, id, person_id, name, language, alarm_days, secret_hash, created_at, key_id, expires_at)
    values (${jurisdiction}, ${id}, ${actor.id}, ${name}, ${language ?? 'zh-CN'}, ${alarmDays}, ${secretHash}, ${at},
      ${key}, ${expiresAt})
    returning ${feedFields}`)
  const body = JSON.stringify({ ...rows[0], url: `${publicUrl}/v1/me/deadlines.ics?token=${token}` })
  const event = adminEvent(actor, at, { type: 'feed.created', data: { id, person: actor.id } })
  return { status: 201, headers: { 'cache-control': 'no-store' }, body, events: [event] }
}

/** Revokes one of the feeds that `whose` leaves to the actor. */
export async function revokeFeed(tx: Tx, actor: Actor, whose: SQL, id: string, at: string): Promise<Outcome> {
  const { rows } = await tx.execute<{ revoked: boolean; person: string }>(sql`
    select f.revoked_at is not null as revoked, f.person_id as person from deadline_feed f
    where ${whose} and f.id = ${id} for no key update`)
  const [found] = rows
  if (found === undefined) throw notFound()
  const done = { status: 204, headers: {}, body: '' }
  if (found.revoked) return { ...done, events: [] }
  await tx.execute(sql`update deadline_feed f set revoked_at = ${at} where ${whose} and f.id = ${id}`)
  return { ...done, events: [adminEvent(actor, at, { type: 'feed.revoked', data: { id, person: found.person } })] }
}
