import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { isAlive, shutDown } from './process.js'
import type { WatchdogOrder } from './server.js'

// A process of its own: it runs one PostgreSQL server, and stops it when the process that it works for has vanished,
// however that came about. It ends with its server.

const OWNER_POLL_MS = 250

const order = JSON.parse(process.argv[2] ?? '') as WatchdogOrder
// Whoever signals everything at once (a service manager, a closing terminal) wants the owner to end first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
const server = startServer()
watchOwner()

function startServer(): ChildProcess {
  const logFile = openSync(order.logFile, 'a', 0o600)
  const child = spawn(order.postgres, order.args, {
    ...order.account,
    cwd: order.cwd,
    windowsHide: true,
    stdio: ['ignore', logFile, logFile],
  })
  closeSync(logFile)
  child.once('error', () => process.exit(1))
  child.once('exit', (code) => process.exit(code ?? 1))
  if (child.pid !== undefined) process.send?.({ pid: child.pid }, undefined, undefined, () => {})
  return child
}

function watchOwner(): void {
  const { owner } = order
  if (owner === undefined) {
    process.once('disconnect', stop)
    // It may have ended while we were being loaded.
    if (!process.connected) void stop()
    return
  }
  const timer = setInterval(() => {
    if (isAlive(owner.pid)) return
    clearInterval(timer)
    void stop()
  }, OWNER_POLL_MS)
}

async function stop(): Promise<void> {
  server.removeAllListeners('exit')
  await shutDown(
    (signal) => server.kill(signal),
    () => server.exitCode !== null || server.signalCode !== null,
  )
  for (const file of order.owner?.remove ?? []) rmSync(file, { recursive: true, force: true })
  process.exit(0)
}
