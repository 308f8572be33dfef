import type { IncomingMessage } from 'node:http'
import type { App } from '../deps.js'
import { invalid } from '../domain/rejection.js'

/** RFC 9112, section 3.2.2: a client of a proxy sends the whole URL, and a server takes it. */
const ORIGIN = /^https?:\/\/[^/?#]*/i
const OVERRIDE = 'x-http-method-override'
/** What a `POST` can stand for. A `HEAD` cannot be answered to a `POST`, which has a body: it is answered as `GET` is. */
const METHODS: Record<string, string> = { PATCH: 'PATCH', PUT: 'PUT', DELETE: 'DELETE', HEAD: 'GET' }

/** Requests whose override means nothing. */
const faulty = new WeakSet<object>()

/**
 * What a request asks for, before it is routed: its path, and under `/v1` its method where `X-HTTP-Method-Override` names
 * another. From there on it is a request of that method in every respect: route, permission, `If-Match`, repetition.
 */
export function readRequestLine(raw: { method?: string; url?: string; headers: IncomingMessage['headers'] }): string {
  const path = (raw.url ?? '/').replace(ORIGIN, '')
  const url = path.startsWith('?') || path === '' ? `/${path}` : path
  const wanted = raw.headers[OVERRIDE]
  if (wanted === undefined || !url.startsWith('/v1/')) return url
  const method = typeof wanted === 'string' ? wanted.trim().toUpperCase() : ''
  const meant = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
  if (meant !== undefined && raw.method === 'POST') raw.method = meant
  // A client that sends the real method may say the same in the header.
  else if (meant === undefined || method !== raw.method) faulty.add(raw)
  return url
}

/** Refuses an override that means nothing, rather than do something that was not asked for. */
export function refuseFaultyOverrides(app: App): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (faulty.has(raw)) throw FAULTY
  })
}

const FAULTY = invalid('/headers/x-http-method-override', {
  zh: '只能在 POST 请求中使用，取值为 PATCH、PUT、DELETE 或 HEAD。',
  en: 'Only on a POST, with PATCH, PUT, DELETE or HEAD.',
})
