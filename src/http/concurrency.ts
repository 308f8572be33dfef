import type { Actor } from '../domain/access/permissions.js'
import type { Words } from '../domain/rejection.js'
import { EdgeError } from './problem.js'

/** At most `limit` concurrent calls; more get 429. @throws EdgeError `too-many-requests` */
export function createConcurrencyLimit(limit: number, { what, retryAfterS }: { what: Words; retryAfterS: number }) {
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

/** Of one file: who goes on with it after a broken connection comes before its end is noticed. */
const OF_ONE_FILE = 2

/**
 * At most `limit` concurrent files of one person, of any kind; more get 429, so that one person cannot take every place. A
 * request about a named file that is being sent already shares its place. @throws EdgeError `too-many-requests`
 */
export function createPersonLimit(limit: number) {
  const sending = new Map<string, Map<unknown, number>>()
  return async <R>({ id, jurisdiction }: Actor, work: () => Promise<R>, file: unknown = Symbol('file')): Promise<R> => {
    const person = `${jurisdiction.id} ${id}`
    const files = sending.get(person) ?? new Map<unknown, number>()
    const before = files.get(file) ?? 0
    if (before === OF_ONE_FILE || (before === 0 && files.size === limit)) throw tooManyFiles(limit)
    sending.set(person, files.set(file, before + 1))
    try {
      return await work()
    } finally {
      const after = (files.get(file) ?? 1) - 1
      if (after > 0) files.set(file, after)
      else files.delete(file)
      if (files.size === 0) sending.delete(person)
    }
  }
}

export type PersonLimit = ReturnType<typeof createPersonLimit>

function tooManyFiles(limit: number): EdgeError {
  const words = {
    zh: `您同时上传的文件已有 ${limit} 个；请等其中一个传完再试。`,
    en: `You are sending ${limit} files already; wait until one of them is done.`,
  }
  return new EdgeError('too-many-requests', words, 5)
}

/** At most `limit` concurrent calls; more wait in line. The caller bounds the line. */
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
