import { verifyItems } from '../../src/ledger/verify-items.js'
import { callerOf, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { routesOf, sendPlain } from '../helpers/routes.js'
import { t } from '../helpers/tap.js'

const { app, db, home, foreign, clock } = await createCheckedApp(t, {
  OPEN311_REQUESTS_PER_MINUTE: '1000000',
  OPEN311_FILINGS_PER_MINUTE: '1000000',
})
const key = await channelKey(home, 'hotline')
const hotline = callerOf(app, key)
const publicKey = await channelKey(home, 'public')
const NOBODY = '01900000-0000-7000-8000-000000000000'

let tickets = 0
const LIGHT = { service_code: 'lighting', lat: '32.9', long: '115.8' }
const call = async (more: Record<string, string> = {}, by = key): Promise<string> => {
  const ticket = `FY-${++tickets}`
  const { status, body, text } = await open311(app, by).post({ ...LIGHT, 'attribute[ticket]': ticket, ...more })
  t.equal(status, 200, text)
  return body[0].service_request_id
}
const answers = (id: string) => `/v1/items/${id}/hotline-answers`
const satisfaction = (id: string) => `/v1/items/${id}/satisfaction`

t.test('the hotline files a call under its ticket number, once, and reads no name', async (t) => {
  const id = await call({ 'attribute[ticket]': 'T-1', 'attribute[answer_wanted]': 'false', phone: '13800138000' })
  t.match(await ok(home.office.get(`/v1/items/${id}`)), {
    ...{ source: 'hotline', channel: 'hotline', externalSystem: 'hotline', externalId: 'T-1', status: 'reported' },
    hotline: { ticket: 'T-1', answerWanted: false, firstAnswer: null, satisfaction: null },
  })
  const again = await open311(app, key).post({ ...LIGHT, 'attribute[ticket]': 'T-1', description: '换个说法' })
  t.match(again, { status: 409, body: [{ code: 409, description: /T-1/ }] })
  const other = await open311(app, await channelKey(home, 'hotline')).post({ ...LIGHT, 'attribute[ticket]': 'T-1' })
  t.match(other, { status: 409 })
  t.notMatch(other.text, /2026-0/, 'what another filed has no number here')
  const { attributes } = (await open311(app, key).get('/services/lighting.json')).body
  t.same(attributes.map(({ code }: Json) => code).slice(-2), ['ticket', 'answer_wanted'])
  const asPublic = (await open311(app, publicKey).get('/services/lighting.json')).body
  t.notMatch(JSON.stringify(asPublic), /ticket/)
  const ticketed = await call({ 'attribute[ticket]': 'T-2' }, publicKey)
  t.match(await ok(home.office.get(`/v1/items/${ticketed}`)), { source: 'public', hotline: null, externalId: null })
})

t.test('the office files what it heard on the telephone the same way', async (t) => {
  const filing = { title: '路灯不亮', area: '341202', address: '幸福路口', source: 'hotline' }
  const item = await ok(home.office.post('/v1/items', { ...filing, hotline: { ticket: 'T-9', answerWanted: false } }))
  t.match(item, { channel: null, externalId: 'T-9', hotline: { ticket: 'T-9', answerWanted: false } })
  t.match(await ok(home.office.post('/v1/items', filing)), { hotline: { ticket: null, answerWanted: true } })
  const wrong = await home.office.post('/v1/items', { ...filing, source: 'public', hotline: { ticket: 'T-10' } })
  refused(t, wrong, 400, 'invalid-request', { pointers: ['/hotline'] })
})

t.test('a caller is answered once, and then asked for an opinion, which may change', async (t) => {
  const id = await call()
  const early = await home.office.post(satisfaction(id), { rating: 'satisfied' })
  refused(t, early, 409, 'wrong-status', { itemStatus: 'reported' })
  t.ok(early.body.allowedEvents.includes('item.caller_answered'))
  const at = clock.now
  t.match(await ok(home.office.post(answers(id), { answer: '三日内核查' })), {
    hotline: { firstAnswer: { answer: '三日内核查', at }, satisfaction: null },
    status: 'reported',
  })
  refused(t, await home.office.post(answers(id), {}), 409, 'wrong-status')
  await ok(home.office.post(satisfaction(id), { rating: 'dissatisfied', note: '太慢' }))
  t.match(await ok(hotline.post(satisfaction(id), { rating: 'satisfied' })), {
    hotline: { satisfaction: { rating: 'satisfied', note: null } },
  })
  refused(t, await home.office.post(satisfaction(id), { rating: 'good' }), 400, 'invalid-request', {
    pointers: ['/rating'],
  })
  const { data } = await ok(home.office.get(`/v1/items/${id}/events`))
  t.same(
    data.map(({ type }: Json) => type),
    ['item.reported', 'item.caller_answered', 'item.satisfaction_recorded', 'item.satisfaction_recorded'],
  )
  const inspected = await itemIn('listed', home)
  refused(t, await home.office.post(answers(inspected.id), {}), 409, 'wrong-status')
})

t.test('a unit answers callers of what it has, and of nothing else', async (t) => {
  const id = await call()
  await ok(home.office.post(`/v1/items/${id}/listing`, { level: 'general' }))
  refused(t, await home.unitCaller.post(answers(id), {}), 404, 'not-found')
  await ok(home.office.post(`/v1/items/${id}/assignments`, order(home)))
  refused(t, await home.otherUnitCaller.post(answers(id), {}), 404, 'not-found')
  await ok(home.unitCaller.post(`/v1/items/${id}/return`, { reason: '非我职责' }))
  refused(t, await home.unitCaller.post(answers(id), {}), 403, 'not-responsible')
  await ok(home.office.post(`/v1/items/${id}/assignments`, order(home)))
  t.equal((await home.unitCaller.post(answers(id), { answer: '已联系' })).status, 200)
})

/** All that a hotline is told of an item; what comes to an item later is not told until it is named here. */
const TOLD = [
  ...['area', 'category', 'channel', 'code', 'externalId', 'externalSystem', 'hotline', 'id', 'listedAt', 'location'],
  ...['onAccount', 'reportedAt', 'reportedBy', 'source', 'status', 'title', 'updatedAt', 'version'],
]

t.test('the hotline is shown its own calls without what goes on inside, and nothing of another’s', async (t) => {
  const id = await call()
  const url = `/v1/items/${id}`
  await ok(home.office.post(`${url}/listing`, { level: 'major', evaluation: '内部意见' }))
  await ok(home.office.post(`${url}/assignments`, order(home)))
  await ok(home.office.post(`${url}/supervision`, { tier: 'city', reason: '内部理由' }))
  await ok(home.unitCaller.post(`${url}/acceptance`))
  const shown = await ok(hotline.post(answers(id), { answer: '已告知' }, { 'idempotency-key': 'h-1' }))
  const again = await hotline.post(answers(id), { answer: '已告知' }, { 'idempotency-key': 'h-1' })
  t.strictSame(again.body, shown)
  const isTold = (value: Json) => value !== null && value !== false && value !== 0 && value?.length !== 0
  t.same(
    Object.keys(shown)
      .filter((name) => isTold(shown[name]))
      .sort(),
    TOLD,
  )
  t.match(shown, {
    id,
    status: 'listed',
    assignment: null,
    level: null,
    dueAt: null,
    supervision: null,
    overdue: false,
  })
  t.notMatch(JSON.stringify(shown), /内部|王建国|remediating|护栏 120/)
  const refusal = await hotline.post(answers(id), {})
  refused(t, refusal, 409, 'wrong-status')
  t.notMatch(JSON.stringify(refusal.body), /remediating|allowedEvents/)
  const theirs = await call({}, await channelKey(foreign, 'hotline'))
  const others = await call({}, await channelKey(home, 'hotline'))
  const inspected = await itemIn('listed', home, { filing: { source: 'hotline' } })
  for (const urlOf of [answers, satisfaction]) {
    const about = async (it: string) => {
      const body = urlOf === answers ? {} : { rating: 'satisfied' }
      const answer = await sendPlain(app, { method: 'POST', url: urlOf(it), key, body })
      return JSON.stringify(answer).replaceAll(it, '{id}')
    }
    const none = await about(NOBODY)
    t.match(none, /"status":404/)
    for (const it of [theirs, others, inspected.id, inspected.code]) t.equal(await about(it), none)
  }
})

t.test('a channel’s key opens nothing but Open311, and a hotline’s what follows on its calls', async (t) => {
  const open: string[] = []
  for (const [role, channel] of Object.entries({ public: publicKey, hotline: key })) {
    for (const { name, method, path, example } of routesOf(app)) {
      const url = path
        .replace('{year}', '2026')
        .replace(/\{[^}]+\}/g, /api-keys|feeds/.test(path) ? '000000000000' : NOBODY)
      const { status } = await sendPlain(app, { method, url, key: channel, body: example })
      if (status !== 403) open.push(`${role}: ${name} ${status}`)
    }
  }
  t.strictSame(open, [
    'hotline: POST /v1/items/{id}/hotline-answers 404',
    'hotline: POST /v1/items/{id}/satisfaction 404',
    'hotline: GET /v1/notices 200',
    'hotline: POST /v1/notices/{id}/receipt 404',
  ])
})

t.test('the three rates say what they are made of, for all and for each group, as things stood', async (t) => {
  clock.now = '2026-05-04T01:00:00.000Z'
  const ids: string[] = []
  for (const area of ['341202', '341202', '341202', '341225', '341225'])
    ids.push(await call({ 'attribute[area]': area }))
  await call({ 'attribute[area]': '341225', 'attribute[answer_wanted]': 'false' })
  const [a, b, c, d, e] = ids as [string, string, string, string, string]
  await ok(home.office.post(answers(a), {}))
  await ok(home.office.post(satisfaction(a), { rating: 'basically_satisfied' }))
  await ok(home.office.post(answers(d), {}))
  await ok(home.office.post(satisfaction(d), { rating: 'dissatisfied' }))
  const close = async (id: string) => {
    const url = `/v1/items/${id}`
    await ok(home.office.post(`${url}/listing`, { level: 'general' }))
    await ok(home.office.post(`${url}/assignments`, order(home, { dueAt: '2026-12-31' })))
    await ok(home.unitCaller.post(`${url}/acceptance`))
    await ok(home.unitCaller.post(`${url}/closure-requests`, { summary: '完' }))
    await ok(home.verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' }))
  }
  await close(a)
  await ok(home.office.post(`/v1/items/${b}/dismissal`, { reason: '非隐患' }))
  await ok(home.office.post(`/v1/items/${c}/merge`, { into: e, reason: '重复' }))
  await ok(home.office.post(`/v1/items/${e}/listing`, { level: 'general' }))
  await ok(home.office.post(`/v1/items/${e}/assignments`, order(home, { dueAt: '2026-12-31' })))
  await ok(home.unitCaller.post(`/v1/items/${e}/return`, { reason: '非我职责' }))
  clock.now = '2026-05-20T01:00:00.000Z'
  await close(d)
  const url = '/v1/reports/hotline?from=2026-05-01&to=2026-06-01'
  const rate = (numerator: number, denominator: number, value: number | null) => ({ numerator, denominator, value })
  const report = await ok(home.office.get(`${url}&groupBy=area`))
  t.match(report, {
    ...{ calls: 6, answerWanted: 5, answered: 2, hazards: 4, closed: 2, rated: 2, satisfied: 1 },
    rates: { response: rate(2, 5, 0.4), resolution: rate(2, 4, 0.5), satisfaction: rate(1, 2, 0.5) },
    period: { from: '2026-05-01', to: '2026-06-01' },
  })
  t.match(report.groups, [
    { key: '341202', label: '颍州区', calls: 3, rates: { response: rate(1, 3, 0.3333), resolution: rate(1, 1, 1) } },
    { key: '341225', label: '阜南县', calls: 3, rates: { response: rate(1, 2, 0.5), satisfaction: rate(0, 1, 0) } },
  ])
  t.equal(report.groups.length, 2)
  t.match(await ok(home.office.get(`${url}&asOf=2026-05-10T00:00:00Z`)), { closed: 1, answered: 2, hazards: 4 })
  t.match(await ok(home.office.get(`${url}&area=341225`)), { calls: 3, groups: undefined })
  const before = await ok(home.office.get('/v1/reports/hotline?from=2026-01-01&to=2026-02-01'))
  t.match(before, { calls: 0, rates: { response: rate(0, 0, null) } })
  t.match(await ok(home.unitCaller.get(url)), { calls: 2, closed: 2 }, 'a unit sees its own, not what it gave back')
  t.match(await ok(home.otherUnitCaller.get(url)), { calls: 0 })
  t.match(await ok(foreign.office.get(url)), { calls: 0 })
  const [heading, ...rows] = (await home.office.get(`${url}&groupBy=area`, { accept: 'text/csv' })).body
    .trim()
    .split('\r\n')
  t.match(heading, /^\ufeff?Area,Calls,Response \(%\),Response: of these,Response: of all,Resolution/)
  t.match(rows, [/^颍州区,3,33\.33,1,3,100,1,1,100,1,1,341202/, /^阜南县,3,50,1,2,33\.33,1,3,0,0,1,341225/])
  const one = (await home.office.get(url, { accept: 'text/csv' })).body.trim().split('\r\n')
  t.match(one[1], /^6,40,2,5,50,2,4,50,1,2/)
  const workbook = await home.office.get(url, {
    accept: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  })
  t.equal(workbook.status, 200)
})

t.test('what stands on the list is what its events make of it', async (t) => {
  t.match(await verifyItems(db, home.id), { ok: true, faults: [] })
})
