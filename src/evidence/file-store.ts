import { join } from 'node:path'
import type { EvidenceSettings } from '../config/settings.js'
import { createFolderStore } from './folder-store.js'
import { createS3Store } from './s3-store.js'
import type { FileStore } from './store.js'

/** The store of the configuration. */
export function createFileStore({ dataDir, s3 }: EvidenceSettings): FileStore {
  return s3 === undefined ? createFolderStore(join(dataDir, 'evidence')) : createS3Store(s3)
}

/** What is on its way: received in part, or being looked at. */
export function uploadsFolder({ dataDir }: EvidenceSettings): string {
  return join(dataDir, 'uploads')
}

/** The name under which a file is kept; with its jurisdiction, since nothing is shared between two. */
export function nameOf(jurisdiction: string, receivedSha256: string): string {
  return `${jurisdiction}/${receivedSha256.slice(0, 2)}/${receivedSha256}`
}

/** The name of its thumbnail. */
export function thumbnailNameOf(jurisdiction: string, receivedSha256: string): string {
  return `${nameOf(jurisdiction, receivedSha256)}.thumbnail`
}
