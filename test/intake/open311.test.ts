import { itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { asText, channelKey, FORM, open311, readWithoutKey } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const { app, superuser, home, foreign, clock } = await createCheckedApp(t, {
  OPEN311_REQUESTS_PER_MINUTE: '1000000',
  OPEN311_FILINGS_PER_MINUTE: '1000000',
})
const key = await channelKey(home, 'public')
const citizen = open311(app, key)
const anybody = open311(app)
const HOME = { jurisdiction_id: 'fuyang' }
await readWithoutKey(home, true)

const PLACE = { lat: '32.9', long: '115.8' }
const LIGHT = { service_code: 'lighting', ...PLACE }
const file = async (more: Record<string, string> = {}): Promise<string> => {
  const answer = await citizen.post({ ...LIGHT, description: `路灯不亮 ${Math.random()}`, ...more })
  t.equal(answer.status, 200, answer.text)
  return answer.body[0].service_request_id
}
const publicly = async (id: string): Promise<Json> => (await anybody.get(`/requests/${id}.json`, HOME)).body[0]

// The names in the published examples of GeoReport v2 and of Service Discovery, in their order.
const PUBLISHED = {
  service: ['service_code', 'service_name', 'description', 'metadata', 'type', 'keywords', 'group'],
  attribute: [
    ...['variable', 'code', 'datatype', 'required', 'datatype_description', 'order', 'description', 'values'],
  ],
  filed: ['service_request_id', 'service_notice', 'account_id'],
  token: ['service_request_id', 'token'],
  request: [
    ...['service_request_id', 'status', 'status_notes', 'service_name', 'service_code', 'description'],
    ...['agency_responsible', 'service_notice', 'requested_datetime', 'updated_datetime', 'expected_datetime'],
    ...['address', 'address_id', 'zipcode', 'lat', 'long', 'media_url'],
  ],
  discovery: ['changeset', 'contact', 'key_service', 'endpoints'],
  endpoint: ['specification', 'url', 'changeset', 'type', 'formats'],
  error: ['code', 'description'],
}

t.test('answers have the names of the published examples, in XML as in JSON', async (t) => {
  const id = await file()
  const [services, definition, requests, request, token, discovery]: Json[] = await Promise.all(
    ['services', 'services/lighting', 'requests', `requests/${id}`, `tokens/${id}`, 'discovery'].map(async (path) => {
      const json = await anybody.get(`/${path}.json`, HOME)
      const xml = await anybody.get(`/${path}.xml`, HOME)
      t.match(json, { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } }, path)
      t.match(xml, { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' } }, path)
      t.ok(xml.text.startsWith('<?xml version="1.0" encoding="utf-8"?>\n<'), path)
      t.strictSame(xml.body, asText(json.body), `${path}: the same by the Spark convention`)
      return json.body
    }),
  )
  t.strictSame(Object.keys(services[0]), PUBLISHED.service)
  t.strictSame(Object.keys(definition), ['service_code', 'attributes'])
  for (const attribute of definition.attributes) t.strictSame(Object.keys(attribute), PUBLISHED.attribute)
  t.strictSame(Object.keys(requests[0]), PUBLISHED.request)
  t.strictSame(request, [requests[0]])
  t.strictSame(token, [{ service_request_id: id, token: id }])
  t.strictSame(Object.keys(discovery), PUBLISHED.discovery)
  t.strictSame(Object.keys(discovery.endpoints[0]), PUBLISHED.endpoint)
  t.match(services[0], { service_code: 'roadside_protection', metadata: true, type: 'realtime' })
  t.match(requests[0], { requested_datetime: '2026-03-02T01:00:00Z', updated_datetime: '2026-03-02T01:00:00Z' })
  const filed = await citizen.post({ ...LIGHT, description: '也不亮' }, {}, '/requests.xml')
  t.strictSame(Object.keys(filed.body[0]), PUBLISHED.filed)
  const error = await citizen.get('/requests/638344.xml')
  t.strictSame(error.body, [{ code: '404', description: 'service_request_id was not found.' }])
  t.strictSame((await citizen.get('/requests/638344.json')).body, [{ ...error.body[0], code: 404 }])
})

/** The published example of POST Service Request, but for what names another city's things. */
const EXAMPLE = `api_key=${key}&jurisdiction_id=fuyang&service_code=pavement_defect&lat=32.76524078&long=115.4212043&address_string=1234+5th+street&email=smit333%40sfgov.edu&device_id=tt222111&account_id=1234567&first_name=johnny&last_name=smithers&phone=11111111199&description=A+large+sinkhole+is+destroying+the+street&media_url=http%3A%2F%2Ffarm3.static.flickr.com%2F2002%2F2212426634_5ed477a060.jpg&attribute[WHISPAWN]=123456&attribute[WHISDORN]=COISL001`
const PERSON = ['smit333', 'tt222111', '1234567', 'johnny', 'smithers', '11111111199']

t.test(
  'the published example of a filing becomes an item like any other, and nothing of the person is kept',
  async (t) => {
    const { status, body } = await citizen.send('POST', '/requests.json', { payload: EXAMPLE }, FORM)
    t.equal(status, 200)
    t.match(body, [{ service_request_id: String, service_notice: String, account_id: null }])
    const item = await ok(home.office.get(`/v1/items/${body[0].service_request_id}`))
    t.match(item, {
      ...{ status: 'reported', source: 'public', channel: 'public', category: 'pavement_defect', hotline: null },
      ...{ location: { lat: 32.7652408, lon: 115.4212043 }, address: '1234 5th street', area: '341200' },
      ...{ title: '路面病害：A large sinkhole is destroying the street', reportedBy: { name: 'fuyang public' } },
      mediaUrl: 'http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg',
    })
    const { data } = await ok(home.office.get(`/v1/items/${item.id}/events`))
    t.match(data, [{ type: 'item.reported', actor: { role: 'public', name: 'fuyang public' } }])
    const dumps = await Promise.all(
      ['event', 'item', 'item_past', 'idempotency_key', 'person', 'api_key', 'message'].map((table) =>
        superuser.query(`select string_agg(v::text, '') as text from ${table} v`),
      ),
    )
    const kept = dumps.map(({ rows }) => rows[0].text).join()
    t.ok(kept.includes('A large sinkhole'))
    t.same(
      PERSON.filter((trace) => kept.includes(trace)),
      [],
    )
    t.notOk(kept.includes(key), 'nor the key')
  },
)

t.test('what is wrong with a filing is said in the form of the specification', async (t) => {
  const before = (await ok(home.auditor.get('/v1/ledger'))).seq
  const cases: [Record<string, string>, number, RegExp][] = [
    [{ ...PLACE }, 400, /^service_code was not provided/],
    [{ ...LIGHT, service_code: 'potholes' }, 404, /service_code was not found/],
    [{ service_code: 'lighting' }, 400, /No place/],
    [{ service_code: 'lighting', address_id: '545483' }, 400, /no address_ids/],
    [{ service_code: 'lighting', lat: '32.9' }, 400, /^lat and long go together/],
    [{ ...LIGHT, lat: '91' }, 400, /^lat: /],
    [{ ...LIGHT, long: 'east' }, 400, /^long: /],
    [{ ...LIGHT, description: '长'.repeat(4001) }, 400, /^description: /],
    [{ ...LIGHT, media_url: 'file:///etc/passwd' }, 400, /^media_url: /],
    [{ ...LIGHT, media_url: 'javascript:alert(1)' }, 400, /^media_url: /],
    [{ ...LIGHT, 'attribute[area]': '341621' }, 400, /^area: /],
    [{ ...LIGHT, 'attribute[chainage]': 'K12+345' }, 400, /^attribute\[road\]: /],
    [{ ...LIGHT, 'attribute[road]': 'S315', 'attribute[chainage]': '近处' }, 400, /^attribute\[chainage\]: /],
    [{ ...LIGHT, description: 'a\u0000b' }, 400, /^description: /],
    [{ ...LIGHT, jurisdiction_id: 'bozhou' }, 404, /jurisdiction_id was not found/],
  ]
  for (const [fields, status, description] of cases) {
    for (const path of ['/requests.json', '/requests.xml']) {
      const answer = await citizen.post(fields, {}, path)
      const code = path.endsWith('json') ? status : String(status)
      t.match(
        answer,
        { status, body: [{ code, description }] },
        `${JSON.stringify(fields).slice(0, 80)} ${answer.text}`,
      )
    }
  }
  const raw = (payload: string | Buffer, type: string) =>
    citizen.send('POST', '/requests.json', { payload }, { 'content-type': type, authorization: `Bearer ${key}` })
  const form = 'application/x-www-form-urlencoded'
  t.match(await raw('{"service_code":"lighting"}', 'application/json'), { status: 415, body: [{ code: 415 }] })
  t.match(await raw('--x--', 'multipart/form-data; boundary=x'), { status: 400, body: [{ code: 400 }] })
  t.match(await raw(`description=${'a'.repeat(70_000)}`, form), { status: 413, body: [{ code: 413 }] })
  t.match(await raw('service_code=lighting&description=%C2%B7%B5%C6', form), {
    status: 400,
    body: [{ description: /UTF-8/ }],
  })
  t.match(await raw(Buffer.from([0x61, 0x3d, 0xb7, 0xb5]), form), { status: 400, body: [{ description: /UTF-8/ }] })
  t.match(await raw('service_code=lighting&service_code=signals&lat=1&long=1', form), { status: 400 })
  t.match(await raw('a&'.repeat(200), form), { status: 400 })
  t.equal((await ok(home.auditor.get('/v1/ledger'))).seq, before, 'and nothing has happened')
})

t.test('a key of a channel files, and no other', async (t) => {
  const revoked = await ok(home.admin.post('/v1/api-keys', { name: '旧渠道', role: 'public' }))
  t.equal((await open311(app, revoked.secret).post({ ...LIGHT, description: '先' })).status, 200)
  await home.admin.delete(`/v1/api-keys/${revoked.id}`)
  const keys = [undefined, 'xyz', home.office.key, home.inspector.key, revoked.secret, `${key.slice(0, -1)}_`]
  for (const other of keys) {
    const caller = open311(app, other)
    t.match(await caller.post(LIGHT), { status: 403, body: [{ code: 403, description: /api_key|key or token/ }] })
    if (other !== undefined) t.match(await caller.get('/requests.json'), { status: 403, body: [{ code: 403 }] })
  }
  const bearer = await anybody.post({ ...LIGHT, description: '凭头' }, { authorization: `Bearer ${key}` })
  t.equal(bearer.status, 200, 'a key may come in the header too')
  const township = open311(app, await channelKey(home, 'public', { area: '341202' }))
  const { body } = await township.post({ ...LIGHT, description: '颍州' })
  t.match(await ok(home.office.get(`/v1/items/${body[0].service_request_id}`)), { area: '341202' })
  t.match(await township.post({ ...LIGHT, 'attribute[area]': '341225' }), { status: 403 })
})

t.test('a point may come in the datum of Chinese maps, and a place by road and chainage', async (t) => {
  const gcj = await file({ lat: '32.9', long: '115.8', 'attribute[datum]': 'gcj02' })
  const same = await ok(
    home.inspector.post('/v1/items', {
      title: '同处',
      area: '341225',
      location: { lat: 32.9, lon: 115.8, datum: 'gcj02' },
    }),
  )
  t.strictSame((await ok(home.office.get(`/v1/items/${gcj}`))).location, same.location)
  const answer = await citizen.post({
    ...{ service_code: 'sharp_bend_steep_slope', 'attribute[road]': 's315', 'attribute[chainage]': '12公里加345米' },
    ...{ 'attribute[area]': '341225' },
  })
  const item = await ok(home.office.get(`/v1/items/${answer.body[0].service_request_id}`))
  t.match(item, { road: 'S315', startChainageM: 12_345, area: '341225', title: '急弯陡坡', location: null })
  t.match(await publicly(item.id), { address: 'S315 K12+345', lat: null, long: null })
})

t.test(
  'text is told once the office has listed it, without what leads to a person; its channel reads what it said',
  async (t) => {
    const said = '弯道无护栏，联系 13800138000 或 a.b@example.com，身份证 34120219900101123X'
    const told = '弯道无护栏，联系 ＊＊＊ 或 ＊＊＊，身份证 ＊＊＊'
    const media = 'https://example.com/a.jpg'
    const id = await file({ description: said, address_string: '幸福路 3 号 0558-2551234', media_url: media })
    const own = async () => (await citizen.get(`/requests/${id}.json`)).body[0]
    const others = open311(app, await channelKey(home, 'public'))
    t.match(await publicly(id), { status: 'open', description: null, address: null, media_url: null, lat: 32.9 })
    t.match((await others.get(`/requests/${id}.json`)).body[0], { description: null, address: null, media_url: null })
    t.match(await own(), { description: said, media_url: media })
    await ok(home.office.post(`/v1/items/${id}/listing`, { level: 'general', evaluation: '内部意见' }))
    t.match(await publicly(id), { description: told, address: '幸福路 3 号 ＊＊＊', media_url: null })
    t.match(await own(), { description: said, media_url: media })
  },
)

t.test('a request is open until it is remedied or not listed, and says nothing of what goes on inside', async (t) => {
  const id = await file()
  const url = `/v1/items/${id}`
  const seen: Json[] = [await publicly(id)]
  const step = async (work: Promise<Json>) => {
    clock.advance(60_000)
    await ok(work)
    seen.push(await publicly(id))
  }
  await step(home.office.post(`${url}/listing`, { level: 'major', evaluation: '内部意见' }))
  const order = {
    goal: '内部目标',
    leadOfficial: { name: '王建国' },
    responsibleUnit: home.unit,
    completionStandard: '内部标准',
  }
  const rest = { dueAt: '2026-04-30', reward: '内部奖励', penalty: '内部处罚' }
  await step(home.office.post(`${url}/assignments`, { ...order, ...rest }))
  await step(home.unitCaller.post(`${url}/acceptance`))
  await step(home.unitCaller.post(`${url}/closure-requests`, { summary: '内部小结' }))
  await step(home.verifier.post(`${url}/closure-decision`, { approved: true, findings: '内部结论' }))
  t.strictSame(
    seen.map(({ status }) => status),
    ['open', 'open', 'open', 'open', 'open', 'closed'],
  )
  const unit = '阜阳交通运输局'
  t.strictSame(
    seen.map(({ agency_responsible: agency }) => agency),
    [null, null, null, unit, unit, unit],
  )
  const closedAt = (await ok(home.office.get(url))).closedAt
  t.equal(seen.at(-1).updated_datetime, closedAt.replace('.000Z', 'Z'))
  await ok(home.office.post(`${url}/notes`, { note: '内部备注' }))
  const all = JSON.stringify([...seen, await publicly(id)])
  t.notMatch(all, /内部|王建国|fuyang public|verifier|核验员/)
  t.equal((await publicly(id)).updated_datetime, seen.at(-1).updated_datetime)
  const dismissed = await file({ description: '无稽之谈' })
  await ok(home.office.post(`/v1/items/${dismissed}/dismissal`, { reason: '内部理由' }))
  t.match(await publicly(dismissed), { status: 'closed', description: null, status_notes: /not put on the list/ })
})

t.test('a merged request is open as long as what it went into, however far', async (t) => {
  const ids = await Promise.all([file(), file(), file()])
  const [a, b, c] = ids as [string, string, string]
  const inside = await itemIn('remediating', home)
  const merge = (id: string, into: string) => ok(home.office.post(`/v1/items/${id}/merge`, { into, reason: '重复' }))
  await merge(a, b)
  t.match(await publicly(a), { status: 'open', description: null, status_notes: new RegExp(b) })
  await merge(b, c)
  await merge(c, inside.code)
  for (const id of ids) {
    t.match(await publicly(id), { status: 'open' })
    t.notMatch(
      JSON.stringify(await publicly(id)),
      new RegExp(`${inside.id}|${inside.code}`),
      'of what is not public, not the id',
    )
  }
  clock.advance(60_000)
  await ok(home.unitCaller.post(`/v1/items/${inside.id}/closure-requests`, { summary: '完' }))
  await ok(home.verifier.post(`/v1/items/${inside.id}/closure-decision`, { approved: true, findings: '合格' }))
  for (const id of ids)
    t.match(await publicly(id), { status: 'closed', updated_datetime: clock.now.replace('.000Z', 'Z') })
  const { body } = await anybody.get('/requests.json', { ...HOME, status: 'closed' })
  t.ok(ids.every((id) => body.some((request: Json) => request.service_request_id === id)))
})

t.test('text of any kind comes through XML whole, but for what XML has no character for', async (t) => {
  const hostile = `<script>alert("1")</script> ]]> &amp; 'x' \ud83d\ude80\n第二行`
  const id = await file({ description: `${hostile}\u0001\u000b\ufffe` })
  const xml = await citizen.get(`/requests/${id}.xml`)
  t.equal(xml.body[0].description, `${hostile}\ufffd\ufffd\ufffd`)
})

t.test('only what came through a channel is there, and no id tells more', async (t) => {
  const own = await itemIn('listed', home, { filing: { source: 'public' } })
  await readWithoutKey(foreign, true)
  const foreignKey = await channelKey(foreign, 'public')
  const theirs = (await open311(app, foreignKey).post({ ...LIGHT, description: '亳州' })).body[0].service_request_id
  const nothing = '01900000-0000-7000-8000-000000000000'
  for (const caller of [citizen, anybody]) {
    for (const path of ['requests', 'tokens']) {
      const about = async (id: string) => {
        const { headers, ...answer } = await caller.get(`/${path}/${id}.json`, HOME)
        return JSON.stringify(answer).replaceAll(id, '{id}')
      }
      const none = await about(nothing)
      t.match(none, /"status":404/)
      for (const id of [own.id, own.code, theirs, '1', '%00', "'"])
        t.equal(await about(encodeURIComponent(id)), none, id)
    }
    const mine = await file()
    const listed = [own.id, theirs, nothing, mine.toUpperCase(), own.code, 'x'].join(',')
    const { body } = await caller.get('/requests.json', { ...HOME, service_request_id: listed })
    t.strictSame(
      body.map((request: Json) => request.service_request_id),
      [mine],
      'what is not there is left out',
    )
    const all = await caller.get('/requests.json', { ...HOME })
    t.notMatch(all.text, new RegExp(`${own.id}|${theirs}|2026-0{2}\\d{4}`))
  }
  t.match(await citizen.get('/requests.json', { jurisdiction_id: 'bozhou' }), { status: 404 })
  t.match(await citizen.get('/services.json', { jurisdiction_id: 'nowhere' }), { status: 404 })
})

t.test('without a key nothing is read where the jurisdiction has not said so, as if it were not there', async (t) => {
  await readWithoutKey(home, false)
  for (const path of ['/services.json', '/services/lighting.json', '/requests.json']) {
    const [closed, none] = await Promise.all(
      ['fuyang', 'nowhere'].map((id) => anybody.get(path, { jurisdiction_id: id })),
    )
    t.match(closed, { status: 404, body: [{ code: 404, description: /jurisdiction_id/ }] })
    t.equal(closed?.text, none?.text)
    t.match(await anybody.get(path), { status: 400, body: [{ description: /jurisdiction_id was not provided/ }] })
    t.match(await citizen.get(path), { status: 200 })
  }
  await readWithoutKey(home, true)
  const rules = await ok(home.admin.get('/v1/rules'))
  const { publicIntake: _, ...older } = rules
  await ok(home.admin.put('/v1/rules', older))
  t.match(
    await ok(home.admin.get('/v1/rules')),
    { publicIntake: { readWithoutKey: true } },
    'an older client lets it be',
  )
})

t.test('requests are found by time, service and status, at most 90 days at once', async (t) => {
  const at = new Date(Date.parse(clock.now) + 200 * 86_400_000).toISOString()
  clock.now = at
  const day = (n: number) => new Date(Date.parse(at) + n * 86_400_000).toISOString()
  const ids: string[] = []
  for (const n of [0, 50, 89, 95]) {
    clock.now = day(n)
    ids.push(await file(n === 50 ? { service_code: 'signals' } : {}))
  }
  await ok(home.office.post(`/v1/items/${ids[2]}/dismissal`, { reason: '非隐患' }))
  const find = async (query: Record<string, string>) => {
    const { status, body, text } = await anybody.get('/requests.json', { ...HOME, ...query })
    t.equal(status, 200, text)
    return body.map((request: Json) => ids.indexOf(request.service_request_id))
  }
  t.strictSame(await find({}), [3, 2, 1], 'the latest 90 days, the latest first')
  t.strictSame(await find({ start_date: '', end_date: '', status: '', service_code: '' }), [3, 2, 1], 'empty is absent')
  t.strictSame(await find({ start_date: day(0) }), [2, 1, 0], 'the 90 days from there')
  t.strictSame(await find({ end_date: day(50) }), [1, 0], 'the 90 days up to there')
  t.strictSame(await find({ start_date: day(49), end_date: day(89) }), [2, 1])
  const local = `${new Date(Date.parse(day(50)) + 8 * 3_600_000).toISOString().slice(0, 16)}+08:00`
  t.strictSame(await find({ start_date: local, end_date: local }), [1], 'both ends are in it; a zone may be any')
  t.strictSame(
    await find({ start_date: local.replace('+', ' ') }),
    [3, 2, 1],
    'and its plus may have been lost on the way',
  )
  t.strictSame(await find({ service_code: 'signals' }), [1])
  t.strictSame(await find({ service_code: 'signals,lighting,none' }), [3, 2, 1])
  t.strictSame(await find({ status: 'open' }), [3, 1])
  t.strictSame(await find({ status: 'closed' }), [2])
  t.strictSame(await find({ status: 'open,closed' }), [3, 2, 1])
  t.strictSame(await find({ page_size: '2' }), [3, 2])
  t.strictSame(await find({ page_size: '2', page: '2' }), [1])
  t.strictSame(
    await find({ service_request_id: ids[0] ?? '', status: 'closed', start_date: day(94) }),
    [0],
    'an id overrides',
  )
  const faults: [Record<string, string>, RegExp][] = [
    [{ start_date: day(0), end_date: day(91) }, /^start_date .*90 days/],
    [{ start_date: day(2), end_date: day(1) }, /^start_date comes before/],
    [{ start_date: '2026-13-01T00:00:00Z' }, /^start_date: /],
    [{ end_date: 'today' }, /^end_date: /],
    [{ status: 'pending' }, /^status: /],
    [{ page_size: '1001' }, /^page_size: /],
    [{ page: '0' }, /^page: /],
  ]
  for (const [query, description] of faults) {
    const answer = await anybody.get('/requests.xml', { ...HOME, ...query })
    t.match(answer, { status: 400, body: [{ code: '400', description }] }, JSON.stringify(query))
  }
  t.equal(
    (await anybody.get('/requests.json', { ...HOME, colour: 'red' })).status,
    200,
    'what it does not know it lets be',
  )
})

t.test('a filing that comes again on a bad line is one item', async (t) => {
  const seq = async () => (await ok(home.auditor.get('/v1/ledger'))).seq
  const fields = { ...LIGHT, description: '井盖缺失', phone: '13800138000' }
  const before = await seq()
  const [first, second] = await Promise.all([citizen.post(fields), citizen.post(fields)])
  const again = await citizen.post(fields, {}, '/requests.xml')
  const id = again.body[0].service_request_id
  t.ok(
    [first, second].every(({ status, body }) => status === 409 || body[0].service_request_id === id),
    'at the same time, too',
  )
  clock.advance(9.9 * 60_000)
  t.match(await citizen.post(fields), {
    headers: { 'idempotency-replayed': 'true' },
    body: [{ service_request_id: id }],
  })
  t.equal(await seq(), before + 1)
  const neighbour = await citizen.post({ ...fields, phone: '13900139000' })
  t.not(neighbour.body[0].service_request_id, id, 'another person’s is another')
  clock.advance(20 * 60_000)
  t.not((await citizen.post(fields)).body[0].service_request_id, id, 'and later it is a new one')
  const headers = { 'idempotency-key': 'app-0001' }
  const keyed = await citizen.post(fields, headers)
  clock.advance(20 * 3_600_000)
  t.match(await citizen.post(fields, headers), { headers: { 'idempotency-replayed': 'true' }, body: keyed.body })
  const corrected = await citizen.post({ ...fields, phone: '13700137000' }, headers)
  t.match(corrected.body, keyed.body, 'of persons not even the digest of a request knows')
  t.match(await citizen.post({ ...fields, description: '别的' }, headers), { status: 400, body: [{ code: 400 }] })
  t.equal(await seq(), before + 4)
})
