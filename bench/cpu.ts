import { readdirSync, readFileSync } from 'node:fs'
import type { Load } from './measure.js'

/** USER_HZ, which Linux has fixed for all that read /proc. */
const TICKS_A_SECOND = 100

/** Whose time counts as whose; `postgres` is the number of the server's first process. */
export interface Parties {
  server: number | undefined
  postgres: number
  generator: number
}

/** Measures what each party used from now until it is asked. */
export function startMeter(parties: Parties): () => Load | undefined {
  const before = ticksOf(parties)
  const started = performance.now()
  return () => {
    const after = ticksOf(parties)
    if (before === undefined || after === undefined) return undefined
    const all = ((performance.now() - started) / 1000) * TICKS_A_SECOND
    const share = (party: keyof Load) => (after[party] - before[party]) / all
    return { server: share('server'), postgres: share('postgres'), generator: share('generator') }
  }
}

function ticksOf({ server, postgres, generator }: Parties): Load | undefined {
  if (process.platform !== 'linux') return undefined
  return {
    server: server === undefined ? 0 : familyTicks(server),
    postgres: familyTicks(postgres),
    generator: statOf(generator)?.ticks ?? 0,
  }
}

const TRIES = 5

/**
 * Of a process and those that it has started; those that have ended are counted with the first. One that ends while they are
 * counted would be missed, so then they are counted again.
 */
function familyTicks(first: number): number {
  let ticks = 0
  for (let tries = 0; tries < TRIES; tries++) {
    const before = statOf(first)
    const others = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(Number(name)))
    ticks = (before?.ticks ?? 0) + (before?.reaped ?? 0)
    for (const stat of others) if (stat?.parent === first) ticks += stat.ticks
    if (statOf(first)?.reaped === before?.reaped) break
  }
  return ticks
}

interface Stat {
  parent: number
  ticks: number
  /** Of children that have ended and been waited for. */
  reaped: number
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [parent = 0, user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = [1, 11, 12, 13, 14].map((k) =>
      Number(fields[k]),
    )
    return { parent, ticks: user + system, reaped: reapedUser + reapedSystem }
  } catch {
    return undefined
  }
}

/** The first process of the server that has `backend` among its own. */
export function parentOf(backend: number): number {
  return statOf(backend)?.parent ?? 0
}

const POLL_MS = 20

/** Watches a process's memory; answers by how many megabytes it rose above what it had. */
export function watchMemory(pid: number): () => number | undefined {
  const idle = residentMb(pid)
  let peak = idle
  const timer = setInterval(() => {
    peak = Math.max(peak ?? 0, residentMb(pid) ?? 0)
  }, POLL_MS)
  return () => {
    clearInterval(timer)
    return idle === undefined || peak === undefined ? undefined : peak - idle
  }
}

function residentMb(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}
