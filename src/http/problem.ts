import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isDatabaseAway, sqlStateOf } from '../db/client.js'
import { Rejection, type RejectionCode, type RejectionDetails, type Words } from '../domain/rejection.js'
import { inLanguage, type Language, languageOf } from './language.js'
import { InvalidRequest, pointersOf } from './validation.js'

type EdgeCode =
  | 'unauthenticated'
  | 'not-acceptable'
  | 'too-large'
  | 'unsupported-media-type'
  | 'too-many-requests'
  | 'database-away'
  | 'storage-away'
  | 'upload-conflict'
  | 'tus-version'
  | 'storage-full'
  | 'converter-away'
  | 'issuer-away'
  | 'internal'
type ProblemCode = RejectionCode | EdgeCode

/** Every problem type that this service answers with: `/problems/<code>`. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: { zh: '请求无效', en: 'Invalid request' } },
  unauthenticated: { status: 401, title: { zh: '未通过身份验证', en: 'Not authenticated' } },
  forbidden: { status: 403, title: { zh: '角色无权操作', en: 'Not permitted to this role' } },
  'not-responsible': { status: 403, title: { zh: '不是责任单位', en: 'Not the responsible unit' } },
  'not-filer': { status: 403, title: { zh: '不是上报人', en: 'Not the filer' } },
  'four-eyes': { status: 403, title: { zh: '须由他人核验', en: 'Somebody else must verify' } },
  'outside-area': { status: 403, title: { zh: '超出负责区划', en: 'Outside your area' } },
  'not-found': { status: 404, title: { zh: '未找到', en: 'Not found' } },
  'not-acceptable': { status: 406, title: { zh: '没有所要的格式', en: 'Not in this format' } },
  'wrong-status': { status: 409, title: { zh: '当前状态不允许', en: 'Not allowed in this status' } },
  'merge-refused': { status: 409, title: { zh: '不能并入目标隐患', en: 'The target takes nothing in' } },
  'duplicate-external-id': { status: 409, title: { zh: '外部编号已登记', en: 'External id already on the list' } },
  duplicate: { status: 409, title: { zh: '已存在', en: 'Already exists' } },
  'not-active': { status: 409, title: { zh: '已停用', en: 'Not active' } },
  'scores-behind': { status: 409, title: { zh: '积分仍在计算', en: 'Scores are still being computed' } },
  'too-many': { status: 409, title: { zh: '数量已达上限', en: 'As many as there can be' } },
  'in-use': { status: 409, title: { zh: '仍在使用', en: 'Still in use' } },
  'evidence-missing': { status: 409, title: { zh: '缺少佐证', en: 'Evidence missing' } },
  'too-much-evidence': { status: 409, title: { zh: '佐证过多', en: 'Too much evidence' } },
  'key-in-use': { status: 409, title: { zh: '同一请求仍在处理', en: 'The first request is still running' } },
  'upload-conflict': { status: 409, title: { zh: '上传位置不符', en: 'Not where the upload stands' } },
  'tus-version': { status: 412, title: { zh: '不支持的 tus 协议版本', en: 'Unsupported version of tus' } },
  stale: { status: 412, title: { zh: '版本已过期', en: 'Stale version' } },
  'too-large': { status: 413, title: { zh: '请求过大', en: 'Request too large' } },
  'unsupported-media-type': { status: 415, title: { zh: '不支持的内容类型', en: 'Unsupported media type' } },
  'key-reused': { status: 422, title: { zh: '幂等键已用于其他请求', en: 'Key used with another request' } },
  'precondition-required': { status: 428, title: { zh: '缺少 If-Match', en: 'If-Match required' } },
  'too-many-requests': { status: 429, title: { zh: '请求过于频繁', en: 'Too many requests' } },
  internal: { status: 500, title: { zh: '内部错误', en: 'Internal error' } },
  'issuer-away': { status: 503, title: { zh: '身份提供方暂不可用', en: 'Identity provider away' } },
  'database-away': { status: 503, title: { zh: '数据库暂不可用', en: 'Database away' } },
  'storage-away': { status: 503, title: { zh: '文件存储暂不可用', en: 'File storage away' } },
  'converter-away': { status: 503, title: { zh: '文书转换服务暂不可用', en: 'Document converter away' } },
  'storage-full': { status: 507, title: { zh: '存储空间不足', en: 'Storage full' } },
} as const satisfies Record<ProblemCode, { status: number; title: Words }>

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
  const language = languageOf(request)
  const problem = problemOf(err, language)
  if (problem.code === 'internal') request.log.error({ err }, 'request failed')
  // The client's fault as far as we know; ours if a check is missing.
  if (/^2[23]/.test(sqlStateOf(err) ?? '')) request.log.warn({ err }, 'refused by the database')
  if (problem.code === 'storage-away' || problem.code === 'storage-full') request.log.warn({ err }, 'file storage')
  if (problem.code === 'database-away') request.log.warn({ err }, 'database away')
  return sendProblem(reply, problem, language)
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
  return FRAMEWORK[err.statusCode ?? 500] ?? { code: 'internal', words: INTERNAL }
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

/** What the framework refuses before a handler is asked, by its status. */
const FRAMEWORK: Record<number, ProblemBody> = {
  400: {
    code: 'invalid-request',
    words: {
      zh: '请求格式有误，例如 JSON 或 URL 无法解析。',
      en: 'The request is malformed: its JSON or URL cannot be read.',
    },
  },
  404: { code: 'not-found', words: { zh: '没有这个地址。', en: 'There is no such address.' } },
  413: { code: 'too-large', words: { zh: '请求体超过上限。', en: 'The body is over its limit.' } },
  414: { code: 'invalid-request', words: { zh: 'URL 过长。', en: 'The URL is too long.' } },
  415: {
    code: 'unsupported-media-type',
    words: { zh: '请使用 application/json。', en: 'Send application/json.' },
  },
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

/** Node refused the request before Fastify saw it (a malformed header, a time-out): raw problem+json on the socket. */
export function rawProblem(status: 400 | 408 | 431): string {
  const title = STATUS_CODES[status] ?? 'Bad Request'
  const body = JSON.stringify({ type: '/problems/invalid-request', title, status, code: 'invalid-request' })
  return `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}
