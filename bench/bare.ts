import fastify from 'fastify'
import pg from 'pg'
import { SERVICE_ROLE } from '../src/db/client.js'
import { type BareRoute, PARAMETER } from './bare-route.js'

// The limit of a read: Fastify and pg, the service's own statements by name, rows as objects, JSON.stringify; nobody is
// authenticated, and nothing is validated.

export interface BareService {
  databaseUrl: string
  poolSize: number
  routes: BareRoute[]
}

async function serve({ databaseUrl, poolSize, routes }: BareService): Promise<number> {
  // pg's own pool, and not the service's, of which a limit must not know.
  const options = `-c timezone=UTC -c jit=off -c role=${SERVICE_ROLE}`
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, options })
  pool.on('error', () => {})
  const app = fastify()
  for (const { path, statements, answer } of routes) {
    const named = statements.map(({ text, values }, k) => ({ name: `${path}-${k}`, text, values }))
    const isOpen = named.some(({ values }) => values.includes(PARAMETER))
    app.get<{ Params: { parameter?: string } }>(isOpen ? `${path}/:parameter` : path, async (request, reply) => {
      let data: unknown[] = []
      for (const [k, { name, text, values }] of named.entries()) {
        const own = values.map((value) => (value === PARAMETER ? request.params.parameter : value))
        const { rows } = await pool.query({ name, text, values: own })
        if (k === answer) data = rows
      }
      return reply.type('application/json; charset=utf-8').send(JSON.stringify({ data }))
    })
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

process.on('message', (service: BareService) => {
  serve(service)
    .then((report) => process.send?.({ report }))
    .catch((err: Error) => process.send?.({ error: err.message }))
})
process.on('disconnect', () => process.exit(0))
