import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { buildApp } from './app.js'
import { CHORES } from './chores.js'
import type { Config } from './config.js'
import { listenForAccessChanges } from './db/access-changes.js'
import type { Deps } from './deps.js'
import { endInGoodOrder } from './ending.js'
import { createLedgerWatch } from './ledger/watch.js'
import { preparePublished } from './published.js'
import { openService } from './service.js'
import { startWorker } from './worker.js'

/** Load balancers look at readiness; they get a moment to see it go before connections do. */
const DRAIN_MS = 200

/** One process that is all of the service: config → database → app → listen, and on a signal the same backwards. */
export async function serve(config: Config, log: Logger): Promise<void> {
  const service = await openService(config, log)
  const { db, now, database } = service
  const server = await createServer({ db, now, config }, database.url, log)
  const worker = config.worker ? await startWorker(database.queue, CHORES, { db, now, config, log }) : undefined

  const stop = async () => {
    await worker?.stop()
    await server.close()
    await service.close()
  }
  const grace = endInGoodOrder(config.shutdownGraceMs, log, async () => {
    await server.drain()
    await stop()
  })

  try {
    service.announce(await server.listen())
  } catch (err) {
    // Left in place, it would take the end that follows for an ordinary one, and answer 0.
    grace.uninstall()
    await stop()
    throw err
  }
}

export interface Server {
  /** Answers the port. */
  listen(): Promise<number>
  /** Readiness goes, waiting readers and streams end; who is told of it has a moment to look elsewhere. */
  drain(): Promise<void>
  /** Takes no more connections, and resolves when the requests in flight are answered. */
  close(): Promise<void>
}

/** What answers requests in a process, whether it is alone or has siblings. */
export async function createServer(
  given: Omit<Deps, 'watch' | 'accessChanges' | 'isStopping'>,
  databaseUrl: string,
  log: Logger,
): Promise<Server> {
  const { db, config } = given
  const watch = createLedgerWatch(db)
  const accessChanges = listenForAccessChanges(databaseUrl, (err) =>
    log.warn({ err }, 'changes of access are not heard of'),
  )
  let stopping = false
  const app = await buildApp({ ...given, watch, accessChanges, isStopping: () => stopping }, log)
  return {
    async listen() {
      await preparePublished()
      await app.listen({ port: config.port, host: config.host })
      const address = app.server.address() as AddressInfo | null
      return address?.port ?? config.port
    },
    async drain() {
      stopping = true
      watch.close()
      await delay(DRAIN_MS)
    },
    async close() {
      watch.close()
      await app.close()
      await accessChanges.close()
    },
  }
}
