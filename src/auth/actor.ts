import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Action, type Actor, requirePermitted } from '../domain/access/permissions.js'
import type { Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The person behind the request; read it only on routes that have an action. */
    actor: Actor
  }
  interface FastifyContextConfig {
    /** The row of the permission table that guards the route. Every route under /v1 has one. */
    action?: Action
    /** The path has a secret: the log has the route's pattern in its place. */
    isSecretPath?: boolean
    /** A calendar feed's token in the query (`?token=`) opens the route, since a calendar program sends no header. */
    takesFeedToken?: boolean
  }
}

export interface Authenticator {
  /** @throws EdgeError `unauthenticated` */
  authenticate(token: string): Promise<Actor>
}

const UNKNOWN: Words = {
  zh: '密钥或令牌无效、已过期或已吊销。',
  en: 'The key or token is unknown, expired or revoked.',
}
const MISSING: Words = {
  zh: '请在 Authorization 头中给出 Bearer 密钥或令牌。',
  en: 'Send an API key or token: Authorization: Bearer <token>.',
}

/** The key or token that a request brings (RFC 6750, section 2.1). */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(headers.authorization ?? '')?.[1]
}

export function unauthenticated(words: Words = UNKNOWN): EdgeError {
  return new EdgeError('unauthenticated', words)
}

/** Says who has a credential that came from an address. */
export interface AddressedAuthenticator {
  /** @throws EdgeError `unauthenticated`; `too-many-requests` where too many from the address opened nothing */
  authenticate(token: string, address: string): Promise<Actor>
}

export interface Authenticators {
  keys: AddressedAuthenticator
  /** Of the identity provider; undefined where there is none. */
  tokens: Authenticator | undefined
  feeds: AddressedAuthenticator
}

/** Sets `request.actor`; a failure is kept until the rate limit has counted the request. */
export function createAuthentication({ keys, tokens, feeds }: Authenticators) {
  const failures = new WeakMap<FastifyRequest, unknown>()
  return {
    async identify(request: FastifyRequest): Promise<void> {
      const { action, takesFeedToken } = request.routeOptions.config
      if (action === undefined) return
      try {
        const { token: feedToken } = request.query as { token?: unknown }
        if (takesFeedToken === true && feedToken !== undefined) {
          request.actor = await feeds.authenticate(String(feedToken), request.ip)
          return
        }
        const token = bearerOf(request)
        if (token === undefined) throw unauthenticated(MISSING)
        if (token.startsWith('ol_')) request.actor = await keys.authenticate(token, request.ip)
        else if (tokens !== undefined) request.actor = await tokens.authenticate(token)
        else throw unauthenticated()
      } catch (err) {
        failures.set(request, err)
      }
    },
    async require(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
      const { action } = request.routeOptions.config
      if (action === undefined) return
      if (failures.has(request)) throw failures.get(request)
      requirePermitted(request.actor.role, action)
    },
  }
}

export interface PersonRow extends Record<string, unknown> {
  id: string
  name: string
  role: Actor['role']
  unit_id: string | null
  area: string | null
  jurisdiction_id: string
  jurisdiction_name: string
  time_zone: string
  jurisdiction_area: string
}

/** The columns of a PersonRow, from `person p` joined with `jurisdiction j`. */
export const personColumns = sql`p.id, p.name, p.role, p.unit_id, p.area, j.id as jurisdiction_id,
  j.name as jurisdiction_name, j.time_zone, j.area as jurisdiction_area`

export function actorOf(row: PersonRow): Actor {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    jurisdiction: {
      id: row.jurisdiction_id,
      name: row.jurisdiction_name,
      timeZone: row.time_zone,
      area: row.jurisdiction_area,
    },
    unit: row.unit_id,
    area: row.area,
  }
}
