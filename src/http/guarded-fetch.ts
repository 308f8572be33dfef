import { lookup as lookupByHost, Resolver } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { isPublicAddress, refusalOfUrl } from './outside-url.js'

export interface OutgoingRequest {
  headers: Record<string, string>
  body: string
  /** Ends the call early; it counts as one that failed. */
  signal?: AbortSignal
}

export interface OutsideAnswer {
  /** A redirect (3xx) is an answer like another: nobody follows it. */
  status: number
  headers: Record<string, string | string[] | undefined>
  /** As far as it was read. */
  body: string
}

/** Sends a POST to a URL that somebody outside has given us. @throws OutsideError when no answer came. */
export type GuardedFetch = (url: string, outgoing: OutgoingRequest) => Promise<OutsideAnswer>

/** No answer came: the address is none that we call, or nobody answered in time. The message says which, in English. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError'
}

/** What a host name stands for: all its addresses. */
export type Resolve = (hostname: string) => Promise<string[]>

interface GuardOptions {
  /** For development: also http, and private, loopback and link-local addresses. */
  allowPrivate: boolean
  /** For connecting, sending, the answer's headers and its body together. */
  timeoutMs?: number
  bodyLimitBytes?: number
  resolve?: Resolve
}

const TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 10_000
const BODY_LIMIT_BYTES = 16_384
const HEADER_LIMIT_BYTES = 16_384

/**
 * Calls to URLs of others that can reach nothing but the public internet (server-side request forgery, OWASP). An address
 * in the URL is checked before the call, a name where the connection is made, on the very addresses that it is made to:
 * one that resolves differently the second time (DNS rebinding) does not get round it. Redirects are not followed.
 */
export function createGuardedFetch(options: GuardOptions): GuardedFetch {
  const { allowPrivate, timeoutMs = TIMEOUT_MS, bodyLimitBytes = BODY_LIMIT_BYTES } = options
  const agent = createGuardedAgent(allowPrivate, options.resolve ?? (allowPrivate ? resolveAsHost : resolveByDns))
  return async (url, { headers, body, signal }) => {
    const refusal = refusalOfUrl(url, allowPrivate)
    if (refusal !== undefined) throw new OutsideError(refusal.en)
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(new OutsideError(`no answer in ${timeoutMs} ms`)), timeoutMs)
    const stop = () => limit.abort(new OutsideError('broken off: the service is stopping'))
    signal?.addEventListener('abort', stop)
    try {
      if (signal?.aborted) stop()
      const exchange = request(url, { method: 'POST', dispatcher: agent, signal: limit.signal, headers, body })
      // A request that waits for its connection is not broken off by its signal; its caller does not wait with it.
      const answer = await Promise.race([exchange, aborted(limit.signal)])
      const text = await readUpTo(answer.body, bodyLimitBytes)
      return { status: answer.statusCode, headers: answer.headers, body: text }
    } catch (err) {
      throw outsideErrorOf(err)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
    if (signal.aborted) reject(signal.reason)
  })
}

function createGuardedAgent(allowPrivate: boolean, resolve: Resolve): Agent {
  const lookup = checkedLookup(resolve, (address) => allowPrivate || isPublicAddress(address))
  return new Agent({ maxHeaderSize: HEADER_LIMIT_BYTES, connect: { lookup, timeout: CONNECT_TIMEOUT_MS } })
}

/** Hands out addresses only when every one of them is allowed: a name with one foot inside is none that we call. */
function checkedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  const addressesOf = async (hostname: string) => {
    const addresses = await resolve(hostname)
    if (!addresses.every(isAllowed)) throw addressRefused()
    return addresses.map((address) => ({ address, family: isIP(address) }))
  }
  return (hostname, { all }, callback) => {
    addressesOf(hostname).then(
      (found) => {
        const [first] = found
        if (first === undefined) callback(new OutsideError('the host name has no address'), [])
        else if (all === true) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (err) => callback(err, []),
    )
  }
}

/** Asks the name servers without a thread of the process's small pool, in which one slow zone would hold up all others. */
const resolver = new Resolver({ timeout: 2000, tries: 2 })

async function resolveByDns(hostname: string): Promise<string[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (found.length === 0 && four.status === 'rejected') throw four.reason
  return found
}

/** As other programs of this machine do, with its hosts file: names such as `localhost` are for development. */
async function resolveAsHost(hostname: string): Promise<string[]> {
  return (await lookupByHost(hostname, { all: true })).map(({ address }) => address)
}

/** The beginning of a body. What breaks off after the headers is cut there: the status was given. */
async function readUpTo(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= limitBytes) break
    }
  } catch {
    // The status is the answer; the body is read to be shown.
  }
  return Buffer.concat(chunks).subarray(0, limitBytes).toString('utf8')
}

function addressRefused(): OutsideError {
  return new OutsideError('the host is not on the public internet')
}

function outsideErrorOf(err: unknown): OutsideError {
  if (err instanceof OutsideError) return err
  if (err instanceof AggregateError) return outsideErrorOf(err.errors[0])
  return new OutsideError(err instanceof Error ? err.message : String(err), { cause: err })
}
