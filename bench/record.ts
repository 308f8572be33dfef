import type pg from 'pg'
import { pino } from 'pino'
import { buildApp } from '../src/app.js'
import { readConfig } from '../src/config.js'
import { UNHEARD } from '../src/db/access-changes.js'
import { createDb, createPool } from '../src/db/client.js'
import { createLedgerWatch } from '../src/ledger/watch.js'
import { NOW } from './items.js'

/** What the service asks the database, with the values of its parameters. */
export interface Statement {
  text: string
  values: unknown[]
}

export interface Recorder {
  /** The statements of a request that succeeds, without those that find out who asks. */
  record(request: { method: 'GET' | 'POST'; url: string; headers: Record<string, string>; payload?: string }): Promise<{
    statements: Statement[]
    body: string
  }>
  close(): Promise<void>
}

/**
 * The service inside this process, on a database of its own, with a look at what it sends there: so the limits run the
 * very statements that the service runs, also when those change.
 */
export async function startRecorder(url: string): Promise<Recorder> {
  const pool = createPool({ url, max: 4, serviceRole: true, onError: () => {} })
  let statements: Statement[] = []
  pool.on('connect', (client) => tap(client, (statement) => statements.push(statement)))
  const db = createDb(pool)
  const watch = createLedgerWatch(db)
  const config = readConfig({ RATE_LIMIT_PER_MINUTE: '1000000' })
  const deps = { db, now: () => NOW, config, watch, accessChanges: UNHEARD, isStopping: () => false }
  const app = await buildApp(deps, pino({ level: 'silent' }))
  let hasAsked = false
  const inject = async (request: Parameters<Recorder['record']>[0]) => {
    const response = await app.inject({ ...request, payloadAsStream: true })
    let first = ''
    // Read to its end, or an export would never end; only the beginning is kept.
    for await (const chunk of response.stream()) first ||= String(chunk)
    if (response.statusCode >= 300) throw new Error(`${request.url} was answered ${response.statusCode}: ${first}`)
    return first
  }
  return {
    async record(request) {
      if (!hasAsked) await inject({ method: 'GET', url: '/v1/me', headers: request.headers })
      hasAsked = true
      statements = []
      const body = await inject(request)
      return { statements: statements.filter(({ text }) => !text.includes('api_key')), body }
    },
    async close() {
      watch.close()
      await app.close()
      await pool.end()
    },
  }
}

/** In all the forms that pg takes: a text, a configuration with or without values of its own, something that submits itself. */
type Given = string | { text?: string; name?: string; values?: unknown[] }
type Query = (given: Given, values?: unknown, ...more: unknown[]) => unknown

/** Hears what is sent over a client in the order in which it is sent, also where nobody waits for the answer before. */
export function tap(client: pg.ClientBase, heard: (statement: Statement) => void): void {
  const query = client.query.bind(client) as Query
  const tapped: Query = (given, values, ...more) => {
    heard(statementOf(given, values))
    return query(given, values, ...more)
  }
  client.query = tapped as typeof client.query
}

function statementOf(given: Given, values: unknown): Statement {
  const { text, values: own } = typeof given === 'string' ? { text: given, values: undefined } : given
  if (text === undefined) throw new Error('something without a text is sent to the database, and cannot be recorded')
  // As in pg: values beside a configuration go before those in it.
  const used = Array.isArray(values) ? values : (own ?? [])
  // What is changed after it was sent is not what was sent.
  return { text, values: [...used] }
}
