import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from '../domain/rejection.js'
import { attachment, isHeld } from '../http/attachment.js'
import { nameOf, thumbnailNameOf } from './file-store.js'
import { type FileStore, storageAway } from './store.js'
import type { FoundFile } from './view.js'

export const VARIANTS = ['file', 'thumbnail'] as const
export type Variant = (typeof VARIANTS)[number]

const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
}

/** Where a file is, for whom, and how it is asked for. */
export interface Sent {
  jurisdiction: string
  id: string
  variant: Variant
  found: FoundFile
}

/** Sends a file: to be kept, never to be shown in its place. @throws Rejection `not-found` for a thumbnail of a paper */
export async function sendEvidence(
  request: FastifyRequest,
  reply: FastifyReply,
  store: FileStore,
  { jurisdiction, id, variant, found }: Sent,
): Promise<FastifyReply> {
  const isSmall = variant === 'thumbnail'
  const hash = isSmall ? found.thumbnailSha256 : found.sha256
  if (hash === null) throw notFound()
  const mediaType = isSmall ? 'image/jpeg' : found.mediaType
  const disposition = attachment(`${isSmall ? 'thumbnail' : 'evidence'}-${id}.${EXTENSIONS[mediaType]}`)
  if (isHeld(request, reply, { sha256: hash, disposition })) return reply.code(304).send()
  const name = isSmall ? thumbnailNameOf : nameOf
  const content = await store.open(name(jurisdiction, found.receivedSha256))
  if (content === undefined) throw storageAway(new Error(`the file of evidence ${id} is not in the store`))
  if (!isSmall) reply.header('content-length', found.bytes)
  return reply.type(mediaType).send(content)
}
