import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App, Deps } from '../deps.js'
import type { Actor } from '../domain/access/permissions.js'
import { CommandHeaders, ItemParams, sendJson, sendRows } from '../http/command.js'
import { decodeCursor, encodeCursor } from '../http/cursor.js'
import { AsOf, Cursor, Limit, many, valuesOf } from '../http/fields.js'
import { jsonPageOf, nextLink, sendPage } from '../http/page.js'
import { json, responses } from '../http/responses.js'
import { asOfPast } from '../item/as-of.js'
import { type FeedQuery, findItemId, readFeed, readHead, readItemEvents } from '../ledger/history.js'
import { type ChainReport, verifyChain } from '../ledger/verify.js'
import { EVENT_TYPES, EventPage, EventView, Feed, Head, Verification } from './event-view.js'
import { beyondHead, Seq } from './seq.js'

const TAG = 'Ledger'
const MAX_WAIT_S = 30
const PAGE = 50
const EXPORT_PAGE = 1_000

const FeedQuerystring = z.strictObject({
  after: Seq.default(0).meta({ description: 'The last seq that the follower has.', example: '172' }),
  cursor: Seq.optional().meta({ description: '`nextCursor` of the page before; the same as `after`.', example: '222' }),
  limit: z.coerce.number().int().min(1).max(200).optional().meta({
    description: 'Events on a page, 50 unless told; of an NDJSON export, all unless told.',
    example: 200,
  }),
  type: many(z.enum(EVENT_TYPES)).optional().meta({ description: 'Repeatable.' }),
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_WAIT_S)
    .default(0)
    .meta({ description: 'Seconds to wait for the next event when there is none yet.' }),
})

/** The ledger (台账): an item's own, the jurisdiction's feed, its head, its verification. */
export async function ledgerRoutes(app: App, { db, now, watch }: Deps): Promise<void> {
  app.get(
    '/v1/items/:id/events',
    {
      config: { action: 'item.read' },
      schema: {
        tags: [TAG],
        operationId: 'listItemEvents',
        summary: 'An item’s ledger',
        description: 'Everything that happened to the item, oldest first.',
        params: ItemParams,
        querystring: z.strictObject({ limit: Limit, cursor: Cursor, asOf: AsOf }),
        response: { 200: json('A page of events.', EventPage), ...responses('found') },
      },
    },
    async (request, reply) => {
      const { limit, cursor, asOf } = request.query
      const past = await asOfPast(db, request.actor, asOf, now())
      const itemId = await findItemId(db, request.actor, request.params.id)
      const bound = { itemId, asOf }
      const [afterVersion] = cursor === undefined ? [0] : decodeCursor(cursor, bound, 1)
      const query = { itemId, past }
      const rows = await readItemEvents(db, request.actor, {
        ...query,
        afterVersion: Number(afterVersion),
        limit: limit + 1,
      })
      return sendPage(
        request,
        reply,
        jsonPageOf(rows, limit, ({ version }) => encodeCursor(bound, [version])),
      )
    },
  )

  app.get(
    '/v1/events',
    {
      config: { action: 'ledger.read' },
      schema: {
        tags: [TAG],
        operationId: 'followEvents',
        summary: 'The feed: every event of the jurisdiction',
        description:
          'In order of `seq`, which is dense, starts at 1 and never shows a gap or goes back. `Accept: application/x-ndjson` streams the whole ledger after `after`, one event a line. A supervisor who is limited to an area gets the events of the items there.',
        querystring: FeedQuerystring,
        response: {
          200: {
            description: 'Events after `after`.',
            content: { 'application/json': { schema: Feed }, 'application/x-ndjson': { schema: EventView } },
          },
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { cursor, limit, wait } = request.query
      const after = cursor ?? request.query.after
      const query = { types: valuesOf(request.query.type), limit: limit ?? PAGE }
      const { actor } = request
      const head = await readHead(db, actor.jurisdiction.id)
      if (after > head.seq) throw beyondHead('/query/after', head.seq)
      if (request.headers.accept?.includes('application/x-ndjson')) {
        return sendNdjson(reply, exported(actor, { ...query, after, until: head.seq }, limit ?? Infinity))
      }
      const ended = aborted(reply)
      const deadline = Date.now() + wait * 1000
      // What a filter passes over is not looked at twice: the scan goes on from the head that was seen.
      for (let from = after, until = head.seq; ; ) {
        const rows = await readFeed(db, actor, { ...query, after: from, until })
        const left = deadline - Date.now()
        if (rows.length > 0 || left <= 0 || ended.aborted || watch.isClosed()) {
          return sendFeed(request, reply, rows, query.limit, until)
        }
        from = until
        request.letOthersIn()
        await watch.past(actor.jurisdiction.id, from, left, ended)
        until = (await readHead(db, actor.jurisdiction.id)).seq
      }
    },
  )

  /** One run at a time for a jurisdiction: whoever asks meanwhile gets the same answer. */
  const running = new Map<string, Promise<ChainReport>>()
  function verified(jurisdiction: string): Promise<ChainReport> {
    const found = running.get(jurisdiction) ?? verifyChain(db, jurisdiction).finally(() => running.delete(jurisdiction))
    running.set(jurisdiction, found)
    return found
  }

  /** The ledger up to `until`, fetched as fast as the receiver takes it. */
  async function* exported(actor: Actor, query: FeedQuery, most: number): AsyncGenerator<string> {
    for (let { after } = query, left = most; left > 0; ) {
      const limit = Math.min(EXPORT_PAGE, left)
      const rows = await readFeed(db, actor, { ...query, after, limit })
      if (rows.length > 0) yield `${rows.map((row) => row.json).join('\n')}\n`
      if (rows.length < limit) return
      after = rows.at(-1)?.seq ?? after
      left -= rows.length
    }
  }

  app.get(
    '/v1/ledger',
    {
      config: { action: 'ledger.read' },
      schema: {
        tags: [TAG],
        operationId: 'getLedgerHead',
        summary: 'The ledger’s head',
        description:
          'Seq and hash of the last event. A copy that is kept elsewhere proves later that history was not rewritten.',
        response: { 200: json('The head.', Head), ...responses('read') },
      },
    },
    async (request, reply) => sendJson(reply, JSON.stringify(await readHead(db, request.actor.jurisdiction.id))),
  )

  app.post(
    '/v1/ledger/verification',
    {
      config: { action: 'ledger.verify' },
      schema: {
        tags: [TAG],
        operationId: 'verifyLedger',
        summary: 'Verify the ledger',
        description: 'Recomputes the chain from the first event to the head. It changes nothing.',
        headers: CommandHeaders,
        body: z.strictObject({}).optional().meta({ description: 'Nothing.', example: {} }),
        response: { 200: json('What was found.', Verification), ...responses('write') },
      },
    },
    async (request, reply) => sendJson(reply, JSON.stringify(await verified(request.actor.jurisdiction.id))),
  )
}

function sendFeed(
  request: FastifyRequest,
  reply: FastifyReply,
  rows: { seq: number; json: string }[],
  limit: number,
  scannedTo: number,
): FastifyReply {
  const last = rows.at(-1)?.seq ?? scannedTo
  const nextCursor = rows.length === limit ? String(last) : null
  if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
  const lastSeq = nextCursor === null ? scannedTo : last
  const after = `],"nextCursor":${JSON.stringify(nextCursor)},"lastSeq":${lastSeq}}`
  return sendRows(
    reply,
    '{"data":[',
    rows.map((row) => row.json),
    after,
  )
}

function sendNdjson(reply: FastifyReply, lines: AsyncIterable<string>): FastifyReply {
  return reply.type('application/x-ndjson').send(Readable.from(lines))
}

/** Ends when the client has gone, so that nobody waits for a reader who has hung up. */
function aborted(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
