import readExif from 'exif-reader'
import { isNullIsland } from '../domain/place/boundary.js'
import { firstInstantOf } from '../domain/time/zone.js'

/** What a picture says of itself: when it was taken and where, WGS 84. */
export interface PhotoFacts {
  takenAt: string | null
  location: { lon: number; lat: number } | null
}

const NOTHING: PhotoFacts = { takenAt: null, location: null }
/** Before then there were no such cameras: a clock that was never set. */
const EARLIEST = '1995-01-01T00:00:00.000Z'

/** Reads time and position from EXIF; what is broken or absurd counts as absent. A time without a zone is the jurisdiction's. */
export function factsOf(exif: Buffer | undefined, zone: string): PhotoFacts {
  if (exif === undefined) return NOTHING
  let tags: ReturnType<typeof readExif>
  try {
    tags = readExif(exif)
  } catch {
    return NOTHING
  }
  return { takenAt: takenAtOf(tags, zone), location: locationOf(tags) }
}

type Tags = ReturnType<typeof readExif>

function takenAtOf({ Photo = {}, Image = {} }: Tags, zone: string): string | null {
  const wall = Photo.DateTimeOriginal ?? Photo.DateTimeDigitized ?? Image.DateTime
  // The library gives what the camera's clock showed as if it were UTC.
  if (!(wall instanceof Date) || Number.isNaN(wall.getTime())) return null
  const offset = Photo.OffsetTimeOriginal ?? Photo.OffsetTimeDigitized ?? Photo.OffsetTime
  const local = wall.toISOString().slice(0, 19)
  const isOffset = typeof offset === 'string' && /^[+-]\d{2}:\d{2}$/.test(offset)
  const takenAt = isOffset ? new Date(`${local}${offset}`) : new Date(firstInstantOf(wall.getTime(), zone))
  if (Number.isNaN(takenAt.getTime())) return null
  const text = takenAt.toISOString()
  return text.length === 24 && text >= EARLIEST ? text : null
}

function locationOf({ GPSInfo = {} }: Tags): PhotoFacts['location'] {
  const lon = degreesOf(GPSInfo.GPSLongitude, GPSInfo.GPSLongitudeRef, 'W')
  const lat = degreesOf(GPSInfo.GPSLatitude, GPSInfo.GPSLatitudeRef, 'S')
  if (lon === null || lat === null || Math.abs(lon) > 180 || Math.abs(lat) > 90) return null
  // A receiver without a fix writes zeros.
  if (isNullIsland({ lon, lat })) return null
  return { lon, lat }
}

/** Degrees, minutes, seconds. */
function degreesOf(value: unknown, reference: unknown, negative: string): number | null {
  if (!Array.isArray(value) || value.length === 0 || !value.every((part) => Number.isFinite(part))) return null
  const [degrees = 0, minutes = 0, seconds = 0] = value as number[]
  const sum = degrees + minutes / 60 + seconds / 3600
  const sign = typeof reference === 'string' && reference.toUpperCase().startsWith(negative) ? -1 : 1
  return Math.round(sign * sum * 1e7) / 1e7
}
