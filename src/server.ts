import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { buildApp } from './app.js'
import { CHORES } from './chores.js'
import { openDatabase } from './cli/database.js'
import { ensureSample, type SampleKeys } from './cli/sample.js'
import { createClock } from './clock.js'
import type { Config } from './config.js'
import { listenForAccessChanges } from './db/access-changes.js'
import { createDb } from './db/client.js'
import { createLedgerWatch } from './ledger/watch.js'
import { startWorker } from './worker.js'

/** Answers to repeated requests are kept longer than the day that is promised. */
const KEYS_KEPT_HOURS = 48
const SWEEP_MS = 3_600_000
/** Load balancers look at readiness; they get a moment to see it go before connections do. */
const DRAIN_MS = 200

/** The process: config → database → app → listen, and on a signal the same backwards, the embedded database last. */
export async function serve(config: Config, log: Logger): Promise<void> {
  const database = await openDatabase(config, log)
  const now = createClock(config.clock)
  const sample = config.databaseUrl === undefined ? await ensureSample(config, database.pool, now()) : undefined
  const db = createDb(database.pool)
  const watch = createLedgerWatch(db)
  const accessChanges = listenForAccessChanges(database.url, (err) =>
    log.warn({ err }, 'changes of access are not heard of'),
  )
  let stopping = false
  if (config.clock.rate !== 1 || config.clock.start !== undefined) {
    log.warn(config.clock, 'the clock is not the real one: for trials only')
  }
  const app = await buildApp({ db, now, config, watch, accessChanges, isStopping: () => stopping }, log)

  const sweepKeys = () => {
    db.execute(
      sql`delete from idempotency_key where created_at < now() - ${sql.raw(`interval '${KEYS_KEPT_HOURS} hours'`)}`,
    ).catch((err) => log.warn({ err }, 'old idempotency keys were not swept'))
  }
  sweepKeys()
  const sweep = setInterval(sweepKeys, SWEEP_MS).unref()

  const worker = config.worker ? await startWorker(database.queue, CHORES, { db, now, config, log }) : undefined

  const stop = async () => {
    await worker?.stop()
    await app.close()
    await accessChanges.close()
    await database.close()
  }
  const grace = closeWithGrace({ delay: config.shutdownGraceMs, logger: log }, async ({ err, signal }) => {
    if (err) log.error({ err }, 'stopping after an error')
    else log.info({ signal }, 'stopping')
    stopping = true
    clearInterval(sweep)
    watch.close()
    await new Promise((resolve) => setTimeout(resolve, DRAIN_MS))
    await stop()
    log.info('stopped')
  })

  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (err) {
    // Left in place, it would take the end that follows for an ordinary one, and answer 0.
    grace.uninstall()
    watch.close()
    await stop()
    throw err
  }
  announce(app.server.address(), config, sample)
}

/** What somebody who has just started the service needs to know. */
function announce(address: string | AddressInfo | null, config: Config, sample: SampleKeys | undefined): void {
  const port = address === null || typeof address === 'string' ? config.port : address.port
  const base = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  const lines = [`One List  ${base}`, `Reference ${base}/docs`]
  if (sample !== undefined) {
    lines.push(`Keys      (also in ${join(config.dataDir, 'sample-keys.json')})`)
    for (const [role, key] of Object.entries(sample)) lines.push(`  ${role.padEnd(10)} ${key}`)
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}
