type ImageType = 'image/jpeg' | 'image/png' | 'image/webp'

const END_OF_JPEG = Buffer.from([0xff, 0xd9])
const END_OF_PNG = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])

/** Where an image ends in its file, by its own structure; undefined where its end is not there. */
export function endOfImage(bytes: Buffer, type: ImageType): number | undefined {
  const end = { 'image/jpeg': endOfJpeg, 'image/png': endOfPng, 'image/webp': endOfWebp }[type](bytes)
  return end === undefined || end > bytes.length ? undefined : end
}

/** An image with the end that a camera or a transfer left out. What else is missing shows when it is decoded. */
export function withEnd(bytes: Buffer, type: ImageType): Buffer {
  if (type === 'image/jpeg')
    return Buffer.concat([bytes, bytes.at(-1) === 0xff ? END_OF_JPEG.subarray(1) : END_OF_JPEG])
  return type === 'image/png' ? Buffer.concat([bytes, END_OF_PNG]) : bytes
}

/** Segments, of which a scan has no length: in its data a marker is what no 0 follows (ITU-T T.81, B.1.1). */
function endOfJpeg(bytes: Buffer): number | undefined {
  let at = 2
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xd9) return at + 2
    if (marker === 0xff) at++
    else if (isAlone(marker)) at += 2
    else {
      if (at + 4 > bytes.length) return undefined
      at += 2 + bytes.readUInt16BE(at + 2)
      if (marker === 0xda) at = afterScan(bytes, at)
    }
  }
  return undefined
}

function afterScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && !isAlone(next)) return at
  }
  return bytes.length
}

/** Restart markers, and one for arithmetic coding, have nothing after them. */
function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
}

/** Chunks, of which the last says so (PNG, 5.3). */
function endOfPng(bytes: Buffer): number | undefined {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return end
    at = end
  }
  return undefined
}

/** Its length stands at its beginning (RIFF). */
function endOfWebp(bytes: Buffer): number | undefined {
  return bytes.length < 12 ? undefined : 8 + bytes.readUInt32LE(4)
}
