import { sql } from 'drizzle-orm'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { v5 as uuidv5 } from 'uuid'
import type { Db } from '../db/client.js'
import { isWithinArea } from '../domain/area.js'
import { type Actor, ROLES, type Role } from '../domain/permissions.js'
import { isBlank, tidy } from '../domain/text.js'
import { type Authenticator, actorOf, type PersonRow, unauthenticated } from './actor.js'
import { EdgeError } from './problem.js'

/** How bearer tokens of an OpenID Connect issuer are checked and read. */
export interface OidcConfig {
  issuer: string
  audience: string
  jwksUrl: string | undefined
  algorithms: string[]
  claims: { jurisdiction: string; role: string; unit: string; area: string; name: string }
}

/** Makes the id of a person who signs in at the issuer: the same person every time, from (issuer, subject). */
const PERSON_NAMESPACE = '5c9d3c1e-6f0e-5d5e-9b55-0f7a1c2f9a34'
const FETCH_TIMEOUT_MS = 5_000

/**
 * Bearer JWTs of the configured OpenID Connect issuer: issuer, audience and algorithms are pinned, and the claims name
 * the person. A person seen for the first time is kept, so that the ledger's actors have a name.
 */
export function createTokenAuthenticator(config: OidcConfig, db: Db, now: () => string): Authenticator {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  return {
    async authenticate(token) {
      const at = now()
      try {
        keys ??= createRemoteJWKSet(new URL(config.jwksUrl ?? (await discover(config.issuer))), {
          timeoutDuration: FETCH_TIMEOUT_MS,
        })
        const { payload } = await jwtVerify(token, keys, {
          issuer: config.issuer,
          audience: config.audience,
          algorithms: config.algorithms,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: 30,
          currentDate: new Date(at),
        })
        return await personOf(config, db, payload, at)
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

interface Claimed {
  id: string
  subject: string
  name: string
  role: Role
  unit: string | null
  area: string | null
}

/** The person whom the claims name, kept so that the ledger's actors have a name. @throws EdgeError 401 when they name nobody. */
async function personOf(config: OidcConfig, db: Db, payload: JWTPayload, now: string): Promise<Actor> {
  const { claims } = config
  const jurisdiction = claimOf(payload, claims.jurisdiction)
  const role = claimOf(payload, claims.role)
  const subject = claimOf(payload, 'sub')
  if (!jurisdiction || !subject || !(ROLES as readonly (string | null)[]).includes(role)) throw unfit()
  const person: Claimed = {
    id: uuidv5(`${config.issuer}|${jurisdiction}|${subject}`, PERSON_NAMESPACE),
    subject,
    name: nameOf(claimOf(payload, claims.name)) ?? subject,
    role: role as Role,
    unit: claimOf(payload, claims.unit)?.toLowerCase() ?? null,
    area: claimOf(payload, claims.area),
  }
  const found = await findFit(db, jurisdiction, person)
  if (!found.isKept) await keep(db, config.issuer, jurisdiction, person, now)
  const { id, name, area, unit: unit_id } = person
  return actorOf({ ...found.jurisdiction, id, name, role: person.role, area, unit_id })
}

/** A name that shows something; null for one that does not. */
function nameOf(claim: string | null): string | null {
  return claim === null || isBlank(claim) ? null : tidy(claim)
}

/** A claim's text; null where it is absent. What is there but no text is not taken for absent: it may have been a limit. */
function claimOf(payload: JWTPayload, name: string): string | null {
  const value = payload[name] ?? null
  if (value !== null && typeof value !== 'string') throw unfit()
  return value
}

type JurisdictionRow = Pick<PersonRow, 'jurisdiction_id' | 'jurisdiction_name' | 'time_zone' | 'jurisdiction_area'>

/** The jurisdiction that the claims fit, and whether the person is on record with exactly these. */
async function findFit(db: Db, jurisdiction: string, { id, name, role, unit, area }: Claimed) {
  const { rows } = await db.execute<JurisdictionRow & { fits: boolean; is_kept: boolean }>(sql`
    select j.id as jurisdiction_id, j.name as jurisdiction_name, j.time_zone, j.area as jurisdiction_area,
      (${unit}::text is null or exists (
        select from unit u where u.jurisdiction_id = j.id and u.id::text = ${unit} and u.active))
      and (${area}::text is null or exists (select from area a where a.code = ${area}))
      and p.active is distinct from false as fits,
      (p.name, p.role, p.unit_id::text, p.area) is not distinct from
        (${name}::text, ${role}::text, ${unit}::text, ${area}::text) as is_kept
    from jurisdiction j left join person p on p.jurisdiction_id = j.id and p.id = ${id} where j.id = ${jurisdiction}`)
  const [row] = rows
  if (row?.fits !== true || (role === 'unit' && unit === null)) throw unfit()
  if (area !== null && !isWithinArea(area, row.jurisdiction_area)) throw unfit()
  return { jurisdiction: row, isKept: row.is_kept }
}

/** Several first requests may come at once: who finds the person kept already is content. */
async function keep(db: Db, issuer: string, jurisdiction: string, person: Claimed, now: string): Promise<void> {
  const { id, subject, name, role, unit, area } = person
  await db.execute(sql`
    with changed as (
      update person set name = ${name}, role = ${role}, unit_id = ${unit}, area = ${area}
      where jurisdiction_id = ${jurisdiction} and id = ${id} returning id)
    insert into person (jurisdiction_id, id, name, role, unit_id, area, issuer, subject, created_at)
    select ${jurisdiction}, ${id}::uuid, ${name}, ${role}, ${unit}::uuid, ${area}, ${issuer}, ${subject}, ${now}::timestamptz
    where not exists (select from changed)
    on conflict do nothing`)
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
