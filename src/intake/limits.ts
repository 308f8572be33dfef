import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.js'
import type { App } from '../deps.js'
import { EdgeError } from '../http/problem.js'

const WINDOW_MS = 60_000

/** The configuration of a route that counts, with all others of Open311, what comes from one address. */
export function limitedByAddress({ open311 }: Pick<Config, 'open311'>) {
  const keyGenerator = ({ ip }: FastifyRequest) => `open311 ${ip}`
  const max = open311.requestsPerMinute
  return { rateLimit: { max, timeWindow: WINDOW_MS, groupId: 'open311', keyGenerator, allowList: [] } }
}

/** Counts what is filed with one channel's keys. @throws EdgeError `too-many-requests` */
export function createFilingLimit(app: App, { open311 }: Pick<Config, 'open311'>) {
  const count = app.createRateLimit({
    max: open311.filingsPerMinute,
    timeWindow: WINDOW_MS,
    keyGenerator: ({ actor }: FastifyRequest) => `open311 filing ${actor.jurisdiction.id} ${actor.id}`,
    allowList: [],
  })
  return async (request: FastifyRequest): Promise<void> => {
    const counted = await count(request)
    if (counted.isAllowed || !counted.isExceeded) return
    throw new EdgeError('too-many-requests', TOO_MANY, counted.ttlInSeconds)
  }
}

const TOO_MANY = {
  zh: '该密钥上报过于频繁；请按 Retry-After 等待后再试。',
  en: 'Too many filings with this key; wait as Retry-After says.',
}
