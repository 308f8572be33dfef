import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { buildApp } from '../app.js'
import type { Config } from '../config.js'
import { listenForAccessChanges } from '../db/access-changes.js'
import type { Deps } from '../deps.js'
import { createLedgerWatch } from '../ledger/watch.js'
import { preparePublished } from '../openapi/published.js'
import { openService } from './service.js'
import { endInGoodOrder } from './shutdown.js'
import { startWorker, type Worker } from './worker.js'
import { workplaceOf } from './workplace.js'

/** One process that is all of the service: config → database → app → listen, and on a signal the same backwards. */
export async function serve(config: Config, log: Logger): Promise<void> {
  const service = await openService(config, log)
  const { db, now, database } = service
  let worker: Worker | undefined
  const isScheduleStill = () => worker?.isStill() === true
  const server = await createServer({ db, now, config, isScheduleStill }, database.url, log)
  if (config.worker) worker = await startWorker(workplaceOf(service.database, { now, config, log }))

  const stop = async () => {
    await worker?.stop()
    await server.close()
    await service.close()
  }
  const grace = endInGoodOrder(config.shutdownGraceMs + config.shutdownDelayMs, log, async () => {
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
      // Load balancers look at readiness; they get a moment to see it go before connections do.
      await delay(config.shutdownDelayMs)
    },
    async close() {
      watch.close()
      await app.close()
      await accessChanges.close()
    },
  }
}
