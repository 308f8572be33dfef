import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Tx } from '../db/client.js'
import { instant } from '../db/instant.js'
import type { App, Deps } from '../deps.js'
import { notFound, Rejection } from '../domain/rejection.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { IdParams, PageQuery } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { contactColumns, isContact } from './contacts.js'
import { MESSAGE_EXAMPLE, MessageView } from './schemas.js'
import { contact, digest, message } from './tables.js'

const TAG = 'Notify'

/** What became of the messages to a contact, and a message to try it. */
export async function contactMessageRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/contacts/:id/messages',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'listContactMessages',
        summary: 'A contact’s messages',
        description: 'The newest first, with what came of each.',
        params: IdParams,
        querystring: PageQuery,
        response: {
          200: json('A page of messages.', pageSchema(MessageView, 'ContactMessagePage', MESSAGE_EXAMPLE)),
          ...responses('found'),
        },
      },
    },
    async (request, reply) => {
      const { actor, params, query } = request
      const jurisdiction = actor.jurisdiction.id
      const bound = { messages: params.id }
      const [createdAt = '', id = ''] = query.cursor === undefined ? [] : decodeCursor(query.cursor, bound, 2)
      const before =
        query.cursor === undefined
          ? sql``
          : sql`and (m.created_at, m.digest_id) < (${String(createdAt)}::timestamptz, ${String(id)}::uuid)`
      const { rows } = await db.execute<z.infer<typeof MessageView>>(sql`
        select ${messageFields} from message m
        join digest d on d.jurisdiction_id = m.jurisdiction_id and d.id = m.digest_id
        where m.jurisdiction_id = ${jurisdiction} and m.contact_id = ${params.id} ${before}
        order by m.created_at desc, m.digest_id desc limit ${query.limit + 1}`)
      if (rows.length === 0) {
        const [found] = await db.select({ id: contact.id }).from(contact).where(isContact(jurisdiction, params.id))
        if (found === undefined) throw notFound()
      }
      return sendPage(
        request,
        reply,
        pageOf(rows, query.limit, (row) => encodeCursor(bound, [row.createdAt, row.digest])),
      )
    },
  )

  app.post(
    '/v1/contacts/:id/test-message',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'sendTestMessage',
        summary: 'Try a contact',
        description:
          'Sends a test message, at once and only once; what comes of it is in the contact’s messages a moment later.',
        params: IdParams,
        headers: CommandHeaders,
        body: z.strictObject({}).optional().meta({ description: 'Nothing.', example: {} }),
        response: {
          202: json('The message, not sent yet.', MessageView),
          ...responses('write'),
          404: responses('found')[404],
        },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const intent = intentOf(request, now())
      const { id } = request.params
      return sendAnswer(reply, await act(db, intent, (tx) => addTest(tx, actor.jurisdiction.id, id, intent.now)))
    },
  )
}

async function addTest(tx: Tx, jurisdiction: string, id: string, now: string) {
  const [found] = await tx.select(contactColumns).from(contact).where(isContact(jurisdiction, id))
  if (found === undefined) throw notFound()
  if (!found.active || found.unsubscribedAt !== null) {
    throw new Rejection('not-active', {
      zh: '该联系方式已停用或已退订，不会向其发送。',
      en: 'This contact is switched off or has unsubscribed; nothing is sent there.',
    })
  }
  const { recipient, unit, person } = found
  const digestId = uuidv7()
  await tx.insert(digest).values({ jurisdiction, id: digestId, recipient, unit, person, test: true, createdAt: now })
  await tx.insert(message).values({ jurisdiction, digest: digestId, contact: id, nextAttemptAt: now, createdAt: now })
  const body = {
    ...{ digest: digestId, test: true, notices: 0, state: 'pending', attempts: 0, lastError: null },
    ...{ createdAt: now, attemptedAt: null, nextAttemptAt: now, sentAt: null },
  }
  return { status: 202, headers: {}, body: JSON.stringify(body), events: [] }
}

const messageFields = sql`m.digest_id as digest, d.test, (select count(*) from notice n
    where n.jurisdiction_id = m.jurisdiction_id and n.digest_id = m.digest_id)::int as notices,
  m.state, m.attempts, m.last_error as "lastError", ${instant('m.created_at')} as "createdAt",
  ${instant('m.attempted_at')} as "attemptedAt", case when m.state = 'pending' then ${instant('m.next_attempt_at')} end as "nextAttemptAt",
  ${instant('m.sent_at')} as "sentAt"`
