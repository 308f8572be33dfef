import { isUtf8 } from 'node:buffer'
import type { App } from '../deps.js'
import { invalid } from '../domain/rejection.js'

/** The framework takes it for no body at all. */
const NULL = /^\s*null\s*$/

/**
 * JSON and JSON merge patch, in UTF-8. No body at all is `undefined`, also where a client names a content type. Text in
 * another encoding (GBK, say) is refused, or every character of it would be kept as U+FFFD.
 */
export function acceptJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (body.length === 0) done(null, undefined)
      else if (!isUtf8(body)) done(invalid('', { zh: '请求体须为 UTF-8 编码。', en: 'The body must be UTF-8.' }))
      else if (NULL.test(body.toString('latin1')))
        done(invalid('', { zh: '请求体须为 JSON 对象。', en: 'The body must be a JSON object.' }))
      else parse(request, body.toString('utf8'), done)
    },
  )
}
