import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import Tinypool from 'tinypool'
import { createQueue } from '../http/concurrency.js'
import { type Reply, resultOf, type Task } from './reply.js'

/** Files that one process looks at in threads at once; a machine has a processor for more than that. */
const THREADS = 2
/** Of the heap of a thread: the largest letter takes a tenth of it. */
const HEAP_MB = 512
/** A thread that has no work for so long ends, and its libraries with it. */
const IDLE_MS = 60_000

/** The work took longer, or more memory, than it may; its thread has been ended. */
export class TooMuchWork extends Error {}

/** To come up with its libraries a thread has so long: that is not the file's fault. */
const START_LIMIT_MS = 30_000

/** What is done in a thread: a function that a module exports, and how long it may take once the thread has come to it. */
export interface Work {
  module: URL
  name: string
  limitMs: number
}

let pool: Tinypool | undefined
const inTurn = createQueue(THREADS)

/**
 * Looks at what others send in a thread of its own: whatever is in it, and however long it takes, everybody else is answered.
 * The task and the result are copied. @throws Rejection as the work refuses; TooMuchWork
 */
export async function aside<R>({ module, name, limitMs }: Work, task: unknown): Promise<R> {
  return inTurn(async () => {
    pool ??= new Tinypool({
      ...{ runtime: 'worker_threads', minThreads: 0, maxThreads: THREADS, idleTimeout: IDLE_MS, useAtomics: false },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    const { port1: heard, port2: begun } = new MessageChannel()
    const over = new AbortController()
    let limit = setTimeout(() => over.abort(), START_LIMIT_MS)
    heard.once('message', () => {
      clearTimeout(limit)
      limit = setTimeout(() => over.abort(), limitMs)
    })
    const options = { filename: fileURLToPath(module), name, signal: over.signal, transferList: [begun] }
    try {
      return resultOf((await pool.run({ begun, data: task } satisfies Task<unknown>, options)) as Reply<R>)
    } catch (err) {
      const isOver = over.signal.aborted || (err as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'
      throw isOver ? new TooMuchWork(`${name} took more than it may`) : err
    } finally {
      clearTimeout(limit)
      heard.close()
    }
  })
}
