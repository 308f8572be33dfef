import { type Caller, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { admin, office, auditor } = home
const NOBODY = '01900000-0000-7000-8000-000000000000'

/** The events since `seq`, without what chains them. */
async function eventsAfter(seq: number): Promise<Json[]> {
  const { data } = await ok(auditor.get(`/v1/events?after=${seq}`))
  return data.map(({ type, data: of, actor, at, itemId }: Json) => ({ type, data: of, by: actor.role, at, itemId }))
}
const headSeq = async () => (await ok(auditor.get('/v1/ledger'))).seq

t.test('everybody can ask who they are', async (t) => {
  const jurisdiction = { id: 'fuyang', name: '阜阳', timeZone: 'Asia/Shanghai', area: '341200' }
  const { id, ...me } = await ok(home.unitCaller.get('/v1/me'))
  t.match(id, /^[0-9a-f-]{36}$/)
  t.same(me, { name: '阜阳 unit', role: 'unit', jurisdiction, unit: home.unit, area: null })
  const south = await home.addCaller('supervisor', { area: '341225', name: '阜南 周局' })
  t.match(await ok(south.get('/v1/me')), { name: '阜南 周局', role: 'supervisor', unit: null, area: '341225' })
  for (const role of ['office', 'inspector', 'supervisor', 'auditor', 'admin'] as const) {
    t.match(await ok(home[role].get('/v1/me')), { role, jurisdiction })
  }
})

t.test('a unit is added, changed and told of in the ledger', async (t) => {
  const seq = await headSeq()
  const answer = await admin.post('/v1/units', { name: '王店镇人民政府', kind: 'township', area: '341202100' })
  const { id } = answer.body
  t.match(answer, { status: 201, headers: { etag: '"1"' } })
  const created = { id, name: '王店镇人民政府', kind: 'township', area: '341202100', active: true }
  t.same(answer.body, { ...created, version: 1 })
  const changed = await admin.patch(`/v1/units/${id}`, { area: null, active: false }, { 'if-match': '"1"' })
  t.match(changed, { status: 200, headers: { etag: '"2"' } })
  t.same(effectOf(answer.body, changed.body), { area: null, active: false, version: 2 })
  const said = { by: 'admin', at: clock.now, itemId: null }
  t.same(await eventsAfter(seq), [
    { type: 'unit.created', data: created, ...said },
    { type: 'unit.changed', data: { ...created, area: null, active: false }, ...said },
  ])
  refused(t, await admin.patch(`/v1/units/${id}`, { name: '王店镇' }, { 'if-match': '"1"' }), 412, 'stale', {
    currentVersion: 2,
  })
  t.match(await admin.patch(`/v1/units/${id}`, { name: '王店镇' }), { status: 200, body: { version: 3 } })
  refused(t, await admin.patch(`/v1/units/${NOBODY}`, { name: '无' }), 404, 'not-found')
  t.match(await ok(admin.post('/v1/units', { name: '另一单位' })), { kind: 'other', area: null })
})

t.test('a unit’s name is its own in the jurisdiction', async (t) => {
  const first = await ok(admin.post('/v1/units', { name: '养护公司', kind: 'company' }))
  const second = await ok(admin.post('/v1/units', { name: '养护二公司', kind: 'company' }))
  refused(t, await admin.post('/v1/units', { name: ' 养护公司 ' }), 409, 'duplicate')
  refused(t, await admin.patch(`/v1/units/${second.id}`, { name: '养护公司' }), 409, 'duplicate')
  t.equal((await admin.patch(`/v1/units/${first.id}`, { name: '养护公司' })).status, 200, 'it may keep its own')
  t.equal((await foreign.admin.post('/v1/units', { name: '养护公司' })).status, 201, 'another jurisdiction has its own')
  const race = await Promise.all(Array.from({ length: 5 }, () => admin.post('/v1/units', { name: '竞速公司' })))
  t.same(race.map(({ status }) => status).sort(), [201, 409, 409, 409, 409])
})

t.test('more units at once than there are connections are all added', async (t) => {
  const names = Array.from({ length: 24 }, (_, k) => `并发单位 ${k}`)
  const answers = await Promise.all(names.map((name) => admin.post('/v1/units', { name })))
  t.same([...new Set(answers.map(({ status }) => status))], [201])
})

t.test('what is wrong with a unit is named', async (t) => {
  const { id } = await ok(admin.post('/v1/units', { name: '待改单位' }))
  const wrong: [string, Json][] = [
    ['/name', { name: ' ' }],
    ['/name', { name: 'x'.repeat(101) }],
    ['/kind', { name: '甲', kind: 'ministry' }],
    ['/area', { name: '甲', area: '999999' }],
    ['/area', { name: '甲', area: '3412' }],
    ['/phone', { name: '甲', phone: '0558' }],
    ['/version', { name: '甲', version: 9 }],
  ]
  for (const [pointer, unit] of wrong) {
    refused(t, await admin.post('/v1/units', unit), 400, 'invalid-request', { pointers: [pointer] })
    refused(t, await admin.patch(`/v1/units/${id}`, unit), 400, 'invalid-request', { pointers: [pointer] })
  }
  refused(t, await admin.post('/v1/units', {}), 400, 'invalid-request', { pointers: ['/name'] })
  refused(t, await admin.patch(`/v1/units/${id}`, { active: null }), 400, 'invalid-request', { pointers: ['/active'] })
  refused(t, await admin.patch('/v1/units/7', { name: '甲' }), 400, 'invalid-request', { pointers: ['/params/id'] })
})

/** The pages of a list, whatever their size, are the whole; a cursor that is none is refused. */
async function isPaged(t: Tap, caller: Caller, url: string, keyOf: (row: Json) => string): Promise<void> {
  const and = url.includes('?') ? '&' : '?'
  const whole = await allPages(caller, `${url}${and}limit=200`)
  const keys = whole.map(keyOf)
  t.equal(new Set(keys).size, keys.length)
  for (const limit of [1, 7]) t.same((await allPages(caller, `${url}${and}limit=${limit}`)).map(keyOf), keys)
  const first = await caller.get(`${url}${and}limit=2`)
  t.match(first.headers.link, /rel="next"/)
  for (const bad of ['limit=0', 'limit=201', 'cursor=x', 'cursor=', 'page=2']) {
    refused(t, await caller.get(`${url}${and}${bad}`), 400, 'invalid-request')
  }
}
type Tap = Parameters<typeof refused>[0]

t.test('units are listed by name, in pages', async (t) => {
  await isPaged(t, office, '/v1/units', (unit) => unit.id)
  const names = (await allPages(office, '/v1/units?limit=200')).map((unit) => unit.name)
  t.same(names, [...names].sort(byCodePoint))
  t.ok(names.includes('阜阳公路局') && !names.includes('亳州公路局'))
})

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

t.test('the sixteen categories are there, in their order and both languages, and can be extended', async (t) => {
  const { data, nextCursor } = await ok(office.get('/v1/categories', { 'accept-language': 'zh-CN' }))
  t.equal(nextCursor, null)
  t.equal(data.length, 16)
  const first = {
    code: 'roadside_protection',
    nameZh: '临水临崖路侧防护',
    nameEn: 'Roadside protection at water or cliff',
  }
  t.same(data[0], { ...first, name: first.nameZh })
  t.equal(data[15].code, 'other')
  t.same((await ok(office.get('/v1/categories'))).data[0], { ...first, name: first.nameEn })

  const seq = await headSeq()
  const added = { code: 'railway_crossing', nameZh: '铁路道口', nameEn: 'Railway crossing' }
  const answer = await admin.post('/v1/categories', added)
  t.match(answer, { status: 201, body: { ...added, name: 'Railway crossing' } })
  t.same((await ok(office.get('/v1/categories'))).data.at(-1), answer.body, 'it stands last')
  t.same(await eventsAfter(seq), [{ type: 'category.created', data: added, by: 'admin', at: clock.now, itemId: null }])
  refused(t, await admin.post('/v1/categories', added), 409, 'duplicate')
  t.equal((await foreign.admin.post('/v1/categories', added)).status, 201)
  const filed = { title: '道口', area: '341225', address: '某处', category: 'railway_crossing' }
  t.equal((await home.inspector.post('/v1/items', filed)).status, 201)
  for (const code of ['Railway', '7up', '', 'a-b', 'x'.repeat(41)]) {
    refused(t, await admin.post('/v1/categories', { ...added, code }), 400, 'invalid-request', { pointers: ['/code'] })
  }
  refused(t, await admin.post('/v1/categories', { code: 'x' }), 400, 'invalid-request', {
    pointers: ['/nameEn', '/nameZh'],
  })
})

t.test('areas are those under the jurisdiction, a county, or any code', async (t) => {
  const codes = async (query: string) =>
    (await allPages(office, `/v1/areas?limit=200${query}`)).map((area) => area.code)
  const own = await codes('')
  t.equal(own[0], '341200')
  t.ok(own.length > 150 && own.every((code) => code.startsWith('3412')))
  const counties = ['341202', '341203', '341204', '341221', '341222', '341225', '341226', '341282']
  t.same(
    (await codes('&level=3')).filter((code) => !code.startsWith('34127')),
    counties,
    'and two development zones, which the statistics count as counties',
  )
  t.same(await codes('&level=3&under=341225'), ['341225'])
  t.ok((await codes('&level=4&under=341225')).includes('341225101'))
  t.equal((await codes('&level=2&under=340000')).length, 16, 'the cities of Anhui')
  t.same(await codes('&under=341225101'), ['341225101'])
  t.same(await codes('&under=99'), [])
  const [town] = (await ok(office.get('/v1/areas?under=341225101'))).data
  const shipped = { version: 0, validFrom: null, validTo: null, successor: null }
  t.same(town, { code: '341225101', name: '方集镇', level: 4, parent: '341225', ...shipped })
  await isPaged(t, office, '/v1/areas?under=341225', (area) => area.code)
  const { nextCursor } = await ok(office.get('/v1/areas?under=341225&limit=1'))
  refused(t, await office.get(`/v1/areas?under=341202&cursor=${nextCursor}`), 400, 'invalid-request', {
    pointers: ['/query/cursor'],
  })
  for (const [pointer, query] of [
    ['/query/under', 'under=0341'],
    ['/query/under', 'under=3'],
    ['/query/under', 'under=%25'],
    ['/query/level', 'level=0'],
    ['/query/level', 'level=5'],
  ] as const) {
    refused(t, await office.get(`/v1/areas?${query}`), 400, 'invalid-request', { pointers: [pointer] })
  }
})

t.test('the calendar names the holidays and the days worked for them', async (t) => {
  const { timeZone, firstYear, lastYear, days } = await ok(office.get('/v1/calendar?year=2026'))
  t.same({ timeZone, firstYear, lastYear }, { timeZone: 'Asia/Shanghai', firstYear: 2020, lastYear: 2026 })
  const october = days.filter((day: Json) => day.date.startsWith('2026-10'))
  t.same(
    october.map((day: Json) => `${day.date.slice(8)} ${day.kind}`),
    ['01 off', '02 off', '03 off', '04 off', '05 off', '06 off', '07 off', '10 work'],
  )
  t.ok(days.every((day: Json) => day.date.startsWith('2026-')))
  t.ok((await ok(office.get('/v1/calendar'))).days.length > days.length * 5)
  t.same((await ok(office.get('/v1/calendar?year=2030'))).days, [])
  for (const year of ['1999', '2101', 'now', '2026.5']) {
    refused(t, await office.get(`/v1/calendar?year=${year}`), 400, 'invalid-request', { pointers: ['/query/year'] })
  }
})
