import fastify from 'fastify'
import { createPool } from '../src/db/client.js'
import type { Statement } from './record.js'

// The limit of a read: Fastify and pg, the service's own statements by name, rows as objects, JSON.stringify; nobody is
// authenticated, and nothing is validated.

export interface BareRoute {
  path: string
  statements: Statement[]
}

export interface BareService {
  databaseUrl: string
  poolSize: number
  routes: BareRoute[]
}

/** Stands for the request's parameter among a statement's values. */
export const ID = '{id}'

async function serve({ databaseUrl, poolSize, routes }: BareService): Promise<number> {
  const pool = createPool({ url: databaseUrl, max: poolSize, serviceRole: true, onError: () => {} })
  const app = fastify()
  for (const { path, statements } of routes) {
    const named = statements.map(({ text, values }, k) => ({ name: `${path}-${k}`, text, values }))
    app.get<{ Params: { id?: string } }>(path, async (request, reply) => {
      let rows: unknown[] = []
      for (const { name, text, values } of named) {
        const own = values.map((value) => (value === ID ? request.params.id : value))
        rows = (await pool.query({ name, text, values: own })).rows
      }
      return reply.type('application/json; charset=utf-8').send(JSON.stringify({ data: rows }))
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
