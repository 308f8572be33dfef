import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Gauge, type Registry } from 'prom-client'
import { z } from 'zod'
import { sessionAccessOf } from '../auth/session-access.js'
import type { App, Deps } from '../deps.js'
import { many, valuesOf } from '../http/fields.js'
import { responses } from '../http/responses.js'
import { type EventRow, readHead } from '../ledger/history.js'
import { EVENT_TYPES } from './event-view.js'
import { createLiveLedger } from './live.js'
import { beyondHead, Seq } from './seq.js'
import { createStreams } from './streams.js'

/** How long a client waits before it connects again. */
const RECONNECT_MS = 3_000

const StreamQuery = z.strictObject({
  after: Seq.optional().meta({
    description: 'The last seq that the follower has; without it the stream begins with what happens from now on.',
    example: '172',
  }),
  type: many(z.enum(EVENT_TYPES)).optional().meta({ description: 'Repeatable.' }),
})

const StreamHeaders = z.looseObject({
  'last-event-id': Seq.optional().meta({
    description:
      'The `id` that the client saw last, which it sends by itself when it connects again. It overrides `after`.',
    example: '172',
  }),
})

const EventStream = z.string().meta({
  id: 'EventStream',
  description:
    'WHATWG server-sent events. `data` is the event’s JSON (schema `Event`). Comment lines are heart-beats; an `id` without data says how far the stream has come.',
  example:
    'id: 41\nretry: 3000\n\nid: 42\nevent: item.listed\ndata: {"jurisdiction":"fuyang","seq":42,"type":"item.listed"}\n\n: still here\nid: 42\n\n',
})

/** The feed as it happens: server-sent events (WHATWG HTML, section 9.2). */
export async function streamRoutes(app: App, { db, now, watch, metrics }: Deps & { metrics: Registry }): Promise<void> {
  const live = createLiveLedger(db, watch, frameOf)
  const streams = createStreams(db, now, (err) => app.log.warn({ err }, 'the grants of open streams were not checked'))
  new Gauge({
    name: 'event_streams_open',
    help: 'Streams of the feed that are open.',
    registers: [metrics],
    collect() {
      this.set(streams.count())
    },
  })

  app.get(
    '/v1/events/stream',
    {
      config: { action: 'ledger.read' },
      schema: {
        tags: ['Ledger'],
        operationId: 'streamEvents',
        summary: 'The feed as server-sent events',
        description:
          'The events of `GET /v1/events` as they happen, each once and in order, and heart-beats every 15 seconds. `Last-Event-ID` or `after` resumes; with neither, the stream begins with what happens from now on. A client that reads slowly misses nothing and gets it later. The stream ends when the caller’s key, token or role does not hold any more. At most 20 open streams for a person at one server process.',
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: {
          200: { description: 'Events, without end.', content: { 'text/event-stream': { schema: EventStream } } },
          ...responses('read'),
        },
      },
    },
    async (request, reply) => {
      const { actor, query } = request
      const resumed = request.headers['last-event-id']
      const follower = await streams.open(sessionAccessOf(request), async () => {
        const head = await readHead(db, actor.jurisdiction.id)
        const after = resumed ?? query.after ?? head.seq
        if (after > head.seq)
          throw beyondHead(resumed === undefined ? '/query/after' : '/headers/last-event-id', head.seq)
        const begun = live.follow({ actor, after, types: valuesOf(query.type) }, head.seq)
        // With an id, so that a client which is cut off before anything happens resumes from here.
        begun.say(`id: ${after}\nretry: ${RECONNECT_MS}\n\n`)
        return begun
      })
      // A HEAD request is answered with the fields alone.
      if (request.method === 'HEAD') follower.end()
      request.letOthersIn()
      return sendStream(reply, follower.stream)
    },
  )
}

function sendStream(reply: FastifyReply, stream: Readable): FastifyReply {
  // Neither kept nor held back by what stands between.
  reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  return reply.type('text/event-stream; charset=utf-8').send(stream)
}

/** JSON text of one line, as PostgreSQL's `row_to_json` makes it, needs no second `data` field. */
function frameOf({ seq, type, json }: EventRow): Buffer {
  return Buffer.from(`id: ${seq}\nevent: ${type}\ndata: ${json}\n\n`)
}
