import type { Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { createClock } from '../../clock.js'
import { createDb } from '../../db/client.js'
import type { Siblings } from '../../deps.js'
import { countLostLines } from '../../health/metrics.js'
import { lostLogLines } from '../../log.js'
import { openDatabase } from '../database.js'
import { createServer } from '../process.js'
import { ENDING_SIGNALS, endOfError } from '../shutdown.js'
import { startWorker } from '../worker.js'
import { workplaceOf } from '../workplace.js'
import type { Counted, Hit, OfPrimary, OfProcess, Orders } from './calls.js'
import { createProcessLink, type ProcessLink } from './messages.js'

/** What a process has begun: on which port, and how it comes to its end. */
interface Begun {
  port: number | null
  end: () => Promise<void>
}

/** A process that the primary has started: does what it is told until it is told to end, or its primary is gone. */
export function workAsTold(log: Logger): void {
  // Whoever signals everything at once (a terminal, a service manager) is heard by the primary, which ends us in good order.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => {})
  const registry = new Registry()
  let measured = registry
  let end: () => unknown = () => process.exit(0)

  const channel: ProcessLink<OfPrimary> = createProcessLink<OfPrimary, OfProcess>(process, {
    async begin(orders) {
      const own = log.child({ process: orders.name })
      const tell = (told: Registry) => {
        measured = told
      }
      const begun =
        orders.role === 'server'
          ? await beginServer(orders, siblingsOf(channel, tell), own)
          : await beginTasks(orders, registry, own)
      const { shutdownGraceMs, shutdownDelayMs } = orders.config
      end = endOfError(shutdownGraceMs + shutdownDelayMs, own, begun.end).close
      return begun.port
    },
    measure: () => measured.getMetricsAsJSON(),
    end: () => end(),
  })
}

async function beginServer({ config }: Orders, siblings: Siblings, log: Logger): Promise<Begun> {
  const database = await openDatabase(config, log)
  const server = await createServer(
    { db: createDb(database.pool), now: createClock(config.clock), config, siblings },
    database.url,
    log,
  )
  const port = await server.listen()
  return {
    port,
    async end() {
      await server.drain()
      await server.close()
      await database.close()
    },
  }
}

async function beginTasks({ config }: Orders, registry: Registry, log: Logger): Promise<Begun> {
  collectDefaultMetrics({ register: registry })
  countLostLines(registry, lostLogLines)
  const database = await openDatabase(config, log)
  const worker = await startWorker(workplaceOf(database, { now: createClock(config.clock), config, log }))
  return {
    port: null,
    async end() {
      await worker.stop()
      await database.close()
    },
  }
}

function siblingsOf(primary: ProcessLink<OfPrimary>, tell: Siblings['tell']): Siblings {
  let waiting: { hit: Hit; resolve: (counted: Counted) => void; reject: (err: unknown) => void }[] = []

  /** What came in one turn of the event loop goes in one message. */
  function ask(): void {
    const asked = waiting
    waiting = []
    primary
      .call(
        'count',
        asked.map(({ hit }) => hit),
      )
      .then(
        (counts) => {
          for (const [n, { resolve }] of asked.entries()) resolve(counts[n] as Counted)
        },
        (err) => {
          for (const { reject } of asked) reject(err)
        },
      )
  }

  return {
    count: (limiter, key, windowMs) =>
      new Promise((resolve, reject) => {
        if (waiting.push({ hit: { limiter, key, windowMs }, resolve, reject }) === 1) setImmediate(ask)
      }),
    tell,
    metrics: () => primary.call('metrics', null),
  }
}
