import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Methods } from './methods.js'

/** A key or a feed's token, in a URL where it does not belong. */
const KEY = /ol_[a-z]{1,10}_[0-9A-Za-z_]+/g
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

/** One line per request. The query stays out of the log: people search for names. */
export async function logRequest(
  request: FastifyRequest,
  reply: { statusCode: number; elapsedTime: number },
  methods: Methods,
): Promise<void> {
  const { method, url, log, actor, routeOptions } = request
  // Of these there may be thousands, and they are counted.
  if (request.isShed) return
  const who = actor === undefined ? {} : { jurisdiction: actor.jurisdiction.id, person: actor.id, role: actor.role }
  const ms = Math.round(reply.elapsedTime * 10) / 10
  const isSecret = routeOptions.config.isSecretPath === true || (request.is404 && methods.isSecret(url))
  const path = isSecret ? (routeOptions.url ?? '…') : url.split('?')[0]?.replace(KEY, 'ol_…')
  log.info({ method, path, status: reply.statusCode, ms, ...who }, 'request')
}

/** The id that a client gave its request, if it is one; else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID()
}
