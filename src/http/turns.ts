import type { Words } from '../domain/rejection.js'
import { EdgeError } from './problem.js'

/** Runs at most so many at once; who comes then is asked to come again. @throws EdgeError `too-many-requests` */
export function createTurns(limit: number, { what, retryAfterS }: { what: Words; retryAfterS: number }) {
  let running = 0
  return async <R>(work: () => Promise<R>): Promise<R> => {
    if (running >= limit) {
      const words = {
        zh: `正在进行的${what.zh}过多，请稍后再试。`,
        en: `Too many ${what.en} are running; try again shortly.`,
      }
      throw new EdgeError('too-many-requests', words, retryAfterS)
    }
    running++
    try {
      return await work()
    } finally {
      running--
    }
  }
}

/** Runs at most so many at once; who comes then waits in line. How many may wait is bounded by whoever calls. */
export function createQueue(limit: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <R>(work: () => Promise<R>): Promise<R> => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // The place goes to the next in line, or is free.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
