import type pg from 'pg'
import { isDatabaseAway } from './errors.js'

/** Whoever comes then takes another connection. */
const MOST_USERS = 32

interface Shared {
  client: Promise<pg.PoolClient>
  users: number
  isLost: boolean
}

/**
 * Statements of several requests over one connection of the pool, one behind the other, none waiting for an answer before
 * it is sent. For what takes the database no time, reads of a row by its key: there a connection for each costs more in
 * waking each other than the reading does. Whatever takes longer would keep the others waiting.
 */
export function shareConnection(pool: pg.Pool): Pick<pg.ClientBase, 'query'> {
  let latest: Shared | undefined

  async function share<R>(work: (client: pg.PoolClient) => Promise<R>): Promise<R> {
    if (latest === undefined || latest.users >= MOST_USERS || latest.isLost) {
      latest = { client: pool.connect(), users: 0, isLost: false }
    }
    const shared = latest
    shared.users++
    try {
      return await work(await shared.client)
    } catch (err) {
      shared.isLost ||= isDatabaseAway(err)
      throw err
    } finally {
      shared.users--
      if (shared.users === 0) {
        if (latest === shared) latest = undefined
        shared.client.then((client) => client.release(shared.isLost)).catch(() => {})
      }
    }
  }

  const query = (...args: [string]) => share((client) => client.query(...args))
  return { query: query as pg.ClientBase['query'] }
}
