import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { ZipFile } from 'yazl'

/** The parts of an office file by their names, as text where they are XML. */
export interface Parts {
  readonly [name: string]: Buffer
}

const MAX_PARTS = 300
const MAX_PART_BYTES = 8 * 1_048_576
const MAX_ALL_BYTES = 24 * 1_048_576
/** The archive says nothing of when it was packed. */
const PACKED_AT = new Date('2000-01-01T00:00:00Z')
const CONTENT_TYPES = '[Content_Types].xml'

/** Why a file is no archive that is read. */
export class ArchiveError extends Error {
  readonly reason: 'not-zip' | 'too-large' | 'too-many' | 'duplicate' | 'encrypted'
  readonly part: string | undefined

  constructor(reason: ArchiveError['reason'], part?: string) {
    super(`${reason}${part === undefined ? '' : `: ${part}`}`)
    this.reason = reason
    this.part = part
  }
}

/**
 * Unpacks an archive within limits: an entry’s bytes are counted as they come, against the size that it declares, and no
 * name leads out of it. @throws ArchiveError
 */
export async function unpack(file: Buffer): Promise<Parts> {
  // A name is the sender’s: `__proto__` is one too.
  const parts: Record<string, Buffer> = Object.create(null)
  const names = new Set<string>()
  let all = 0
  try {
    const archive = await fromBufferPromise(file, {
      lazyEntries: true,
      strictFileNames: true,
      validateEntrySizes: true,
    })
    if (archive.entryCount > MAX_PARTS) throw new ArchiveError('too-many')
    for await (const entry of archive.eachEntry()) {
      const { fileName, uncompressedSize } = entry
      if (fileName.endsWith('/')) continue
      // Office programs do not tell capitals from small letters in the names of parts.
      if (names.has(fileName.toLowerCase())) throw new ArchiveError('duplicate', fileName)
      names.add(fileName.toLowerCase())
      if (entry.isEncrypted()) throw new ArchiveError('encrypted', fileName)
      all += uncompressedSize
      if (uncompressedSize > MAX_PART_BYTES || all > MAX_ALL_BYTES) throw new ArchiveError('too-large', fileName)
      parts[fileName] = await buffer(await archive.openReadStreamPromise(entry))
    }
  } catch (err) {
    throw err instanceof ArchiveError ? err : new ArchiveError('not-zip')
  }
  return parts
}

/** Packs parts anew: what was looked at is all that is in the file. */
export async function pack(parts: Parts): Promise<Buffer> {
  const archive = new ZipFile()
  const names = Object.keys(parts).sort((a, b) => Number(b === CONTENT_TYPES) - Number(a === CONTENT_TYPES))
  for (const name of names) archive.addBuffer(parts[name] ?? Buffer.alloc(0), name, { mtime: PACKED_AT })
  archive.end()
  return buffer(archive.outputStream)
}
