import { Metadata } from '@tus/server'
import type { FastifyRequest } from 'fastify'
import { invalid } from '../domain/rejection.js'
import { FIELD_NAMES } from './fields.js'
import { refusalOf } from './tus-problem.js'

// What a request says by tus.

/** Bytes with the beginning (creation-with-upload); of another type they are none, as the protocol has it. */
export function hasBytes({ headers }: FastifyRequest): boolean {
  const isOfType = headers['content-type'] === 'application/offset+octet-stream'
  return isOfType && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
}

/** What of the protocol is not here, and would be missed silently. @throws Rejection 400 that names the header */
export function requireKnownExtensions({ headers }: FastifyRequest): void {
  const name = ['upload-concat', 'upload-checksum'].find((one) => headers[one] !== undefined)
  if (name === undefined) return
  throw invalid(`/headers/${name}`, {
    zh: `不支持 tus 的这一扩展（${name}）；请关闭并行分块上传与校验和，整文件依次续传。`,
    en: `This extension of tus (${name}) is not supported: turn parallel parts and checksums off, and send the file as one upload.`,
  })
}

export function metadataOf(request: FastifyRequest): Record<string, string | null> {
  const given = request.headers['upload-metadata']
  if (typeof given !== 'string') return {}
  try {
    return Metadata.parse(given)
  } catch {
    throw refusalOf(400, 'Upload-Metadata')
  }
}

/** A client's own fields, such as the file's name, are let be. */
export function fieldsOf(metadata: Record<string, string | null> | undefined): Record<string, string> {
  const known = FIELD_NAMES.flatMap((name) => {
    const value = metadata?.[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return Object.fromEntries(known)
}
