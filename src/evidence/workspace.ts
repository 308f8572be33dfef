import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../db/make-folder.js'
import { storageErrorOf } from './store.js'

const PREFIX = 'work-'
/** Nobody works on a file for so long. */
const LEFT_BEHIND_MS = 3_600_000

/** A folder for one upload, gone when `work` ends, however it ends. */
export async function withWorkspace<R>(uploads: string, work: (folder: string) => Promise<R>): Promise<R> {
  const folder = join(uploads, `${PREFIX}${randomUUID()}`)
  try {
    await makeFolder(folder, 0o700)
    return await work(folder)
  } catch (err) {
    throw storageErrorOf(err)
  } finally {
    // What cannot be removed now is cleared away later.
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

/** Clears away what processes that died were working on. */
export async function tidyWorkspaces(uploads: string): Promise<void> {
  const names = await readdir(uploads).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const path = join(uploads, name)
    const touchedAt = await stat(path).then(({ mtimeMs }) => mtimeMs, Date.now)
    if (Date.now() - touchedAt > LEFT_BEHIND_MS) await rm(path, { recursive: true, force: true })
  }
}

/** A received file. */
export interface Received {
  path: string
  bytes: number
  /** Lower-case hex. */
  sha256: string
}

/** Writes what comes to a new file; answers undefined, and reads no further, when it is longer than `limit` bytes. */
export async function receive(
  path: string,
  from: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Received | undefined> {
  const handle = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of from) {
      bytes += chunk.length
      if (bytes > limit) return undefined
      hash.update(chunk)
      await handle.writeFile(chunk)
    }
    return { path, bytes, sha256: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

/** A file that is there, with its length and hash. */
export async function measured(path: string): Promise<Received> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    hash.update(chunk)
  }
  return { path, bytes, sha256: hash.digest('hex') }
}
