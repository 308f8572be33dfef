import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { invalid, type Rejection, type Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'
import { InvalidRequest, isStorable } from '../http/validation.js'
import { requireTakenType } from './declared.js'
import { FIELD_NAMES, type Said, saidOf } from './fields.js'
import { MAX_FILE_BYTES } from './limits.js'
import { type Received, receive } from './workspace.js'

const MAX_FIELD_BYTES = 200
/** Boundaries, the headers of parts, the fields. */
const FRAMING_BYTES = 16_384

/** One byte more than is taken, so that a longer file is told from one of exactly that length. */
export const FORM_LIMITS = { fileSize: MAX_FILE_BYTES + 1, files: 8, parts: 8, fieldNameSize: 100, headerPairs: 50 }

/** Reads the form into a folder. @throws Rejection 400 for a form that is not this one; EdgeError 413 and 415. */
export async function receiveForm(request: FastifyRequest, folder: string): Promise<{ said: Said; file: Received }> {
  if (!request.isMultipart()) throw notMultipart()
  if (Number(request.headers['content-length']) > MAX_FILE_BYTES + FRAMING_BYTES) throw tooLarge()
  try {
    return await readForm(request, folder)
  } catch (err) {
    // What is still coming is read away, so that the sender gets to read the answer.
    request.raw.unpipe()
    request.raw.resume()
    throw isOurs(err) ? err : malformed()
  }
}

async function readForm(request: FastifyRequest, folder: string): Promise<{ said: Said; file: Received }> {
  const fields: Record<string, string> = {}
  let file: Received | undefined
  for await (const part of request.parts()) {
    if (part.type !== 'file') throw malformed()
    const { fieldname: name, file: content, mimetype, filename } = part
    const isKnown = name === 'file' || (FIELD_NAMES as readonly string[]).includes(name)
    if (!isKnown || name in fields || (name === 'file' && file !== undefined)) throw unexpectedPart(name)
    if (name === 'file') {
      requireTakenType(mimetype, filename)
      file = await receive(join(folder, 'received'), content, MAX_FILE_BYTES)
      if (file === undefined) throw tooLarge()
    } else fields[name] = await readField(name, content)
  }
  const said = saidOf(fields)
  if (file === undefined || file.bytes === 0) throw invalid('/file', NO_FILE)
  return { said, file }
}

async function readField(name: string, part: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of part as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_FIELD_BYTES) throw invalid(`/${name}`, { zh: '内容过长。', en: 'It is too long.' })
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  if (!isStorable(text)) throw invalid(`/${name}`, { zh: '含有无效字符。', en: 'It has invalid characters.' })
  return text
}

const NO_FILE: Words = { zh: '表单缺少 file 部分，或文件为空。', en: 'The form lacks part `file`, or it is empty.' }

function unexpectedPart(name: string): Rejection {
  return invalid(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, {
    zh: '表单只能有 kind、takenAt、lon、lat、datum 各一项，和一个 file。',
    en: 'The form has at most one each of kind, takenAt, lon, lat, datum, and one file.',
  })
}

function malformed(): Rejection {
  return invalid('', { zh: '表单无法解读，或没有传完。', en: 'The form cannot be read, or did not come to its end.' })
}

function notMultipart(): EdgeError {
  return new EdgeError('unsupported-media-type', {
    zh: '请使用 multipart/form-data；网络不好时可用 tus 协议断点续传（/v1/evidence-uploads）。',
    en: 'Send multipart/form-data; on a bad network, tus at /v1/evidence-uploads.',
  })
}

export function tooLarge(): EdgeError {
  return new EdgeError('too-large', {
    zh: `文件超过 ${MAX_FILE_BYTES} 字节。`,
    en: `The file is larger than ${MAX_FILE_BYTES} bytes.`,
  })
}

/** Our own refusals, and what the file system reports; everything else is the form's. */
function isOurs(err: unknown): boolean {
  if (err instanceof EdgeError || err instanceof InvalidRequest || (err as Error).name === 'Rejection') return true
  return typeof (err as { syscall?: unknown }).syscall === 'string'
}
