import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` asks without end where the folder above is there
 * and the system says all the same that there is no such place, as /proc does.
 * @throws what the system says of the first folder that cannot be made
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, { mode })
  } catch (err) {
    if (await isFolder(folder)) return
    const above = dirname(folder)
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw err
    // Another may make the one above, or this one, meanwhile.
    if (!(await isFolder(above))) await makeFolder(above, mode)
    await mkdir(folder, { mode }).catch(async (second: unknown) => {
      if (!(await isFolder(folder))) throw second
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
