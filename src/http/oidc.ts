import { sql } from 'drizzle-orm'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { v5 as uuidv5 } from 'uuid'
import type { Db } from '../db/client.js'
import { type Actor, ROLES, type Role } from '../domain/permissions.js'
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
        })
        return await personOf(config, db, payload, now())
      } catch (err) {
        if (err instanceof errors.JOSEError && !(err instanceof errors.JWKSTimeout)) throw unauthenticated()
        if (err instanceof TypeError || err instanceof errors.JWKSTimeout) throw issuerAway()
        throw err
      }
    },
  }
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) }).catch(() => undefined)
  if (answer?.ok !== true) throw issuerAway()
  const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (document.issuer !== issuer || typeof document.jwks_uri !== 'string') throw issuerAway()
  return document.jwks_uri
}

async function personOf(config: OidcConfig, db: Db, payload: JWTPayload, now: string): Promise<Actor> {
  const claim = (name: string) => (typeof payload[name] === 'string' ? (payload[name] as string) : null)
  const { claims } = config
  const subject = payload.sub ?? ''
  const role = claim(claims.role)
  const jurisdiction = claim(claims.jurisdiction)
  if (jurisdiction === null || !(ROLES as readonly (string | null)[]).includes(role)) throw unfit()
  const person = {
    id: uuidv5(`${config.issuer}|${jurisdiction}|${subject}`, PERSON_NAMESPACE),
    name: claim(claims.name) ?? subject,
    role: role as Role,
    unit: claim(claims.unit),
    area: claim(claims.area),
  }
  // One statement; it writes only when the claims have changed, and finds nothing when unit or area are not this jurisdiction's.
  const { rows } = await db.execute<PersonRow>(sql`
    with claimed as (
      select j.id as jurisdiction_id from jurisdiction j where j.id = ${jurisdiction}
        and (${person.unit}::text is null or exists (select from unit u where u.jurisdiction_id = j.id and u.id::text = ${person.unit} and u.active))
        and (${person.area}::text is null or exists (select from area a where a.code = ${person.area}))
        and (${person.role} <> 'unit' or ${person.unit}::text is not null)
    ), kept as (
      insert into person as p (jurisdiction_id, id, name, role, unit_id, area, issuer, subject, created_at)
      select jurisdiction_id, ${person.id}::uuid, ${person.name}, ${person.role}, ${person.unit}::text::uuid, ${person.area},
        ${config.issuer}, ${subject}, ${now}::timestamptz from claimed
      on conflict (jurisdiction_id, id) do update
        set name = excluded.name, role = excluded.role, unit_id = excluded.unit_id, area = excluded.area
        where (p.name, p.role, p.unit_id, p.area) is distinct from (excluded.name, excluded.role, excluded.unit_id, excluded.area)
    )
    select ${person.id}::text as id, ${person.name}::text as name, ${person.role}::text as role,
      ${person.unit}::text as unit_id, ${person.area}::text as area, j.id as jurisdiction_id,
      j.name as jurisdiction_name, j.time_zone, j.area as jurisdiction_area
    from jurisdiction j join claimed c on c.jurisdiction_id = j.id
    where not exists (select from person p where p.jurisdiction_id = j.id and p.id = ${person.id} and not p.active)`)
  const [row] = rows
  if (row === undefined) throw unfit()
  return actorOf(row)
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
