import pg from 'pg'
import type { TargetDatabase } from './target.js'

/** Nobody waits for ever for a database that the network has lost. */
const LIMITS = {
  connectionTimeoutMillis: 10_000,
  query_timeout: 120_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
}

/** A PostgreSQL database to mirror into, on one connection. */
export async function openPostgres(url: string): Promise<TargetDatabase> {
  const client = new pg.Client({ connectionString: url, ...LIMITS })
  // A connection that is lost between two statements is told by the next of them.
  client.on('error', () => {})
  await client.connect()
  const all: TargetDatabase['all'] = async (sql, values = []) => (await client.query(sql, [...values])).rows
  return {
    json: 'jsonb',
    all,
    async transaction(work) {
      await all('begin')
      try {
        const result = await work()
        await all('commit')
        return result
      } catch (err) {
        await all('rollback').catch(() => {})
        throw err
      }
    },
    close: () => client.end(),
  }
}
