import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from './tap.js'

export const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
export const VERIFIER = fileURLToPath(new URL('../../../src/tools/verify-ledger.mjs', import.meta.url))

export interface Run {
  code: number | null
  out: string
  err: string
}

/** Runs a script of ours to its end, with nothing of this process's environment but what a program needs. */
export async function runNode(
  file: string,
  args: string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [file, ...args], { env: bareEnvironment(env), stdio: 'pipe' })
  const run: Run = { code: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    run.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    run.err += text
  })
  // A script may end before it has read everything.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { ...run, code }
}

export interface ServerProcess {
  pid: number
  port: number
  url: string
  kill(signal: NodeJS.Signals): void
  /** The exit code, or null when a signal ended the process. */
  exited: Promise<number | null>
  output(): string
}

/**
 * The real server as a process of its own, on a free port; answers when it listens. It ends with the test.
 * @param options `isGroup` makes it the leader of a process group, as a shell does.
 */
export async function startServer(
  t: Test,
  env: Record<string, string>,
  { isGroup = false } = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: bareEnvironment({ PORT: '0', LOG_LEVEL: 'warn', RATE_LIMIT_PER_MINUTE: '1000000', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const collect = (text: string) => {
      output += text
      const [, announced] = /One List +(http:\/\/\S+)/.exec(output) ?? []
      if (announced !== undefined) resolve(announced)
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    exited.then((code) => reject(new Error(`the server ended with ${code ?? child.signalCode}: ${output}`)))
  })
  const kill = (signal: NodeJS.Signals) => child.kill(signal)
  return { pid: child.pid ?? 0, port: Number(new URL(url).port), url, kill, exited, output: () => output }
}

/** The worker as a process of its own; answers when it is at work. It ends with the test. */
export async function startWorkerProcess(
  t: Test,
  env: Record<string, string>,
): Promise<Omit<ServerProcess, 'pid' | 'port' | 'url'>> {
  const child = spawn(process.execPath, [MAIN, 'worker'], {
    env: bareEnvironment({ LOG_LEVEL: 'info', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const collect = (text: string) => {
      output += text
      if (output.includes('the worker is at work')) resolve()
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    exited.then((code) => reject(new Error(`the worker ended with ${code ?? child.signalCode}: ${output}`)))
  })
  return { kill: (signal) => child.kill(signal), exited, output: () => output }
}

/** What a program needs, and none of the settings of a shell. */
function bareEnvironment(env: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, TMPDIR, ...env }
}
