import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App, Deps } from '../deps.js'
import type { Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

const WINDOW_MS = 60_000

/** Counts what comes from one address, whoever it is and whatever it asks. @throws EdgeError `too-many-requests` */
export function limitAddresses(app: App, { open311 }: Deps['config']): void {
  app.addHook(
    'onRequest',
    limit(app, open311.requestsPerMinute, ({ ip }) => `address ${ip}`, FROM_ADDRESS),
  )
}

/** Counts what a channel files. @throws EdgeError `too-many-requests` */
export function limitFilings(app: App, { open311 }: Deps['config']) {
  const keyOf = ({ actor }: FastifyRequest) => `filing ${actor.jurisdiction.id} ${actor.id}`
  return limit(app, open311.filingsPerMinute, keyOf, OF_CHANNEL)
}

function limit(app: App, max: number, keyGenerator: (request: FastifyRequest) => string, words: Words) {
  const count = app.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator, allowList: [] })
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

const FROM_ADDRESS = {
  zh: '该地址请求过于频繁；请按 Retry-After 等待后再试。',
  en: 'Too many requests from this address; wait as Retry-After says.',
}
const OF_CHANNEL = {
  zh: '该渠道上报过于频繁；请按 Retry-After 等待后再试。',
  en: 'Too many filings by this channel; wait as Retry-After says.',
}
