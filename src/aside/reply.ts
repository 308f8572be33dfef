import { Rejection } from '../domain/rejection.js'

/** What a thread answers. A refusal goes as data: an error that is copied to another thread loses its class and its words. */
export type Reply<R> = { done: R } | { refused: Pick<Rejection, 'code' | 'words' | 'details'> }

/** In the thread: the result of work, or its refusal. */
export async function replyOf<R>(work: () => R | Promise<R>): Promise<Reply<R>> {
  try {
    return { done: await work() }
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
