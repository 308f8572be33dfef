import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config } from '../../config.js'
import { openService, type Service } from '../service.js'
import { endInGoodOrder } from '../shutdown.js'
import { createChildren } from './children.js'
import { createClusterMetrics } from './metrics.js'
import { createRateWindows } from './rate-windows.js'

/**
 * Several server processes on one port. This one, the primary, opens the database, starts the others and stands for what
 * is true of all of them; it answers no request itself, so that nothing keeps it from answering them.
 */
export async function serveTogether(config: Config, log: Logger): Promise<void> {
  // What answers requests is not loaded into the primary.
  if (cluster.isWorker) return (await import('./child.js')).workAsTold(log)
  const service = await openService(config, log)
  const windows = createRateWindows()
  let failure: Error | undefined
  let isStopping = false

  const children = createChildren({
    config: commonOf(config, service),
    log,
    handlers: {
      count: (hits) => hits.map((hit) => windows(hit, performance.now())),
      metrics: () => clusterMetrics(),
    },
    isDatabaseAway: async () => !(await service.db.answers()),
    onFailure(err) {
      failure = err
      grace.close()
    },
  })
  const clusterMetrics = createClusterMetrics(service.db, children)

  const stop = async () => {
    isStopping = true
    const endedWell = await children.end()
    await service.close()
    if (!endedWell) failure ??= new Error('a process did not end in good order')
  }
  const grace = endInGoodOrder(config.shutdownGraceMs + config.shutdownDelayMs, log, async () => {
    await stop()
    if (failure !== undefined) throw failure
  })

  try {
    service.announce(await children.begin())
  } catch (err) {
    // Whoever has told us to end meanwhile is answered above.
    if (isStopping) return
    grace.uninstall()
    await stop()
    throw err
  }
}

/** The configuration as every process has it: what one would make for itself at its start is made here for all. */
function commonOf(config: Config, { database, now }: Service): Config {
  const { clock, evidence } = config
  const isReal = clock.rate === 1 && clock.start === undefined
  return {
    ...config,
    databaseUrl: database.url,
    migrateDatabaseUrl: undefined,
    migrateOnStart: false,
    clock: isReal ? clock : { start: now(), rate: clock.rate, since: Date.now() },
    evidence: { ...evidence, linkSecret: evidence.linkSecret ?? randomBytes(32).toString('base64url') },
  }
}
