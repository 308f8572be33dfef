import { sql } from 'drizzle-orm'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../db/client.js'
import type { App, Siblings } from '../deps.js'

/** Measures every route of the app; what `GET /metrics` shows, or among siblings, this process's part of it. */
export function measure(app: App, db: Db, siblings?: Siblings): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    seconds.observe(
      { method, route: routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1000,
    )
  })
  if (siblings === undefined) watchWorker(registry, db)
  else siblings.tell(registry)
  return registry
}

/** Lines that the process could not write to its log. */
export function countLostLines(registry: Registry, lost: () => number): void {
  const help = 'Lines of the log that could not be written: a full disk, a closed pipe, a reader that does not read.'
  countFrom(registry, { name: 'one_list_log_lines_lost_total', help }, lost)
}

/** Requests that were refused unread, because others were waiting already. */
export function countShed(registry: Registry, shed: () => number): void {
  const help = 'Requests that were refused at once because the process had as many as it can serve in two seconds.'
  countFrom(registry, { name: 'one_list_requests_shed_total', help }, shed)
}

/** A counter of what is counted elsewhere. */
function countFrom(registry: Registry, about: { name: string; help: string }, total: () => number): void {
  let counted = 0
  new Counter({
    ...{ ...about, registers: [registry] },
    collect() {
      const all = total()
      this.inc(all - counted)
      counted = all
    },
  })
}

/** What an operator wants to be woken for: work that is not done. Read from the database when metrics are asked for. */
export function watchWorker(registry: Registry, db: Db): void {
  const gauges: { name: string; help: string; label: string; rows: ReturnType<typeof sql> }[] = [
    {
      name: 'one_list_jobs',
      help: 'Jobs of the worker by state; those that failed are kept for a minute.',
      label: 'state',
      rows: sql`select state::text as label, count(*)::int as n from pgboss.job group by state`,
    },
    {
      name: 'one_list_notices_waiting',
      help: 'Notices that wait for working hours.',
      label: 'jurisdiction',
      rows: sql`select jurisdiction_id as label, count(*)::int as n from notice
        where sent_at is null and cancelled_at is null and received_at is null group by jurisdiction_id`,
    },
    {
      name: 'one_list_messages_pending',
      help: 'Messages on their way to a contact.',
      label: 'jurisdiction',
      rows: sql`select jurisdiction_id as label, count(*)::int as n from message where state = 'pending' group by jurisdiction_id`,
    },
    {
      name: 'one_list_seconds_since_sweep',
      help: 'Seconds since the ladder was last looked at, by the database’s clock.',
      label: 'jurisdiction',
      rows: sql`select jurisdiction_id as label, greatest(0, extract(epoch from now() - swept_at))::int as n from sweep where chore = 'ladder'`,
    },
  ]
  for (const { name, help, label, rows } of gauges) {
    new Gauge({
      ...{ name, help, labelNames: [label], registers: [registry] },
      async collect() {
        this.reset()
        // With the database away, what the process knows of itself is still worth having.
        const found = await db.execute<{ label: string; n: number }>(rows).catch(() => ({ rows: [] }))
        for (const row of found.rows) this.set({ [label]: row.label }, row.n)
      },
    })
  }
}
