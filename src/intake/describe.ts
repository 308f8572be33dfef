import type { Format } from './format.js'
import { type AnswerName, contentOf } from './views.js'

const TAG = 'Public intake'
const KEYED: Record<string, string[]>[] = [{ channel: [] }, { bearer: [] }]

const REFUSALS = {
  400: 'A parameter is missing or wrong; the description names it.',
  403: 'The `api_key` is missing, wrong or revoked, or is no channel’s.',
  404: 'There is no such jurisdiction, service or request, or none that the caller may read.',
  429: 'Too many requests; `Retry-After` says how long to wait.',
} as const
const OF_FILING = {
  409: 'The first request with this Idempotency-Key is still running, or the ticket has been filed before.',
  413: 'The form is too large.',
  415: 'The body is no form.',
} as const

export interface About {
  id: string
  summary: string
  description: string
  answer: AnswerName
  isFiling?: boolean
}

/** The documentation of a route in a format. */
export function describe({ id, summary, description, answer, isFiling = false }: About, format: Format) {
  const refusals = Object.entries({ ...REFUSALS, ...(isFiling ? OF_FILING : {}) }).map(([status, words]) => [
    status,
    { description: words, content: contentOf('errors', format) },
  ])
  return {
    tags: [TAG],
    operationId: `open311${id}${format === 'xml' ? 'Xml' : ''}`,
    summary: `${summary} (${format.toUpperCase()})`,
    description,
    security: isFiling ? KEYED : [{}, ...KEYED],
    response: {
      200: { description: 'As GeoReport v2 has it.', content: contentOf(answer, format) },
      ...Object.fromEntries(refusals),
      503: {
        description: 'The database is away; try again as `Retry-After` says.',
        content: contentOf('errors', format),
      },
    },
  }
}
