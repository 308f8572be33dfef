import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { SERVICE_ROLE } from '../src/db/client.js'
import type { Bench } from './context.js'
import { startMeter } from './cpu.js'
import type { Sample } from './measure.js'

const run = promisify(execFile)

// The clients that come with PostgreSQL.

export function hasPgbench(): boolean {
  return has('pgbench')
}

export function hasPsql(): boolean {
  return has('psql')
}

function has(client: 'pgbench' | 'psql'): boolean {
  return spawnSync(client, ['--version']).status === 0
}

export interface Script {
  file: string
  protocol: 'prepared' | 'simple'
  connections: number
}

/** Runs a script over and over. */
export async function pgbench(
  { options, cluster, generator }: Bench,
  url: string,
  { file, protocol, connections }: Script,
): Promise<Sample> {
  const stop = startMeter({ server: undefined, postgres: cluster.pid, generator: generator.pid })
  const time = ['-T', String(Math.ceil(options.seconds))]
  const args = ['-n', '-M', protocol, '-c', String(connections), '-j', '1', ...time, '-f', file]
  const { stdout, stderr } = await run('pgbench', [...args, new URL(url).pathname.slice(1)], {
    env: environmentOf(url),
  })
  const [, tps] = /^tps = ([\d.]+)/m.exec(stdout) ?? []
  if (tps === undefined || /aborted/.test(stderr)) throw new Error(`pgbench: ${stderr || stdout}`)
  return { perSecond: Number(tps), load: stop() }
}

/** The seconds that psql takes for the statements of a file, whose answer goes nowhere. */
export async function psqlToNowhere(url: string, file: string): Promise<number> {
  const started = performance.now()
  const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', file, new URL(url).pathname.slice(1)]
  await run('psql', args, { env: environmentOf(url) })
  return (performance.now() - started) / 1000
}

/** The connection as the service has its own. */
function environmentOf(url: string): NodeJS.ProcessEnv {
  const { hostname, port, username, password } = new URL(url)
  const server = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password }
  return { ...process.env, ...server, PGOPTIONS: `-c timezone=UTC -c jit=off -c role=${SERVICE_ROLE}` }
}
