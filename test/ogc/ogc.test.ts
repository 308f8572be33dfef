import { MEDIA_TYPES } from '../../src/http/negotiate.js'
import { FeaturesView, FeatureView } from '../../src/ogc/schemas.js'
import { type Caller, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

// The abstract test suite of OGC API – Features – Part 1: Core (OGC 17-069r4, Annex A), each test under its own name, and
// after it what the standard leaves to the service. Not run: what is about HTML and GML, which are not declared, and
// /conf/core/http, which is the web server's.

const { app, home, foreign, clock } = await createCheckedApp(t, { PUBLIC_URL: 'https://list.example.cn' })
const { office } = home
const ROOT = '/v1/ogc'
const ITEMS = `${ROOT}/collections/items/items`
const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'

/** Where, and on which day of March 2026 it was reported. */
const PLACES: [number, number, number][] = [
  [115.6, 32.7, 3],
  [115.81, 32.89, 4],
  [116.1, 33.1, 5],
  [179.5, 10, 6],
  [-179.5, 10, 7],
  [0.5, 0.5, 8],
]
for (const [lon, lat, day] of PLACES) {
  clock.now = `2026-03-0${day}T04:00:00.000Z`
  await itemIn(day % 2 === 0 ? 'listed' : 'reported', home, { filing: { location: { lon, lat } } })
}
clock.now = '2026-03-09T04:00:00.000Z'
const nowhere = await itemIn('closed', home)
await itemIn('listed', foreign, { filing: { location: { lon: 115.8, lat: 32.9 } } })
clock.now = '2026-03-20T01:00:00.000Z'

/** The path of a link, as the service at its public address serves it. */
const pathOf = (href: string) => {
  const url = new URL(href)
  if (url.origin !== 'https://list.example.cn') throw new Error(`${href} is not absolute from the public address`)
  return url.pathname + url.search
}
const linkOf = (body: Json, rel: string): Json => body.links.find((link: Json) => link.rel === rel)
async function features(query = '', caller: Caller = office): Promise<Json> {
  const answer = await caller.get(`${ITEMS}${query}`)
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return FeaturesView.parse(answer.body)
}
const daysOf = (body: Json): number[] =>
  body.features.map((feature: Json) => Number(feature.properties.reportedAt.slice(8, 10))).sort()

t.test('/conf/core/root-op, /conf/core/root-success', async (t) => {
  for (const url of [ROOT, `${ROOT}/`]) {
    const { status, headers, body } = await office.get(url, { 'accept-language': 'zh-CN' })
    t.equal(status, 200)
    t.match(headers['content-type'], /^application\/json/)
    t.type(body.title, 'string')
    for (const rel of ['self', 'service-desc', 'service-doc', 'conformance', 'data']) t.ok(linkOf(body, rel), rel)
    for (const link of body.links) t.ok(link.href && link.rel && link.type, link.rel)
  }
})

t.test('/conf/core/api-definition-op, /conf/core/api-definition-success', async (t) => {
  const { href, type } = linkOf(await ok(office.get(ROOT)), 'service-desc')
  const vendors = 'application/vnd.oai.openapi+json;version=3.1'
  // As GDAL asks, which knows version 3.0.
  const known = 'application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json'
  t.equal(type, 'application/json', 'programs refuse a type that they do not know')
  for (const [accept, came] of [
    [type, /^application\/json/],
    [known, /^application\/json/],
    [vendors, /^application\/vnd\.oai\.openapi\+json; ?version="?3\.1/],
  ] as const) {
    const answer = await app.inject({ url: pathOf(href), headers: { accept } })
    t.match(answer, { statusCode: 200, headers: { 'content-type': came } }, accept)
    t.equal(answer.json().openapi, '3.1.0')
  }
})

t.test('/conf/core/conformance-op, /conf/core/conformance-success', async (t) => {
  const body = await ok(office.get(pathOf(linkOf(await ok(office.get(ROOT)), 'conformance').href)))
  const CLASSES = 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf'
  t.same(body, { conformsTo: [`${CLASSES}/core`, `${CLASSES}/geojson`] }, 'what holds, and nothing else')
})

t.test('/conf/core/fc-md-op, /conf/core/fc-md-success, /conf/core/fc-md-links, /conf/core/fc-md-items', async (t) => {
  const { status, body } = await office.get(pathOf(linkOf(await ok(office.get(ROOT)), 'data').href))
  t.equal(status, 200)
  t.match(linkOf(body, 'self'), { href: `https://list.example.cn${ROOT}/collections`, type: MEDIA_TYPES.json })
  t.same(
    body.collections.map(({ id }: Json) => id),
    ['items'],
  )
})

t.test('/conf/core/fc-md-items-links, /conf/core/fc-md-extent', async (t) => {
  const [collection] = (await ok(office.get(`${ROOT}/collections`))).collections
  t.match(linkOf(collection, 'items'), { type: MEDIA_TYPES.geojson, href: `https://list.example.cn${ITEMS}` })
  t.same(collection.extent, {
    spatial: { bbox: [[-179.5, 0.5, 179.5, 33.1]], crs: CRS84 },
    temporal: {
      interval: [['2026-03-03T04:00:00.000Z', null]],
      trs: 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian',
    },
  })
  const elsewhere = await home.addCaller('inspector', { area: '341221' })
  const [none] = (await ok(elsewhere.get(`${ROOT}/collections`))).collections
  t.same(none.extent, {}, 'who may see nothing learns nothing of where things are')
})

t.test('/conf/core/sfc-md-op, /conf/core/sfc-md-success', async (t) => {
  const { collections } = await ok(office.get(`${ROOT}/collections`))
  t.same(await ok(office.get(`${ROOT}/collections/items`)), collections[0])
  t.equal((await office.get(`${ROOT}/collections/nothing`)).status, 404)
  t.equal((await office.get(`${ROOT}/collections/nothing/items`)).status, 404)
})

t.test('/conf/core/crs84', async (t) => {
  t.same((await ok(office.get(`${ROOT}/collections/items`))).crs, [CRS84])
  const { features: all } = await features()
  const points = all.flatMap(({ geometry }: Json) => (geometry === null ? [] : [geometry.coordinates])).sort()
  t.same(points, PLACES.map(([lon, lat]) => [lon, lat]).sort(), 'longitude, then latitude')
})

t.test('/conf/core/fc-op, /conf/core/fc-response, /conf/geojson/definition, /conf/geojson/content', async (t) => {
  const answer = await office.get(ITEMS)
  t.match(answer, { status: 200, headers: { 'content-type': /^application\/geo\+json/ } })
  const body = FeaturesView.parse(answer.body)
  t.equal(body.features.length, 7)
  for (const accept of ['application/json', 'text/html', '*/*', MEDIA_TYPES.geojson]) {
    t.match(await office.get(ITEMS, { accept }), { headers: { 'content-type': /^application\/geo\+json/ } }, accept)
  }
})

t.test(
  '/conf/core/fc-links, /conf/core/fc-timeStamp, /conf/core/fc-numberMatched, /conf/core/fc-numberReturned',
  async (t) => {
    const body = await features('?limit=3&status=listed')
    t.equal(linkOf(body, 'self').href, `https://list.example.cn${ITEMS}?limit=3&status=listed`)
    t.equal(linkOf(body, 'alternate').href, 'https://list.example.cn/v1/items?limit=3&status=listed')
    t.equal((await office.get(pathOf(linkOf(body, 'alternate').href))).status, 200)
    for (const link of body.links) t.ok(link.rel && link.type)
    t.match(body, { timeStamp: clock.now, numberMatched: 3, numberReturned: 3 })
    t.notOk(linkOf(body, 'next'), 'the last page has no next')
  },
)

t.test('the next links lead through all features, none of them twice, each page with the whole number', async (t) => {
  const seen: string[] = []
  let path = `${ITEMS}?limit=2&level=general`
  const all = await features('?level=general')
  for (let pages = 0; pages < 5; pages++) {
    const { headers, body } = await office.get(path)
    seen.push(...body.features.map(({ id }: Json) => id))
    t.equal(body.numberMatched, all.numberMatched)
    const next = linkOf(body, 'next')
    t.equal(headers.link !== undefined, next !== undefined)
    if (next === undefined) break
    path = pathOf(next.href)
  }
  t.same(
    seen,
    all.features.map(({ id }: Json) => id),
  )
  const { href } = linkOf(await features('?limit=2'), 'next')
  refused(t, await office.get(`${pathOf(href)}&level=general`), 400, 'invalid-request', { pointers: ['/query/cursor'] })
})

t.test('/conf/core/fc-limit-definition, /conf/core/fc-limit-response', async (t) => {
  const parameters: Json[] = (app.swagger() as Json).paths[ITEMS].get.parameters
  const limit = parameters.find(({ name }) => name === 'limit')
  t.match(limit, { in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 } })
  t.equal((await features('?limit=2')).features.length, 2)
  for (const over of ['1001', '99999', '99999999999999999999'])
    t.equal((await features(`?limit=${over}`)).numberReturned, 7)
  for (const wrong of ['0', '-1', '1.5', 'all', '']) {
    refused(t, await office.get(`${ITEMS}?limit=${wrong}`), 400, 'invalid-request', { pointers: ['/query/limit'] })
  }
})

t.test('/conf/core/fc-bbox-definition, /conf/core/fc-bbox-response', async (t) => {
  const parameters: Json[] = (app.swagger() as Json).paths[ITEMS].get.parameters
  t.match(
    parameters.find(({ name }) => name === 'bbox'),
    {
      in: 'query',
      required: false,
      style: 'form',
      explode: false,
      schema: { type: 'array', items: { type: 'number' } },
    },
  )
  const cases: [string, number[]][] = [
    ['115.5,32.5,116,33', [3, 4]],
    ['115.6,32.7,115.6,32.7', [3]],
    ['115.5,32.5,-100,116,33,8848.86', [3, 4]],
    ['1.155e2,32.5,116,33', [3, 4]],
    ['179,0,-179,20', [6, 7]],
    ['170,-5,1,5', [8]],
    ['-180,-90,180,90', [3, 4, 5, 6, 7, 8]],
    ['20,20,21,21', []],
  ]
  for (const [box, days] of cases)
    t.same(daysOf(await features(`?bbox=${box}`)), [...days, 9], `${box}, and what has no point`)
  const repeated = '?bbox=115.5&bbox=32.5&bbox=116&bbox=33'
  t.same(daysOf(await features(repeated)), [3, 4, 9])
  for (const wrong of [
    '',
    '1,2,3',
    '1,2,3,4,5',
    'a,b,c,d',
    '115,33,116,32',
    '0,0,0,91',
    '0,0,181,1',
    '0,0,9,1,1,1',
    '1,2,,4',
  ]) {
    refused(t, await office.get(`${ITEMS}?bbox=${wrong}`), 400, 'invalid-request', { pointers: ['/query/bbox'] })
  }
})

t.test('/conf/core/fc-time-definition, /conf/core/fc-time-response', async (t) => {
  const cases: [string, number[]][] = [
    ['2026-03-05T04:00:00Z', [5]],
    ['2026-03-05T12:00:00%2B08:00', [5]],
    ['2026-03-05T04:00:01Z', []],
    ['2026-03-05T04:00:00Z/2026-03-07T04:00:00Z', [5, 6, 7]],
    ['2026-03-05T04:00:00Z/2026-03-07T03:59:59Z', [5, 6]],
    ['../2026-03-04T04:00:00Z', [3, 4]],
    ['/2026-03-04T04:00:00Z', [3, 4]],
    ['2026-03-08T04:00:00Z/..', [8, 9]],
    ['2026-03-08T04:00:00Z/', [8, 9]],
    ['2026-03-05', [5]],
    ['2026-03-05/2026-03-06', [5, 6]],
  ]
  for (const [when, days] of cases) t.same(daysOf(await features(`?datetime=${when}`)), days, when)
  const backwards = '2026-03-07T04:00:00Z/2026-03-05T04:00:00Z'
  for (const wrong of [
    '',
    '..',
    '../..',
    '/',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-03-05T04:00:00',
    backwards,
    '2026-03-01/02/03',
  ]) {
    refused(t, await office.get(`${ITEMS}?datetime=${wrong}`), 400, 'invalid-request', {
      pointers: ['/query/datetime'],
    })
  }
})

t.test('/conf/core/query-param-unknown, /conf/core/query-param-invalid', async (t) => {
  for (const path of [
    ROOT,
    `${ROOT}/`,
    `${ROOT}/conformance`,
    `${ROOT}/collections`,
    `${ROOT}/collections/items`,
    ITEMS,
  ]) {
    refused(t, await office.get(`${path}?nonsense=1`), 400, 'invalid-request', { pointers: ['/query/nonsense'] })
  }
  refused(t, await office.get(`${ITEMS}?bbox-crs=${CRS84}`), 400, 'invalid-request', { pointers: ['/query/bbox-crs'] })
  refused(t, await office.get(`${ITEMS}?level=huge`), 400, 'invalid-request', { pointers: ['/query/level'] })
})

t.test('/conf/core/f-op, /conf/core/f-success, /conf/core/f-links', async (t) => {
  for (const { id, properties, geometry } of (await features()).features) {
    const answer = await office.get(`${ITEMS}/${id}`)
    t.match(answer, {
      status: 200,
      headers: { 'content-type': /^application\/geo\+json/, etag: `"${properties.version}"` },
    })
    const { links, ...feature } = FeatureView.parse(answer.body)
    t.same(feature, { type: 'Feature', id, geometry, properties })
    t.same(
      links.map(({ rel, type }) => `${rel} ${type}`),
      ['self application/geo+json', 'alternate application/json', 'collection application/json'],
    )
    const row = await ok(office.get(pathOf(linkOf(answer.body, 'alternate').href)))
    const { unitId, unitName, leadOfficialName, leadOfficialTitle, ...itself } = properties
    t.same(itself, row, 'the list’s own object')
    t.equal(unitId, row.assignment?.responsibleUnit ?? null, 'and beside it who answers for it, flat')
    t.equal(unitName === null, unitId === null)
    t.equal(leadOfficialName, row.assignment?.leadOfficial.name ?? null)
    t.equal(leadOfficialTitle, row.assignment?.leadOfficial.title ?? null)
  }
  t.equal((await office.get(`${ITEMS}/01900000-0000-7000-8000-000000000000`)).status, 404)
})

t.test('the list’s filters are parameters, and an item without a point is there without a geometry', async (t) => {
  t.same(daysOf(await features('?status=listed&status=closed')), [4, 6, 8, 9])
  t.same(daysOf(await features('?bbox=115,32,117,34&status=reported&datetime=../2026-03-04')), [3])
  const { features: closed } = await features('?status=closed')
  t.match(closed, [{ id: nowhere.id, geometry: null, properties: { code: nowhere.code, location: null } }])
})

t.test('`asOf` answers as things stood then', async (t) => {
  const { features: then } = await features('?asOf=2026-03-05T12:00:00Z')
  t.equal(then.length, 3)
  t.equal((await office.get(`${ITEMS}/${nowhere.id}?asOf=2026-03-05T12:00:00Z`)).status, 404)
  refused(t, await office.get(`${ITEMS}?asOf=2099-01-01T00:00:00Z`), 400, 'invalid-request', {
    pointers: ['/query/asOf'],
  })
})

t.test('everybody gets the features of the items that are theirs to see', async (t) => {
  t.equal((await features('', foreign.office)).numberMatched, 1)
  t.equal((await features('', home.unitCaller)).numberMatched, 1, 'a unit: what it was assigned')
  const county = await home.addCaller('supervisor', { area: '341225' })
  t.equal((await features('', county)).numberMatched, 7)
  const elsewhere = await home.addCaller('supervisor', { area: '341221' })
  t.same(await features('', elsewhere), { ...(await features('', elsewhere)), numberMatched: 0, features: [] })
  t.equal((await elsewhere.get(`${ITEMS}/${nowhere.id}`)).status, 404)
  for (const url of [ROOT, `${ROOT}/`, `${ROOT}/conformance`, `${ROOT}/collections`, ITEMS]) {
    t.equal((await app.inject({ url })).statusCode, 401, url)
  }
  await ok(home.inspector.post('/v1/items', filing()))
  t.equal((await features('?limit=1')).numberMatched, 8)
})
