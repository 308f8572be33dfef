import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { isKnown } from '../http/etag.js'
import { addVary } from '../http/negotiate.js'

/** As it is committed; a test holds it to the routes. */
const FILE = new URL('../../../openapi/openapi.json', import.meta.url)
/** Most programs know JSON alone; who asks for the description's own type, of this version, gets it as such. */
const TYPES = ['application/json', 'application/vnd.oai.openapi+json;version=3.1'] as const
const CODINGS = ['br', 'gzip', 'identity'] as const
type Coding = (typeof CODINGS)[number]
/** A tenth of the work of the best, for a twentieth more bytes. */
const BROTLI_QUALITY = 9
/** Clients may go by what they have for a minute; after an upgrade they ask, and mostly hear that it is the same. */
const CACHE_CONTROL = 'public, max-age=60'

interface Published {
  bytes: Record<Coding, Buffer>
  tags: Record<Coding, string>
}

let made: Promise<Published> | undefined

/** The document in every coding in which it is sent, made once for a process; before it listens, so that no caller waits. */
export function preparePublished(): Promise<Published> {
  made ??= make()
  return made
}

async function make(): Promise<Published> {
  const plain = Buffer.from(JSON.stringify(JSON.parse(await readFile(FILE, 'utf8'))))
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length }
  const [br, zipped] = await Promise.all([promisify(brotliCompress)(plain, { params }), promisify(gzip)(plain)])
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  // A strong tag names the very bytes, which are others in each coding (RFC 9110, section 8.8.3.3).
  return {
    bytes: { br, gzip: zipped, identity: plain },
    tags: { br: `"${hash}-br"`, gzip: `"${hash}-gzip"`, identity: `"${hash}"` },
  }
}

/** Sends the document, or says that the caller has it (304). */
export async function sendPublished(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { bytes, tags } = await preparePublished()
  const negotiator = new Negotiator(request.raw)
  const taken = negotiator.encodings([...CODINGS])
  const coding = CODINGS.find((coding) => taken.includes(coding)) ?? 'identity'
  addVary(reply, 'Accept, Accept-Encoding')
  reply.headers({ etag: tags[coding], 'cache-control': CACHE_CONTROL })
  // The same document in another coding is the same document.
  if (Object.values(tags).some((tag) => isKnown(request, tag))) return reply.code(304).send()
  if (coding !== 'identity') reply.header('content-encoding', coding)
  return reply.type(negotiator.mediaType([...TYPES]) ?? TYPES[0]).send(bytes[coding])
}
