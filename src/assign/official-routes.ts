import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { STATUSES } from '../domain/item/words.js'
import { CommandHeaders, intentOf, sendAnswer } from '../http/command.js'
import { AreaCode, Flag, text, Uuid } from '../http/fields.js'
import { json, responses } from '../http/responses.js'
import { act } from '../ledger/act.js'
import { namedOfficial, Official } from './commands.js'
import { countItems, foresee, replace } from './officials.js'

/** Items of one request: what a transaction of a few seconds holds. */
const MOST_ITEMS = 1000

const ReplaceOfficial = z
  .strictObject({
    from: z.union([text(100), Official]).meta({
      description:
        'Who leaves: a name, in any spelling that looks the same; with a title, only who has that title too.',
      example: '王建国',
    }),
    to: Official.meta({ description: 'Who takes over.', example: { name: '李敏', title: '副县长' } }),
    reason: text(2000),
    unit: Uuid.optional().meta({ description: 'Only what this unit is responsible for.' }),
    area: AreaCode.optional().meta({ description: 'Only what lies in this area.' }),
  })
  .meta({
    id: 'ReplaceLeadOfficial',
    example: { from: '王建国', to: { name: '李敏', title: '副县长' }, reason: '王建国同志调任，由李敏同志接替。' },
  })

const ReplaceQuery = z.strictObject({
  dryRun: Flag.default('false').meta({ description: '`true`: says what would be changed, and changes nothing.' }),
})

const REPLACED_EXAMPLE = {
  dryRun: false,
  changed: 1,
  remaining: 0,
  items: [
    {
      id: '01a20116-9f7a-7373-b205-b62c6b6c93e1',
      ...{ code: '2026-000172', title: '临水弯道无护栏', status: 'remediating', version: 7 },
      responsibleUnit: '0192f0c4-7a6b-7c3d-9e2f-1a2b3c4d5e6f',
      previous: { name: '王建国', title: '副县长' },
    },
  ],
}

const OfficialsReplaced = z
  .strictObject({
    dryRun: z.boolean(),
    changed: z.int().min(0).meta({ description: 'How many items this request changed, or would change.' }),
    remaining: z.int().min(0).meta({ description: 'How many are left over the limit. Ask again until it is 0.' }),
    items: z
      .array(
        z.strictObject({
          id: z.uuid(),
          code: z.string(),
          title: z.string(),
          status: z.enum(STATUSES),
          version: z.int(),
          responsibleUnit: z.uuid(),
          previous: z.strictObject({ name: z.string(), title: z.string().optional() }),
        }),
      )
      .meta({ description: 'Which, and whose they were.' }),
  })
  .meta({ id: 'LeadOfficialReplaced', example: REPLACED_EXAMPLE })

/** A lead official who leaves: all items with an order go to another at once. */
export async function officialRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.post(
    '/v1/lead-officials/replacement',
    {
      config: { action: 'lead_official.replace' },
      schema: {
        tags: ['Assign'],
        operationId: 'replaceLeadOfficial',
        summary: 'Replace a lead official (牵头领导接替)',
        description: `Names another lead official for every item that is \`assigned\`, \`remediating\` or \`closure_requested\` under one, up to ${MOST_ITEMS} in one request and one transaction, each by an \`item.lead_official_changed\` event. It is no new order: signatures, deadlines and ladders stay. An item that is changed is not changed twice, so where \`remaining\` is not 0 the same request under a new \`Idempotency-Key\` goes on.`,
        querystring: ReplaceQuery,
        headers: CommandHeaders.omit({ 'if-match': true }),
        body: ReplaceOfficial,
        response: { 200: json('What was changed, and what is left.', OfficialsReplaced), ...responses('write') },
      },
    },
    async (request, reply) => {
      const { actor, body, query } = request
      const dryRun = query.dryRun === 'true'
      const from = typeof body.from === 'string' ? { name: body.from } : body.from
      const wish = { ...body, from, to: namedOfficial(body.to) }
      const intent = intentOf(request, now())
      const answer = await act(db, intent, async (tx) => {
        const { items, events } = dryRun
          ? { items: await foresee(tx, actor, wish, MOST_ITEMS), events: [] }
          : await replace(tx, actor, wish, { now: intent.now, limit: MOST_ITEMS })
        const left = await countItems(tx, actor, wish)
        const remaining = dryRun ? left - items.length : left
        const body = JSON.stringify({ dryRun, changed: items.length, remaining, items })
        return { status: 200, headers: {}, body, events }
      })
      return sendAnswer(reply, answer)
    },
  )
}
