import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { headingOf } from '../contacts/notice-words.js'
import type { Tx } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { NOTICE_KINDS, PARTIES } from '../domain/item/notice.js'
import { STATUSES } from '../domain/item/words.js'
import { notFound } from '../domain/rejection.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { Cursor, IdParams, Limit, Uuid } from '../http/fields.js'
import { sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { PersonRef } from '../item/parts.js'
import { act } from '../ledger/act.js'
import { adminEvent } from '../ledger/chain.js'
import { findNotices, lockNotice, NOTICE_STATES, noticeJson } from './notices.js'

const TAG = 'Notify'
const At = z.iso.datetime({ precision: 3 })
const Ref = z.strictObject({ id: z.uuid(), name: z.string() })

const EXAMPLE = {
  id: '01a20116-9f7a-7373-b205-b62c6b6c93e1',
  kind: 'escalation',
  rung: 'talk',
  day: 7,
  label: { zh: '约谈', en: 'Talk' },
  recipient: 'unit',
  unit: { id: '0192f0c4-7a6b-7c3d-9e2f-1a2b3c4d5e6f', name: '阜南县交通运输局' },
  person: null,
  item: {
    id: '01a20116-9f7a-7373-b205-b62c6b6c93e2',
    code: '2026-000172',
    title: '临水弯道无护栏',
    status: 'remediating',
  },
  dueAt: '2026-12-18T15:59:59.999Z',
  details: {},
  state: 'sent',
  createdAt: '2026-12-24T16:00:12.000Z',
  sentAt: '2026-12-25T00:30:04.000Z',
  cancelledAt: null,
  receivedAt: null,
  receivedBy: null,
  wantsReceipt: true,
}

/** An order, as its unit reads it right after it was given. */
const ORDER_EXAMPLE = {
  ...EXAMPLE,
  ...{ id: '01a20116-9f7a-7373-b205-b62c6b6c93e3', kind: 'order_given', rung: null, day: null },
  label: { zh: '新交办', en: 'Orders given' },
  item: { ...EXAMPLE.item, status: 'assigned' },
  details: { part: 'responsible', assignedAt: '2026-11-20T02:10:00.000Z' },
  ...{ state: 'waiting', createdAt: '2026-11-20T02:10:00.000Z', sentAt: null },
}

const KINDS_DESCRIPTION = `${NOTICE_KINDS.map((kind) => `\`${kind}\` ${headingOf(kind).zh}`).join(', ')}. \`escalation\` is a rung of the ladder.`

const NoticeView = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(NOTICE_KINDS).meta({ description: KINDS_DESCRIPTION, example: 'order_given' }),
    rung: z.string().nullable(),
    day: z.int().nullable().meta({ description: 'The rung’s day: days after the deadline’s day, negative before it.' }),
    label: z
      .strictObject({ zh: z.string(), en: z.string() })
      .nullable()
      .meta({ description: 'What to call it: the rung, the paper, the bulletin, or else its kind.' }),
    recipient: z.enum(PARTIES).meta({ description: 'Whom it is for; `inspector`: inspectors of the item’s area.' }),
    unit: Ref.nullable(),
    person: Ref.nullable().meta({ description: 'For recipient `person`: the person who filed the item.' }),
    item: z
      .strictObject({ id: z.uuid(), code: z.string(), title: z.string(), status: z.enum(STATUSES) })
      .nullable()
      .meta({ description: 'The item as it is now.' }),
    dueAt: At.nullable().meta({ description: 'The deadline that the notice is about.' }),
    details: z.record(z.string(), z.unknown()).meta({
      description:
        'What the kind of notice says beside that, such as the reason that was given; an order, the unit’s `part` in it.',
    }),
    state: z.enum(NOTICE_STATES).meta({
      description:
        '`waiting` for working hours; `sent`; `received`; `cancelled`, because it no longer held before it was sent.',
    }),
    createdAt: At,
    sentAt: At.nullable(),
    cancelledAt: At.nullable(),
    receivedAt: At.nullable(),
    receivedBy: PersonRef.nullable(),
    wantsReceipt: z.boolean().meta({
      description: 'Whether it counts as not received when it is not confirmed in time. Any notice can be confirmed.',
    }),
  })
  .meta({ id: 'Notice', example: EXAMPLE })

const NoticeQuerystring = z.strictObject({
  recipient: z
    .enum([...PARTIES, 'all'])
    .optional()
    .meta({
      description:
        'Whose notices. The office’s own unless told; all but the office and the auditor only ever see theirs.',
      example: 'all',
    }),
  unit: Uuid.optional().meta({ description: 'Notices to this unit.', example: EXAMPLE.unit.id }),
  kind: z.enum(NOTICE_KINDS).optional().meta({ description: 'One kind.', example: 'escalation' }),
  state: z.enum(NOTICE_STATES).optional().meta({ description: 'One state.', example: 'sent' }),
  item: z.string().min(1).max(40).optional().meta({ description: 'UUID or code of an item.', example: '2026-000172' }),
  unreceived: z.enum(['true', 'false']).optional().meta({
    description: '`true`: sent, and not confirmed within the days that the rules give.',
    example: 'true',
  }),
  limit: Limit,
  cursor: Cursor,
})

/** Notices, and the receipts that they were read. */
export async function noticeRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/notices',
    {
      config: { action: 'notice.read' },
      schema: {
        tags: [TAG],
        operationId: 'listNotices',
        summary: 'Notices',
        description:
          'The caller’s own, newest first: as unit, supervisor, office or inspector; for inspectors and the hotline also what became of their own filings. The office and the auditor may ask for everyone’s. What concerns a caller stands here from the moment it is true, sent or not.',
        querystring: NoticeQuerystring,
        response: {
          200: json('A page of notices.', pageSchema(NoticeView, 'NoticePage', ORDER_EXAMPLE)),
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const { rules } = await readRules(db, actor.jurisdiction.id)
      return sendPage(request, reply, await findNotices(db, actor, request.query, rules.receiptDays, now()))
    },
  )

  app.post(
    '/v1/notices/:id/receipt',
    {
      config: { action: 'notice.receive' },
      schema: {
        tags: [TAG],
        operationId: 'receiveNotice',
        summary: 'Confirm a notice (回执)',
        description:
          'By anybody whom it is addressed to: of the unit, of the office, a supervisor or inspector of the area, the person. The first receipt counts; another is no error.',
        params: IdParams,
        headers: CommandHeaders,
        body: z.strictObject({}).optional().meta({ description: 'Nothing.', example: {} }),
        response: { 200: json('The notice.', NoticeView), ...responses('write'), 404: responses('found')[404] },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const intent = intentOf(request, now())
      const { id } = request.params
      return sendAnswer(reply, await act(db, intent, (tx) => receive(tx, actor, id, intent.now)))
    },
  )
}

async function receive(tx: Tx, actor: Actor, id: string, now: string) {
  const notice = await lockNotice(tx, actor, id)
  if (notice === undefined) throw notFound()
  if (!notice.received) {
    await tx.execute(sql`
      update notice set received_at = ${now}, received_by = ${actor.id}
      where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id}`)
  }
  const { rows } = await tx.execute<{ json: string }>(sql`
    select ${noticeJson(actor)} as json from notice n where n.jurisdiction_id = ${actor.jurisdiction.id} and n.id = ${id}`)
  const data = { id, kind: notice.kind, itemCode: notice.code, unit: notice.unit }
  const events = notice.received ? [] : [adminEvent(actor, now, { type: 'notice.received', data })]
  return { status: 200, headers: {}, body: rows[0]?.json ?? '', events }
}
