import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendJson } from './command.js'

/** A page of rows that are JSON text, with the `Link` to the next (RFC 8288). */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: { rows: readonly string[]; nextCursor: string | null; total?: number | undefined },
): FastifyReply {
  const { rows, nextCursor, total } = page
  if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
  const count = total === undefined ? '' : `,"total":${total}`
  return sendJson(reply, `{"data":[${rows.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}${count}}`)
}

/** The `Link` value that leads to the next page of the same query. */
export function nextLink(request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, 'http://one-list')
  url.searchParams.set('cursor', cursor)
  return `<${url.pathname}${url.search}>; rel="next"`
}

/** A page of rows of which one more than `limit` was asked for. */
export function pageOf<R>(rows: R[], limit: number, cursorOf: (last: R) => string) {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? cursorOf(last) : null
  return { rows: data.map((row) => JSON.stringify(row)), nextCursor }
}
