import { pino } from 'pino'
import { buildApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { type AccessChanges, UNHEARD } from '../../src/db/access-changes.js'
import { createDb, createPool } from '../../src/db/client.js'
import type { LedgerWatch } from '../../src/deps.js'
import { createLedgerWatch } from '../../src/ledger/watch.js'
import type { TestApp } from './app.js'
import type { Test } from './tap.js'

interface Differences {
  /** The port at which this one finds the database, such as a proxy's. */
  databasePort?: number
  poolSize?: number
  watchWith?: (watch: LedgerWatch) => LedgerWatch
  accessChanges?: AccessChanges
  isScheduleStill?: () => boolean
}

/** The service once more on the test's database, as another process would run it. Ends with the test. */
export async function createSecondApp(t: Test, made: TestApp, differences: Differences = {}) {
  const {
    databasePort,
    poolSize = 4,
    watchWith = (watch) => watch,
    accessChanges = UNHEARD,
    isScheduleStill = () => false,
  } = differences
  const url = new URL(made.url)
  if (databasePort !== undefined) url.port = String(databasePort)
  const pool = createPool({ url: url.href, max: poolSize, serviceRole: true, onError: () => {} })
  const db = createDb(pool)
  const watch = watchWith(createLedgerWatch(db))
  const config = readConfig({ RATE_LIMIT_PER_MINUTE: '1000000' })
  const deps = { db, now: () => made.clock.now, config, watch, accessChanges, isScheduleStill, isStopping: () => false }
  const app = await buildApp(deps, pino({ level: process.env.TEST_LOG ?? 'silent' }))
  t.teardown(async () => {
    watch.close()
    await app.close()
    await pool.end()
  })
  return { app, pool, watch }
}
