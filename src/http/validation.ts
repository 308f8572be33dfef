import type { FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { type $ZodIssue, type $ZodType, safeParse } from 'zod/v4/core'
import { wordsOf } from '../language/issue-words.js'
import { inLanguage, type Language } from '../language/language.js'

/** Deeper JSON than this is an attack or a mistake. */
const MAX_DEPTH = 12
/** A refusal names this many faults; more help nobody. */
const MAX_ERRORS = 50

type Part = 'body' | 'querystring' | 'params' | 'headers'

/** The schema said no. */
export class InvalidRequest extends Error {
  readonly issues: readonly $ZodIssue[]
  readonly part: Part
  /** What the caller sent, to say what came in the place of what should. */
  readonly given: unknown

  constructor(issues: readonly $ZodIssue[], part: Part, given: unknown) {
    super('invalid request')
    this.issues = issues
    this.part = part
    this.given = given
  }
}

export const validatorCompiler: FastifySchemaCompiler<$ZodType> = ({ schema, httpPart }) => {
  const part = (httpPart ?? 'body') as Part
  return (data) => {
    // No body is an empty one; a body that says `null` was refused where it was read.
    const result = safeParse(schema, data ?? (part === 'body' ? {} : data))
    return result.success
      ? { value: result.data }
      : { error: new InvalidRequest(result.error.issues, part, data ?? {}) }
  }
}

const PREFIX: Record<Part, string> = { body: '', querystring: '/query', params: '/params', headers: '/headers' }

/** Every issue as a JSON Pointer (RFC 6901) with words in the caller's language. */
export function pointersOf(err: InvalidRequest, language: Language): { pointer: string; detail: string }[] {
  const errors = err.issues
    .slice(0, MAX_ERRORS)
    .flatMap((issue) => plainIssues(issue, err.given, []))
    .flatMap((issue) => {
      const detail = inLanguage(wordsOf(issue, at(err.given, issue.path)), language)
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
      return paths.slice(0, MAX_ERRORS).map((path) => ({ pointer: pointerTo(err.part, path), detail }))
    })
  return errors.slice(0, MAX_ERRORS)
}

/**
 * What an issue means where alternatives were tried: the faults of the one that what came is nearest to. A number in the place
 * of «one text or several» is no text; in a list of texts that are too long, one is too long.
 */
function plainIssues(issue: $ZodIssue, given: unknown, before: readonly PropertyKey[]): $ZodIssue[] {
  const path = [...before, ...issue.path]
  const here = { ...issue, path } as $ZodIssue
  if (here.code !== 'invalid_union' || here.errors.length === 0) return [here]
  const nearest = here.errors.reduce((best, other) => (distance(other) < distance(best) ? other : best))
  return nearest.flatMap((inner) => plainIssues(inner, given, path))
}

/** A fault inside is nearer than one of the whole, and that is nearer than another type altogether. */
function distance(issues: readonly $ZodIssue[]): number {
  return Math.max(...issues.map(({ code, path }) => (path.length > 0 ? 0 : code === 'invalid_type' ? 2 : 1)))
}

function at(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((node, key) => (isNode(node) && Object.hasOwn(node, key) ? node[key] : undefined), given)
}

function isNode(node: unknown): node is Record<PropertyKey, unknown> {
  return typeof node === 'object' && node !== null
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
  return new InvalidRequest([{ code: 'custom', path: [...path], message, input: undefined }], part, undefined)
}
