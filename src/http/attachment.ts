import type { FastifyReply, FastifyRequest } from 'fastify'
import { isKnown } from './etag.js'

/** Even where a browser shows it against the header, it can run nothing, load nothing and be nobody. */
const POLICY = "default-src 'none'; sandbox"

/** A file to be kept, never to be shown in its place (RFC 6266): its name for everybody, and another that may have any letters (RFC 8187). */
export function attachment(name: string, full?: string): string {
  if (full === undefined) return `attachment; filename="${name}"`
  const escaped = encodeURIComponent(full).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${name}"; filename*=UTF-8''${escaped}`
}

/** Describes a stored file, which never changes under its hash. True: the caller has it, and is to be told so (304). */
export function isHeld(
  request: FastifyRequest,
  reply: FastifyReply,
  { sha256, disposition }: { sha256: string; disposition: string },
): boolean {
  const etag = `"${sha256}"`
  reply.headers({
    etag,
    'cache-control': 'private, no-cache',
    'content-disposition': disposition,
    'content-security-policy': POLICY,
  })
  return isKnown(request, etag)
}
