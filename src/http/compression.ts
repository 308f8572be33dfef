import compress from '@fastify/compress'
import type { App } from '../deps.js'

/** Text that is worth it; a workbook is compressed already, and a stream of events must not wait in a compressor. */
const TYPES = /^(?:text\/(?!event-stream)|application\/(?:[a-z.]+\+)?(?:json|x-ndjson|xml|javascript)|image\/svg)/
/** Smaller answers fit in one packet anyway. */
const THRESHOLD_BYTES = 1400

/**
 * Compresses answers for whoever takes it (RFC 9110, section 12.5.3), but for two kinds. One that must not be stored shows
 * a secret, whose length compression would tell (BREACH). One with an entity tag is sent as it is, since its tag names
 * the very bytes, and comes back in `If-Match`.
 */
export async function compressAnswers(app: App): Promise<void> {
  app.addHook('onSend', async (request, reply) => {
    const isSecret = /no-store/.test(String(reply.getHeader('cache-control')))
    if (isSecret || reply.hasHeader('etag')) request.headers['x-no-compression'] = 'true'
  })
  await app.register(compress, {
    globalDecompression: false,
    encodings: ['br', 'gzip'],
    customTypes: TYPES,
    threshold: THRESHOLD_BYTES,
  })
}
