import type { FastifyRequest } from 'fastify'
import type { App, Deps } from '../deps.js'
import { createLimit, FROM_ADDRESS } from '../http/rate-limit.js'

/** Counts what comes from one address, whoever it is and whatever it asks. @throws EdgeError `too-many-requests` */
export function limitAddresses(app: App, { open311 }: Deps['config']): void {
  app.addHook(
    'onRequest',
    createLimit(app, open311.requestsPerMinute, ({ ip }) => `address ${ip}`, FROM_ADDRESS),
  )
}

/** Counts what a channel files. @throws EdgeError `too-many-requests` */
export function limitFilings(app: App, { open311 }: Deps['config']) {
  const keyOf = ({ actor }: FastifyRequest) => `filing ${actor.jurisdiction.id} ${actor.id}`
  return createLimit(app, open311.filingsPerMinute, keyOf, OF_CHANNEL)
}

const OF_CHANNEL = {
  zh: '该渠道上报过于频繁；请按 Retry-After 等待后再试。',
  en: 'Too many filings by this channel; wait as Retry-After says.',
}
