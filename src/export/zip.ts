import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { constants } from 'node:zlib'
import { ZipFile } from 'yazl'

/** One file of an archive, its content as it comes. */
export interface ZipEntry {
  name: string
  content: AsyncIterable<string> | Iterable<string>
}

const OPTIONS = {
  // Markup compresses well at the fastest level already, and the file waits for nothing else.
  compressionLevel: constants.Z_BEST_SPEED,
  // The archive says nothing of when it was made.
  mtime: new Date('2000-01-01T00:00:00Z'),
}

/** A ZIP archive as a stream: nothing is kept of a file but its sizes. Whichever of source and receiver ends early, ends the other. */
export async function* zipOf(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const archive = new ZipFile()
  const output = archive.outputStream as Readable
  const filling = fill(archive, output, entries).catch((err) => output.destroy(err))
  try {
    yield* output
  } finally {
    await filling
  }
}

/** An entry is asked for when the one before has been read to its end, at the receiver's pace. */
async function fill(archive: ZipFile, output: Readable, entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>) {
  for await (const { name, content } of entries) {
    if (output.destroyed) return
    const source = Readable.from(content)
    const stop = () => source.destroy()
    output.once('close', stop)
    archive.addReadStream(source, name, OPTIONS)
    await finished(source)
    output.off('close', stop)
  }
  archive.end()
}
