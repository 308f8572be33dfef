import gcoordModule from 'gcoord'

// The package declares an ES module and ships CommonJS: what Node gives as the default is already the library.
const gcoord = gcoordModule as unknown as typeof gcoordModule.default

/** The datums a client may say its point is in; WGS 84 is the one that is kept. */
export const DATUMS = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const

/** One of `DATUMS`. */
export type Datum = (typeof DATUMS)[number]

/** A point in degrees: longitude from -180 to 180, latitude from -90 to 90. */
export interface Point {
  lon: number
  lat: number
}

type MapDatum = typeof gcoord.GCJ02 | typeof gcoord.BD09

const MAX_STEPS = 20
const CLOSE_ENOUGH_DEGREES = 1e-9

/**
 * A point in WGS 84, in degrees rounded to 7 decimals (about a centimetre). CGCS2000 (GB 22021) is taken as it is: its
 * ellipsoid differs by a tenth of a millimetre, and the drift of the plate since its epoch 2000.0 stays below the
 * error of any phone or car receiver. The GCJ-02 offset exists in and around China only, so a GCJ-02 point elsewhere
 * is unchanged.
 */
export function toWgs84(point: Point, datum: Datum): Point {
  switch (datum) {
    case 'wgs84':
    case 'cgcs2000':
      return rounded(point.lon, point.lat)
    case 'gcj02':
      return fromMap(point, gcoord.GCJ02)
    case 'bd09':
      return fromMap(point, gcoord.BD09)
    default:
      datum satisfies never
      throw new RangeError(`unknown datum: ${datum}`)
  }
}

// The library's own way back never ends for points at the western and southern edge of its box around China, where the
// offset sets in (72.005, 30 for one), so only its way there is used, a bounded number of times.
function fromMap(point: Point, datum: MapDatum): Point {
  let { lon, lat } = point
  for (let i = 0; i < MAX_STEPS; i++) {
    const [mapLon, mapLat] = gcoord.transform([lon, lat], gcoord.WGS84, datum)
    const [offLon, offLat] = [mapLon - point.lon, mapLat - point.lat]
    lon -= offLon
    lat -= offLat
    if (Math.abs(offLon) < CLOSE_ENOUGH_DEGREES && Math.abs(offLat) < CLOSE_ENOUGH_DEGREES) break
  }
  return rounded(Math.max(-180, Math.min(180, lon)), Math.max(-90, Math.min(90, lat)))
}

// Adding zero turns the -0 of a tiny negative number into 0.
function rounded(lon: number, lat: number): Point {
  return { lon: Math.round(lon * 1e7) / 1e7 + 0, lat: Math.round(lat * 1e7) / 1e7 + 0 }
}
