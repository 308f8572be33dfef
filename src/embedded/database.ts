import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { makeFolder } from '../db/make-folder.js'
import { type Binaries, usableBinaries } from './binaries.js'
import { type Cluster, hasCluster, initCluster, openCluster, removeCluster } from './cluster.js'
import { keepServer, type Running } from './keeper.js'
import { shutDown } from './process.js'
import {
  findServer,
  isServing,
  type Launch,
  launchServer,
  loginUrlOf,
  type Owner,
  urlOf,
  withLastWords,
} from './server.js'

export interface EmbeddedOptions {
  /** Made if need be. The data in it are kept from run to run. */
  dataDir: string
  /** False for throw-away clusters: faster, and lost when the machine crashes. */
  durable: boolean
  /** 100 unless told. */
  maxConnections?: number
  /** On whose end the server is stopped, if it is not this process. */
  owner?: Owner
  /**
   * With it the server is looked after as long as this process lives, and started again when it ends; it is called when there
   * is none to be had any more.
   */
  onLost?: (err: Error) => void
  log?: (message: string) => void
}

export interface Embedded {
  /** The superuser's URL of the database `one_list`, which exists. */
  url: string
  /** The same for the account that the service works with; whoever migrates the database makes it. */
  loginUrl: string
  /** The superuser's URL of another database of the same server. */
  urlFor(database: string): string
  /** An error of a connection to it, with what the server itself said when it ended. */
  explained(err: unknown): unknown
  /** Stops the server if it was started here; somebody else's is left running. May be called twice. */
  stop(): Promise<void>
}

const DATABASE = 'one_list'
/** SQLSTATEs of a database that another process has just made. */
const ALREADY_MADE = new Set(['42P04', '23505'])
const GOING_AWAY = new Set(['57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])
const START_LIMIT_MS = 90_000
const RETRY_MS = 25
const RECOVERY_LIMIT_MS = 10_000
/** A process that has the number in the pid file, and serves nobody for this long, is not a PostgreSQL that starts. */
const DEAD_AFTER_MS = 2_000
/** A server whose end is awaited goes through all steps of the shutdown; see there. */
const WATCHDOG_LIMIT_MS = 25_000

/**
 * Runs PostgreSQL from node_modules, on a free port of 127.0.0.1 and with a password of its own. If it already runs on
 * this `dataDir`, started by another process, that server is used. It ends with `stop()` or with the process that
 * started it, even when that is killed.
 * @throws Error saying what to do when it cannot be run here.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => {})
  await makeFolder(options.dataDir)
  const cluster = openCluster(options.dataDir, log)
  const first = await attachOrStart(cluster, options, log)
  const { port } = first
  const { onLost } = options
  const kept =
    onLost === undefined
      ? first
      : keepServer({
          ...{ first, log, onLost },
          urlOf: (at) => urlOf(cluster, at, 'postgres'),
          again: () => attachOrStart(cluster, options, log),
          runs: () => runsAt(cluster, port),
        })
  return {
    url: urlOf(cluster, port, DATABASE),
    loginUrl: loginUrlOf(cluster, port, DATABASE),
    urlFor: (database) => urlOf(cluster, port, database),
    explained: (err) => withLastWords(err, cluster.logFile),
    stop: () => kept.stop(),
  }
}

/** Whether the server is still there; one that recovers from the death of one of its processes is waited for. */
async function runsAt(cluster: Cluster, port: number): Promise<boolean> {
  for (const end = Date.now() + RECOVERY_LIMIT_MS; Date.now() < end; await delay(RETRY_MS)) {
    const found = await findServer(cluster)
    if (found.state !== 'busy') return found.state === 'ready' && found.port === port
  }
  return false
}

/** Stops the server of `dataDir`, whoever started it, and deletes all its data. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  if (hasCluster(dataDir)) await stopServerOf(openCluster(dataDir, () => {}))
  removeCluster(dataDir)
}

async function attachOrStart(
  cluster: Cluster,
  options: EmbeddedOptions,
  log: (message: string) => void,
): Promise<Running> {
  const settings = { durable: options.durable, maxConnections: options.maxConnections ?? 100, owner: options.owner }
  let binaries: Binaries | undefined
  let blocked: { pid: number; since: number } | undefined
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await delay(RETRY_MS)) {
    const found = await findServer(cluster)
    if (found.state === 'ready' && (await hasDatabase(cluster, found.port))) {
      log(`using the embedded PostgreSQL on port ${found.port}, which another process has started`)
      return { port: found.port, stop: async () => {} }
    }
    if (found.state !== 'down') continue
    binaries ??= await usableBinaries(cluster.account)
    await initCluster(cluster, binaries.initdb, options.durable)
    const deadPid = blocked !== undefined && Date.now() - blocked.since > DEAD_AFTER_MS ? blocked.pid : undefined
    const launch = await launchServer(cluster, binaries.postgres, settings, deadPid)
    if (launch.result === 'ready') {
      const stop = stopOnce(cluster, launch, options.owner)
      if (!(await hasDatabase(cluster, launch.port))) continue
      log(`the embedded PostgreSQL runs on port ${launch.port}`)
      return { port: launch.port, stop }
    }
    if (found.pid === undefined) blocked = undefined
    else if (found.pid !== blocked?.pid) blocked = { pid: found.pid, since: Date.now() }
  }
  throw new Error(`The embedded PostgreSQL in ${cluster.data} was not ready within ${START_LIMIT_MS / 1000} s.`)
}

function stopOnce(cluster: Cluster, launch: Launch & { result: 'ready' }, owner: Owner | undefined) {
  const { watchdog } = launch
  // Neither the watchdog nor the connection to it may keep our process alive.
  watchdog.unref()
  watchdog.channel?.unref()
  if (owner !== undefined) watchdog.disconnect()
  let stopped: Promise<void> | undefined
  return () => {
    stopped ??= stopServer(cluster, launch, owner)
    return stopped
  }
}

async function stopServer(cluster: Cluster, launch: Launch & { result: 'ready' }, owner: Owner | undefined) {
  const { watchdog } = launch
  if (owner !== undefined) return stopServerOf(cluster)
  if (watchdog.exitCode === null && watchdog.signalCode === null) {
    watchdog.ref()
    const exit = once(watchdog, 'exit', { signal: AbortSignal.timeout(WATCHDOG_LIMIT_MS) })
    if (watchdog.connected) watchdog.disconnect()
    await exit
  }
  if (watchdog.signalCode === null) return
  // The watchdog was killed: its server may have outlived it, or somebody else's may have taken its place.
  const found = await findServer(cluster)
  if (found.state === 'ready' && found.port === launch.port) await stopServerOf(cluster)
}

async function stopServerOf(cluster: Cluster): Promise<void> {
  const found = await findServer(cluster)
  // Only a server that we could log in to is signalled: the number in an old pid file may be anybody's.
  if (found.state !== 'ready') return
  await shutDown(
    (signal) => process.kill(found.pid, signal),
    () => !isServing(cluster.data, found.pid),
  )
}

/** Makes the database unless it is there. False when the server is going away. */
async function hasDatabase(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(cluster, port, 'postgres') })
  client.on('error', () => {})
  try {
    await client.connect()
    const found = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`)
    return true
  } catch (err) {
    const { code = '' } = err as { code?: string }
    if (ALREADY_MADE.has(code)) return true
    if (GOING_AWAY.has(code)) return false
    throw err
  } finally {
    await client.end().catch(() => {})
  }
}
