import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import { ITEM_EVENT_TYPES } from '../domain/item/events.js'
import { invalid } from '../domain/rejection.js'
import { ItemParams, sendJson } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { Cursor, isMoment, Limit, normalMoment } from '../http/fields.js'
import { nextLink } from '../http/page.js'
import { json, responses } from '../http/responses.js'
import { pastOf } from '../item/as-of.js'
import { findItemId } from '../ledger/history.js'
import { readDiff, type Stretch, versionThen } from './diff.js'

const VERSION = /^[1-9]\d{0,8}$/

const Point = z
  .string()
  .refine(
    (value) => VERSION.test(value) || isMoment(value),
    '须为带时区的 RFC 3339 时间、台账序号 seq:1234 或版本号 3。 | An RFC 3339 date-time with an offset, an event’s place in the ledger (seq:1234), or a version of the item (3).',
  )
  .overwrite(normalMoment)

const DiffQuery = z.strictObject({
  from: Point.optional().meta({
    description:
      'The earlier state: a time, the place of an event (`seq:1234`), or a version (`3`). Left out: before the item was.',
    example: '3',
  }),
  to: Point.optional().meta({
    description: 'The later state, in the same words. Left out: the present.',
    example: 'seq:1234',
  }),
  limit: Limit,
  cursor: Cursor,
})

const At = z.iso.datetime({ precision: 3 })
const StateRef = z.strictObject({
  version: z.int().min(1),
  at: At.meta({ description: 'When the item came to be so.' }),
})
const Pointer = z.string().meta({ description: 'JSON Pointer into the item.', example: '/assignment/dueAt' })

const ItemDiff = z
  .strictObject({
    itemId: z.uuid(),
    from: StateRef.nullable().meta({ description: 'Null: the item was not there, or not the caller’s to see.' }),
    to: StateRef,
    changes: z.array(z.strictObject({ pointer: Pointer, before: z.unknown(), after: z.unknown() })).meta({
      description:
        'What is different, all of it on every page; null where nothing stood. What the clock makes (`overdue`, `overdueDays`, `dueSoon`) and what every event changes (`version`, `updatedAt`) are left out.',
    }),
    data: z
      .array(
        z.strictObject({
          seq: z.int().min(1),
          version: z.int().min(1).meta({ description: 'The version that it made.' }),
          type: z.enum(ITEM_EVENT_TYPES),
          at: At,
          actor: z.strictObject({ id: z.uuid(), name: z.string().nullable(), role: z.string() }),
          changed: z.array(Pointer).meta({ description: 'What it changed; nothing for a note.' }),
        }),
      )
      .meta({ description: 'The events between the two, oldest first: one page.' }),
    nextCursor: z.string().nullable(),
  })
  .meta({
    id: 'ItemDiff',
    example: {
      itemId: '01a20117-5fde-7171-bd82-1b39a1974f7e',
      from: { version: 5, at: '2026-12-01T01:00:00.000Z' },
      to: { version: 7, at: '2026-12-08T02:30:00.000Z' },
      changes: [{ pointer: '/dueAt', before: '2026-12-31T15:59:59.999Z', after: '2027-01-31T15:59:59.999Z' }],
      data: [
        {
          seq: 1301,
          version: 6,
          type: 'item.extension_requested',
          at: '2026-12-07T08:00:00.000Z',
          actor: { id: '01a20117-5fde-7171-bd82-1b39a1974f7a', name: '王站长', role: 'unit' },
          changed: ['/extensionPending', '/extension'],
        },
        {
          seq: 1322,
          version: 7,
          type: 'item.extension_decided',
          at: '2026-12-08T02:30:00.000Z',
          actor: { id: '01a20117-5fde-7171-bd82-1b39a1974f7b', name: '安委办 刘敏', role: 'office' },
          changed: ['/dueAt', '/extensionPending', '/extension'],
        },
      ],
      nextCursor: null,
    },
  })

/** What became of an item between two states, by whom. */
export async function diffRoutes(app: App, { db, now }: Deps): Promise<void> {
  app.get(
    '/v1/items/:id/diff',
    {
      config: { action: 'item.read' },
      schema: {
        tags: ['Ledger'],
        operationId: 'diffItem',
        summary: 'What changed between two states of an item',
        description:
          'Each field’s value before and after, and the events in between: who changed which fields when. States that were not the caller’s to see are not there, nor are the events that made them.',
        params: ItemParams,
        querystring: DiffQuery,
        response: { 200: json('What changed.', ItemDiff), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { actor, query } = request
      const { limit, cursor } = query
      const at = now()
      const itemId = await findItemId(db, actor, request.params.id)
      const versionOf = async (point: string, pointer: string) =>
        VERSION.test(point)
          ? Number(point)
          : versionThen(db, actor, itemId, await pastOf(db, actor, point, at, pointer))

      /** The versions between which is compared; a page after the first stays with those of the first. */
      async function stretchOf(): Promise<Stretch & { after: number }> {
        if (cursor !== undefined) {
          const [from = 0, to = 0, after = 0] = decodeCursor(cursor, boundOf(itemId, query), 3).map(Number)
          return { from, to, after }
        }
        const from = query.from === undefined ? 0 : await versionOf(query.from, '/query/from')
        const present = await versionThen(db, actor, itemId)
        const to = query.to === undefined ? present : await versionOf(query.to, '/query/to')
        for (const [pointer, version] of [
          ['/query/from', from],
          ['/query/to', to],
        ] as const) {
          if (version > present) throw beyondPresent(pointer, present)
        }
        return { from, to, after: from }
      }
      const { from, to, after } = await stretchOf()
      const page = await readDiff(db, actor, itemId, { from, to }, { after, limit }, at)
      const nextCursor = page.next === null ? null : encodeCursor(boundOf(itemId, query), [from, to, page.next])
      if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
      return sendJson(
        reply,
        JSON.stringify({ itemId, from: page.from, to: page.to, changes: page.changes, data: page.events, nextCursor }),
      )
    },
  )
}

function boundOf(itemId: string, { from, to }: z.infer<typeof DiffQuery>): unknown {
  return { itemId, from, to }
}

function beyondPresent(pointer: string, present: number) {
  return invalid(pointer, { zh: `该项目前是第 ${present} 版。`, en: `The item is at version ${present}.` })
}
