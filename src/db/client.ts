import type { SQL } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { PgDialect, type PgTransactionConfig } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import { isDatabaseAway } from './errors.js'
import { NamingClient } from './naming-client.js'
import { ServicePool } from './pool.js'
import * as schema from './schema.js'
import { shareConnection } from './shared-connection.js'

type Connected = NodePgDatabase<typeof schema>
/** To read. Writes take a `Tx`, so that passing the pool to a write does not compile. */
export interface Db extends Connected {
  /** For reads of a row by its key, which share a connection. */
  short: Pick<Connected, 'execute'>
  /** Whether the database answers, however busy the pool is; within 2 s. */
  answers(): Promise<boolean>
}
/** To write: one open transaction. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

export const SERVICE_ROLE = 'one_list_service'

export interface PoolOptions {
  url: string
  max: number
  /** Run under the role that cannot rewrite the ledger; false where the account may not take it. */
  serviceRole: boolean
  /** For tasks and commands, where no person waits at a screen. */
  isPatient?: boolean
  onError: (err: Error) => void
}

/**
 * Limits that hold for every connection: nobody waits for ever, for a connection, a lock or an answer. A request that waits for
 * a connection, and then for an answer that does not come, has its own within 10 s.
 */
const OF_REQUESTS = {
  connectionTimeoutMillis: 3_000,
  statement_timeout: 6_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 30_000,
  query_timeout: 6_500,
} as const
const OF_WORK = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 40_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000,
  query_timeout: 45_000,
} as const

/** How a connection that lies idle finds out that its other end has gone: within some 15 s, at both ends. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 5_000 } as const
export const KEPT_ALIVE_BY_SERVER =
  '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=5 -c tcp_user_timeout=15000'

export function createPool(options: PoolOptions): ServicePool {
  const role = options.serviceRole ? ` -c role=${SERVICE_ROLE}` : ''
  const pool = new ServicePool({
    Client: NamingClient,
    connectionString: options.url,
    max: options.max,
    application_name: 'one-list',
    // Statements go out without waiting for those before them; the database does them in their order all the same.
    pipeline: true,
    options: `-c timezone=UTC -c jit=off ${KEPT_ALIVE_BY_SERVER}${role}`,
    ...KEEP_ALIVE,
    ...(options.isPatient ? OF_WORK : OF_REQUESTS),
  })
  // Both are needed: a connection that is cut while it is checked out is not the pool's to report.
  pool.on('error', options.onError)
  pool.on('connect', (client) => client.on('error', options.onError))
  return pool
}

export function createDb(pool: ServicePool): Db {
  const db = drizzle(pool, { schema })
  db.transaction = (work, config) => transact(pool, work, config)
  const short = drizzle(shareConnection(pool) as pg.Client, { schema })
  return Object.assign(db, { short, answers: () => pool.answers() })
}

const dialect = new PgDialect()

/** The connections of transactions that have not ended. */
const open = new WeakMap<Tx, pg.PoolClient>()

/**
 * A transaction on a connection of its own, which is closed when it has failed. Drizzle's own keeps the connection for
 * ever when `begin` fails, and hands one on that does not answer: a pool would run dry after as many losses as it is large.
 * `begin` is not waited for: it cannot fail but with its connection, and then nothing that follows it is done either.
 */
async function transact<R>(pool: pg.Pool, work: (tx: Tx) => Promise<R>, config?: PgTransactionConfig): Promise<R> {
  const client = await pool.connect()
  // The schema's only use at run time is for relational queries, which nobody makes.
  const tx = drizzle(client) as unknown as Tx
  open.set(tx, client)
  let isLost = false
  try {
    const begun = client.query(beginOf(config))
    begun.catch(() => {})
    const result = await work(tx)
    await begun
    if (open.has(tx)) await client.query('commit')
    return result
  } catch (err) {
    isLost = true
    if (!isDatabaseAway(err)) {
      if (open.has(tx)) await client.query('rollback')
      isLost = false
    }
    throw err
  } finally {
    open.delete(tx)
    if (client instanceof NamingClient) client.patienceMs = undefined
    client.release(isLost)
  }
}

/**
 * Lets a transaction take its time, where others have seconds: reports, files, imports, what reads a whole list. Within
 * another transaction nothing changes: that one decides.
 */
export async function takeTime(tx: Tx): Promise<void> {
  const client = open.get(tx)
  if (!(client instanceof NamingClient)) return
  client.patienceMs = OF_WORK.query_timeout
  await client.query(
    `set local statement_timeout = ${OF_WORK.statement_timeout}; set local lock_timeout = ${OF_WORK.lock_timeout}`,
  )
}

/**
 * The last statement of a transaction and its commit, sent at once, so that what the statement locks is not held while
 * anybody waits for a network. When it fails, the commit undoes everything, and this throws what it failed of. Nothing
 * may be done with the transaction afterwards.
 */
export async function commitWith(tx: Tx, statement: SQL): Promise<void> {
  const client = open.get(tx)
  if (client === undefined) throw new Error('not a transaction of `transact`, or an ended one')
  open.delete(tx)
  const { sql: text, params } = dialect.sqlToQuery(statement)
  const sent = [client.query({ text }, params), client.query('commit')]
  const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

function beginOf({ isolationLevel, accessMode, deferrable }: PgTransactionConfig = {}): string {
  const modes = [
    isolationLevel && `isolation level ${isolationLevel}`,
    accessMode,
    deferrable === undefined ? undefined : deferrable ? 'deferrable' : 'not deferrable',
  ]
  return `begin ${modes.filter((mode) => mode !== undefined).join(' ')}`
}
