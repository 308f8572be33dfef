import pg from 'pg'
import { letGo } from '../db/probe.js'

/** A server that has lived so long did not fail at its beginning. */
const STEADY_MS = 10_000
/** Of servers that end one right after the other. */
const MOST_ENDS = 5
const LOOK_AGAIN_MS = 1_000
const CONNECT_LIMIT_MS = 5_000

/** A server that runs, started here or by another process. */
export interface Running {
  port: number
  /** Stops the server if it was started here. */
  stop(): Promise<void>
}

interface Kept {
  first: Running
  urlOf(port: number): string
  /** Finds the server running, on the same port if that is free, or starts it. */
  again(): Promise<Running>
  /** Whether the server that was started here still runs there. */
  runs(): Promise<boolean>
  log(message: string): void
  /** The server cannot be had any more. */
  onLost(err: Error): void
}

/**
 * Sees to it that there is a server: one that was killed, or that another process started and stopped, is started again, on
 * the same port, so that whoever uses it finds it where it was.
 */
export function keepServer({ first, urlOf, again, runs, log, onLost }: Kept): { stop(): Promise<void> } {
  let running = first
  let lookout: pg.Client | undefined
  let isStopping = false
  let begunAt = performance.now()
  let ends = 0
  let restart: Promise<void> = Promise.resolve()

  function look(): void {
    if (isStopping) return
    const client = new pg.Client({
      connectionString: urlOf(running.port),
      application_name: 'one-list-lookout',
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
    })
    lookout = client
    const lost = () => {
      if (lookout !== client) return
      lookout = undefined
      letGo(client)
      restart = recover()
    }
    client.on('error', lost)
    client.on('end', lost)
    client.connect().catch(lost)
  }

  async function recover(): Promise<void> {
    if (isStopping) return
    // The connection alone was cut.
    if (await runs().catch(() => false)) return void setTimeout(look, LOOK_AGAIN_MS).unref()
    ends = performance.now() - begunAt < STEADY_MS ? ends + 1 : 1
    try {
      if (ends > MOST_ENDS) throw new Error('the embedded PostgreSQL ends again and again')
      log('the embedded PostgreSQL has gone: it is started again')
      const next = await again()
      if (next.port !== first.port) {
        await next.stop()
        throw new Error(`the embedded PostgreSQL runs on port ${next.port} now, and not on ${first.port}`)
      }
      begunAt = performance.now()
      running = next
      look()
    } catch (err) {
      if (!isStopping) onLost(err as Error)
    }
  }

  look()
  return {
    async stop() {
      isStopping = true
      const client = lookout
      lookout = undefined
      if (client !== undefined) letGo(client)
      await restart
      await running.stop()
    },
  }
}
