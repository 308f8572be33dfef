/** An error as it may be logged: a driver's wrapper has the SQL and its parameters, a driver's detail has whole rows. */
export function withoutQuery(err: unknown): Record<string, unknown> {
  if (!isErrorLike(err)) return { message: String(err) }
  const source = err.message.startsWith('Failed query') && isErrorLike(err.cause) ? err.cause : err
  const { name, message, stack, cause } = source
  const { code, constraint, table } = source as { code?: unknown; constraint?: unknown; table?: unknown }
  const because = cause === undefined ? {} : { cause: withoutQuery(cause) }
  return { type: name, message, ...{ code, constraint, table, stack }, ...because }
}

/** The job queue gives some of its errors as objects that were copied from them. */
function isErrorLike(err: unknown): err is Error {
  return err instanceof Error || typeof (err as { message?: unknown } | null)?.message === 'string'
}

/** The SQLSTATE behind an error, also where drizzle has wrapped it. */
export function sqlStateOf(err: unknown): string | undefined {
  for (let e = err, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const code = (e as { code?: unknown }).code
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
  }
  return undefined
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ECONNABORTED',
  'EAI_AGAIN',
])
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|query read timeout|connection timeout|timeout expired|pool after calling end/i

/** Whether the database is away (or full, or shutting down) rather than the request wrong: answered with 503. */
export function isDatabaseAway(err: unknown): boolean {
  for (let e = err, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const code = (e as { code?: unknown }).code
    if (typeof code === 'string') {
      // Classes: 08 connection, 28 the service itself is refused (its password was changed, or another server has taken the
      // address), 53 resources (disk full, too many connections), 57 operator intervention, 58 system.
      if (NETWORK_CODES.has(code) || /^(08|28|53|57|58)[0-9A-Z]{3}$/.test(code)) return true
      // A standby that is being promoted, a lock that did not come free in time.
      if (code === '25006' || code === '55P03') return true
      // A deadlock or serialisation failure that several repetitions did not resolve: too much at once.
      if (code === '40P01' || code === '40001') return true
    }
    if (CONNECTION_MESSAGES.test(e.message)) return true
    if (e instanceof AggregateError && e.errors.some(isDatabaseAway)) return true
  }
  return false
}
