import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import findMyWay from 'find-my-way'
import type { App } from '../deps.js'
import { EdgeError, FRAMEWORK_ERRORS } from './problem.js'

type Refuse = (err: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export interface Methods {
  /** The methods that have a route at a URL; none where the address is not there. */
  at(url: string): string[]
  /** Whether the path is one with a secret, by any method. */
  isSecret(url: string): boolean
  /** Answers what no route took: 204 to `OPTIONS` and 405 to other methods where the address is there, else 404. */
  answer(request: FastifyRequest, reply: FastifyReply, refuse: Refuse): FastifyReply
}

/**
 * Knows the methods of every address (RFC 9110, sections 9.3.7 and 15.5.6), by a second copy of the framework's own router
 * that is asked only where the first found nothing. It says what the published document says, whoever asks.
 */
export function collectMethods(app: App, maxParamLength: number): Methods {
  const router = findMyWay({ maxParamLength })
  app.addHook('onRoute', ({ method, url, config }) => {
    // Of the preflights, not of an address.
    if (url === '*') return
    for (const one of [method].flat())
      router.on(one as 'GET', url, () => {}, { isSecret: config?.isSecretPath === true })
  })
  const found = (url: string) => METHODS.flatMap((method) => ({ method, route: router.find(method, url) ?? undefined }))
  const at = (url: string) => found(url).flatMap(({ method, route }) => (route === undefined ? [] : [method]))
  return {
    at,
    isSecret: (url) => found(url).some(({ route }) => (route?.store as { isSecret?: boolean } | undefined)?.isSecret),
    answer(request, reply, refuse) {
      const { method, url } = request
      // `OPTIONS *` asks for the whole service (RFC 9110, section 9.3.7).
      const there = url === '*' ? [...METHODS] : at(url)
      const isNowhere = there.length === 0 || (method !== 'OPTIONS' && (there as string[]).includes(method))
      if (isNowhere) return refuse(FRAMEWORK_ERRORS.notFound(), request, reply)
      const allow = [...new Set([...there, 'OPTIONS'])].join(', ')
      reply.header('allow', allow)
      if (method === 'OPTIONS') return reply.code(204).header('cache-control', 'no-store').send()
      return refuse(notAllowed(method, allow) as unknown as FastifyError, request, reply)
    },
  }
}

function notAllowed(method: string, allow: string): EdgeError {
  return new EdgeError('method-not-allowed', {
    zh: `该地址不支持 ${method}，支持：${allow}。`,
    en: `${method} cannot be done here; ${allow} can.`,
  })
}
