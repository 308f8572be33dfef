import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { NOW } from './items.js'

/** The service under test, built and run as in production. */
export interface Service {
  pid: number
  origin: string
  stop(): Promise<void>
}

interface Where {
  root: string
  databaseUrl: string
  folder: string
  poolSize: number
  /** Server processes; 1 unless told. */
  processes?: number
}

/** The worker does not run beside it: what it does is measured by itself. */
export async function startService(where: Where): Promise<Service> {
  const child = spawnOf('serve', where)
  const output = createInterface({ input: child.stdout ?? process.stdin })
  const origin = await Promise.race([
    (async () => {
      for await (const line of output) {
        const [, url] = /^One List\s+(http\S+)$/.exec(line) ?? []
        if (url !== undefined) return url
      }
      throw new Error('the service did not say where it listens')
    })(),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the service ended (${code})`)
    }),
  ])
  child.stdout?.resume()
  return { pid: child.pid ?? 0, origin, stop: () => ended(child) }
}

/** `one-list worker`, until it is stopped. */
export function startWorkerProcess(where: Where): Pick<Service, 'pid' | 'stop'> {
  const child = spawnOf('worker', where)
  child.stdout?.resume()
  return { pid: child.pid ?? 0, stop: () => ended(child) }
}

function spawnOf(command: string, { root, databaseUrl, folder, poolSize, processes }: Where): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: String(poolSize),
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    WORKER: 'false',
    ...(processes === undefined ? {} : { SERVER_PROCESSES: String(processes) }),
    LOG_LEVEL: 'error',
    RATE_LIMIT_PER_MINUTE: '1000000',
    CLOCK_START: NOW,
  }
  const args = ['--enable-source-maps', join(root, 'build/src/main.js'), command]
  return spawn(process.execPath, args, { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
