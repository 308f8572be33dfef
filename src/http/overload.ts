import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../deps.js'
import { languageOf } from '../language/language.js'
import { createLine, LOOK_MS, type Slot } from './line.js'
import { sendProblem } from './problem.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** It was refused because of too many others. */
    isShed: boolean
    /** Lets others in: from here on it waits for an event. */
    letOthersIn(): void
  }
}

/** More at once are not done sooner: the database has fewer connections, and the process one thread. */
const PLACES = 64
/** Who comes when those before would take so long is refused; the rest of two seconds is for the request itself. */
const MOST_EXPECTED_MS = 1_500
const MOST_MS = 2_000
/** What takes longer waits for its client, for a file or for a report, and not for the process alone. */
const LONG_MS = 2_000
/** A refusal is not sent at once: a client that asks again without waiting would cost more than it is worth. */
const REFUSAL_DELAY_MS = 500
/** Retry-After lies between them, so that those who were refused together do not come together again. */
const RETRY_S = { least: 1, most: 5 }
const LOG_EVERY_MS = 10_000
/** What looks after the service must see it when it is busy, too. */
const NEVER_REFUSED: readonly (string | undefined)[] = ['/healthz', '/readyz', '/metrics']
const TOO_BUSY = {
  zh: '服务繁忙，请求未被处理；请按 Retry-After 等待后用同一幂等键重试。',
  en: 'The service is too busy and has not looked at the request; wait as Retry-After says, and send it again with the same Idempotency-Key.',
}

/**
 * Works on so many requests at once, lets as many wait as can be served in two seconds, and refuses the others before
 * anything is done for them. Answers how many were refused.
 */
export function shedOverload(app: App): () => number {
  const line = createLine({ places: PLACES, mostExpectedMs: MOST_EXPECTED_MS, mostMs: MOST_MS, longMs: LONG_MS })
  const places = new WeakMap<FastifyRequest, Slot>()
  let shed = 0
  let told = 0
  let toldAt = Number.NEGATIVE_INFINITY

  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    shed++
    request.isShed = true
    if (performance.now() - toldAt > LOG_EVERY_MS) {
      app.log.warn({ shed: shed - told, waiting: line.waiting() }, 'too many requests at once: some are refused')
      told = shed
      toldAt = performance.now()
    }
    setTimeout(sendRefusal, REFUSAL_DELAY_MS, request, reply)
  }
  const leave = (request: FastifyRequest) => places.get(request)?.leave()

  app.decorateRequest('isShed', false)
  app.decorateRequest('letOthersIn', function (this: FastifyRequest) {
    leave(this)
  })
  app.addHook('onRequest', (request, reply, next) => {
    if (NEVER_REFUSED.includes(request.routeOptions.url)) return next()
    const place = line.place(next, () => refuse(request, reply))
    places.set(request, place)
    place.join()
  })
  app.addHook('onResponse', (request, _reply, next) => {
    leave(request)
    next()
  })
  // A client that has gone waits no more.
  app.addHook('onRequestAbort', (request, next) => {
    leave(request)
    next()
  })
  const timer = setInterval(line.look, LOOK_MS).unref()
  app.addHook('onClose', async () => clearInterval(timer))
  return () => shed
}

function sendRefusal(request: FastifyRequest, reply: FastifyReply): void {
  const { least, most } = RETRY_S
  const retryAfterS = least + Math.floor(Math.random() * (most - least + 1))
  sendProblem(reply, { code: 'overloaded', words: TOO_BUSY, retryAfterS }, languageOf(request))
}
