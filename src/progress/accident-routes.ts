import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { countsInForce } from '../domain/item/accidents.js'
import { CommandHeaders, ItemParams, ifMatchOf, intentOf, sendAnswer, sendJson } from '../http/command.js'
import { AsOf, Day, text, Uuid } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { ItemView } from '../item/view.js'
import { act } from '../ledger/act.js'
import { findItemId } from '../ledger/history.js'
import { enterAccidentCount, readAccidentCounts } from './accident-counts.js'

const TAG = 'Track'
const MAX_COUNT = 1_000_000
const Count = z.int().min(0).max(MAX_COUNT)

const Base = z
  .strictObject({
    accidentsPerYear: z.number().positive().max(MAX_COUNT),
    overdispersion: z.number().min(0).max(1000).meta({ description: 'The k of the negative binomial.' }),
  })
  .meta({
    id: 'AccidentBase',
    description:
      'What similar sites have in a year without remediation, from a safety performance function or a reference group; the outcomes report then takes regression to the mean out.',
    example: { accidentsPerYear: 2.4, overdispersion: 0.35 },
  })

const span = {
  from: Day.meta({ description: 'The first day, in the jurisdiction’s zone.', example: '2025-03-01' }),
  to: Day.meta({ description: 'The day after the last: `from` is in the span, `to` is not.', example: '2026-03-01' }),
}
const figures = { accidents: Count, deaths: Count, injuries: Count }

const CountAccidents = z
  .strictObject({
    ...span,
    ...figures,
    base: Base.optional(),
    source: text(200, 'Where the figures come from.').optional(),
    note: text(2000).optional(),
    corrects: Uuid.optional().meta({ description: 'The count that this one takes the place of.' }),
  })
  .meta({
    id: 'CountAccidents',
    example: {
      ...{ from: '2025-03-01', to: '2026-03-01', accidents: 12, deaths: 2, injuries: 9 },
      source: '交警事故信息系统',
    },
  })

const AccidentCountView = z
  .strictObject({
    id: z.uuid(),
    ...{ from: z.string(), to: z.string() },
    ...figures,
    base: Base.nullable(),
    source: z.string().nullable(),
    note: z.string().nullable(),
    corrects: z.uuid().nullable(),
    inForce: z.boolean().meta({ description: 'False for a count that a later one took the place of.' }),
    at: z.iso.datetime({ precision: 3 }),
    by: z.strictObject({ id: z.uuid(), name: z.string().nullable() }),
  })
  .meta({ id: 'AccidentCount' })

const AccidentCounts = z.strictObject({ data: z.array(AccidentCountView) }).meta({
  id: 'AccidentCounts',
  example: {
    data: [
      {
        id: '01a20117-5fde-7171-bd82-1b39a1974f7e',
        ...{ from: '2025-03-01', to: '2026-03-01', accidents: 12, deaths: 2, injuries: 9, base: null },
        ...{ source: '交警事故信息系统', note: null, corrects: null, inForce: true, at: '2026-11-22T01:30:00.000Z' },
        by: { id: '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90', name: '安委办 周敏' },
      },
    ],
  },
})

/** What happened at an item before and after its remediation, counted by spans of days. */
export async function accidentRoutes(app: App, { db, now }: Deps): Promise<void> {
  // No kind of a batch: whether two counts overlap is read from the ledger, where those of one batch do not stand yet.
  app.post(
    '/v1/items/:id/accident-counts',
    {
      config: { action: 'item.count_accidents' },
      schema: {
        tags: [TAG],
        operationId: 'itemCountAccidents',
        summary: 'Count accidents (事故统计)',
        description:
          'Accidents, deaths and injuries at the item in a span of days, before or after its remediation, for `GET /v1/reports/outcomes`. Two counts never share a day; `corrects` puts a count in the place of an earlier one, which stays in the ledger.',
        params: ItemParams,
        headers: CommandHeaders,
        body: CountAccidents,
        response: { 200: json('The item after the change.', ItemView), ...responses('command') },
      },
    },
    async (request, reply) => {
      const { base = null, source = null, note = null, corrects = null, ...counted } = request.body
      const count = { id: uuidv7(), ...counted, base, source, note, corrects }
      const intent = intentOf(request, now())
      const action = 'item.count_accidents' as const
      const change = { ...intent, action, ref: request.params.id, ifMatch: ifMatchOf(request) }
      return sendAnswer(reply, await act(db, intent, (tx) => enterAccidentCount(tx, change, count)))
    },
  )

  app.get(
    '/v1/items/:id/accident-counts',
    {
      config: { action: 'item.read' },
      schema: {
        tags: [TAG],
        operationId: 'listAccidentCounts',
        summary: 'Accidents that were counted',
        description: 'All counts of the item in the order in which they were entered, those too that were corrected.',
        params: ItemParams,
        querystring: z.strictObject({ asOf: AsOf }),
        response: { 200: json('The counts.', AccidentCounts), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor } = request
      const past = await asOfPast(db, actor, request.query.asOf, now())
      const itemId = await findItemId(db, actor, request.params.id)
      const { all, visible } = await readAccidentCounts(db, actor, itemId, past)
      const inForce = new Set(countsInForce(all).map(({ id }) => id))
      const data = visible.map((count) => ({ ...count, inForce: inForce.has(count.id) }))
      return sendJson(reply, JSON.stringify({ data }))
    },
  )
}
