import { join } from 'node:path'
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { createPool } from '../db/client.js'
import { canTakeServiceRole, isOwner, migrate } from '../db/migrate.js'
import type { ServicePool } from '../db/pool.js'
import { createQueue } from '../db/queue.js'
import { startEmbedded } from '../embedded/database.js'

export interface Database {
  /** Of the server that is used, the embedded one too. */
  url: string
  /** For requests, which are answered in seconds. */
  pool: ServicePool
  /** For tasks and commands, which may take longer. Neither pool opens a connection before it is used. */
  work: ServicePool
  /** A new client of the job queue that lies in the same database. */
  createQueue(): PgBoss
  /** Closes the pools, then stops the embedded server if it was started here. */
  close(): Promise<void>
}

/**
 * The database of the configuration, migrated: the server of `DATABASE_URL`, or the embedded one.
 * @param onLost for what serves: the embedded server is looked after, and this is called when there is none to be had any more
 */
export async function openDatabase(config: Config, log: Logger, onLost?: (err: Error) => void): Promise<Database> {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbedded({
          dataDir: join(config.dataDir, 'postgres'),
          durable: true,
          maxConnections: connectionsFor(config),
          ...(onLost === undefined ? {} : { onLost }),
          log: (message) => log.info(message),
        })
      : undefined
  const url = config.databaseUrl ?? embedded?.loginUrl ?? ''
  try {
    await prepare(config, url, embedded?.url, log)
    const serviceRole = await canTakeServiceRole(url)
    if (!serviceRole) log.warn('the account may not take role one_list_service; only the trigger guards the ledger')
    const onError = (err: Error) => log.warn({ err }, 'a database connection was lost')
    const options = { url, max: config.poolSize, serviceRole, onError }
    const pool = createPool(options)
    const work = createPool({ ...options, isPatient: true })
    pool.whenLost(work.lookAround)
    return {
      url,
      pool,
      work,
      createQueue: () => createQueue(url, serviceRole),
      close: async () => {
        await Promise.all([pool.end(), work.end()])
        await embedded?.stop()
      },
    }
  } catch (err) {
    await embedded?.stop()
    throw embedded === undefined ? err : embedded.explained(err)
  }
}

/** Migrates, as the owner, where that is this process's to do. The embedded database's account is made whatever is configured. */
async function prepare(config: Config, url: string, embeddedOwner: string | undefined, log: Logger): Promise<void> {
  if (embeddedOwner !== undefined) return migrate(embeddedOwner, url)
  if (config.migrateOnStart) await migrate(config.migrateDatabaseUrl ?? url, url)
  if (await isOwner(url)) {
    log.warn(
      'the account of DATABASE_URL owns the database: give the service one of its own, and this one to MIGRATE_DATABASE_URL',
    )
  }
}

/** PostgreSQL's usual number, or as many as this service's processes may use, and some for commands beside it. */
function connectionsFor({ serverProcesses, poolSize }: Config): number {
  // The primary and the worker have pools too, the worker two; beside each, a connection that listens and one that asks.
  return Math.max(100, (serverProcesses + 3) * (poolSize + 2) + 20)
}
