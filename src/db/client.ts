import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { PgTransactionConfig } from 'drizzle-orm/pg-core'
import pg from 'pg'
import * as schema from './schema.js'

/** To read. Writes take a `Tx`, so that passing the pool to a write does not compile. */
export type Db = NodePgDatabase<typeof schema>
/** To write: one open transaction. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

export const SERVICE_ROLE = 'one_list_service'

export interface PoolOptions {
  url: string
  max: number
  /** Run under the role that cannot rewrite the ledger; false where the account may not take it. */
  serviceRole: boolean
  onError: (err: Error) => void
}

/** Limits that hold for every connection: nobody waits for ever, for a connection, a lock or an answer. */
const TIMEOUTS = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 60_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000,
  query_timeout: 70_000,
} as const

export function createPool(options: PoolOptions): pg.Pool {
  const role = options.serviceRole ? ` -c role=${SERVICE_ROLE}` : ''
  const pool = new pg.Pool({
    Client: NamingClient,
    connectionString: options.url,
    max: options.max,
    application_name: 'one-list',
    options: `-c timezone=UTC -c jit=off${role}`,
    ...TIMEOUTS,
  })
  // Both are needed: a connection that is cut while it is checked out is not the pool's to report.
  pool.on('error', options.onError)
  pool.on('connect', (client) => client.on('error', options.onError))
  return pool
}

/** Gives statements names, so that the database parses and plans each once a connection and not at every request. */
class NamingClient extends pg.Client {
  // The overloads of the driver come to one implementation.
  override query(config: unknown, ...more: unknown[]): never {
    return super.query(
      (isNameable(config, more) ? { ...config, name: nameOf(config.text) } : config) as never,
      ...(more as never[]),
    ) as never
  }
}

function isNameable(config: unknown, [values]: unknown[]): config is { text: string } {
  if (typeof config !== 'object' || config === null || !('text' in config) || 'submit' in config) return false
  const { name } = config as { name?: unknown }
  return name === undefined && Array.isArray(values)
}

const names = new Map<string, string>()
function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    name = `s${names.size}`
    names.set(text, name)
  }
  return name
}

export function createDb(pool: pg.Pool): Db {
  const db = drizzle(pool, { schema })
  db.transaction = (work, config) => transact(pool, work, config)
  return db
}

/**
 * A transaction on a connection of its own, which is closed when it has failed. Drizzle's own keeps the connection for
 * ever when `begin` fails, and hands one on that does not answer: a pool would run dry after as many losses as it is large.
 */
async function transact<R>(pool: pg.Pool, work: (tx: Tx) => Promise<R>, config?: PgTransactionConfig): Promise<R> {
  const client = await pool.connect()
  let isLost = false
  try {
    // The schema's only use at run time is for relational queries, which nobody makes.
    const db = drizzle(client) as unknown as Db
    return await db.transaction(work, config)
  } catch (err) {
    isLost = isDatabaseAway(err)
    throw err
  } finally {
    client.release(isLost)
  }
}

/** An error as it may be logged: a driver's wrapper has the SQL and its parameters, a driver's detail has whole rows. */
export function withoutQuery(err: unknown): Record<string, unknown> {
  if (!(err instanceof Error)) return { message: String(err) }
  const source = err.message.startsWith('Failed query') && err.cause instanceof Error ? err.cause : err
  const { name, message, stack, cause } = source
  const { code, constraint, table } = source as { code?: unknown; constraint?: unknown; table?: unknown }
  const because = cause === undefined ? {} : { cause: withoutQuery(cause) }
  return { type: name, message, ...{ code, constraint, table, stack }, ...because }
}

/** The SQLSTATE behind an error, also where drizzle has wrapped it. */
export function sqlStateOf(err: unknown): string | undefined {
  for (let e = err, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const code = (e as { code?: unknown }).code
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
  }
  return undefined
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
])
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|query read timeout|connection timeout|pool after calling end/i

/** Whether the database is away (or full, or shutting down) rather than the request wrong: answered with 503. */
export function isDatabaseAway(err: unknown): boolean {
  for (let e = err, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const code = (e as { code?: unknown }).code
    if (typeof code === 'string') {
      // Classes: 08 connection, 53 resources (disk full, too many connections), 57 operator intervention, 58 system.
      if (NETWORK_CODES.has(code) || /^(08|53|57|58)[0-9A-Z]{3}$/.test(code)) return true
      // A standby that is being promoted, a lock that did not come free in time.
      if (code === '25006' || code === '55P03') return true
      // A deadlock or serialisation failure that several repetitions did not resolve: too much at once.
      if (code === '40P01' || code === '40001') return true
    }
    if (CONNECTION_MESSAGES.test(e.message)) return true
    if (e instanceof AggregateError && e.errors.some(isDatabaseAway)) return true
  }
  return false
}
