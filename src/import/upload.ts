import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { invalid, type Rejection, type Words } from '../domain/rejection.js'
import { EdgeError } from '../http/problem.js'

export const MAX_FILE_BYTES = 50 * 1_048_576
export const MAX_MAPPING_BYTES = 262_144
/** Boundaries and the headers of parts. */
const FRAMING_BYTES = 16_384

/** What the form brought. `close` gives back the space; it must be called. */
export interface Upload {
  /** The mapping as JSON, not checked. */
  mapping: unknown
  fileSha256: string
  open: () => AsyncIterable<Uint8Array>
  close: () => Promise<void>
}

/**
 * Reads the form: part `mapping`, then part `file`. The file goes to the disk first, so that nothing is written before
 * it is all there, and a slow sender holds no place in the database. It is unlinked at once: whatever happens to the
 * process, nothing of it stays.
 * @throws Rejection 400 for a form that is not this one; EdgeError 413 and 415.
 */
export async function receiveUpload(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throw notMultipart()
  const declared = Number(request.headers['content-length'])
  if (declared > MAX_FILE_BYTES + MAX_MAPPING_BYTES + FRAMING_BYTES) throw tooLarge('file', MAX_FILE_BYTES)
  const space = await openSpace()
  try {
    return { ...(await readForm(request, space)), ...space }
  } catch (err) {
    await space.close()
    // What is still coming is read away, so that the sender gets to read the answer.
    request.raw.unpipe()
    request.raw.resume()
    throw isOurs(err) ? err : malformed()
  }
}

async function readForm(request: FastifyRequest, space: Space): Promise<Pick<Upload, 'mapping' | 'fileSha256'>> {
  let mapping: unknown
  let fileSha256: string | undefined
  for await (const part of request.parts()) {
    if (part.type !== 'file') throw malformed()
    const { fieldname: name, file } = part
    if (fileSha256 !== undefined || !['mapping', 'file'].includes(name)) throw unexpectedPart(name)
    if (name === 'mapping') {
      if (mapping !== undefined) throw unexpectedPart(name)
      mapping = await readMapping(file)
    } else {
      if (mapping === undefined) throw invalid('/mapping', MAPPING_FIRST)
      fileSha256 = await space.fill(file)
      if (file.truncated) throw tooLarge('file', MAX_FILE_BYTES)
    }
  }
  if (mapping === undefined) throw invalid('/mapping', MAPPING_FIRST)
  if (fileSha256 === undefined) throw invalid('/file', NO_FILE)
  return { mapping, fileSha256 }
}

async function readMapping(part: Readable): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of part as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_MAPPING_BYTES) throw tooLarge('mapping', MAX_MAPPING_BYTES)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw invalid('/mapping', { zh: '映射不是 UTF-8 的 JSON。', en: 'The mapping is not JSON in UTF-8.' })
  }
}

interface Space extends Pick<Upload, 'open' | 'close'> {
  /** Takes the bytes, and answers their SHA-256. */
  fill(bytes: AsyncIterable<Uint8Array>): Promise<string>
}

async function openSpace(): Promise<Space> {
  const path = join(tmpdir(), `one-list-import-${randomUUID()}`)
  const handle: FileHandle = await open(path, 'wx+', 0o600)
  await unlink(path)
  return {
    fill: async (bytes) => {
      const hash = createHash('sha256')
      for await (const chunk of bytes) {
        hash.update(chunk)
        await handle.writeFile(chunk)
      }
      return hash.digest('hex')
    },
    open: () => handle.createReadStream({ start: 0, autoClose: false }),
    close: () => handle.close(),
  }
}

const MAPPING_FIRST: Words = {
  zh: '表单须先有 mapping 部分（JSON），再有 file 部分。',
  en: 'The form has part `mapping` (JSON) first, then part `file`.',
}
const NO_FILE: Words = { zh: '表单缺少 file 部分（CSV）。', en: 'The form lacks part `file`, the CSV.' }

function unexpectedPart(name: string): Rejection {
  return invalid(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, MAPPING_FIRST)
}

function malformed(): Rejection {
  return invalid('', { zh: '表单无法解读，或没有传完。', en: 'The form cannot be read, or did not come to its end.' })
}

function notMultipart(): EdgeError {
  return new EdgeError('unsupported-media-type', {
    zh: '请使用 multipart/form-data，含 mapping 与 file 两部分。',
    en: 'Send multipart/form-data with the parts mapping and file.',
  })
}

function tooLarge(part: string, limit: number): EdgeError {
  return new EdgeError('too-large', {
    zh: `${part} 部分超过 ${limit} 字节。`,
    en: `Part ${part} is larger than ${limit} bytes.`,
  })
}

/** Our own refusals, and what the file system reports; everything else is the form's. */
function isOurs(err: unknown): boolean {
  if (err instanceof EdgeError || (err as Error).name === 'Rejection') return true
  return typeof (err as { syscall?: unknown }).syscall === 'string'
}
