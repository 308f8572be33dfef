import type { FastifyRequest } from 'fastify'

/**
 * Whether the caller has the answer of this tag (`If-None-Match`, RFC 9110, section 13.1.2): any of a list, compared weakly, since
 * a proxy that compresses weakens tags.
 */
export function isKnown({ headers }: Pick<FastifyRequest, 'headers'>, etag: string): boolean {
  const header = headers['if-none-match']
  if (header === undefined) return false
  return header.trim() === '*' || tagsIn(header).includes(opaque(etag))
}

/** What stands in the quotes of every tag of a list; `W/` counts for nothing. */
export function tagsIn(list: string): string[] {
  return [...list.matchAll(/"([^"]*)"/g)].map(([, tag = '']) => tag)
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '').slice(1, -1)
}
