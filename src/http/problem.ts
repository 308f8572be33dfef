import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isDatabaseAway, sqlStateOf } from '../db/errors.js'
import { Rejection, type RejectionDetails, type Words } from '../domain/rejection.js'
import { inLanguage, type Language, languageOf } from '../language/language.js'
import { type EdgeCode, PROBLEMS, type ProblemCode } from './problem-codes.js'
import { InvalidRequest, pointersOf } from './validation.js'

export const Problem = z
  .object({
    type: z.string().meta({ description: 'A stable relative URI, `/problems/<code>`.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    requestId: z.string().optional().meta({ description: 'To be quoted to the operator; it is in the log.' }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({
        description:
          'What is wrong, each with a JSON Pointer into the request body; `/query/…`, `/params/…` and `/headers/…` point beside it.',
      }),
    itemStatus: z.string().optional(),
    allowedEvents: z.array(z.string()).optional(),
    itemId: z.string().optional(),
    itemCode: z.string().optional(),
    currentVersion: z.int().optional(),
    missing: z
      .array(z.object({ kind: z.string(), required: z.int(), present: z.int() }))
      .optional()
      .meta({ description: 'The evidence that a closure request lacks, by kind.' }),
    missingPoints: z
      .array(z.string())
      .optional()
      .meta({ description: 'The points of the completion standard that a decision left out.' }),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457 problem details.',
    example: {
      type: '/problems/wrong-status',
      title: 'Not allowed in this status',
      status: 409,
      code: 'wrong-status',
      detail: 'Item 2026-000172 is closed; item.assigned cannot happen to it as it stands.',
      itemStatus: 'closed',
      allowedEvents: ['item.rechecked', 'item.reopened', 'item.noted'],
    },
  })

/** A refusal at the edge, before any rule of the domain is asked. */
export class EdgeError extends Error {
  readonly code: EdgeCode
  readonly words: Words
  readonly retryAfterS: number | undefined

  constructor(code: EdgeCode, words: Words, retryAfterS?: number) {
    super(words.en)
    this.code = code
    this.words = words
    this.retryAfterS = retryAfterS
  }
}

interface ProblemBody extends Omit<RejectionDetails, 'errors' | 'retryAfterS'> {
  code: ProblemCode
  requestId?: string
  words?: Words
  errors?: { pointer: string; detail: string }[]
  retryAfterS?: number | undefined
}

const DATABASE_RETRY_S = 2

/** Fastify's error handler: refusals become problems, a bug becomes a 500 that tells nothing and is logged once. */
export function answerError(err: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, understood(err, request), languageOf(request))
}

/** What an error is to its caller; what is ours to know is logged, once. */
function understood(err: FastifyError, request: FastifyRequest): ProblemBody {
  const problem = isOtherMediaType(err) ? otherMediaType(request) : problemOf(err, languageOf(request))
  if (problem.code === 'internal') request.log.error({ err }, 'request failed')
  // The client's fault as far as we know; ours if a check is missing.
  if (/^2[23]/.test(sqlStateOf(err) ?? '')) request.log.warn({ err }, 'refused by the database')
  if (problem.code === 'storage-away' || problem.code === 'storage-full') request.log.warn({ err }, 'file storage')
  if (problem.code === 'converter-away') request.log.warn({ err }, 'document converter')
  if (problem.code === 'database-away') request.log.warn({ err }, 'database away')
  return problem
}

function isOtherMediaType({ code }: FastifyError): boolean {
  return code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || code === 'FST_ERR_CTP_EMPTY_TYPE'
}

/** Names the types that the route takes, and what came. */
function otherMediaType({ routeOptions, headers }: FastifyRequest): ProblemBody {
  const consumes = (routeOptions.schema as { consumes?: readonly string[] } | undefined)?.consumes
  const taken = (consumes ?? jsonOf(routeOptions.method)).join(', ')
  const came = (headers['content-type'] ?? '').slice(0, 100)
  const words = came === '' ? { zh: '没有内容类型', en: 'no type' } : { zh: `“${came}”`, en: `“${came}”` }
  return {
    code: 'unsupported-media-type',
    words: { zh: `接收 ${taken}，收到的是${words.zh}。`, en: `This takes ${taken}; it came as ${words.en}.` },
  }
}

function jsonOf(method: string | string[]): string[] {
  return [...(method === 'PATCH' ? ['application/merge-patch+json'] : []), 'application/json']
}

/** The same for an interface with errors of its own: the status, and each fault in words, with the field that it is at. */
export function explained(err: FastifyError, request: FastifyRequest) {
  const { code, words, errors, retryAfterS } = understood(err, request)
  const { status, title } = PROBLEMS[code]
  const whole = [{ pointer: '', detail: inLanguage(words ?? title, languageOf(request)) }]
  return { status, faults: errors?.length ? errors : whole, retryAfterS }
}

export function sendProblem(reply: FastifyReply, problem: ProblemBody, language: Language): FastifyReply {
  const { retryAfterS } = problem
  const { status } = PROBLEMS[problem.code]
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="one-list"')
  const more = status >= 500 ? { requestId: reply.request.id } : {}
  // Also where the framework refused the request before any hook ran.
  reply.header('x-request-id', reply.request.id)
  for (const name of OF_THE_ANSWER_THAT_FAILED) reply.removeHeader(name)
  const body = JSON.stringify(documentOf({ ...problem, ...more }, language))
  return reply.code(status).type('application/problem+json').send(body)
}

/** A file can fail after it was described, and a compressor after it said so: the problem is neither of them. */
const OF_THE_ANSWER_THAT_FAILED = ['content-encoding', 'content-disposition', 'content-length', 'etag', 'last-modified']

function documentOf({ code, words, retryAfterS: _, ...rest }: ProblemBody, language: Language) {
  const { status, title } = PROBLEMS[code]
  const detail = words === undefined ? {} : { detail: inLanguage(words, language) }
  return { type: `/problems/${code}`, title: inLanguage(title, language), status, code, ...detail, ...rest }
}

/** What concerns the whole request, whichever part of it met it. */
const OF_THE_REQUEST: readonly string[] = ['key-in-use', 'key-reused']

/**
 * The problem document with which one part of a request is refused, as it would be refused alone.
 * @throws `err` itself where it is no refusal of that part.
 */
export function refusalOf(err: unknown, language: Language): { status: number; body: string } {
  const problem = problemOf(err as FastifyError, language)
  const { status } = PROBLEMS[problem.code]
  if (status >= 500 || OF_THE_REQUEST.includes(problem.code)) throw err
  return { status, body: JSON.stringify(documentOf(problem, language)) }
}

function problemOf(err: FastifyError, language: Language): ProblemBody {
  if (err instanceof Rejection) return rejectionProblem(err, language)
  if (err instanceof EdgeError) return { code: err.code, words: err.words, retryAfterS: err.retryAfterS }
  if (err instanceof InvalidRequest) {
    const errors = pointersOf(err, language)
    const detail = errors
      .slice(0, 5)
      .map((e) => `${e.pointer}: ${e.detail}`)
      .join(' ')
    return { code: 'invalid-request', words: { zh: detail, en: detail }, errors }
  }
  if (isDatabaseAway(err)) return { code: 'database-away', words: DATABASE_AWAY, retryAfterS: DATABASE_RETRY_S }
  // Data that no check foresaw and that PostgreSQL refuses (class 22, data exception) is the request's fault.
  if (/^22/.test(sqlStateOf(err) ?? '')) return { code: 'invalid-request', words: UNSTORABLE }
  if (sqlStateOf(err) === '23505') return { code: 'duplicate', words: DUPLICATE }
  return frameworkProblem(err.statusCode ?? 500)
}

/** A status of the 400s that is not known here is what RFC 9110, section 15.5, has a client take it for. */
function frameworkProblem(status: number): ProblemBody {
  const isCallersFault = status >= 400 && status < 500
  return FRAMEWORK[status] ?? (isCallersFault ? FRAMEWORK[400] : undefined) ?? { code: 'internal', words: INTERNAL }
}

function rejectionProblem({ code, words, details }: Rejection, language: Language): ProblemBody {
  const { errors, ...rest } = details
  if (errors === undefined) return { code, words, ...rest }
  return {
    code,
    words,
    ...rest,
    errors: errors.map(({ pointer, detail }) => ({ pointer, detail: inLanguage(detail, language) })),
  }
}

const INTERNAL = {
  zh: '服务内部出错；请凭 requestId 联系管理员。',
  en: 'The service failed; quote the requestId to its operator.',
}
const DATABASE_AWAY = {
  zh: '数据库暂时不可用；请稍后用同一幂等键重试。',
  en: 'The database is away; try again shortly, with the same Idempotency-Key.',
}
const DUPLICATE = { zh: '同样的记录已存在。', en: 'The same record exists already.' }
const UNSTORABLE = { zh: '请求中有无法存储的值。', en: 'The request has a value that cannot be stored.' }

const NO_ADDRESS = { zh: '没有这个地址。', en: 'There is no such address.' }

/** What the framework and its plugins refuse before a handler is asked, by its status. */
const FRAMEWORK: Record<number, ProblemBody> = {
  400: {
    code: 'invalid-request',
    words: {
      zh: '请求格式有误，例如 JSON 或 URL 无法解析。',
      en: 'The request is malformed: its JSON or URL cannot be read.',
    },
  },
  // Of files that a path would leave their folder for: there is nothing there for a caller.
  403: { code: 'not-found', words: NO_ADDRESS },
  404: { code: 'not-found', words: NO_ADDRESS },
  405: { code: 'method-not-allowed', words: { zh: '该地址不支持此方法。', en: 'This cannot be done here.' } },
  406: { code: 'not-acceptable' },
  410: { code: 'not-found', words: NO_ADDRESS },
  412: { code: 'stale', words: { zh: '前提条件不成立。', en: 'A precondition of the request does not hold.' } },
  413: { code: 'too-large', words: { zh: '请求体超过上限。', en: 'The body is over its limit.' } },
  414: { code: 'invalid-request', words: { zh: 'URL 过长。', en: 'The URL is too long.' } },
  415: {
    code: 'unsupported-media-type',
    words: { zh: '不是该地址接收的内容类型。', en: 'Not a media type that this takes.' },
  },
  416: { code: 'no-such-range', words: { zh: '没有所要的字节范围。', en: 'It has no such bytes.' } },
  429: {
    code: 'too-many-requests',
    words: { zh: '请求过于频繁，请稍后再试。', en: 'Too many requests; wait as Retry-After says.' },
  },
  431: { code: 'invalid-request', words: { zh: '请求头过大。', en: 'The header fields are too large.' } },
}

/** Errors of the framework's kind that it does not make itself. */
export const FRAMEWORK_ERRORS = {
  notFound: (): FastifyError =>
    Object.assign(new Error('no such route'), { code: 'NOT_FOUND', name: 'NotFound', statusCode: 404 }),
}
