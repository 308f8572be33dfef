import type { FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import { type $ZodIssue, type $ZodType, safeParse } from 'zod/v4/core'
import type { Language } from './language.js'

/** Deeper JSON than this is an attack or a mistake. */
const MAX_DEPTH = 12
/** A refusal names this many faults; more help nobody. */
const MAX_ERRORS = 50

type Part = 'body' | 'querystring' | 'params' | 'headers'

/** The schema said no. */
export class InvalidRequest extends Error {
  readonly issues: readonly $ZodIssue[]
  readonly part: Part

  constructor(issues: readonly $ZodIssue[], part: Part) {
    super('invalid request')
    this.issues = issues
    this.part = part
  }
}

export const validatorCompiler: FastifySchemaCompiler<$ZodType> = ({ schema, httpPart }) => {
  const part = (httpPart ?? 'body') as Part
  return (data) => {
    // No body is an empty one; a body that says `null` was refused where it was read.
    const result = safeParse(schema, data ?? (part === 'body' ? {} : data))
    return result.success ? { value: result.data } : { error: new InvalidRequest(result.error.issues, part) }
  }
}

const locales = { 'zh-CN': z.locales.zhCN().localeError, en: z.locales.en().localeError }
const PREFIX: Record<Part, string> = { body: '', querystring: '/query', params: '/params', headers: '/headers' }

/** Every issue as a JSON Pointer (RFC 6901) with words in the caller's language. */
export function pointersOf(err: InvalidRequest, language: Language): { pointer: string; detail: string }[] {
  const errors = err.issues.slice(0, MAX_ERRORS).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const detail = language === 'en' ? 'This field is not known here.' : '未知字段。'
      return issue.keys
        .slice(0, MAX_ERRORS)
        .map((key) => ({ pointer: pointerTo(err.part, [...issue.path, key]), detail }))
    }
    return [{ pointer: pointerTo(err.part, issue.path), detail: detailOf(issue, language) }]
  })
  return errors.slice(0, MAX_ERRORS)
}

function detailOf(issue: $ZodIssue, language: Language): string {
  // Our own checks carry both languages, parted by a bar: «中文 | English».
  if (issue.message.includes(' | ')) return issue.message.split(' | ')[language === 'en' ? 1 : 0] ?? issue.message
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return language === 'en' ? 'This field is required.' : '此项必填。'
  }
  const message = locales[language](issue as Parameters<(typeof locales)['en']>[0])
  return typeof message === 'string' ? message : (message?.message ?? issue.message)
}

function pointerTo(part: Part, path: readonly PropertyKey[]): string {
  const tokens = path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))
  return [PREFIX[part], ...tokens].join('/')
}

/**
 * Refuses what no field may hold: U+0000 (PostgreSQL cannot store it), lone surrogates (not UTF-8), too deep nesting.
 * Runs on everything a client sends before its schema does.
 */
export async function refuseUnstorableText(request: FastifyRequest): Promise<void> {
  requireStorable(request.query, 'querystring')
  requireStorable(request.params, 'params')
  requireStorable(request.body, 'body')
}

function requireStorable(value: unknown, part: Part, path: readonly PropertyKey[] = []): void {
  if (typeof value === 'string') {
    if (isStorable(value)) return
    throw refusal(part, path, '含有 U+0000 或不成对的代理字符。 | Has U+0000 or a lone surrogate.')
  }
  if (typeof value !== 'object' || value === null) return
  if (Buffer.isBuffer(value) || typeof (value as { pipe?: unknown }).pipe === 'function') return
  if (path.length >= MAX_DEPTH) throw refusal(part, path, '嵌套过深。 | Nested too deeply.')
  for (const [key, member] of Object.entries(value)) {
    if (!isStorable(key)) throw refusal(part, path, '字段名含有无效字符。 | A field name has invalid characters.')
    requireStorable(member, part, [...path, key])
  }
}

export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed()
}

function refusal(part: Part, path: readonly PropertyKey[], message: string): InvalidRequest {
  return new InvalidRequest([{ code: 'custom', path: [...path], message, input: undefined }], part)
}
