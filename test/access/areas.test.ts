import { loadReference } from '../../src/db/reference.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { filing, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { importCsv } from '../helpers/import.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { home, foreign, db, superuser, clock } = made
const { office, inspector, admin } = home
clock.now = '2026-06-01T01:00:00.000Z'
const file = (more: Json) => inspector.post('/v1/items', filing(more))
const area = async (code: string, at = office) =>
  (await ok(at.get(`/v1/areas?under=${code}&limit=200`))).data.find((one: Json) => one.code === code)
const change = (code: string, patch: Json, version: number, at = admin) =>
  at.patch(`/v1/areas/${code}`, patch, { 'if-match': `"${version}"` })

t.test('an area is named by its statistical code of 12 digits as well, wherever one is named', async (t) => {
  for (const [given = '', kept = ''] of [
    ['341225101000', '341225101'],
    ['341225101203', '341225101'],
    ['341225000000', '341225'],
    ['341225000', '341225'],
  ]) {
    t.match(await file({ area: given }), { status: 201, body: { area: kept } }, given)
  }
  refused(t, await file({ area: '341225000203' }), 400, 'invalid-request', { pointers: ['/area'] })
  refused(t, await file({ area: '34122510' }), 400, 'invalid-request', { pointers: ['/area'] })
  const { data } = await ok(office.get('/v1/items?area=341225101000'))
  t.equal(data.length, 2)
  t.equal((await ok(office.get('/v1/items?area=341225000000'))).data.length, 4)
  t.equal((await ok(office.get('/v1/areas?under=341225101000'))).data.length, 1)
  const unit = await ok(admin.post('/v1/units', { name: '十二位镇', area: '341225101000' }))
  t.equal(unit.area, '341225101')
})

t.test('an administrator adds, renames and retires areas, for their jurisdiction alone', async (t) => {
  const added = await admin.post('/v1/areas', { code: '341225130000', name: '新村镇', validFrom: '2026-07-01' })
  t.match(added, { status: 201, headers: { etag: '"1"' } })
  const expected = { code: '341225130', name: '新村镇', level: 4, parent: '341225', version: 1 }
  t.same(added.body, { ...expected, validFrom: '2026-07-01', validTo: null, successor: null })
  t.same(await area('341225130'), added.body)
  refused(t, await admin.post('/v1/areas', { code: '341225130', name: '又一镇' }), 409, 'duplicate')
  refused(t, await admin.post('/v1/areas', { code: '341225', name: '阜南' }), 409, 'duplicate')
  for (const [body, pointer] of [
    [{ code: '341621130', name: '他处镇' }, '/code'],
    [{ code: '341299130', name: '无县镇' }, '/code'],
    [{ code: '341225131', name: ' ' }, '/name'],
    [{ code: '341225131', name: '镇', validFrom: '2026-02-30' }, '/validFrom'],
    [{ code: '341225131', name: '镇', level: 4 }, '/level'],
  ] as const) {
    refused(t, await admin.post('/v1/areas', body), 400, 'invalid-request', { pointers: [pointer] })
  }

  const early = await file({ area: '341225130' })
  refused(t, early, 400, 'invalid-request', { pointers: ['/area'] })
  t.match(early.body.detail, '2026-07-01')
  clock.now = '2026-07-01T01:00:00.000Z'
  const there = await file({ area: '341225130' })
  t.match(there, { status: 201, body: { area: '341225130' } })
  await ok(office.post(`/v1/items/${there.body.id}/listing`, { level: 'general' }))

  t.same(await area('341225130', foreign.office), undefined, 'another jurisdiction does not see it')
  refused(t, await change('341225130', { name: '他的' }, 1, foreign.admin), 404, 'not-found')
  const theirs = foreign.inspector.post('/v1/items', filing({ area: '341225130' }))
  refused(t, await theirs, 400, 'invalid-request', { pointers: ['/area'] })

  const renamed = await change('341225', { name: '阜南市' }, 0)
  t.match(renamed, { status: 200, headers: { etag: '"1"' }, body: { name: '阜南市', version: 1 } })
  refused(t, await change('341225', { name: '阜南' }, 0), 412, 'stale', { currentVersion: 1 })
  refused(t, await admin.patch('/v1/areas/341225', { name: '阜南' }), 428, 'precondition-required')
  const { groups } = await ok(office.get('/v1/reports/progress?from=2026-06-01&to=2026-07-02&groupBy=area'))
  t.match(
    groups.filter(({ key }: Json) => key === '341225'),
    [{ label: '阜南市' }],
    'reports show today’s name',
  )

  refused(t, await change('341225', { successor: '341226' }, 1), 400, 'invalid-request', { pointers: ['/validTo'] })
  const self = { validTo: '2026-08-01', successor: '341225' }
  refused(t, await change('341225', self, 1), 400, 'invalid-request', { pointers: ['/successor'] })
  const none = { validTo: '2026-08-01', successor: '341299' }
  refused(t, await change('341225', none, 1), 400, 'invalid-request', { pointers: ['/successor'] })
  const before = { validTo: '2026-06-01' }
  refused(t, await change('341225130', before, 1), 400, 'invalid-request', { pointers: ['/validTo'] })
})

t.test('in a retired area nothing new is filed, and what is there stays readable', async (t) => {
  const item = (await file({ area: '341225101' })).body
  t.match(await change('341225101', { validTo: '2026-07-10', successor: '341225130' }, 0), { status: 200 })
  t.match(await file({ area: '341225101' }), { status: 201 }, 'it is one until then')
  clock.now = '2026-07-10T01:00:00.000Z'
  const late = await file({ area: '341225101203' })
  refused(t, late, 400, 'invalid-request', { pointers: ['/area'] })
  t.match(late.body.detail, '341225130', 'the refusal names what to use')
  t.equal((await ok(office.get(`/v1/items/${item.id}`))).area, '341225101')
  t.ok((await ok(office.get('/v1/items?area=341225101'))).data.length > 0)
  const ifMatch = { 'if-match': `"${item.version}"` }
  const kept = await office.patch(`/v1/items/${item.id}`, { title: '改名', area: '341225101' }, ifMatch)
  t.match(kept, { status: 200, body: { area: '341225101' } }, 'it may be sent back as it is')
  const other = (await file({ area: '341225102' })).body
  const moved = await office.patch(`/v1/items/${other.id}`, { area: '341225101' }, { 'if-match': '"1"' })
  refused(t, moved, 400, 'invalid-request', { pointers: ['/area'] })
  const events = await allPages(home.auditor, '/v1/events?limit=200')
  t.same(
    events.filter(({ type }) => type.startsWith('area.')).map(({ type, data }) => [type, data.code]),
    [
      ['area.added', '341225130'],
      ['area.changed', '341225'],
      ['area.changed', '341225101'],
    ],
  )
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
})

t.test('a release that ships an added area makes it everybody’s', async (t) => {
  const client = await superuser.connect()
  try {
    await client.query(`update area set shipped = false where code = '341204101'`)
    t.same(await area('341204101', office), undefined)
    await client.query(`delete from reference_data where name = 'areas.csv'`)
    await loadReference(client as never)
    t.match(await area('341204101', office), { version: 0 })
  } finally {
    client.release()
  }
})

/** Two counties side by side, as squares. */
const square = (west: number, south: number, east: number, north: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
})
const feature = (code: string | number, geometry: Json) => ({ type: 'Feature', properties: { adcode: code }, geometry })
const FUNAN = square(115.3, 32.4, 115.9, 32.9)
const YINGSHANG = square(115.9, 32.4, 116.5, 32.9)
const collection = (...features: Json[]) => ({ type: 'FeatureCollection', features })
const at = (lon: number, lat: number, more: Json = {}) =>
  file({ road: null, chainage: null, location: { lon, lat }, ...more })

t.test('no position is no place', async (t) => {
  refused(t, await at(0, 0), 400, 'invalid-request', { pointers: ['/location'] })
  refused(t, await at(0.0002, -0.0001), 400, 'invalid-request', { pointers: ['/location'] })
  const item = (await at(115.6, 32.6)).body
  const ifMatch = { 'if-match': '"1"' }
  const moved = await office.patch(`/v1/items/${item.id}`, { location: { lon: 0, lat: 0 } }, ifMatch)
  refused(t, moved, 400, 'invalid-request', { pointers: ['/location'] })
  const asked = await inspector.get('/v1/possible-duplicates?lon=0&lat=0')
  refused(t, asked, 400, 'invalid-request', { pointers: ['/query/location'] })
})

t.test('without boundaries a point outside the province is pointed out to staff', async (t) => {
  t.notOk('warnings' in (await at(115.6, 32.6)).body)
  for (const [lon, lat] of [
    [2.35, 48.85],
    [116.4, 39.9],
    [32.6, 60.6],
  ] as const) {
    const { status, body } = await at(lon, lat)
    t.match({ status, warnings: body.warnings }, { status: 201, warnings: ['point_outside_jurisdiction'] })
    t.notOk('warnings' in (await ok(office.get(`/v1/items/${body.id}`))), 'it is the filing’s answer')
  }
  refused(t, await at(115.6, 32.6, { area: undefined }), 400, 'invalid-request', { pointers: ['/area'] })
})

t.test('boundaries are set whole, by the administrator, with codes of the jurisdiction', async (t) => {
  t.same(await ok(office.get('/v1/boundaries')), { type: 'FeatureCollection', version: 0, features: [] })
  const wrong: [Json, string][] = [
    [collection(feature('341621', FUNAN)), '/features/0/properties/code'],
    [collection(feature(341225, FUNAN), feature('341225', YINGSHANG)), '/features/1/properties/code'],
    [collection({ type: 'Feature', properties: {}, geometry: FUNAN }), '/features/0/properties/code'],
    [{ ...collection(), datum: 'x' }, '/datum'],
    [collection(feature(341225, { type: 'Point', coordinates: [1, 2] })), '/features/0/geometry'],
  ]
  for (const [body, pointer] of wrong) {
    const answer = await admin.put('/v1/boundaries', body)
    t.match(answer, { status: 400, body: { code: 'invalid-request' } }, JSON.stringify(answer.body))
    t.ok(
      answer.body.errors.every((one: Json) => one.pointer.startsWith(pointer)),
      JSON.stringify(answer.body.errors),
    )
  }
  const set = await admin.put('/v1/boundaries', collection(feature(341225, FUNAN), feature('341226', YINGSHANG)))
  t.match(set, { status: 200, headers: { etag: '"1"' }, body: { version: 1, areas: ['341225', '341226'] } })
  const shown = await ok(office.get('/v1/boundaries'))
  t.match(shown, { version: 1, features: [{ properties: { code: '341225' }, geometry: { type: 'MultiPolygon' } }, {}] })
  t.equal((await ok(foreign.office.get('/v1/boundaries'))).version, 0, 'another jurisdiction has its own')
  refused(t, await admin.put('/v1/boundaries', collection(), { 'if-match': '"0"' }), 412, 'stale')
})

t.test('a point says the area, or contradicts it', async (t) => {
  t.match(await at(115.6, 32.6, { area: undefined }), { status: 201, body: { area: '341225' } })
  t.match(await at(116.1, 32.6, { area: undefined }), { status: 201, body: { area: '341226' } })
  refused(t, await at(115.6, 33.6, { area: undefined }), 400, 'invalid-request', { pointers: ['/area'] })
  const near = { area: '341225102' }
  t.notOk('warnings' in (await at(115.6, 32.6, near)).body, 'a township lies in its county')
  t.notOk('warnings' in (await at(115.9015, 32.6, near)).body, 'across the border by less than positions are off')
  t.same((await at(115.91, 32.6, near)).body.warnings, ['point_outside_area'])
  t.same(
    (await at(115.6, 33.6, near)).body.warnings,
    ['point_outside_jurisdiction'],
    'within the province, but in no area',
  )
  t.notOk(
    'warnings' in (await at(115.6, 32.6, { area: '341222' })).body,
    'of a county without an outline nothing is known',
  )
  const item = (await at(115.6, 32.6)).body
  const ifMatch = { 'if-match': '"1"' }
  const moved = await office.patch(`/v1/items/${item.id}`, { location: { lon: 116.1, lat: 32.6 } }, ifMatch)
  t.match(moved, { status: 200, body: { warnings: ['point_outside_area'] } })
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('the datum of boundaries is taken off', async (t) => {
  const put = await admin.put('/v1/boundaries', { ...collection(feature(341225, FUNAN)), datum: 'gcj02' })
  t.match(put, { status: 200, body: { version: 2 } })
  const [[[first]]] = (await ok(office.get('/v1/boundaries'))).features[0].geometry.coordinates
  t.ok(Math.abs(first[0] - 115.2945) < 0.001 && Math.abs(first[1] - 32.402) < 0.003, String(first))
  await ok(admin.put('/v1/boundaries', collection(feature(341225, FUNAN), feature('341226', YINGSHANG))))
})

t.test('the public’s points must lie in the jurisdiction, and say where a report belongs', async (t) => {
  const channel = open311(made.app, await channelKey(home, 'public'))
  const send = (lat: number, long: number) =>
    channel.post({ service_code: 'lighting', description: '路灯不亮', lat: String(lat), long: String(long) })
  for (const [lat, long] of [
    [48.85, 2.35],
    [39.9, 116.4],
    [0, 0],
    [32.6, 118.2],
  ] as const) {
    t.equal((await send(lat, long)).status, 400, `${lat}, ${long}`)
  }
  const taken = await send(32.6, 116.1)
  t.equal(taken.status, 200, JSON.stringify(taken.body))
  const { data } = await ok(office.get('/v1/items?limit=1'))
  t.match(data, [{ area: '341226', channel: 'public' }])
})

t.test('an import names areas by name, and is told of points that lie elsewhere', async (t) => {
  const csv = [
    '编号,标题,区划,经度,纬度,日期,状态',
    'N-1,甲,阜南市,115.6,32.6,2026-03-05,待核实',
    'N-2,乙,颍上县,115.6,32.6,2026-03-05,待核实',
    'N-3,丙,341226000000,2.35,48.85,2026-03-05,待核实',
    'N-4,丁,没有的镇,115.6,32.6,2026-03-05,待核实',
  ].join('\n')
  const mapping = {
    externalSystem: 'names',
    fields: {
      ...{
        externalId: { column: '编号' },
        title: { column: '标题' },
        area: { column: '区划' },
        lon: { column: '经度' },
      },
      ...{
        lat: { column: '纬度' },
        reportedAt: { column: '日期' },
        status: { column: '状态', values: { 待核实: 'reported' } },
      },
    },
  }
  const report = (await importCsv(made, office, mapping, csv)).body
  t.match(report, { rows: 4, taken: 3, refused: 1 })
  t.match(report.errors, [{ line: 5, code: 'unknown-area' }])
  t.match(report.warnings, [
    { kind: 'outside-area', count: 1 },
    { kind: 'outside-jurisdiction', count: 1 },
  ])
})

t.test('the command line sets the boundaries of a file, or says what is wrong with it', async (t) => {
  const { version } = await ok(office.get('/v1/boundaries'))
  const folder = t.testdir({
    'good.geojson': JSON.stringify(collection(feature(341225, FUNAN))),
    'empty.geojson': '{"type":"FeatureCollection"}',
    'torn.geojson': '{',
  })
  const run = (...args: string[]) => runNode(MAIN, ['boundaries', ...args], { env: { DATABASE_URL: made.url } })
  const there = ['--jurisdiction', home.id]
  const set = await run(`${folder}/good.geojson`, ...there)
  t.match(set, { code: 0, err: '', out: `Boundaries of 1 areas are set, version ${version + 1}.\n` })
  t.match(await ok(office.get('/v1/boundaries')), { version: version + 1, features: [{}] })
  const refusals: [string[], number, RegExp][] = [
    [['none.geojson'], 1, /none\.geojson cannot be read/],
    [['torn.geojson'], 1, /torn\.geojson is not JSON/],
    [['empty.geojson'], 1, /empty\.geojson is no such GeoJSON: \/features/],
    [['good.geojson', '--datum', 'mars'], 1, /\/datum/],
    [[], 2, /^one-list boundaries <file/],
    [['good.geojson', 'good.geojson'], 2, /There is no place for/],
  ]
  for (const [args, code, said] of refusals) {
    const files = args.map((arg) => (arg.endsWith('.geojson') ? `${folder}/${arg}` : arg))
    t.match(await run(...files, ...there), { code, out: '', err: said }, args.join(' '))
  }
  t.equal((await ok(office.get('/v1/boundaries'))).version, version + 1)
})
