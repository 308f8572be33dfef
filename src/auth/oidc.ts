import { sql } from 'drizzle-orm'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { v5 as uuidv5 } from 'uuid'
import type { OidcConfig } from '../config/settings.js'
import { areasOf } from '../db/areas.js'
import type { Db } from '../db/client.js'
import { ROLES, type Role } from '../domain/access/permissions.js'
import { isWithinArea } from '../domain/place/area.js'
import { isBlank, tidy } from '../domain/text.js'
import { EdgeError } from '../http/problem.js'
import { type Authenticator, actorOf, type PersonRow, unauthenticated } from './actor.js'

/** Makes the id of a person who signs in at the issuer: the same person every time, from (issuer, subject). */
const PERSON_NAMESPACE = '5c9d3c1e-6f0e-5d5e-9b55-0f7a1c2f9a34'
const FETCH_TIMEOUT_MS = 5_000
const CLOCK_TOLERANCE_S = 30

/** Keeps the person whom claims name, in one transaction with the events that say so. */
export type KeepPerson = (db: Db, claimed: Claimed, now: string) => Promise<void>

/**
 * Bearer JWTs of the configured OpenID Connect issuer: issuer, audience and algorithms are pinned, and the claims name
 * the person. A person seen for the first time is kept, so that the ledger's actors have a name.
 */
export function createTokenAuthenticator(
  config: OidcConfig,
  { db, now, keepPerson }: { db: Db; now: () => string; keepPerson: KeepPerson },
): Authenticator {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  return {
    async authenticate(token) {
      const at = now()
      try {
        keys ??= createRemoteJWKSet(new URL(config.jwksUrl ?? (await discover(config.issuer))), {
          timeoutDuration: FETCH_TIMEOUT_MS,
        })
        const { payload, protectedHeader } = await jwtVerify(token, keys, {
          issuer: config.issuer,
          audience: config.audience,
          algorithms: config.algorithms,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: CLOCK_TOLERANCE_S,
          currentDate: new Date(at),
        })
        requireAccessToken(config, protectedHeader.typ, payload)
        requireEnd(config, payload, at)
        const claimed = claimedBy(config, payload)
        const { jurisdiction, isKept } = await findFit(db, claimed)
        if (!isKept) await keepPerson(db, claimed, at)
        const { id, name, role, area, unit } = claimed
        return actorOf({ ...jurisdiction, id, name, role, area, unit_id: unit })
      } catch (err) {
        if (isIssuersFault(err)) throw issuerAway()
        if (err instanceof errors.JOSEError) throw unauthenticated()
        throw err
      }
    },
  }
}

/** The keys could not be had, or are none: nothing that the caller's token could be blamed for. */
function isIssuersFault(err: unknown): boolean {
  if (err instanceof errors.JWKSTimeout || err instanceof errors.JWKSInvalid) return true
  // An answer other than 200, or no JSON; and what fetch itself throws.
  return (err instanceof errors.JOSEError && err.code === errors.JOSEError.code) || err instanceof TypeError
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = await fetchJson(url).catch(() => undefined)
  if (document?.issuer !== issuer || typeof document.jwks_uri !== 'string') throw issuerAway()
  return document.jwks_uri
}

async function fetchJson(url: string): Promise<{ issuer?: unknown; jwks_uri?: unknown } | undefined> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
  return answer.ok ? ((await answer.json()) as object) : undefined
}

/** What claims say of a person. */
export interface Claimed {
  jurisdiction: string
  id: string
  issuer: string
  subject: string
  name: string
  role: Role
  unit: string | null
  area: string | null
  /** When the token was issued; null where it does not say. */
  issuedAt: string | null
}

/** Types that a token for an API may have (RFC 7519, section 5.1; RFC 9068), in lower case. */
const TYPES = ['jwt', 'at+jwt', 'application/at+jwt']
const ACCESS_TYPES = TYPES.slice(1)
/** What only other tokens of an issuer have: ID tokens (OpenID Connect Core, 3.1.3.6 and 3.3.2.11), logout tokens. */
const OTHER_TOKENS = ['at_hash', 'c_hash', 's_hash', 'events']

/** What an issuer signs for other ends, to log somebody in or out, opens nothing here. @throws EdgeError 401 */
function requireAccessToken({ onlyAccessTokens }: OidcConfig, header: string | undefined, payload: JWTPayload): void {
  const type = header?.toLowerCase()
  const isAccess = type !== undefined && ACCESS_TYPES.includes(type)
  if (onlyAccessTokens && !isAccess) throw unauthenticated()
  if (type !== undefined && !TYPES.includes(type)) throw unauthenticated()
  if (OTHER_TOKENS.some((name) => payload[name] !== undefined)) throw unauthenticated()
  // Keycloak says in the claims what a token is for; before its version 25 its access tokens have the nonce too.
  const { typ } = payload
  if (typ !== undefined && typ !== 'Bearer') throw unauthenticated()
  if (payload.nonce !== undefined && !isAccess && typ !== 'Bearer') throw unauthenticated()
}

/** @throws EdgeError 401 for a token that would open for longer than anybody meant it to. */
function requireEnd({ maxLifeMs }: OidcConfig, { exp = 0 }: JWTPayload, at: string): void {
  if (exp * 1000 > Date.parse(at) + maxLifeMs + CLOCK_TOLERANCE_S * 1000) throw unauthenticated(TOO_LONG)
}

/** @throws EdgeError 401 when the claims name nobody. */
function claimedBy({ issuer, claims }: OidcConfig, payload: JWTPayload): Claimed {
  const jurisdiction = claimOf(payload, claims.jurisdiction)
  const role = claimOf(payload, claims.role)
  const subject = claimOf(payload, 'sub')
  if (!jurisdiction || !subject || !(ROLES as readonly (string | null)[]).includes(role)) throw unfit()
  const { iat } = payload
  return {
    ...{ jurisdiction, issuer, subject, role: role as Role },
    id: uuidv5(`${issuer}|${jurisdiction}|${subject}`, PERSON_NAMESPACE),
    name: nameOf(claimOf(payload, claims.name)) ?? subject,
    unit: claimOf(payload, claims.unit)?.toLowerCase() ?? null,
    area: claimOf(payload, claims.area),
    issuedAt: iat === undefined ? null : instantOf(iat),
  }
}

/** A name that shows something; null for one that does not. */
function nameOf(claim: string | null): string | null {
  return claim === null || isBlank(claim) ? null : tidy(claim)
}

/** @throws EdgeError 401 for a number that is no time. */
function instantOf(seconds: number): string {
  const at = new Date(seconds * 1000)
  if (!(at.getTime() >= 0)) throw unfit()
  return at.toISOString()
}

/** OpenID Connect Core, section 2: a subject has at most 255 characters. */
const MAX_CLAIM = 255

/** A claim's text; null where it is absent. What is there but no text is not taken for absent: it may have been a limit. */
function claimOf(payload: JWTPayload, name: string): string | null {
  const value = payload[name] ?? null
  if (value === null) return null
  if (typeof value !== 'string' || value.length > MAX_CLAIM || !value.isWellFormed() || /\p{Cc}/u.test(value))
    throw unfit()
  return value
}

type JurisdictionRow = Pick<PersonRow, 'jurisdiction_id' | 'jurisdiction_name' | 'time_zone' | 'jurisdiction_area'>

/** The jurisdiction that the claims fit, and whether nothing is to be written of the person: they are on record so, or by a later token. */
async function findFit(db: Db, { jurisdiction, id, name, role, unit, area, issuedAt }: Claimed) {
  const { rows } = await db.execute<JurisdictionRow & { fits: boolean; is_kept: boolean }>(sql`
    select j.id as jurisdiction_id, j.name as jurisdiction_name, j.time_zone, j.area as jurisdiction_area,
      (${unit}::text is null or exists (
        select from unit u where u.jurisdiction_id = j.id and u.id::text = ${unit} and u.active))
      and (${area}::text is null or exists (select from ${areasOf(sql`j.id`)} a where a.code = ${area}))
      and p.active is distinct from false as fits,
      p.id is not null and ((p.name, p.role, p.unit_id::text, p.area) is not distinct from
        (${name}::text, ${role}::text, ${unit}::text, ${area}::text)
        or coalesce(p.claims_at > ${issuedAt}::timestamptz, false)) as is_kept
    from jurisdiction j left join person p on p.jurisdiction_id = j.id and p.id = ${id} where j.id = ${jurisdiction}`)
  const [row] = rows
  if (row?.fits !== true || (role === 'unit' && unit === null)) throw unfit()
  if (area !== null && !isWithinArea(area, row.jurisdiction_area)) throw unfit()
  return { jurisdiction: row, isKept: row.is_kept }
}

const TOO_LONG = {
  zh: '令牌的有效期过长：其 exp 超过本服务允许的时长（OIDC_MAX_LIFE_HOURS）。',
  en: 'The token is good for too long: its exp lies further ahead than OIDC_MAX_LIFE_HOURS allows.',
}

function unfit(): EdgeError {
  return unauthenticated({
    zh: '令牌的声明不能对应到本系统中的人员：请检查辖区、角色、单位和区划声明。',
    en: 'The token does not name a person here: check its jurisdiction, role, unit and area claims.',
  })
}

function issuerAway(): EdgeError {
  return new EdgeError(
    'issuer-away',
    { zh: '身份提供方暂时不可用；请稍后重试。', en: 'The identity provider is away; try again shortly.' },
    5,
  )
}
