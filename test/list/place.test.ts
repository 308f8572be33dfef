import { type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home } = await createCheckedApp(t)
const { inspector } = home
const fileAt = (place: Json) => inspector.post('/v1/items', { title: '隐患', area: '341225', ...place })

t.test('a point, a road with chainage, or an address is a place, each alone', async (t) => {
  const none = { location: null, road: null, startChainageM: null, endChainageM: null, chainage: null, address: null }
  const point = { startChainageM: 12345, endChainageM: 12345, chainage: 'K12+345' }
  const cases: [Json, Json][] = [
    [{ location: { lon: 115.5953, lat: 32.6584 } }, { location: { lon: 115.5953, lat: 32.6584 } }],
    [{ address: '焦陂镇 幸福路口' }, { address: '焦陂镇 幸福路口' }],
    [
      { road: 'S315', chainage: 'K12+345' },
      { road: 'S315', ...point },
    ],
    [
      { road: 'S315', chainage: 12345 },
      { road: 'S315', ...point },
    ],
    [
      { road: 'S315', startChainageM: 12345 },
      { road: 'S315', ...point },
    ],
    [
      { road: 'S315', endChainageM: 'K12+345' },
      { road: 'S315', ...point },
    ],
    [
      { road: 'S315', address: '大桥北头' },
      { road: 'S315', address: '大桥北头' },
    ],
  ]
  for (const [place, expected] of cases) {
    const { body } = await fileAt(place)
    const { location, road, startChainageM, endChainageM, chainage, address } = body
    t.same({ location, road, startChainageM, endChainageM, chainage, address }, { ...none, ...expected })
  }
})

t.test('a filing without a place is refused, and an area, a road or a direction alone is none', async (t) => {
  for (const place of [
    {},
    { road: 'S315' },
    { direction: 'up' },
    { address: null },
    { location: null, datum: 'gcj02' },
  ]) {
    refused(t, await fileAt(place), 400, 'invalid-request', { pointers: [''] })
  }
  refused(t, await fileAt({ chainage: 'K12+345' }), 400, 'invalid-request', { pointers: ['/road'] })
  refused(t, await fileAt({ chainage: 'K12+345', address: '某处' }), 400, 'invalid-request', { pointers: ['/road'] })
  refused(t, await fileAt({ address: ' ' }), 400, 'invalid-request', { pointers: ['/address'] })
})

t.test('a chainage is read as people write it, and printed one way', async (t) => {
  const written: [string | number, number, number, string][] = [
    ['K12+345', 12345, 12345, 'K12+345'],
    ['k12+345', 12345, 12345, 'K12+345'],
    ['Ｋ１２＋３４５', 12345, 12345, 'K12+345'],
    ['12+5', 12005, 12005, 'K12+005'],
    ['K0', 0, 0, 'K0+000'],
    [0, 0, 0, 'K0+000'],
    [9_999_999, 9_999_999, 9_999_999, 'K9999+999'],
    ['77公里加800米', 77800, 77800, 'K77+800'],
    ['77公里800米', 77800, 77800, 'K77+800'],
    ['77公里', 77000, 77000, 'K77+000'],
    ['800米', 800, 800, 'K0+800'],
    ['K12+300~K12+900', 12300, 12900, 'K12+300~K12+900'],
    ['K12+900-K12+300', 12300, 12900, 'K12+300~K12+900'],
    ['K12+345—K13', 12345, 13000, 'K12+345~K13+000'],
    ['77公里100米至800米', 77100, 77800, 'K77+100~K77+800'],
  ]
  for (const [chainage, startChainageM, endChainageM, printed] of written) {
    const { body } = await fileAt({ road: 'G220', chainage })
    t.match(body, { startChainageM, endChainageM, chainage: printed }, `${chainage}`)
  }
  for (const chainage of ['12345', 'K12+1000', 'abc', 'K', '', 'K1+2~K3+4~K5+6', -1, 1.5, 10_000_000, true]) {
    refused(t, await fileAt({ road: 'G220', chainage }), 400, 'invalid-request', { pointers: ['/chainage'] })
  }
})

t.test('the ends of a stretch may be given each, in either order', async (t) => {
  const stretch = { startChainageM: 300, endChainageM: 1900 }
  t.match(await fileAt({ road: 'G220', startChainageM: 300, endChainageM: 'K1+900' }), { body: stretch })
  t.match(await fileAt({ road: 'G220', startChainageM: 1900, endChainageM: 300 }), { body: stretch })
  for (const field of ['startChainageM', 'endChainageM']) {
    for (const wrong of ['nowhere', 'K1+000~K2+000']) {
      const answer = await fileAt({ road: 'G220', startChainageM: 0, endChainageM: 5, [field]: wrong })
      refused(t, answer, 400, 'invalid-request', { pointers: [`/${field}`] })
    }
  }
})

t.test('a road has one name, however it is written', async (t) => {
  const written = {
    G220: ['G220', 'g220', 'Ｇ２２０', 'G 220', '220国道', '国道220', 'G220国道', 'G220线'],
    颍河西路: [' 颍河西路 '],
  }
  for (const [road, ways] of Object.entries(written)) {
    for (const way of ways) t.match(await fileAt({ road: way, chainage: 'K1' }), { body: { road } }, way)
  }
  for (const road of ['——', '', 'x'.repeat(81)]) {
    refused(t, await fileAt({ road, chainage: 'K1' }), 400, 'invalid-request', { pointers: ['/road'] })
  }
})

t.test('a point is kept in WGS 84, whichever datum it came in', async (t) => {
  // The pairs are those that the documentation of gcoord and coordtransform publish.
  const cases: [string, number, number, number, number][] = [
    ['wgs84', 116.404, 39.915, 116.404, 39.915],
    ['cgcs2000', 116.404, 39.915, 116.404, 39.915],
    ['gcj02', 116.41024449916938, 39.91640428150164, 116.404, 39.915],
    ['bd09', 116.41661560068297, 39.92196580126834, 116.403988, 39.914266],
  ]
  for (const [datum, lon, lat, wgsLon, wgsLat] of cases) {
    for (const place of [{ location: { lon, lat, datum } }, { location: { lon, lat }, datum }]) {
      const { location } = await ok(fileAt(place))
      t.ok(Math.abs(location.lon - wgsLon) < 1e-5 && Math.abs(location.lat - wgsLat) < 1e-5, `${datum} ${lon},${lat}`)
    }
  }
  const both = await ok(fileAt({ location: { lon: 116.404, lat: 39.915, datum: 'wgs84' }, datum: 'bd09' }))
  t.same(both.location, { lon: 116.404, lat: 39.915 }, 'the datum in the location holds')
})

t.test('what is no point is refused where it is wrong', async (t) => {
  const wrong: [string, Json][] = [
    ['/location/lon', { lon: 180.1, lat: 0 }],
    ['/location/lat', { lon: 0, lat: -90.1 }],
    ['/location/lat', { lon: 115.6 }],
    ['/location/lon', { lon: '115.6', lat: 32.6 }],
    ['/location/datum', { lon: 115.6, lat: 32.6, datum: 'mars' }],
    ['/location/alt', { lon: 115.6, lat: 32.6, alt: 30 }],
    ['/location', '115.6,32.6'],
  ]
  for (const [pointer, location] of wrong) {
    refused(t, await fileAt({ location }), 400, 'invalid-request', { pointers: [pointer] })
  }
  const answer = await fileAt({ location: { lon: 115.6, lat: 32.6 }, datum: 'mars' })
  refused(t, answer, 400, 'invalid-request', { pointers: ['/datum'] })
})

t.test('directions are up, down and both', async (t) => {
  for (const direction of ['up', 'down', 'both'])
    t.match(await fileAt({ direction, address: '某处' }), { body: { direction } })
  refused(t, await fileAt({ direction: 'north', address: '某处' }), 400, 'invalid-request', {
    pointers: ['/direction'],
  })
})
