import pg from 'pg'
import type { TargetDatabase } from './target.js'

const CONNECT_TIMEOUT_MS = 10_000

/** A PostgreSQL database to mirror into, on one connection. */
export async function openPostgres(url: string): Promise<TargetDatabase> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
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
