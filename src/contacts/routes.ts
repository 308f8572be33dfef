import { and, asc, eq, gt, or, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { App, Deps } from '../deps.js'
import { invalid, notFound, Rejection, requireVersion } from '../domain/rejection.js'
import { CommandHeaders, ifMatchOf, intentOf, requireIfMatch, sendAnswer, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { IdParams } from '../http/fields.js'
import { pageOf, sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { checkedAddress, contactColumns, contactEvent, createContact, isContact, requireScope } from './contacts.js'
import {
  AddContact,
  ChangeContact,
  CONTACT_EXAMPLE,
  ContactQuery,
  ContactView,
  hasArea,
  ONLY_WITH_AREA,
} from './schemas.js'
import { contact } from './tables.js'

const TAG = 'Notify'

/** Contacts: by which ways units, the office, supervisors, inspectors and people are reached. */
export async function contactRoutes(app: App, { db, now, config }: Deps): Promise<void> {
  app.get(
    '/v1/contacts',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'listContacts',
        summary: 'Contacts',
        description: 'The contacts of the jurisdiction, the oldest first.',
        querystring: ContactQuery,
        response: {
          200: json('A page of contacts.', pageSchema(ContactView, 'ContactPage', CONTACT_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filters } = request.query
      const bound = { contacts: filters }
      const rows = await db
        .select(contactColumns)
        .from(contact)
        .where(
          and(eq(contact.jurisdiction, request.actor.jurisdiction.id), ...filtersOf(filters), after(cursor, bound)),
        )
        .orderBy(asc(contact.createdAt), asc(contact.id))
        .limit(limit + 1)
      const page = pageOf(rows, limit, (row) => encodeCursor(bound, [row.createdAt, row.id]))
      return sendPage(request, reply, page)
    },
  )

  app.post(
    '/v1/contacts',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'addContact',
        summary: 'Add a contact',
        description:
          'From the next digest on, the recipient’s notices are also sent there. A recipient may have several contacts.',
        headers: CommandHeaders,
        body: AddContact,
        response: { 201: json('The contact.', ContactView), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const { recipient, unit = null, person = null, area = null, channel, secret = null, name = null } = body
      const address = checkedAddress(channel, body, config)
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        await requireScope(tx, actor, { unit, person, area })
        await requireNew(tx, actor.jurisdiction.id, { recipient, unit, person, channel, address })
        const { rules } = await readRules(tx, actor.jurisdiction.id)
        const created = {
          recipient,
          unit,
          person,
          area,
          channel,
          address,
          secret,
          name,
          language: body.language ?? rules.language,
        }
        const { made, event } = await createContact(tx, actor, created, intent.now)
        const headers = { etag: '"1"', location: `/v1/contacts/${made.id}` }
        return { status: 201, headers, body: JSON.stringify(made), events: [event] }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.get(
    '/v1/contacts/:id',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'getContact',
        summary: 'A contact',
        description: 'As it stands, without its secret.',
        params: IdParams,
        response: { 200: json('The contact.', ContactView), ...responses('found') },
      },
    },
    async (request, reply) => {
      const is = isContact(request.actor.jurisdiction.id, request.params.id)
      const [found] = await db.select(contactColumns).from(contact).where(is)
      if (found === undefined) throw notFound()
      return sendJson(reply.header('etag', `"${found.version}"`), JSON.stringify(found))
    },
  )

  app.patch(
    '/v1/contacts/:id',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'changeContact',
        summary: 'Change a contact',
        description: 'JSON merge patch; needs `If-Match`. What waits is sent as the contact is by then.',
        params: IdParams,
        headers: CommandHeaders,
        body: ChangeContact,
        response: { 200: json('The contact after the change.', ContactView), ...responses('correction') },
      },
    },
    async (request, reply) => {
      requireIfMatch(request)
      const { actor, body, params } = request
      const intent = intentOf(request, now())
      const is = isContact(actor.jurisdiction.id, params.id)
      const answer = await act(db, intent, async (tx) => {
        const [before] = await tx.select(contactColumns).from(contact).where(is).for('no key update')
        if (before === undefined) throw notFound()
        requireVersion(ifMatchOf(request), before.version)
        if (body.area != null && !hasArea(before.recipient)) throw invalid('/area', ONLY_WITH_AREA)
        await requireScope(tx, actor, { area: body.area })
        const address = checkedAddress(before.channel, { address: before.address, ...body }, config)
        const isMoved = address !== before.address
        if (isMoved) await requireNew(tx, actor.jurisdiction.id, { ...before, address })
        const [after] = await tx
          .update(contact)
          // Nobody at another address has asked to be left alone.
          .set({ ...(isMoved ? { unsubscribedAt: null } : {}), ...body, address, version: before.version + 1 })
          .where(is)
          .returning(contactColumns)
        if (after === undefined) throw new Error('the changed contact did not come back')
        const events = [contactEvent(actor, intent.now, 'contact.changed', after)]
        return { status: 200, headers: { etag: `"${after.version}"` }, body: JSON.stringify(after), events }
      })
      return sendAnswer(reply, answer)
    },
  )

  app.delete(
    '/v1/contacts/:id',
    {
      config: { action: 'contact.manage' },
      schema: {
        tags: [TAG],
        operationId: 'removeContact',
        summary: 'Switch a contact off',
        description:
          'Nothing more is sent there, not even what waits. It stays, since the messages that went there do; `PATCH` switches it on again. Twice is no error.',
        params: IdParams,
        response: { 204: z.null().meta({ description: 'Switched off.' }), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor, params } = request
      const intent = { actor, now: now(), idempotency: undefined }
      const is = isContact(actor.jurisdiction.id, params.id)
      await act(db, intent, async (tx) => {
        const [before] = await tx.select(contactColumns).from(contact).where(is).for('no key update')
        if (before === undefined) throw notFound()
        if (!before.active) return { status: 204, headers: {}, body: '', events: [] }
        await tx
          .update(contact)
          .set({ active: false, version: before.version + 1 })
          .where(is)
        const events = [contactEvent(actor, intent.now, 'contact.changed', { ...before, active: false })]
        return { status: 204, headers: {}, body: '', events }
      })
      return reply.code(204).send(null)
    },
  )
}

function filtersOf({
  recipient,
  unit,
  person,
  channel,
  active,
}: Omit<z.infer<typeof ContactQuery>, 'limit' | 'cursor'>): SQL[] {
  return [
    ...(recipient === undefined ? [] : [eq(contact.recipient, recipient)]),
    ...(unit === undefined ? [] : [eq(contact.unit, unit)]),
    ...(person === undefined ? [] : [eq(contact.person, person)]),
    ...(channel === undefined ? [] : [eq(contact.channel, channel)]),
    ...(active === undefined ? [] : [eq(contact.active, active === 'true')]),
  ]
}

function after(cursor: string | undefined, bound: object): SQL | undefined {
  if (cursor === undefined) return undefined
  const [createdAt = '', id = ''] = decodeCursor(cursor, bound, 2).map(String)
  return or(gt(contact.createdAt, createdAt), and(eq(contact.createdAt, createdAt), gt(contact.id, id)))
}

interface Identity {
  recipient: string
  unit: string | null
  person: string | null
  channel: string
  address: string
}

/** @throws Rejection `duplicate` (409) where the recipient is reached there already, or was until it was switched off. */
async function requireNew(
  tx: Tx,
  jurisdiction: string,
  { recipient, unit, person, channel, address }: Identity,
): Promise<void> {
  const { rows } = await tx.execute(sql`
    select from contact where jurisdiction_id = ${jurisdiction} and recipient = ${recipient}
      and unit_id is not distinct from ${unit}::uuid and person_id is not distinct from ${person}::uuid and channel = ${channel} and address = ${address}`)
  if (rows.length === 0) return
  throw new Rejection('duplicate', {
    zh: '该接收方已登记此地址（可能已停用）。',
    en: 'This recipient has a contact with this address already, perhaps one that is switched off.',
  })
}
