import { STATUS_CODES } from 'node:http'

/** Node refused the request before Fastify saw it (a malformed header, a time-out): raw problem+json on the socket. */
export function rawProblem(status: 400 | 408 | 431): string {
  const title = STATUS_CODES[status] ?? 'Bad Request'
  const body = JSON.stringify({ type: '/problems/invalid-request', title, status, code: 'invalid-request' })
  return `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}
