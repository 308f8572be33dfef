import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { SERVICE_ROLE } from '../src/db/client.js'
import type { Bench } from './context.js'
import { startMeter } from './cpu.js'
import type { Sample } from './measure.js'

const run = promisify(execFile)

export function hasPgbench(): boolean {
  return spawnSync('pgbench', ['--version']).status === 0
}

/** Runs a script with as many connections as the service is asked with. */
export async function pgbench({ options, cluster, generator }: Bench, url: string, file: string): Promise<Sample> {
  const { connections, seconds } = options
  const stop = startMeter({ server: undefined, postgres: cluster.pid, generator: generator.pid })
  const args = ['-n', '-M', 'prepared', '-c', String(connections), '-j', '1', '-T', String(Math.ceil(seconds))]
  const { hostname, port, username, password, pathname } = new URL(url)
  const server = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password }
  const env = { ...process.env, ...server, PGOPTIONS: `-c timezone=UTC -c jit=off -c role=${SERVICE_ROLE}` }
  const { stdout, stderr } = await run('pgbench', [...args, '-f', file, pathname.slice(1)], { env })
  const [, tps] = /^tps = ([\d.]+)/m.exec(stdout) ?? []
  if (tps === undefined || /aborted/.test(stderr)) throw new Error(`pgbench: ${stderr || stdout}`)
  return { perSecond: Number(tps), load: stop() }
}
