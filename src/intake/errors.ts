import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { explained } from '../http/problem.js'
import { formatOfPath, sendAs } from './format.js'

/** Refusals that a client must tell from a faulty request to know that it may come again. */
const KEPT = [403, 404, 405, 409, 413, 415, 429]

/**
 * Errors as GeoReport v2 has them: 404 for what is not there, 403 for a wrong or missing key, «basically 400» for the rest. In
 * the answer’s own format, with the HTTP status as code of each.
 */
export function answerOpen311Error(err: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status: ours, faults, retryAfterS } = explained(err, request)
  const status = statusOf(ours)
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  const errors = faults.map(({ pointer, detail }) => {
    const name = decoded(pointer.replace(/^\/(?:(?:query|params|headers)\/)?/, ''))
    return { code: status, description: detail.includes(name) ? detail : `${name}: ${detail}` }
  })
  return sendAs(reply.code(status), formatOfPath(request.url), 'errors', errors)
}

function statusOf(status: number): number {
  if (status === 401) return 403
  return status >= 500 || KEPT.includes(status) ? status : 400
}

/** A token of a JSON Pointer. */
function decoded(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
