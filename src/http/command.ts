import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../domain/access/permissions.js'
import { Rejection } from '../domain/rejection.js'
import { tagsIn } from './etag.js'

/** RFC 9110, section 13.1.1. */
const ENTITY_TAGS = /^(\*|(W\/)?"[\x21\x23-\x7e]{0,100}"(\s*,\s*(W\/)?"[\x21\x23-\x7e]{0,100}"){0,20})$/
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/
const KEY_FORM =
  'Idempotency-Key 须为 1–255 个可见 ASCII 字符。 | An Idempotency-Key has 1–255 visible ASCII characters.'

/** The text of an `If-Match`. */
export const IfMatch = z
  .string()
  .regex(ENTITY_TAGS, 'If-Match 须为 "版本号"，如 "3"。 | If-Match is the ETag of the version, in quotes: "3".')
  .meta({
    description: 'The `ETag` of the version that the change is meant for; another version answers 412.',
    example: '"3"',
  })

/** The headers of a command. Loose: a client sends many others. */
export const CommandHeaders = z.looseObject({
  'idempotency-key': z.string().regex(IDEMPOTENCY_KEY, KEY_FORM).optional().meta({
    description:
      'Makes a retry safe: the same key and request answer the first answer again. 1–255 visible characters.',
    example: 'c0ffee-0001',
  }),
  'if-match': IfMatch.optional(),
})

export const ItemParams = z.object({
  id: z.string().min(1).max(40).meta({ description: 'UUID or code (`2026-000172`).', example: '2026-000172' }),
})

export interface Intent {
  actor: Actor
  now: string
  idempotency: { key: string; requestHash: Buffer } | undefined
}

/** Who wants what, and under which key it must not happen twice. */
export function intentOf(request: FastifyRequest, now: string): Intent {
  const key = request.headers['idempotency-key']
  const { actor } = request
  if (typeof key !== 'string') return { actor, now, idempotency: undefined }
  return { actor, now, idempotency: { key, requestHash: requestHashOf(request.method, request.url, request.body) } }
}

/** Identifies a request, so that a key is not taken for another. */
export function requestHashOf(method: string, url: string, body: unknown): Buffer {
  return createHash('sha256')
    .update(`${method} ${url}\n`)
    .update(JSON.stringify(body ?? null))
    .digest()
}

/**
 * The versions in `If-Match`; undefined where the caller does not care. Weak tags count as strong ones, since proxies
 * that compress weaken ours on the way out.
 */
export function ifMatchOf(request: FastifyRequest): readonly string[] | undefined {
  return versionsOf(request.headers['if-match'])
}

/** The versions in the text of an `If-Match`. */
export function versionsOf(value: string | undefined): readonly string[] | undefined {
  if (value === undefined || value === '*') return undefined
  return tagsIn(value)
}

/** A merge patch must say which version it is a patch of. @throws Rejection `precondition-required` (428, RFC 6585) */
export function requireIfMatch(request: FastifyRequest): void {
  if (request.headers['if-match'] === undefined) throw preconditionRequired()
}

export function preconditionRequired(): Rejection {
  return new Rejection('precondition-required', {
    zh: '更正须带 If-Match 头：先读取该项，再带上它的 ETag。',
    en: 'A correction needs If-Match: read the item and send its ETag.',
  })
}

/** Sends the answer of a change, which is JSON text already. */
export function sendAnswer(
  reply: FastifyReply,
  answer: { status: number; headers: Record<string, string>; body: string; replayed: boolean },
): FastifyReply {
  if (answer.replayed) reply.header('idempotency-replayed', 'true')
  return sendJson(reply.code(answer.status).headers(answer.headers), answer.body)
}

/** JSON text that PostgreSQL has made goes out as it is. */
export function sendJson(reply: FastifyReply, json: string | Buffer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json)
}

/** UTF-8 takes at most so many bytes for a unit of a string. */
const MOST_BYTES = 3

/**
 * Rows of JSON text with commas between them, and what stands before and after. Each is written where it belongs: put
 * together first, a page of text would be copied, measured and copied again.
 */
export function sendRows(reply: FastifyReply, before: string, rows: readonly string[], after: string): FastifyReply {
  const length = rows.reduce((sum, row) => sum + row.length + 1, before.length + after.length)
  const bytes = Buffer.allocUnsafe(length * MOST_BYTES)
  let end = bytes.write(before)
  for (const [n, row] of rows.entries()) {
    if (n > 0) end += bytes.write(',', end)
    end += bytes.write(row, end)
  }
  end += bytes.write(after, end)
  return sendJson(reply, bytes.subarray(0, end))
}
