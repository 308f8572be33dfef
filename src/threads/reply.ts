import type { MessagePort } from 'node:worker_threads'
import { Rejection } from '../domain/rejection.js'

/** What a thread is given: the data, and where it says that it has come to them. */
export interface Task<D> {
  begun: MessagePort
  data: D
}

/** What a thread answers. A refusal goes as data: an error that is copied to another thread loses its class and its words. */
export type Reply<R> = { done: R } | { refused: Pick<Rejection, 'code' | 'words' | 'details'> }

/** In the thread: the result of work, or its refusal. Its time runs from here. */
export async function replyOf<D, R>({ begun, data }: Task<D>, work: (data: D) => R | Promise<R>): Promise<Reply<R>> {
  begun.postMessage(null)
  begun.close()
  try {
    return { done: await work(data) }
  } catch (err) {
    if (!(err instanceof Rejection)) throw err
    const { code, words, details } = err
    return { refused: { code, words, details } }
  }
}

/** For who asked: the result. @throws Rejection the refusal */
export function resultOf<R>(reply: Reply<R>): R {
  if ('done' in reply) return reply.done
  const { code, words, details } = reply.refused
  throw new Rejection(code, words, details)
}
