import { timingSafeEqual } from 'node:crypto'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { unauthenticated } from '../auth/actor.js'
import type { App, Deps } from '../deps.js'
import { notFound } from '../domain/rejection.js'
import { responses } from '../http/responses.js'

const TAG = 'Operation'
/** Whoever looks after the service must not wait for those who flood it. */
const LOOKED_AFTER = { isCounted: false }
const Status = z.strictObject({ status: z.string() }).meta({ id: 'Status', example: { status: 'ok' } })
const Metrics = z.string().meta({ example: 'process_cpu_seconds_total 1.42' })
const malformed = responses('read')[400]
const answer = (description: string) => ({ description, content: { 'application/json': { schema: Status } } })

/** Alive, ready, metrics: for whoever operates the service. */
export async function operationRoutes(
  app: App,
  { db, config, isStopping, isScheduleStill, siblings, metrics }: Deps & { metrics: Registry },
): Promise<void> {
  app.get(
    '/healthz',
    {
      config: LOOKED_AFTER,
      schema: {
        tags: [TAG],
        operationId: 'getHealth',
        summary: 'Alive',
        description: 'The process answers.',
        security: [],
        response: { 200: answer('Alive.'), 400: malformed },
      },
    },
    async () => ({ status: 'ok' }),
  )

  app.get(
    '/readyz',
    {
      config: LOOKED_AFTER,
      schema: {
        tags: [TAG],
        operationId: 'getReadiness',
        summary: 'Ready',
        description:
          'The process can serve: it is not stopping, the database answers, and the schedule, where it is this process that does it, goes on. Answered within 2 s, however busy the process is.',
        security: [],
        response: {
          200: answer('Ready.'),
          400: malformed,
          503: answer('Not ready: `stopping`, `database away` or `schedule stands still`.'),
        },
      },
    },
    async (_request, reply) => {
      if (isStopping()) return reply.code(503).header('retry-after', 5).send({ status: 'stopping' })
      if (!(await db.answers())) return reply.code(503).header('retry-after', 2).send({ status: 'database away' })
      if (isScheduleStill?.() === true) {
        return reply.code(503).header('retry-after', 5).send({ status: 'schedule stands still' })
      }
      return { status: 'ok' }
    },
  )

  app.get(
    '/metrics',
    {
      config: LOOKED_AFTER,
      schema: {
        tags: [TAG],
        operationId: 'getMetrics',
        summary: 'Metrics',
        description:
          'Prometheus text, behind `Authorization: Bearer <METRICS_TOKEN>`; 404 where no token is configured.',
        security: [],
        response: {
          200: { description: 'Metrics.', content: { 'text/plain': { schema: Metrics } } },
          401: responses('read')[401],
          404: responses('found')[404],
        },
      },
    },
    async (request, reply) => {
      if (config.metricsToken === undefined) throw notFound()
      if (!isEqual(request.headers.authorization ?? '', `Bearer ${config.metricsToken}`)) throw unauthenticated()
      return reply.type(metrics.contentType).send(await (siblings ?? metrics).metrics())
    },
  )
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
