import { pipeline } from 'node:stream'
import { constants, crc32, createDeflateRaw } from 'node:zlib'

/** One file of an archive, its content as it comes. */
export interface ZipEntry {
  name: string
  content: AsyncIterable<string> | Iterable<string>
}

interface Written {
  name: Buffer
  crc: number
  packed: number
  size: number
  offset: number
}

/** An archive without ZIP64 says sizes and places in 32 bits. */
const LIMIT_BYTES = 0xffff_ffff
/** Sizes follow the data in a descriptor (bit 3); names are UTF-8 (bit 11). */
const FLAGS = 0x0808
const DEFLATE = 8
const VERSION = 20
/** 1 January 1980, the earliest there is: the archive says nothing of when it was made. */
const DATE = 0x0021

/**
 * A ZIP archive as a stream (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16): nothing is kept of a file but its sizes.
 * @throws Error when a file or the archive would be larger than 4 GiB.
 */
export async function* zipOf(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = []
  let offset = 0
  for await (const { name, content } of entries) {
    const file: Written = { name: Buffer.from(name), crc: 0, packed: 0, size: 0, offset }
    const header = headerOf(file.name)
    offset += header.length
    yield header
    for await (const chunk of deflated(measured(content, file))) {
      file.packed += chunk.length
      offset += chunk.length
      yield chunk
    }
    if (Math.max(file.size, offset) > LIMIT_BYTES) throw new Error(`${name} is larger than a ZIP archive can hold`)
    const descriptor = fields([4, 0x08074b50], [4, file.crc], [4, file.packed], [4, file.size])
    offset += descriptor.length
    yield descriptor
    written.push(file)
  }
  yield directoryOf(written, offset)
}

async function* measured(content: ZipEntry['content'], file: Written): AsyncGenerator<Buffer> {
  for await (const text of content) {
    const bytes = Buffer.from(text)
    file.crc = crc32(bytes, file.crc)
    file.size += bytes.length
    yield bytes
  }
}

/** The receiver's pace is the source's; whichever of them ends early, ends the other. */
async function* deflated(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // Markup compresses well at the fastest level already, and the file waits for nothing else.
  const deflate = createDeflateRaw({ level: constants.Z_BEST_SPEED })
  pipeline(source, deflate, () => {})
  yield* deflate
}

function headerOf(name: Buffer): Buffer {
  const sizes = [4, 0] as const
  const head = fields([4, 0x04034b50], [2, VERSION], [2, FLAGS], [2, DEFLATE], [2, 0], [2, DATE], sizes, sizes, sizes)
  return Buffer.concat([head, fields([2, name.length], [2, 0]), name])
}

function directoryOf(written: readonly Written[], offset: number): Buffer {
  const records = written.map(({ name, crc, packed, size, offset }) =>
    Buffer.concat([
      fields([4, 0x02014b50], [2, VERSION], [2, VERSION], [2, FLAGS], [2, DEFLATE], [2, 0], [2, DATE]),
      fields([4, crc], [4, packed], [4, size], [2, name.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      name,
    ]),
  )
  const directory = Buffer.concat(records)
  const count = [2, written.length] as const
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], count, count, [4, directory.length], [4, offset], [2, 0])
  return Buffer.concat([directory, end])
}

/** Little-endian numbers of so many bytes. */
function fields(...parts: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const buffer = Buffer.alloc(parts.reduce((sum, [bytes]) => sum + bytes, 0))
  let at = 0
  for (const [bytes, value] of parts) at = buffer.writeUIntLE(value, at, bytes)
  return buffer
}
