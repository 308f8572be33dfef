/** A request that is about to be made again. */
export interface Retry {
  attempt: number
  waitMs: number
  /** The status that was answered, or what went wrong on the way. */
  reason: number | Error
}

export interface RetryOptions {
  /** How often a request is made at most, 5 unless told. `Infinity` for a process that has nothing else to do. */
  attempts?: number
  /** How long an answer may take, 60 000 ms unless told; longer than the `wait` of a follower. */
  timeoutMs?: number
  onRetry?: (retry: Retry) => void
}

type Fetch = (request: Request) => Promise<Response>

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000
/** A server that wants more patience than this is not waited for; the window of its rate limit is a minute. */
const LONGEST_RETRY_AFTER_MS = 60_000

/**
 * `fetch`, made again after a network error, a 429, 502, 503 or 504, and a 409 that says when to come back (the first
 * request with this key is still running). Only what cannot act twice: reads, and requests with an `Idempotency-Key`.
 * Waits as `Retry-After` says (RFC 9110, section 10.2.3), else twice as long each time, with jitter.
 */
export function retrying(fetch: typeof globalThis.fetch, options: RetryOptions): Fetch {
  const { attempts = 5, timeoutMs = 60_000, onRetry } = options
  return async (request) => {
    const most = isRepeatable(request) ? attempts : 1
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(fetch, request.clone(), timeoutMs)
      const waitMs = waitBefore(outcome, attempt)
      if (attempt >= most || waitMs === undefined || request.signal.aborted) {
        if (outcome instanceof Response) return outcome
        throw outcome
      }
      onRetry?.({ attempt, waitMs, reason: outcome instanceof Response ? outcome.status : outcome })
      await pause(waitMs, request.signal)
    }
  }
}

function isRepeatable({ method, headers }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || headers.has('idempotency-key')
}

/** One attempt. JSON is read to its end within it: an answer that breaks off half-way is no answer. */
async function once(fetch: typeof globalThis.fetch, request: Request, timeoutMs: number): Promise<Response | Error> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    const response = await fetch(request, { signal: AbortSignal.any([request.signal, late.signal]) })
    if (!/json/.test(response.headers.get('content-type') ?? '') || isLines(response)) return response
    const { status, statusText, headers } = response
    return new Response(await response.text(), { status, statusText, headers })
  } catch (err) {
    return err instanceof Error ? err : new Error(String(err))
  } finally {
    clearTimeout(timer)
  }
}

function isLines({ headers }: Response): boolean {
  return headers.get('content-type')?.includes('ndjson') ?? false
}

/** How long to wait before the next attempt; undefined where another would not help. */
function waitBefore(outcome: Response | Error, attempt: number): number | undefined {
  const backOff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
  if (!(outcome instanceof Response)) return backOff
  const retryAfter = outcome.headers.get('retry-after')
  const isWorthwhile = [429, 502, 503, 504].includes(outcome.status) || (outcome.status === 409 && retryAfter !== null)
  if (!isWorthwhile) return undefined
  if (retryAfter === null) return backOff
  const asked = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  if (!(asked <= LONGEST_RETRY_AFTER_MS)) return undefined
  return Math.max(asked, 0) + backOff
}

/** Resolves after a time. @throws the signal's reason when it aborts before. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
