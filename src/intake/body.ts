import { isUtf8 } from 'node:buffer'
import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { App } from '../deps.js'
import { invalid } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'
import { refuseUnstorableText } from '../http/validation.js'

/** 4,000 characters, escaped three times over, and the rest. */
const BODY_LIMIT_BYTES = 65_536
const MOST_PARAMETERS = 100
/** What phones send along: ten pictures of theirs. They are read away. */
const MOST_FILES = 10
const MULTIPART_LIMIT_BYTES = 110_000_000

export const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data']

const NOT_UTF8 = invalid('', { zh: '请求体须为 UTF-8 编码。', en: 'The form must be UTF-8.' })
const TOO_MANY = invalid('', { zh: '参数过多。', en: 'Too many parameters.' })
const MALFORMED = invalid('', {
  zh: '表单无法解读，或没有传完。',
  en: 'The form cannot be read, or did not come to its end.',
})
const TOO_LARGE = new EdgeError('too-large', { zh: '表单过大。', en: 'The form is too large.' })

/** Requests that came with files, which are not kept. */
const withFiles = new WeakSet<object>()

export function hadFiles(request: FastifyRequest): boolean {
  return withFiles.has(request.raw)
}

/** Forms of both kinds, in UTF-8; what is in another encoding (GBK, say) is refused, not garbled. */
export async function acceptForms(app: App): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      if (!isUtf8(body)) return done(NOT_UTF8)
      try {
        done(null, objectOf([...new URLSearchParams(body.toString('utf8'))]))
      } catch (err) {
        done(err as Error)
      }
    },
  )
  await app.register(multipart, {
    limits: {
      ...{ fields: MOST_PARAMETERS, fieldSize: BODY_LIMIT_BYTES, fieldNameSize: 200, headerPairs: 50 },
      ...{ files: MOST_FILES, parts: MOST_PARAMETERS + MOST_FILES },
    },
    throwFileSizeLimit: false,
  })
  app.addHook('preValidation', readMultipart)
  app.addHook('preValidation', dropEmpty)
}

/** The fields of a multipart form are what they would be in a plain one; its files are read away. */
async function readMultipart(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return
  if (Number(request.headers['content-length']) > MULTIPART_LIMIT_BYTES) throw TOO_LARGE
  const pairs: [string, string][] = []
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        withFiles.add(request.raw)
        part.file.resume()
      } else if (part.fieldnameTruncated || part.valueTruncated) throw TOO_LARGE
      else pairs.push([part.fieldname, String(part.value)])
    }
  } catch (err) {
    // What is still coming is read away, so that the sender gets to read the answer.
    request.raw.unpipe()
    request.raw.resume()
    throw refusalOf(err)
  }
  request.body = objectOf(pairs)
  // It was not there yet when others were looked at.
  await refuseUnstorableText(request)
}

function refusalOf(err: unknown): unknown {
  if (err instanceof EdgeError) return err
  return (err as { statusCode?: number }).statusCode === 413 ? TOO_MANY : MALFORMED
}

/** A name that is written as a list's (`media_url[]`) is the same name; what is said twice is said once. */
function objectOf(pairs: readonly [string, string][]): Record<string, string | string[]> {
  // What cannot be decoded becomes U+FFFD, which nobody types.
  if (pairs.some((pair) => pair.join('').includes('\ufffd'))) throw NOT_UTF8
  if (pairs.length > MOST_PARAMETERS) throw TOO_MANY
  const values = new Map<string, Set<string>>()
  for (const [written, value] of pairs) {
    const name = written.replace(/\[\d{0,3}\]$/, '')
    values.set(name, (values.get(name) ?? new Set()).add(value))
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, plainly([...all])]))
}

function plainly(values: string[]): string | string[] {
  // A parameter that is empty is one that was not sent (GeoReport v2, «Optional Arguments»).
  const said = values.filter((value) => value !== '')
  return said.length === 1 ? (said[0] ?? '') : said.length === 0 ? '' : said
}

/** The same for the query; an empty parameter goes. */
async function dropEmpty(request: FastifyRequest): Promise<void> {
  const query = (request.query ?? {}) as Record<string, string | string[]>
  request.query = objectOf(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  )
  for (const given of [request.query, request.body]) {
    if (typeof given !== 'object' || given === null) continue
    const parameters = given as Record<string, unknown>
    for (const [name, value] of Object.entries(parameters)) if (value === '') delete parameters[name]
  }
}
