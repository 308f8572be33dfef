import { createHash } from 'node:crypto'
import { Rejection } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'
import type { AddressedAuthenticator, Authenticator } from './actor.js'

const WINDOW_MS = 60_000
/** For how long a credential that has opened is let in from an address that others have spoilt. */
const TRUSTED_MS = 60 * 60_000
const MOST_KEPT = 10_000

/** How many credentials from one address opened nothing, by the process's own clock, and which have opened. */
export interface FailedCredentials {
  limit(authenticator: Authenticator): AddressedAuthenticator
}

/**
 * A credential that opens nothing costs a look into the database. From an address that has sent too many in a minute only
 * those are looked up that have opened lately: a client that is set up wrongly does not lock its office out.
 */
export function limitFailedCredentials(perMinute: number): FailedCredentials {
  const failures = new Map<string, { count: number; until: number }>()
  const opened = new Map<string, number>()
  const failuresOf = (address: string, at: number) => {
    const found = failures.get(address)
    return found !== undefined && at < found.until ? found : { count: 0, until: at + WINDOW_MS }
  }
  return {
    limit: ({ authenticate }) => ({
      async authenticate(token, address) {
        const at = performance.now()
        const name = createHash('sha256').update(token).digest('base64')
        const { count, until } = failuresOf(address, at)
        if (count >= perMinute && (opened.get(name) ?? 0) < at) throw tooMany(until - at)
        try {
          const actor = await authenticate(token)
          keep(opened, name, at + TRUSTED_MS)
          return actor
        } catch (err) {
          if (opensNothing(err)) {
            opened.delete(name)
            const before = failuresOf(address, performance.now())
            keep(failures, address, { ...before, count: before.count + 1 })
          }
          throw err
        }
      },
    }),
  }
}

/** A feed's token that opens nothing is answered as what is not there. */
function opensNothing(err: unknown): boolean {
  return (
    (err instanceof EdgeError && err.code === 'unauthenticated') ||
    (err instanceof Rejection && err.code === 'not-found')
  )
}

/** The oldest make room for the newest. */
function keep<V>(map: Map<string, V>, name: string, value: V): void {
  map.delete(name)
  map.set(name, value)
  if (map.size <= MOST_KEPT) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}

function tooMany(waitMs: number): EdgeError {
  return new EdgeError(
    'too-many-requests',
    {
      zh: '该地址发来的无效密钥过多；请核对密钥，按 Retry-After 等待后再试。',
      en: 'Too many keys from this address opened nothing; check the key, and wait as Retry-After says.',
    },
    Math.ceil(waitMs / 1000),
  )
}
