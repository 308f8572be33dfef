import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendRows } from './command.js'

/** A page of rows that are JSON text, with the `Link` to the next (RFC 8288). */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: { rows: readonly string[]; nextCursor: string | null; total?: number | undefined },
): FastifyReply {
  const { rows, nextCursor, total } = page
  if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
  const count = total === undefined ? '' : `,"total":${total}`
  return sendRows(reply, '{"data":[', rows, `],"nextCursor":${JSON.stringify(nextCursor)}${count}}`)
}

/** The `Link` value that leads to the next page of the same query. */
export function nextLink(request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, 'http://one-list')
  url.searchParams.set('cursor', cursor)
  return `<${url.pathname}${url.search}>; rel="next"`
}

/** A page of rows, as JSON text. */
export interface Page {
  rows: string[]
  nextCursor: string | null
}

/** A page of rows of which one more than `limit` was asked for. */
export function pageOf<R>(
  rows: readonly R[],
  limit: number,
  cursorOf: (last: R) => string,
  textOf: (row: R) => string = (row) => JSON.stringify(row),
): Page {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? cursorOf(last) : null
  return { rows: page.map(textOf), nextCursor }
}

/** The same of rows whose JSON text the database has made. */
export function jsonPageOf<R extends { json: string }>(
  rows: readonly R[],
  limit: number,
  cursorOf: (last: R) => string,
): Page {
  return pageOf(rows, limit, cursorOf, ({ json }) => json)
}
