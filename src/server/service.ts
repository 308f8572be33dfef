import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { createClock } from '../clock.js'
import type { Config } from '../config.js'
import { createDb, type Db } from '../db/client.js'
import { type Database, openDatabase } from './database.js'
import { ensureSample } from './sample.js'
import { endWith } from './shutdown.js'

/** Answers to repeated requests are kept longer than the day that is promised. */
const KEYS_KEPT_HOURS = 48
const SWEEP_MS = 3_600_000
const FIRST_SWEEP_MS = 60_000

type Sample = Awaited<ReturnType<typeof ensureSample>>

export interface Service {
  database: Database
  db: Db
  now: () => string
  /** Tells who has just started it where it is, on this port. */
  announce(port: number): void
  /** Closes the database, after everything else. */
  close(): Promise<void>
}

/** What a service needs once, however many processes answer for it: its database, the sample, the sweep of old keys. */
export async function openService(config: Config, log: Logger): Promise<Service> {
  const database = await openDatabase(config, log, endWith)
  const now = createClock(config.clock)
  const sample = config.databaseUrl === undefined ? await ensureSample(config, database.pool, now()) : undefined
  const db = createDb(database.pool)
  if (config.clock.rate !== 1 || config.clock.start !== undefined) {
    log.warn(config.clock, 'the clock is not the real one: for trials only')
  }
  const sweep = sweepKeys(db, log)
  return {
    ...{ database, db, now },
    announce: (port) => announce(port, config, sample),
    async close() {
      clearInterval(sweep)
      await database.close()
    },
  }
}

function sweepKeys(db: Db, log: Logger): NodeJS.Timeout {
  const sweep = () => {
    forgetOldKeys(db).catch((err) => log.warn({ err }, 'old idempotency keys were not swept'))
  }
  // Not while the process still starts, which may take longer than a connection is waited for.
  setTimeout(sweep, FIRST_SWEEP_MS).unref()
  return setInterval(sweep, SWEEP_MS).unref()
}

/** By the database's clock, which has dated them. */
export async function forgetOldKeys(db: Db): Promise<void> {
  await db.execute(
    sql`delete from idempotency_key where created_at < now() - ${sql.raw(`interval '${KEYS_KEPT_HOURS} hours'`)}`,
  )
}

/** What somebody who has just started the service needs to know. */
function announce(port: number, config: Config, sample: Sample): void {
  const base = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  const lines = [`One List  ${base}`, `Reference ${base}/docs`]
  // A key is shown once: what a start prints is kept in logs and on screens.
  if (sample !== undefined) {
    lines.push(
      sample.keys === undefined ? `Keys      in ${sample.file}` : `Keys      (shown once; also in ${sample.file})`,
    )
    for (const [role, key] of Object.entries(sample.keys ?? {})) lines.push(`  ${role.padEnd(10)} ${key}`)
  }
  try {
    process.stdout.write(`${lines.join('\n')}\n`)
  } catch {
    // A disk that is full: the service serves all the same.
  }
}
