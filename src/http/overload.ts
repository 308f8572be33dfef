import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db/client.js'
import type { App } from '../deps.js'
import { languageOf } from './language.js'
import { createLoad } from './load.js'
import { sendProblem } from './problem.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** It was refused because of too many others. */
    isShed: boolean
  }
}

/** Who comes when those before would take so long is refused; the rest of two seconds is for the request itself. */
const MOST_EXPECTED_MS = 1_500
/** A refusal is not sent at once: a client that asks again without waiting would cost more than it is worth. */
const REFUSAL_DELAY_MS = 500
/** Retry-After lies between them, so that those who were refused together do not come together again. */
const RETRY_S = { least: 1, most: 5 }
/** The event loop is late so much on average: what waits, waits for the processor. */
const LATE_MS = 250
const RESOLUTION_MS = 20
const LATENESS_EVERY_MS = 500
const LOG_EVERY_MS = 10_000
/** What looks after the service must see it when it is busy, too. */
const NEVER_REFUSED: readonly (string | undefined)[] = ['/healthz', '/readyz', '/metrics']
const TOO_BUSY = {
  zh: '服务繁忙，请求未被处理；请按 Retry-After 等待后用同一幂等键重试。',
  en: 'The service is too busy and has not looked at the request; wait as Retry-After says, and send it again with the same Idempotency-Key.',
}

/**
 * Refuses requests, before anything is done for them, while the process has as many as it can answer in two seconds. Work that
 * would be given up by its client before it is done is not begun, and so what is done does not become less as more ask.
 * Answers how many were refused.
 */
export function shedOverload(app: App, db: Db): () => number {
  const lateness = watchLateness(app)
  const load = createLoad(() => db.waiting() > 0 || lateness() > LATE_MS)
  let shed = 0
  let told = 0
  let toldAt = Number.NEGATIVE_INFINITY
  const done = new WeakMap<FastifyRequest, () => void>()

  app.decorateRequest('isShed', false)
  app.addHook('onRequest', (request, reply, next) => {
    if (NEVER_REFUSED.includes(request.routeOptions.url)) return next()
    if (load.expectedMs() <= MOST_EXPECTED_MS) {
      done.set(request, load.begin())
      return next()
    }
    shed++
    request.isShed = true
    if (performance.now() - toldAt > LOG_EVERY_MS) {
      app.log.warn({ shed: shed - told, waiting: db.waiting() }, 'too many requests at once: some are refused')
      told = shed
      toldAt = performance.now()
    }
    setTimeout(refuse, REFUSAL_DELAY_MS, request, reply)
  })
  const settle = (request: FastifyRequest) => {
    done.get(request)?.()
    done.delete(request)
  }
  app.addHook('onResponse', (request, _reply, next) => {
    settle(request)
    next()
  })
  // A client that has gone waits no more.
  app.addHook('onRequestAbort', (request, next) => {
    settle(request)
    next()
  })
  return () => shed
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  const { least, most } = RETRY_S
  const retryAfterS = least + Math.floor(Math.random() * (most - least + 1))
  sendProblem(reply, { code: 'overloaded', words: TOO_BUSY, retryAfterS }, languageOf(request))
}

/** How late the event loop is, ms, on average of the last second or so. */
function watchLateness(app: App): () => number {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let late = 0
  const timer = setInterval(() => {
    late = (late + Math.max(0, delay.mean / 1e6 - RESOLUTION_MS)) / 2
    delay.reset()
  }, LATENESS_EVERY_MS)
  timer.unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    delay.disable()
  })
  return () => late
}
