import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Db } from '../db/client.js'
import type { App, Deps } from '../deps.js'
import { notFound } from '../domain/rejection.js'
import { responses } from '../http/responses.js'
import { languageOf } from '../language/language.js'
import { act } from '../ledger/act.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { contactColumns, contactEvent, isContact } from './contacts.js'
import { contact } from './tables.js'
import { parseUnsubscribeToken } from './unsubscribe.js'
import { unsubscribePage } from './unsubscribe-page.js'

const TAG = 'Notify'
/** RFC 8058 sends `List-Unsubscribe=One-Click`, and a form nothing. */
const BODY_LIMIT_BYTES = 4096

const Params = z.object({
  token: z.string().meta({ description: 'From a message.', example: 'q0v9S0t1yQ7Yw3fJm4o8x2bZ6c5dE1fG7hI9jK0lM2n' }),
})
const Page = z.string().meta({ example: '<!doctype html>…' })

const about = (description: string) => ({
  // Whoever has the token needs no login; the log has the route in its place.
  config: { isSecretPath: true, rateLimit: { allowList: [] } },
  schema: {
    tags: [TAG],
    params: Params,
    security: [],
    response: {
      200: { description, content: { 'text/html': { schema: Page } } },
      400: responses('found')[400],
      404: responses('found')[404],
      429: responses('found')[429],
      503: responses('found')[503],
    },
  },
})

/** Out of the notices, for whoever has a message: the page behind its link, and the click (RFC 8058). */
export async function unsubscribeRoutes(app: App, { db, now }: Deps): Promise<void> {
  // Mail programs send a form, and what is in it changes nothing.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, _body, done) =>
    done(null),
  )

  const page = about('A page with a button, or that says that it is done.')
  app.get(
    '/unsubscribe/:token',
    {
      ...page,
      schema: {
        ...page.schema,
        operationId: 'showUnsubscription',
        summary: 'The page behind a message’s unsubscription link',
        description: 'Changes nothing: programs that look at mail follow links.',
      },
    },
    async (request, reply) => {
      const found = await findByToken(db, request.params.token)
      return sendPage(request, reply, found.name, found.unsubscribed)
    },
  )

  const done = about('Done; also where it was before.')
  app.post(
    '/unsubscribe/:token',
    {
      ...done,
      schema: {
        ...done.schema,
        operationId: 'unsubscribe',
        summary: 'Unsubscribe',
        description: 'By the button of the page, or the mail program’s own (RFC 8058). The body does not matter.',
      },
    },
    async (request, reply) => {
      const found = await findByToken(db, request.params.token)
      await unsubscribe(db, found, now())
      return sendPage(request, reply, found.name, true)
    },
  )
}

interface Found extends Record<string, unknown> {
  jurisdiction: string
  id: string
  /** Of the jurisdiction. */
  name: string
  unsubscribed: boolean
}

/** @throws Rejection `not-found`, which says nothing of why */
async function findByToken(db: Db, text: string): Promise<Found> {
  const token = parseUnsubscribeToken(text)
  if (token === undefined) throw notFound()
  const { rows } = await db.execute<Found>(sql`
    select c.jurisdiction_id as jurisdiction, c.id, j.name, c.unsubscribed_at is not null as unsubscribed
    from contact c join jurisdiction j on j.id = c.jurisdiction_id where c.unsubscribe_token = ${token}`)
  const [found] = rows
  if (found === undefined) throw notFound()
  return found
}

async function unsubscribe(db: Db, { jurisdiction, id }: Found, now: string): Promise<void> {
  const actor = await findSystemActor(db, jurisdiction)
  if (actor === undefined) throw new Error(`jurisdiction ${jurisdiction} has no system person`)
  const is = isContact(jurisdiction, id)
  await act(db, { actor, now, idempotency: undefined }, async (tx) => {
    const [before] = await tx.select(contactColumns).from(contact).where(is).for('no key update')
    if (before === undefined) throw notFound()
    const answer = { status: 200, headers: {}, body: '' }
    if (before.unsubscribedAt !== null) return { ...answer, events: [] }
    await tx
      .update(contact)
      .set({ unsubscribedAt: now, version: before.version + 1 })
      .where(is)
    return { ...answer, events: [contactEvent(actor, now, 'contact.unsubscribed', before)] }
  })
}

function sendPage(request: FastifyRequest, reply: FastifyReply, name: string, isDone: boolean): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(unsubscribePage(name, isDone, languageOf(request)))
}
