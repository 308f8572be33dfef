import { isUtf8 } from 'node:buffer'
import type { FastifyRequest } from 'fastify'
import type { App } from '../deps.js'
import { invalid } from '../domain/rejection.js'

/** 4,000 characters, escaped three times over, and the rest. */
const BODY_LIMIT_BYTES = 65_536
const MOST_PARAMETERS = 100

const NOT_UTF8 = invalid('', { zh: '请求体须为 UTF-8 编码。', en: 'The form must be UTF-8.' })
const TOO_MANY = invalid('', { zh: '参数过多。', en: 'Too many parameters.' })

/** Forms, as the specification has them, in UTF-8; what is in another encoding (GBK, say) is refused, not garbled. */
export function acceptForms(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      if (!isUtf8(body)) return done(NOT_UTF8)
      const form = new URLSearchParams(body.toString('utf8'))
      // What cannot be decoded becomes U+FFFD, which nobody types.
      if ([...form].some((pair) => pair.join('').includes('\ufffd'))) return done(NOT_UTF8)
      if (form.size > MOST_PARAMETERS) return done(TOO_MANY)
      done(null, objectOf(form))
    },
  )
  app.addHook('preValidation', dropEmpty)
}

function objectOf(form: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(form.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

/** A parameter that is empty is one that was not sent (GeoReport v2, «Optional Arguments»). */
async function dropEmpty(request: FastifyRequest): Promise<void> {
  for (const given of [request.query, request.body]) {
    if (typeof given !== 'object' || given === null) continue
    const parameters = given as Record<string, unknown>
    for (const [name, value] of Object.entries(parameters)) if (value === '') delete parameters[name]
  }
}
