import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { invalid } from '../domain/rejection.js'
import { EdgeError } from './problem.js'

/** The media types in which lists and reports are given; what nobody asks for in particular is JSON. */
export const MEDIA_TYPES = {
  json: 'application/json',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ndjson: 'application/x-ndjson',
  geojson: 'application/geo+json',
} as const
export type Format = keyof typeof MEDIA_TYPES
/** What is sent as a file with all rows, not page by page. */
export type FileFormat = Exclude<Format, 'json'>

/** What any list can be had as; items have places and can be had as GeoJSON too. */
export const LIST_FORMATS = ['json', 'csv', 'xlsx', 'ndjson'] as const satisfies Format[]
export const ITEM_FORMATS = [...LIST_FORMATS, 'geojson'] as const satisfies Format[]

/**
 * The format that the caller likes best of those there are (RFC 9110, section 12.5.1), and `Vary` for caches.
 * @throws EdgeError `not-acceptable` (406) where there is none that they take; Rejection where a file is asked for from a
 * cursor on: a file has all rows, and half of it would look like all.
 */
export function formatOf<F extends Format>(request: FastifyRequest, reply: FastifyReply, formats: readonly F[]): F {
  addVary(reply, 'Accept, Accept-Language')
  const wanted = new Negotiator({ headers: { accept: plainAccept(request.headers.accept) } }).mediaType(
    formats.map((format) => MEDIA_TYPES[format]),
  )
  const format = formats.find((format) => MEDIA_TYPES[format] === wanted)
  if (format === undefined) throw notAcceptable(formats)
  const { cursor } = request.query as { cursor?: string }
  if (format !== 'json' && cursor !== undefined) throw WITH_CURSOR
  return format
}

/** Beside what another part of the answer depends on. */
export function addVary(reply: FastifyReply, fields: string): void {
  const others = reply.getHeader('vary')
  reply.header('vary', others === undefined ? fields : `${others}, ${fields}`)
}

/** Without parameters such as `charset=utf-8`, which would keep a range from matching; `q` stays. */
function plainAccept(accept: string | undefined): string | undefined {
  return accept?.replace(/;\s*(?!q\s*=)[^;,"]+(?:"[^"]*")?/gi, '')
}

const WITH_CURSOR = invalid('/query/cursor', {
  zh: '导出文件含全部记录，不能带游标。',
  en: 'A file has all rows; leave the cursor out.',
})

function notAcceptable(formats: readonly Format[]): EdgeError {
  const types = formats.map((format) => MEDIA_TYPES[format]).join(', ')
  return new EdgeError('not-acceptable', { zh: `可提供的格式：${types}。`, en: `This can be had as ${types}.` })
}
