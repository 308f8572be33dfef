import rateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App, Siblings } from '../deps.js'
import type { Words } from '../domain/rejection.js'
import { EdgeError } from './problem.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False for a route that is open to everybody and not counted with the others: it is counted by itself, or is for who operates the service. */
    isCounted?: boolean
  }
}

const WINDOW_S = 60

/**
 * Counts requests per caller: by person where the token is good, else by address. Answers with the fields of
 * draft-ietf-httpapi-ratelimit-headers (`RateLimit-Policy`, `RateLimit`). Siblings count together.
 */
export async function limitRate(app: App, perMinute: number, siblings?: Siblings): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    max: perMinute,
    ...(siblings === undefined ? {} : { store: storeOf(siblings) }),
    timeWindow: WINDOW_S * 1000,
    keyGenerator: ({ actor, ip }) => (actor === undefined ? `ip ${ip}` : `${actor.jurisdiction.id} ${actor.id}`),
    allowList: (request) => request.routeOptions.config.action === undefined,
    errorResponseBuilder: () =>
      new EdgeError('too-many-requests', {
        zh: '请求过于频繁；请按 Retry-After 等待后再试。',
        en: 'Too many requests; wait as Retry-After says.',
      }),
  })
  app.addHook('onSend', async (_request, reply) => {
    const remaining = reply.getHeader('x-ratelimit-remaining')
    if (remaining === undefined) return
    const quota = reply.getHeader('x-ratelimit-limit') ?? perMinute
    reply.header('ratelimit-policy', `"default";q=${quota};w=${WINDOW_S}`)
    reply.header('ratelimit', `"default";r=${remaining};t=${reply.getHeader('x-ratelimit-reset') ?? WINDOW_S}`)
    for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) reply.removeHeader(name)
  })
}

/** Counts what comes from one address to what is open to everybody: the documents, and what is not there. */
export function limitOpenRoutes(app: App, perMinute: number): void {
  const count = createLimit(app, perMinute, ({ ip }) => `open ${ip}`, FROM_ADDRESS)
  app.addHook('onRequest', async (request, reply) => {
    const { action, isCounted, rateLimit } = request.routeOptions.config
    if (action === undefined && isCounted !== false && rateLimit === undefined) await count(request, reply)
  })
}

export const FROM_ADDRESS: Words = {
  zh: '该地址请求过于频繁；请按 Retry-After 等待后再试。',
  en: 'Too many requests from this address; wait as Retry-After says.',
}

/** A limit of its own, counted where it is called. @throws EdgeError `too-many-requests` */
export function createLimit(app: App, max: number, keyGenerator: (request: FastifyRequest) => string, words: Words) {
  const count = app.createRateLimit({ max, timeWindow: WINDOW_S * 1000, keyGenerator, allowList: [] })
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const counted = await count(request)
    if (counted.isAllowed) return
    // As the limiter of the other routes leaves them, for the header fields that are sent.
    reply.headers({
      'x-ratelimit-limit': counted.max,
      'x-ratelimit-remaining': counted.remaining,
      'x-ratelimit-reset': counted.ttlInSeconds,
    })
    if (counted.isExceeded) throw new EdgeError('too-many-requests', words, counted.ttlInSeconds)
  }
}

/** Each limiter counts by itself, the same one of all siblings together: they make them in the same order. */
function storeOf(siblings: Siblings) {
  let limiters = 0
  return class SharedStore implements FastifyRateLimitStore {
    readonly #limiter = limiters++

    incr(key: string, done: (err: Error | null, found?: { current: number; ttl: number }) => void, windowMs: number) {
      siblings.count(this.#limiter, key, windowMs).then((found) => done(null, found), done)
    }

    child() {
      return new SharedStore()
    }
  }
}
