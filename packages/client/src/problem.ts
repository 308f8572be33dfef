import type { Problem } from './schema.js'

/** The service refused, or failed: RFC 9457 problem details, as an error to catch. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  /** Stable, for programs: `wrong-status`, `four-eyes` …; `http-<status>` where something before the service answered. */
  readonly code: string
  /** What is wrong with which field of the request. */
  readonly errors: NonNullable<Problem['errors']>
  /** To be quoted to the operator; it is in the service's log. */
  readonly requestId: string | undefined
  /** The whole document, with `itemStatus`, `allowedEvents` and the like. */
  readonly problem: Problem

  constructor(response: Response, body: unknown) {
    const problem = problemOf(response, body)
    super([problem.title, problem.detail].filter(Boolean).join(': '))
    this.status = response.status
    this.code = problem.code
    this.errors = problem.errors ?? []
    this.requestId = problem.requestId ?? response.headers.get('x-request-id') ?? undefined
    this.problem = problem
  }
}

/** A gateway's page is no problem document; its status is all that is known. */
function problemOf({ status, statusText }: Response, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body) return body as Problem
  return { type: 'about:blank', title: statusText || `HTTP ${status}`, status, code: `http-${status}` }
}
