import { execFile } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The operating-system account that PostgreSQL runs as; undefined where it is simply our own. */
export type Account = { uid: number; gid: number } | undefined

const POLL_MS = 10
/** How long each kind of shutdown may take: fast (clients are cut off), immediate (recovery at the next start), none. */
const SHUTDOWN_STEPS = [
  { signal: 'SIGINT', limitMs: 15_000 },
  { signal: 'SIGQUIT', limitMs: 5_000 },
  { signal: 'SIGKILL', limitMs: 2_000 },
] as const

/** Runs a program to its end as `account`. The error of a failure has what it wrote in `stderr`. */
export async function run(file: string, args: string[], account: Account): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { ...account, cwd: path.parse(file).root, env: cleanEnv() })
  return stdout
}

/**
 * Nothing of ours may reach PostgreSQL's programs: PG* variables redirect them, a locale changes what initdb chooses,
 * and NODE_OPTIONS would load a test runner's hooks into the watchdog.
 */
export function cleanEnv(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot === undefined ? {} : { SystemRoot }) }
}

/** The first lines that a failed program wrote, or the error that kept it from running. */
export function reasonOf(err: unknown): string {
  const { stderr } = err as { stderr?: unknown }
  const text = typeof stderr === 'string' && stderr !== '' ? stderr : err instanceof Error ? err.message : String(err)
  return text.trim().split('\n').slice(0, 5).join(' ')
}

/** Stops a server, the harder the longer it takes. `isGone` must also be true when there was nothing to stop. */
export async function shutDown(kill: (signal: NodeJS.Signals) => void, isGone: () => boolean): Promise<void> {
  for (const { signal, limitMs } of SHUTDOWN_STEPS) {
    if (isGone()) return
    kill(signal)
    for (const end = Date.now() + limitMs; !isGone() && Date.now() < end; ) await delay(POLL_MS)
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EPERM'
  }
}
