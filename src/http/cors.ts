import cors from '@fastify/cors'
import type { FastifyRequest } from 'fastify'
import type { App } from '../deps.js'
import type { Methods } from './methods.js'

/** What a page of another origin may send. */
const SENT = [
  'Accept',
  'Accept-Language',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'Tus-Resumable',
  'Upload-Defer-Length',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-HTTP-Method-Override',
  'X-Request-Id',
]
/** What it may read beside what every page may. */
const READ = [
  'Allow',
  'Content-Disposition',
  'ETag',
  'Idempotency-Replayed',
  'Ledger-Seq',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Offset',
  'X-Request-Id',
]
/** A day is more than browsers keep. */
const MAX_AGE_S = 7200
/** Open data by their specification, and opened without a cookie: every page may read them. */
const PUBLIC_READS = /^\/open311\/v2\//

/**
 * Pages of other origins (the Fetch standard's CORS protocol): those of the configuration under `/v1`, without credentials of
 * the browser's, and all of them for Open311's reads. Before anything is asked of the caller, since a preflight has no key.
 */
export async function allowOrigins(app: App, methods: Methods, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    delegator: (request: FastifyRequest, done: (err: Error | null, options: object) => void) =>
      done(null, optionsFor(request, methods, origins)),
  })
}

function optionsFor(request: FastifyRequest, methods: Methods, origins: readonly string[]): object {
  const { url, method, headers } = request
  const { origin } = headers
  const asked = method === 'OPTIONS' ? headers['access-control-request-method'] : method
  const isPreflight = method === 'OPTIONS' && origin !== undefined && asked !== undefined
  const common = { exposedHeaders: READ, preflight: isPreflight, strictPreflight: false }
  if (PUBLIC_READS.test(url)) {
    const isRead = asked === 'GET' || asked === 'HEAD'
    return isRead
      ? { ...common, origin: '*', methods: ['GET', 'HEAD'], allowedHeaders: SENT, maxAge: MAX_AGE_S }
      : { origin: false }
  }
  if (origins.length === 0 || !url.startsWith('/v1/')) return { origin: false }
  const isAllowed = origin !== undefined && origins.includes(origin)
  const there = isPreflight ? methods.at(url) : []
  // An address that is not there answers as it does to everybody.
  if (!isAllowed || (isPreflight && there.length === 0)) return { origin: false }
  return { ...common, origin: [...origins], methods: there, allowedHeaders: SENT, maxAge: MAX_AGE_S }
}
