import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import type { Config } from '../../config.js'
import { afterEnd, whileAway } from './back-off.js'
import type { Measured, OfPrimary, OfProcess, Role } from './calls.js'
import { createProcessLink, type ProcessLink } from './messages.js'

type Handlers = {
  [K in keyof OfPrimary]: (said: OfPrimary[K]['says']) => OfPrimary[K]['is'] | Promise<OfPrimary[K]['is']>
}

/** A process that was started, and what becomes of it. */
interface Child {
  worker: Worker
  channel: ProcessLink<OfProcess>
  /** Whether it is at work, and has not ended. */
  isUp: boolean
  exited: Promise<number | string>
}

/** A place among the processes, in which one is at work or soon will be. */
interface ChildSlot {
  role: Role
  name: string
  child?: Child
  failures: number
  restart?: NodeJS.Timeout
}

export interface Children {
  /** Starts all processes, and answers the port when all are at work. @throws Error when one cannot begin. */
  begin(): Promise<number>
  /** Ends all, servers before tasks; answers whether all ended in good order. */
  end(): Promise<boolean>
  /** Servers that are at work. */
  servers(): number
  /** What each process measures. */
  measured(): Promise<Measured>[]
}

interface ChildOptions {
  config: Config
  log: Logger
  handlers: Handlers
  /** Then nothing is the fault of a process that cannot begin. */
  isDatabaseAway(): Promise<boolean>
  /** One process dies again and again. */
  onFailure: (err: Error) => void
}

/** Starts processes, and another where one has ended by itself. */
export function createChildren({ config, log, handlers, isDatabaseAway, onFailure }: ChildOptions): Children {
  const places = placesOf(config)
  let isEnding = false

  function start(place: ChildSlot): Promise<number | null> {
    const begunAt = performance.now()
    const worker = cluster.fork()
    answerForTheDead(worker)
    const channel = createProcessLink<OfProcess, OfPrimary>(worker.process, handlers)
    const { role, name } = place
    const exited = new Promise<number | string>((resolve) => {
      worker.once('exit', (code, signal) => resolve(signal ?? code))
    })
    const child: Child = { worker, channel, isUp: false, exited }
    place.child = child
    log.info({ process: name, child: worker.process.pid }, 'a process begins')
    const begun = channel.call('begin', { role, name, config }).then((port) => {
      child.isUp = true
      return port
    })
    // What could not begin is of no use.
    begun.catch(() => worker.process.kill('SIGKILL'))
    const ended = exited.then((how) => {
      // Nobody replaces what fails at the very beginning: the port is taken, or a setting is wrong.
      const isFirst = !child.isUp && place.failures === 0
      child.isUp = false
      if (!isEnding && !isFirst) void replace(place, how, performance.now() - begunAt)
      throw new Error(`${name} ended before it was at work (${how})`)
    })
    return Promise.race([begun, ended])
  }

  async function replace(place: ChildSlot, how: number | string, livedMs: number): Promise<void> {
    const { failures, delayMs } = (await isDatabaseAway())
      ? whileAway(place.failures)
      : afterEnd(place.failures, livedMs)
    if (isEnding) return
    place.failures = failures
    const facts = { process: place.name, child: place.child?.worker.process.pid, how, failures }
    if (delayMs === undefined) {
      log.error(facts, 'a process ends again and again')
      onFailure(new Error(`${place.name} ended ${failures} times, one right after the other`))
      return
    }
    log.error({ ...facts, delayMs }, 'a process ended by itself and is replaced')
    place.restart = setTimeout(() => {
      start(place).catch((err: Error) => log.warn({ reason: err.message }, 'a process could not take its place'))
    }, delayMs)
  }

  async function end(place: ChildSlot): Promise<boolean> {
    clearTimeout(place.restart)
    const { child } = place
    if (child === undefined) return true
    // One that is dead already does not answer either, and has had its exit.
    child.channel.call('end', null).catch(() => {})
    return (await child.exited) === 0
  }

  const endAll = async (role: Role) => Promise.all(places.filter((place) => place.role === role).map(end))
  const up = () => places.flatMap(({ role, child }) => (child?.isUp === true ? [{ role, child }] : []))
  return {
    async begin() {
      const ports = await Promise.all(places.map(start))
      return ports.find((port) => port !== null) ?? config.port
    },
    async end() {
      isEnding = true
      const all = [...(await endAll('server')), ...(await endAll('tasks'))]
      return all.every((endedWell) => endedWell)
    },
    servers: () => up().filter(({ role }) => role === 'server').length,
    measured: () => up().map(({ child }) => child.channel.call('measure', null)),
  }
}

function placesOf({ serverProcesses, worker }: Config): ChildSlot[] {
  const servers = Array.from(
    { length: serverProcesses },
    (_, n): ChildSlot => ({ role: 'server', name: `server ${n + 1}`, failures: 0 }),
  )
  return worker ? [...servers, { role: 'tasks', name: 'worker', failures: 0 }] : servers
}

/**
 * The connection that a process was handed last and had no time to take: Node keeps it open when the process dies, and its
 * client would wait for ever. One that was taken is closed at this end already, and closing it again is nothing.
 */
function answerForTheDead({ process }: Worker): void {
  const send = process.send.bind(process) as (...given: unknown[]) => boolean
  let last: { close?: () => void } | undefined
  process.send = (...given: unknown[]) => {
    last = (given[1] as typeof last) ?? last
    return send(...given)
  }
  process.once('exit', () => last?.close?.())
}
