import { sql } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { AddressedAuthenticator } from '../auth/actor.js'
import { bearerOf, unauthenticated } from '../auth/actor.js'
import type { Db } from '../db/client.js'
import { readRules } from '../db/rules.js'
import { type Actor, isChannel } from '../domain/access/permissions.js'
import { invalid, Rejection } from '../domain/rejection.js'
import type { Credentials } from './schemas.js'

/** Who asks over Open311: somebody with a channel's key, or anybody. */
export interface Reader {
  jurisdiction: Actor['jurisdiction']
  /** The key's; undefined for anybody. */
  channel: Actor | undefined
}

/** The key that a request brings, as a parameter as the specification has it, or as everywhere else. */
export function keyOf(request: FastifyRequest, { api_key: key }: Credentials): string | undefined {
  return key ?? bearerOf(request)
}

export function createCallers(db: Db, keys: AddressedAuthenticator) {
  /** @throws EdgeError for a key that opens nothing; Rejection for one that is no channel's, or of another jurisdiction. */
  async function channelOf(request: FastifyRequest, key: string, wanted: string | undefined): Promise<Actor> {
    const actor = await keys.authenticate(key, request.ip)
    if (!isChannel(actor.role)) throw NO_CHANNEL
    // For the log.
    request.actor = actor
    if (wanted !== undefined && wanted !== actor.jurisdiction.id) throw noJurisdiction()
    return actor
  }

  return {
    /** Who files: only a channel does. */
    async filer(request: FastifyRequest, credentials: Credentials): Promise<Actor> {
      const key = keyOf(request, credentials)
      if (key === undefined) throw unauthenticated(KEY_MISSING)
      return channelOf(request, key, credentials.jurisdiction_id)
    },
    /** Who reads: a channel, or anybody where the jurisdiction lets everybody. */
    async reader(request: FastifyRequest, credentials: Credentials): Promise<Reader> {
      const key = keyOf(request, credentials)
      if (key === undefined) return { jurisdiction: await openJurisdiction(db, credentials), channel: undefined }
      const channel = await channelOf(request, key, credentials.jurisdiction_id)
      return { jurisdiction: channel.jurisdiction, channel }
    },
  }
}

/** One that lets everybody read. Another answers like one that does not exist, so that nobody learns who is here. */
async function openJurisdiction(db: Db, { jurisdiction_id: id }: Credentials): Promise<Actor['jurisdiction']> {
  const { rows } = await db.execute<Actor['jurisdiction'] & Record<string, unknown>>(sql`
    select id, name, time_zone as "timeZone", area from jurisdiction
    where ${id === undefined ? sql`true` : sql`id = ${id}`} limit 2`)
  const [found, another] = rows
  if (another !== undefined) throw invalid('/query/jurisdiction_id', ID_MISSING)
  if (found === undefined || !(await readRules(db, found.id)).rules.publicIntake.readWithoutKey) throw noJurisdiction()
  return found
}

function noJurisdiction(): Rejection {
  return new Rejection('not-found', {
    zh: '没有这个 jurisdiction_id，或须凭 api_key 读取。',
    en: 'jurisdiction_id was not found, or is read with an api_key only.',
  })
}

const NO_CHANNEL = new Rejection('forbidden', {
  zh: 'api_key 不是公众渠道或热线的密钥。',
  en: 'The api_key is not one of a public channel or hotline.',
})
const KEY_MISSING = { zh: '缺少 api_key。', en: 'api_key was not provided.' }
const ID_MISSING = { zh: '缺少 jurisdiction_id。', en: 'jurisdiction_id was not provided.' }

export type Callers = ReturnType<typeof createCallers>
