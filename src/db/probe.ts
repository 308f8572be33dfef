import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { sqlStateOf } from './errors.js'

/** For the connection that is kept; and for another where that one does not answer. Together well below 2 s. */
const KEPT_LIMIT_MS = 600
const FRESH_LIMIT_MS = 1_100
/** A server that says that it has too many connections is there. */
const TOO_MANY_CONNECTIONS = '53300'

/** Finds out whether a database answers, on a connection of its own, so that a busy pool is not taken for a database that is away. */
export interface Probe {
  /** Within 2 s; those who ask at once are told the same. */
  answers(): Promise<boolean>
  close(): Promise<void>
}

/** @param options how a connection is made, as it stands when it is asked for */
export function createProbe(options: () => pg.ClientConfig): Probe {
  let kept: pg.Client | undefined
  let asked: Promise<boolean> | undefined

  async function look(): Promise<boolean> {
    if (kept !== undefined && (await within(KEPT_LIMIT_MS, kept.query('select 1'))) === true) return true
    drop(kept)
    const client = new pg.Client({ ...options(), application_name: 'one-list-probe', pipeline: false })
    kept = client
    client.on('error', () => drop(client))
    const found = await within(FRESH_LIMIT_MS, connect(client))
    if (found !== true) drop(client)
    return found === true || sqlStateOf(found) === TOO_MANY_CONNECTIONS
  }

  function drop(client: pg.Client | undefined): void {
    if (client === undefined) return
    if (kept === client) kept = undefined
    letGo(client)
  }

  return {
    answers() {
      asked ??= look().finally(() => {
        asked = undefined
      })
      return asked
    },
    async close() {
      const client = kept
      kept = undefined
      if (client !== undefined) await end(client)
    },
  }
}

async function connect(client: pg.Client): Promise<void> {
  await client.connect()
  await client.query('select 1')
}

/** True when it is done in time, else what it failed of; undefined when it is late. */
async function within(limitMs: number, work: Promise<unknown>): Promise<unknown> {
  const done = work.then(
    () => true,
    (err: unknown) => err,
  )
  const first = await Promise.race([done, delay(limitMs, undefined, { ref: false })])
  if (first !== undefined) return first
  // A process that was busy all the while may have the answer, unread.
  for (let turns = 0; turns < 3; turns++) await turn()
  return Promise.race([done, undefined])
}

const END_LIMIT_MS = 1_000

/** Ends a connection in good order; one whose other end is silent is not waited for. */
export async function end(client: pg.Client): Promise<void> {
  await Promise.race([client.end().catch(() => {}), delay(END_LIMIT_MS, undefined, { ref: false })])
  letGo(client)
}

/** Ends a connection that is of no use any more, without a word to the other end. */
export function letGo(client: pg.Client): void {
  client.end().catch(() => {})
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}
