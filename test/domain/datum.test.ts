import fc from 'fast-check'
import gcoordModule from 'gcoord'
import { type Point, toWgs84 } from '../../src/domain/place/datum.js'
import { t } from '../helpers/tap.js'

// The package declares an ES module and ships CommonJS.
const gcoord = gcoordModule as unknown as typeof gcoordModule.default

const FUYANG = { lon: 115.8142, lat: 32.8904 }
const inChina = fc.record({
  lon: fc.double({ min: 73.7, max: 134.7, noNaN: true }),
  lat: fc.double({ min: 18.2, max: 53.5, noNaN: true }),
})

t.test('WGS 84 and CGCS2000 are taken as they are, to 7 decimals', async (t) => {
  t.same(toWgs84(FUYANG, 'wgs84'), FUYANG)
  t.same(toWgs84(FUYANG, 'cgcs2000'), FUYANG)
  t.same(toWgs84({ lon: 115.123456789, lat: 32.987654321 }, 'wgs84'), { lon: 115.1234568, lat: 32.9876543 })
  const { lon, lat } = toWgs84({ lon: -1e-9, lat: -1e-9 }, 'cgcs2000')
  t.ok(Object.is(lon, 0) && Object.is(lat, 0), 'no minus zero')
})

t.test('points of Chinese maps are moved by the hundreds of metres that these are off', async (t) => {
  const fromGcj02 = metresBetween(toWgs84(FUYANG, 'gcj02'), FUYANG)
  const fromBd09 = metresBetween(toWgs84(FUYANG, 'bd09'), FUYANG)
  t.ok(fromGcj02 > 200 && fromGcj02 < 900, `GCJ-02 is off by ${Math.round(fromGcj02)} m`)
  t.ok(fromBd09 > 600 && fromBd09 < 2000, `BD-09 is off by ${Math.round(fromBd09)} m`)
})

t.test('a point in China comes back from GCJ-02 and BD-09 within 1e-6 degrees', async () => {
  for (const [datum, crs] of [
    ['gcj02', gcoord.GCJ02],
    ['bd09', gcoord.BD09],
  ] as const) {
    fc.assert(
      fc.property(inChina, ({ lon, lat }) => {
        const [mapLon, mapLat] = gcoord.transform([lon, lat], gcoord.WGS84, crs)
        const back = toWgs84({ lon: mapLon, lat: mapLat }, datum)
        return Math.abs(back.lon - lon) < 1e-6 && Math.abs(back.lat - lat) < 1e-6
      }),
      { numRuns: 500 },
    )
  }
})

t.test('outside China there is no GCJ-02 offset', async (t) => {
  const newOrleans = { lon: -90.0715, lat: 29.9511 }
  t.same(toWgs84(newOrleans, 'gcj02'), newOrleans)
})

t.test('any point on earth is answered, also at the edge of the box in which the offset applies', async (t) => {
  const anywhere = fc.record({
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
  })
  const edges = [
    ...[72.0041, 72.005, 72.006, 137.8346].map((lon) => ({ lon, lat: 35 })),
    ...[0.8294, 0.831, 55.827].map((lat) => ({ lon: 100, lat })),
    ...[
      { lon: 180, lat: 90 },
      { lon: -180, lat: -90 },
      { lon: 0, lat: 0 },
    ],
  ]
  for (const datum of ['gcj02', 'bd09'] as const) {
    const isNear = (point: Point) => {
      const { lon, lat } = toWgs84(point, datum)
      const off = Math.max(Math.abs(lon - point.lon), Math.abs(lat - point.lat))
      return off < 0.05 && Math.abs(lon) <= 180 && Math.abs(lat) <= 90
    }
    for (const point of edges) t.ok(isNear(point), `${datum} ${point.lon} ${point.lat}`)
    fc.assert(fc.property(anywhere, isNear), { numRuns: 500 })
  }
})

t.test('an unknown datum is refused', async (t) => {
  t.throws(() => toWgs84(FUYANG, 'nad27' as 'wgs84'), RangeError)
})

function metresBetween(a: Point, b: Point): number {
  const metresPerDegree = 111_320
  return Math.hypot(
    (a.lon - b.lon) * metresPerDegree * Math.cos((a.lat * Math.PI) / 180),
    (a.lat - b.lat) * metresPerDegree,
  )
}
