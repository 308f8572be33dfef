import { readFile, writeFile } from 'node:fs/promises'
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp'
import phashModule from 'sharp-phash'
import type { MediaType } from '../domain/item/evidence.js'
import { withEnd } from './image-end.js'
import { type ReceivedType, refused } from './inspect.js'
import { MAX_PIXELS, MAX_PROCESSING_S, MAX_SIDE_PX, THUMBNAIL_SIDE_PX } from './limits.js'
import { factsOf, type PhotoFacts } from './metadata.js'

// The package's types declare an ES module, and it ships CommonJS: what Node gives as the default is the function.
const perceptualHash = phashModule as unknown as typeof phashModule.default

type ImageType = Exclude<ReceivedType, 'application/pdf'>

/** An image as it came. */
export interface ReceivedImage {
  path: string
  type: ImageType
  /** Whether its end is there. */
  hasEnd: boolean
}

/** What is made of a received image. */
export interface Picture extends PhotoFacts {
  mediaType: Exclude<MediaType, 'application/pdf'>
  width: number
  height: number
  /** 64 times 0 or 1. */
  phash: string
}

const FORMATS = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp' } as const satisfies Record<
  ImageType,
  string
>
const INPUT = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true } as const
const QUALITY = 88
const THUMBNAIL_QUALITY = 70

// Nothing but these is ever unpacked here: no SVG, no TIFF, no PDF, whatever a file claims to be.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadRaw'],
})
sharp.cache(false)
sharp.concurrency(1)

/**
 * Decodes an image whole and writes it anew to `output`, upright, in sRGB, without any metadata; and its thumbnail, a JPEG.
 * @throws Rejection at `/file` for what cannot be decoded, or has too many pixels.
 */
export async function remakeImage(
  { path, type, hasEnd }: ReceivedImage,
  zone: string,
  output: string,
  thumbnail: string,
): Promise<Picture> {
  const format = FORMATS[type]
  const metadata = await headerOf(path, format)
  // Where only the end is missing, it is put there. Then nothing is let pass: what else is missing would be grey.
  const input = hasEnd ? path : withEnd(await readFile(path), type)
  const { data, info } = await decoded(
    sharp(input, hasEnd ? INPUT : { ...INPUT, failOn: 'warning' })
      .autoOrient()
      .resize({ width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside', withoutEnlargement: true })
      .toFormat(format, format === 'png' ? { compressionLevel: 6 } : { quality: QUALITY }),
  )
  const small = await decoded(
    sharp(data, INPUT)
      .resize({ width: THUMBNAIL_SIDE_PX, height: THUMBNAIL_SIDE_PX, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: THUMBNAIL_QUALITY }),
  )
  // In memory until now, so that what the disk reports is not taken for a fault of the picture.
  await writeFile(output, data, { flag: 'wx', mode: 0o600 })
  await writeFile(thumbnail, small.data, { flag: 'wx', mode: 0o600 })
  // Of the small one: the hash sees 32 by 32 points of it.
  const phash = await perceptualHash(small.data)
  const { width, height } = info
  return { mediaType: type, width, height, phash, ...factsOf(metadata.exif, zone) }
}

async function headerOf(path: string, format: string): Promise<Metadata> {
  const metadata = await sharp(path, { ...INPUT, limitInputPixels: false })
    .metadata()
    .catch(() => undefined)
  if (metadata === undefined || metadata.format !== format) throw refused(UNREADABLE)
  // Of all pages together: an animation of ten thousand pictures is as large as they are.
  const pixels = metadata.width * metadata.height * (metadata.pages ?? 1)
  if (pixels > MAX_PIXELS) {
    throw refused({
      zh: `图片有 ${pixels} 像素，超过上限 ${MAX_PIXELS}。`,
      en: `The image has ${pixels} pixels, more than ${MAX_PIXELS}.`,
    })
  }
  return metadata
}

const UNREADABLE = { zh: '图片无法解码，或已损坏。', en: 'The image cannot be decoded, or is broken.' }

/** @throws Rejection at `/file` when libvips cannot make sense of the file, or not in time. */
async function decoded(image: Sharp): Promise<{ data: Buffer; info: OutputInfo }> {
  try {
    return await image.timeout({ seconds: MAX_PROCESSING_S }).toBuffer({ resolveWithObject: true })
  } catch {
    throw refused(UNREADABLE)
  }
}
