import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Cluster, LOGIN, SUPERUSER } from './cluster.js'
import { type Account, cleanEnv, isAlive } from './process.js'

/** What the watchdog is told: which server to run, and on whose behalf. */
export interface WatchdogOrder {
  postgres: string
  args: string[]
  account: Account
  cwd: string
  logFile: string
  owner: Owner | undefined
}

/** A process whose end ends the server of a throw-away cluster; then the cluster and these paths are deleted. */
export interface Owner {
  pid: number
  remove: string[]
}

export interface Settings {
  durable: boolean
  maxConnections: number
  owner: Owner | undefined
}

/** A server found running, or found not to be. `pid` is what its pid file says, which may be long out of date. */
export type Found = { state: 'ready'; port: number; pid: number } | { state: 'busy' } | { state: 'down'; pid?: number }

export type Launch = { result: 'ready'; port: number; watchdog: ChildProcess } | { result: 'refused'; reason: string }

const POLL_MS = 10
const LOGIN_LIMIT_MS = 2_000
/** Recovery after a crash may take a while. */
const READY_LIMIT_MS = 60_000
const LOG_LIMIT_BYTES = 5_000_000
/** Somebody else starts the same cluster or has just died, or our port was taken meanwhile: all of them pass. */
const PASSING =
  /lock file ".*" (already exists|is empty)|pre-existing shared memory block|could not bind|could not create any TCP/

export function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

export function loginUrlOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${LOGIN}:${cluster.loginPassword}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

/**
 * Whether a server runs on the cluster. Only logging in tells: the process of a pid file may be a zombie, or another
 * program that was given the same number later.
 * @throws Error when a living PostgreSQL refuses our password.
 */
export async function findServer(cluster: Cluster): Promise<Found> {
  const file = readPidFile(cluster.data)
  if (file?.port === undefined) return { state: 'down', ...(file && { pid: file.pid }) }
  const client = new pg.Client({
    connectionString: urlOf(cluster, file.port, 'postgres'),
    connectionTimeoutMillis: LOGIN_LIMIT_MS,
    query_timeout: LOGIN_LIMIT_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return { state: 'ready', port: file.port, pid: file.pid }
  } catch (err) {
    const { code } = err as { code?: string }
    if (code === 'ECONNREFUSED' || !isAlive(file.pid)) return { state: 'down', pid: file.pid }
    if (code === '28P01') {
      throw new Error(`The server of ${cluster.data} (process ${file.pid}) refuses the stored password: stop it first.`)
    }
    return { state: 'busy' }
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * Starts a server under a watchdog and waits until it accepts connections. PostgreSQL itself sees to it that only one
 * server runs on a cluster; whoever loses that race is `refused`.
 * @param deadPid the number in a pid file that is known to be out of date although some process has it; 0 when the file
 * is empty, as a power cut may leave it.
 * @throws Error with the end of the server's log when the server fails for a reason that will not pass.
 */
export async function launchServer(
  cluster: Cluster,
  postgres: string,
  settings: Settings,
  deadPid?: number,
): Promise<Launch> {
  const pidFile = pidFileOf(cluster.data)
  if (deadPid === 0 && sizeOf(pidFile) === 0) rmSync(pidFile, { force: true })
  const port = await portFor(cluster.data)
  rotateLog(cluster.logFile)
  const logStart = sizeOf(cluster.logFile)
  const home = path.dirname(cluster.data)
  const { owner } = settings
  const order: WatchdogOrder = {
    postgres,
    args: serverArgs(cluster.data, port, settings),
    account: cluster.account,
    cwd: home,
    logFile: cluster.logFile,
    owner: owner && { ...owner, remove: [home, ...owner.remove] },
  }
  const watchdog = spawn(
    process.execPath,
    [fileURLToPath(new URL('./watchdog.js', import.meta.url)), JSON.stringify(order)],
    {
      // Its own process group: Ctrl-C is for us, who close our connections before we stop the server.
      detached: true,
      windowsHide: true,
      cwd: order.cwd,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // PostgreSQL takes the pid file of its "grandparent" to be out of date, and then still checks its shared memory.
      env: { ...cleanEnv(), ...(deadPid === undefined ? {} : { PG_GRANDPARENT_PID: String(deadPid) }) },
    },
  )
  if (await becomesReady(watchdog, cluster.data)) return { result: 'ready', port, watchdog }
  const reason = logSince(cluster.logFile, logStart)
  if (PASSING.test(reason)) return { result: 'refused', reason }
  throw new Error(`The embedded PostgreSQL did not start:\n${reason}(${cluster.logFile})`)
}

/** Whether the pid file of the cluster still names this server. The file is the last thing that a server removes. */
export function isServing(data: string, pid: number): boolean {
  return readPidFile(data)?.pid === pid && isAlive(pid)
}

function serverArgs(data: string, port: number, settings: Settings): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    cluster_name: 'one-list',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: settings.maxConnections,
    ...(settings.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return ['-D', data, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** False when the server ended before it was ready. */
async function becomesReady(watchdog: ChildProcess, data: string): Promise<boolean> {
  let serverPid: number | undefined
  let ended = false
  watchdog.once('message', ({ pid }: { pid: number }) => {
    serverPid = pid
  })
  watchdog.on('error', () => {
    ended = true
  })
  watchdog.once('exit', () => {
    ended = true
  })
  for (const end = Date.now() + READY_LIMIT_MS; !ended && Date.now() < end; await delay(POLL_MS)) {
    const file = readPidFile(data)
    if (serverPid !== undefined && file?.pid === serverPid && file.status === 'ready') return true
  }
  if (watchdog.connected) watchdog.disconnect()
  return false
}

/** Its lines: process (0 when it is empty), directory, start, port, socket, address, shared memory, status. */
function readPidFile(data: string): { pid: number; port: number | undefined; status: string } | undefined {
  const file = pidFileOf(data)
  if (!existsSync(file)) return undefined
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    const pid = Number(lines[0])
    const port = Number(lines[3])
    if (!Number.isSafeInteger(pid) || pid < 0) return undefined
    return { pid, port: port > 0 ? port : undefined, status: lines[7]?.trim() ?? '' }
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw err
  }
}

function pidFileOf(data: string): string {
  return path.join(data, 'postmaster.pid')
}

/** The port that the server had before, where whoever uses it looks for it, or a free one. */
async function portFor(data: string): Promise<number> {
  const options = path.join(data, 'postmaster.opts')
  const [, last] = (existsSync(options) && /"port=(\d+)"/.exec(readFileSync(options, 'utf8'))) || []
  return (await freePort(Number(last ?? 0)).catch(() => undefined)) ?? (await freePort(0))
}

async function freePort(wanted: number): Promise<number> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function rotateLog(logFile: string): void {
  if (sizeOf(logFile) > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`)
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function logSince(logFile: string, start: number): string {
  const length = Math.min(sizeOf(logFile) - start, 4_000)
  if (length <= 0) return ''
  const buffer = Buffer.alloc(length)
  const fd = openSync(logFile, 'r')
  try {
    readSync(fd, buffer, 0, length, sizeOf(logFile) - length)
  } finally {
    closeSync(fd)
  }
  return buffer.toString('utf8')
}

/** An error of a connection that broke, with what the server said when it ended. */
export function withLastWords(err: unknown, logFile: string): unknown {
  const lost =
    err instanceof Error &&
    /terminated unexpectedly|ECONNRE(FUSED|SET)|in recovery mode|shutting down/.test(err.message)
  const lines = lost ? logSince(logFile, 0).split('\n') : []
  const last = lines.findLast((line) => /PANIC:/.test(line))
  return last === undefined
    ? err
    : new Error(`The embedded PostgreSQL ended: ${last.trim()} (${logFile})`, { cause: err })
}
