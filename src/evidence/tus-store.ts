import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStore as TusFileStore } from '@tus/file-store'
import { type Locker, Server as TusServer, type Upload } from '@tus/server'
import type { Actor } from '../domain/access/permissions.js'
import { MAX_FILE_BYTES, PARTIAL_KEPT_HOURS } from './limits.js'

const HOUR_MS = 3_600_000

/** Uploads that have begun, each in the folder of the person whose it is: nobody can name another's. */
export interface PartialUploads {
  /** The protocol's server; requests come with the path of an upload in `idOf`. */
  server: TusServer
  /** The name of a person's upload in this store. */
  nameOf(actor: Actor, id: string): string
  find(name: string): Promise<Upload | undefined>
  pathOf(name: string): string
  remove(name: string): Promise<void>
  count(actor: Actor): Promise<number>
}

export function createPartialUploads(
  root: string,
  path: string,
  names: WeakMap<object, string>,
  locker: Locker,
): PartialUploads {
  const datastore = new TusFileStore({
    directory: root,
    expirationPeriodInMilliseconds: PARTIAL_KEPT_HOURS * HOUR_MS,
  })
  const nameIn = (request: object) => names.get(request) ?? ''
  const server = new TusServer({
    path,
    datastore,
    locker,
    maxSize: MAX_FILE_BYTES,
    namingFunction: nameIn,
    getFileIdFromRequest: nameIn,
    generateUrl: (request) => `${path}/${nameIn(request).split('/').at(-1)}`,
  })
  const folderOf = ({ id, jurisdiction }: Actor) => `${jurisdiction.id}/${id}`
  return {
    server,
    nameOf: (actor, id) => `${folderOf(actor)}/${id}`,
    find: (name) => datastore.getUpload(name).catch(() => undefined),
    pathOf: (name) => join(root, name),
    async remove(name) {
      await rm(join(root, name), { force: true })
      await rm(join(root, `${name}.json`), { force: true })
    },
    async count(actor) {
      const names = await readdir(join(root, folderOf(actor))).catch(() => [])
      return names.filter((name) => name.endsWith('.json')).length
    },
  }
}

/** Clears away uploads that nobody has gone on with. */
export async function tidyPartial(root: string): Promise<void> {
  const names = await readdir(root, { recursive: true }).catch(() => [])
  for (const name of names) {
    const found = await stat(join(root, name)).catch(() => undefined)
    const isOld = found?.isFile() && Date.now() - found.mtimeMs > PARTIAL_KEPT_HOURS * HOUR_MS
    if (isOld) await rm(join(root, name), { force: true })
  }
}
