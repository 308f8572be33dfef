import { type GuardedFetch, OutsideError } from '../../http/guarded-fetch.js'
import { type Outcome, reasonOf, SENT } from './channel.js'

/** Calls that a robot could not take just now: too many requests, or its server is not well. */
const LATER_STATUSES = new Set([408, 425, 429])

/**
 * Sends a message to a group robot, which answers 200 with `errcode` 0 when it has taken it. `goodbyes` are the codes by
 * which it says that it never will; for others it is asked again.
 */
export async function tellRobot(
  fetch: GuardedFetch,
  url: string,
  body: object,
  goodbyes: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const answer = await fetch(url, { headers, body: JSON.stringify(body), signal })
    if (answer.status === 200) return outcomeOf(answer.body, goodbyes)
    const isTransient = answer.status >= 500 || LATER_STATUSES.has(answer.status)
    return { kind: isTransient ? 'later' : 'refused', reason: `HTTP ${answer.status}` }
  } catch (err) {
    if (err instanceof OutsideError) return { kind: 'later', reason: reasonOf(err.message) }
    throw err
  }
}

function outcomeOf(body: string, goodbyes: ReadonlySet<number>): Outcome {
  const { errcode, errmsg } = parse(body)
  if (errcode === 0) return SENT
  if (typeof errcode !== 'number') return { kind: 'later', reason: 'the answer has no errcode' }
  const reason = reasonOf(`errcode ${errcode}: ${typeof errmsg === 'string' ? errmsg : ''}`)
  return { kind: goodbyes.has(errcode) ? 'refused' : 'later', reason }
}

function parse(body: string): { errcode?: unknown; errmsg?: unknown } {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
