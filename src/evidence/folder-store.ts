import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../db/make-folder.js'
import { type FileStore, storageAway, storageErrorOf } from './store.js'

const TEMPORARY = '.new-'
/** Nobody takes so long to write one. */
const LEFT_BEHIND_MS = 3_600_000

/** Files in a folder: written beside their place, synchronised, then renamed into it. */
export function createFolderStore(root: string): FileStore {
  const pathOf = (name: string) => join(root, ...name.split('/'))
  return {
    async put(name, file) {
      const path = pathOf(name)
      const temporary = join(root, `${TEMPORARY}${randomUUID()}`)
      try {
        await makeFolder(dirname(path), 0o700)
        await copyFile(file.path, temporary, constants.COPYFILE_EXCL)
        await synchronise(temporary)
        await rename(temporary, path)
        // The name is durable only once its folder is.
        await synchronise(dirname(path))
      } catch (err) {
        await rm(temporary, { force: true }).catch(() => {})
        throw storageErrorOf(err)
      }
    },

    async open(name) {
      try {
        const handle = await open(pathOf(name), 'r')
        return handle.createReadStream()
      } catch (err) {
        if ((err as { code?: string }).code === 'ENOENT') return undefined
        throw storageAway(err)
      }
    },

    async remove(name) {
      await rm(pathOf(name), { force: true })
    },

    async tidy() {
      const names = await readdir(root).catch(() => [])
      for (const name of names.filter((one) => one.startsWith(TEMPORARY))) {
        const path = join(root, name)
        const age = Date.now() - (await stat(path).then(({ mtimeMs }) => mtimeMs, Date.now))
        if (age > LEFT_BEHIND_MS) await rm(path, { force: true })
      }
    },
  }
}

async function synchronise(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } catch (err) {
    // Windows cannot synchronise a folder.
    if ((err as { code?: string }).code !== 'EPERM') throw err
  } finally {
    await handle.close()
  }
}
