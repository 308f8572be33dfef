import { join } from 'node:path'
import { type Picture, remakeImage } from './image.js'
import { inspect } from './inspect.js'
import type { PhotoFacts } from './metadata.js'
import type { NewFile } from './store.js'
import { measured, type Received } from './workspace.js'

/** A received file that has been found good: what is kept of it, and what it says. */
export interface Prepared extends PhotoFacts {
  kept: NewFile
  /** Of images. */
  picture: (Pick<Picture, 'width' | 'height' | 'phash'> & { thumbnail: NewFile }) | null
}

/** Looks at a file by its content and makes what is kept. A paper is kept as it came; nothing here opens it. */
export async function prepare(received: Received, folder: string, zone: string): Promise<Prepared> {
  const { type, hasEnd } = await inspect(received.path)
  if (type === 'application/pdf') {
    return { kept: { ...received, mediaType: type }, picture: null, takenAt: null, location: null }
  }
  const [output, small] = [join(folder, 'image'), join(folder, 'thumbnail')]
  const { mediaType, width, height, phash, ...facts } = await remakeImage(
    { path: received.path, type, hasEnd },
    zone,
    output,
    small,
  )
  const thumbnail = { ...(await measured(small)), mediaType: 'image/jpeg' }
  return { kept: { ...(await measured(output)), mediaType }, picture: { width, height, phash, thumbnail }, ...facts }
}
