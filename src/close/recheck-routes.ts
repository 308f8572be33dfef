import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { LEVELS, STATUSES } from '../domain/item/words.js'
import { UNIT_EXAMPLE } from '../http/examples.js'
import { Cursor, Limit, many, PageQuery, Uuid, valuesOf } from '../http/fields.js'
import { sendPage } from '../http/page.js'
import { json, pageSchema, responses } from '../http/responses.js'
import { ITEM_EXAMPLE } from '../item/fields.js'
import { findDraws, findRechecks, RECHECK_STATES } from './rechecks.js'

const TAG = 'Close'
const At = z.iso.datetime({ precision: 3 })
const PERIOD = /^\d{4}-(0[1-9]|1[0-2])$/

const EXAMPLE = {
  period: '2026-08',
  item: {
    ...{ id: ITEM_EXAMPLE.id, code: ITEM_EXAMPLE.code, title: ITEM_EXAMPLE.title },
    ...{ status: 'closed', area: ITEM_EXAMPLE.area },
  },
  unit: UNIT_EXAMPLE.id,
  level: 'major',
  closedAt: '2026-08-20T02:30:00.000Z',
  from: '2026-11-17T16:00:00.000Z',
  dueAt: '2026-12-18T15:59:59.999Z',
  state: 'due',
  passed: null,
}

const RecheckView = z
  .strictObject({
    period: z.string().meta({ description: 'The month in which it was struck off.' }),
    item: z.strictObject({
      id: z.uuid(),
      code: z.string(),
      title: z.string(),
      status: z.enum(STATUSES),
      area: z.string(),
    }),
    unit: z.uuid().meta({ description: 'The unit that was responsible for it then.' }),
    level: z.enum(LEVELS),
    closedAt: At,
    from: At.meta({ description: 'From when it is due.' }),
    dueAt: At.meta({ description: 'Until when it is to be made.' }),
    state: z.enum(RECHECK_STATES).meta({
      description:
        '`waiting` until `from`; `due`; `overdue`; `done`, by a recheck since the draw; `lapsed`, because the item was reopened.',
    }),
    passed: z.boolean().nullable().meta({ description: 'What the recheck found, once it is done.' }),
  })
  .meta({ id: 'DrawnRecheck', example: EXAMPLE })

const RecheckQuerystring = z.strictObject({
  state: many(z.enum(RECHECK_STATES)).optional().meta({ description: 'States; may be repeated.', example: 'due' }),
  period: z.string().regex(PERIOD).optional().meta({ description: 'One month’s sample.', example: '2026-08' }),
  unit: Uuid.optional().meta({ description: 'The unit that was responsible.', example: UNIT_EXAMPLE.id }),
  limit: Limit,
  cursor: Cursor,
})

const DRAW_EXAMPLE = {
  period: '2026-08',
  cutOff: { seq: 1234, hash: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35' },
  rules: 3,
  strata: [{ unit: UNIT_EXAMPLE.id, level: 'major', closed: 5, share: 50, drawn: 3 }],
  drawnAt: '2026-08-31T17:00:02.000Z',
}

const DrawView = z
  .strictObject({
    period: z.string(),
    cutOff: z
      .strictObject({ seq: z.int(), hash: z.string() })
      .meta({ description: 'The last event of the ledger before the month’s end; its hash is the seed.' }),
    rules: z.int().meta({ description: 'The version of the rules.' }),
    strata: z
      .array(
        z.strictObject({
          unit: z.uuid(),
          level: z.enum(LEVELS),
          closed: z.int().meta({ description: 'Struck off in the month, and still at the cut-off.' }),
          share: z.int().meta({ description: 'Percent.' }),
          drawn: z.int(),
        }),
      )
      .meta({ description: 'What was drawn from: each unit’s items of each level.' }),
    drawnAt: At,
  })
  .meta({ id: 'RecheckDraw', example: DRAW_EXAMPLE })

/** Rechecks (回头看): what was drawn, and how. */
export async function recheckRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/rechecks',
    {
      config: { action: 'recheck.read' },
      schema: {
        tags: [TAG],
        operationId: 'listRechecks',
        summary: 'The rechecks that were drawn (回头看)',
        description:
          'The first due first, of items that the caller may see. `POST /v1/items/{id}/rechecks` makes one; a failed one puts its item on account again.',
        querystring: RecheckQuerystring,
        response: { 200: json('A page.', pageSchema(RecheckView, 'RecheckPage', EXAMPLE)), ...responses('read') },
      },
    },
    async (request, reply) => {
      const { state, ...query } = request.query
      return sendPage(
        request,
        reply,
        await findRechecks(db, request.actor, { ...query, state: valuesOf(state) }, now()),
      )
    },
  )

  app.get(
    '/v1/recheck-draws',
    {
      config: { action: 'recheck.audit' },
      schema: {
        tags: [TAG],
        operationId: 'listRecheckDraws',
        summary: 'How rechecks were drawn',
        description: `The latest month first. Anybody who has the ledger can draw a sample again: fold the events up to \`cutOff.seq\`; take the items that are then closed, with \`closedAt\` in the month; group them by responsible unit and level; of each group take ⌈closed × share ÷ 100⌉, those whose SHA-256(seed ‖ item id) is lowest, the seed being the 32 bytes of \`cutOff.hash\` and the id lower-case text. The ledger’s event \`recheck.drawn\` has \`sampleSha256\`, of the RFC 8785 JSON of the sorted ids.`,
        querystring: PageQuery,
        response: { 200: json('A page.', pageSchema(DrawView, 'RecheckDrawPage', DRAW_EXAMPLE)), ...responses('read') },
      },
    },
    async (request, reply) => sendPage(request, reply, await findDraws(db, request.actor, request.query)),
  )
}
