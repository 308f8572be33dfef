import { type Caller, DAY_MS, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { createReceiver, deliverAll, deliveriesOf, subscribe } from '../helpers/receiver.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
const { app, home, foreign, clock } = made
const { office, inspector, supervisor, unitCaller, admin } = home
const NOBODY = '01900000-0000-7000-8000-000000000000'

const save = async (by: Caller, filter: Json, more: Json = {}) =>
  ok(by.post('/v1/views', { name: '视图', filter, ...more }))
const codes = (rows: Json[]) => rows.map(({ code }) => code).sort()
const found = async (by: Caller, query: string) => codes((await ok(by.get(`/v1/items?limit=200&${query}`))).data)

const [north, south] = [
  await itemIn('remediating', home, { filing: { area: '341225' }, order: { dueAt: '2026-03-20' } }),
  await itemIn('listed', home, { filing: { area: '341202', road: 'G220' } }),
]
const late = await itemIn('assigned', home, { filing: { area: '341202' }, order: { dueAt: '2026-03-10' } })
clock.advance(30 * DAY_MS)

t.test('a view is saved, read, changed and deleted', async (t) => {
  const filter = { status: ['listed', 'assigned'], area: '341202', overdue: 'true' }
  const key = { 'idempotency-key': 'new-view' }
  const saved = await inspector.post('/v1/views', { name: ' 城区逾期 ', filter }, key)
  const { id } = saved.body
  const me = await ok(inspector.get('/v1/me'))
  t.match(saved, { status: 201, headers: { etag: '"1"', location: `/v1/views/${id}` } })
  t.same(saved.body, {
    ...{ id, version: 1, name: '城区逾期', filter, shared: false, owner: { id: me.id, name: me.name } },
    ...{ createdAt: clock.now, updatedAt: clock.now },
  })
  t.match(await inspector.post('/v1/views', { name: ' 城区逾期 ', filter }, key), {
    headers: { 'idempotency-replayed': 'true' },
    body: saved.body,
  })
  t.same(await ok(inspector.get(`/v1/views/${id}`)), saved.body)
  t.same((await ok(inspector.get('/v1/views'))).data, [saved.body])

  const patch = { filter: { area: null, overdue: 'false', level: 'major' } }
  refused(t, await inspector.patch(`/v1/views/${id}`, patch), 428, 'precondition-required')
  refused(t, await inspector.patch(`/v1/views/${id}`, patch, { 'if-match': '"2"' }), 412, 'stale')
  const changed = await inspector.patch(`/v1/views/${id}`, patch, { 'if-match': '"1"' })
  t.match(changed, { status: 200, headers: { etag: '"2"' } })
  t.same(changed.body.filter, { status: ['listed', 'assigned'], overdue: 'false', level: 'major' })
  t.match(await inspector.get(`/v1/views/${id}`), { headers: { etag: '"2"' }, body: changed.body })
  t.equal((await inspector.delete(`/v1/views/${id}`)).status, 204)
  for (const answer of [
    await inspector.get(`/v1/views/${id}`),
    await inspector.delete(`/v1/views/${id}`),
    await inspector.patch(`/v1/views/${id}`, {}, { 'if-match': '*' }),
  ]) {
    refused(t, answer, 404, 'not-found')
  }
})

t.test('a filter is held to what the list takes', async (t) => {
  const cases: [Json, string[]][] = [
    [{ filter: { status: 'open' } }, ['/filter/status']],
    [{ filter: { statuses: 'listed' } }, ['/filter/statuses']],
    [{ filter: { view: NOBODY } }, ['/filter/view']],
    [{ filter: { asOf: clock.now } }, ['/filter/asOf']],
    [{ filter: { bbox: '1,2,3' } }, ['/filter/bbox']],
    [{ filter: { chainageFromM: 'K12+345' } }, ['/filter/road']],
    [{ filter: [] }, ['/filter']],
    [{}, ['/filter']],
    [{ filter: {}, name: ' ' }, ['/name']],
    [{ filter: {}, owner: NOBODY }, ['/owner']],
  ]
  for (const [body, pointers] of cases) {
    refused(t, await office.post('/v1/views', { name: '视图', ...body }), 400, 'invalid-request', { pointers })
  }
  const { id } = await save(office, { road: 'S315', chainageFromM: '12000' })
  const patches: [Json, string[]][] = [
    [{ filter: { road: null } }, ['/filter/road']],
    [{ filter: { level: 'huge' } }, ['/filter/level']],
    [{ filter: { nonsense: null } }, ['/filter/nonsense']],
    [{ filter: null }, ['/filter']],
  ]
  for (const [patch, pointers] of patches) {
    refused(t, await office.patch(`/v1/views/${id}`, patch, { 'if-match': '*' }), 400, 'invalid-request', { pointers })
  }
  t.match(await ok(office.get(`/v1/views/${id}`)), { version: 1 })
})

t.test('one’s own view is nobody else’s; a shared one is everybody’s, and the office’s to change', async (t) => {
  const [own, shared] = [await save(inspector, {}), await save(office, { area: '341225' }, { shared: true })]
  for (const other of [home.verifier, office, admin, home.auditor, foreign.office]) {
    refused(t, await other.get(`/v1/views/${own.id}`), 404, 'not-found')
    refused(t, await other.patch(`/v1/views/${own.id}`, { name: '甲' }, { 'if-match': '*' }), 404, 'not-found')
    refused(t, await other.delete(`/v1/views/${own.id}`), 404, 'not-found')
    t.notOk((await allPages(other, '/v1/views?limit=1')).some(({ id }) => id === own.id))
  }
  for (const other of [inspector, unitCaller, supervisor, home.auditor]) {
    t.same(await ok(other.get(`/v1/views/${shared.id}`)), shared)
    refused(t, await other.patch(`/v1/views/${shared.id}`, { name: '甲' }, { 'if-match': '*' }), 403, 'forbidden')
    refused(t, await other.delete(`/v1/views/${shared.id}`), 403, 'forbidden')
    refused(t, await other.post('/v1/views', { name: '甲', filter: {}, shared: true }), 403, 'forbidden')
  }
  refused(t, await inspector.patch(`/v1/views/${own.id}`, { shared: true }, { 'if-match': '*' }), 403, 'forbidden')
  refused(t, await foreign.office.get(`/v1/views/${shared.id}`), 404, 'not-found')
  t.match(await ok(admin.patch(`/v1/views/${shared.id}`, { name: '阜南' }, { 'if-match': '"1"' })), { name: '阜南' })
  const mine = await ok(admin.patch(`/v1/views/${shared.id}`, { shared: false }, { 'if-match': '"2"' }))
  t.equal(mine.owner.id, (await ok(admin.get('/v1/me'))).id, 'whoever makes it private again has it')
  refused(t, await office.get(`/v1/views/${shared.id}`), 404, 'not-found')
  t.equal((await admin.delete(`/v1/views/${shared.id}`)).status, 204)
})

t.test('a view stands for its parameters, and what is given beside it takes their place', async (t) => {
  const { id } = await save(supervisor, { area: '341202', status: ['listed', 'assigned'] })
  t.same(await found(supervisor, `view=${id}`), codes([south, late]))
  t.same(await found(supervisor, `view=${id}&overdue=true`), codes([late]), 'another parameter narrows')
  t.same(await found(supervisor, `view=${id}&status=listed`), codes([south]), 'the same one takes its place')
  t.same(await found(supervisor, `view=${id}&area=341225`), [])
  t.same(await found(supervisor, `view=${id}&area=341225&status=remediating`), codes([north]))
  t.same(await found(supervisor, `view=${id.toUpperCase()}&asOf=2026-03-02T01:00:00.000Z`), codes([south, late]))
  t.match(await ok(supervisor.get(`/v1/items?view=${id}&count=true&limit=1`)), { total: 2 })
  t.same(codes(await allPages(supervisor, `/v1/items?view=${id}&limit=1`)), codes([south, late]))
  t.match(await ok(supervisor.get(`/v1/reports/overdue?view=${id}`)), { total: 1, items: [{ id: late.id }] })
  const groups = await ok(supervisor.get(`/v1/reports/overdue?view=${id}&groupBy=area`))
  t.match(groups, { total: 1, groups: [{ key: '341202', count: 1 }] })
  const csv = await supervisor.get(`/v1/items?view=${id}`, { accept: 'text/csv' })
  t.equal(csv.status, 200)
  t.ok(csv.body.includes(south.code) && csv.body.includes(late.code) && !csv.body.includes(north.code))
  const lines = await supervisor.get(`/v1/reports/overdue?view=${id}`, { accept: 'application/x-ndjson' })
  t.same(
    lines.body
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line).id),
    [late.id],
  )

  const { nextCursor } = await ok(supervisor.get(`/v1/items?view=${id}&limit=1`))
  await ok(supervisor.patch(`/v1/views/${id}`, { filter: { status: null } }, { 'if-match': '"1"' }))
  const page = await supervisor.get(`/v1/items?view=${id}&limit=1&cursor=${nextCursor}`)
  refused(t, page, 400, 'invalid-request', { pointers: ['/query/cursor'] })
})

t.test('a view shows nobody what they may not see', async (t) => {
  const all = await save(office, { onAccount: 'true' }, { shared: true })
  const local = await home.addCaller('supervisor', { area: '341225' })
  t.same(await found(unitCaller, `view=${all.id}`), codes([north, late]))
  t.same(await found(home.otherUnitCaller, `view=${all.id}`), [])
  t.same(await found(local, `view=${all.id}`), codes([north]))
  t.match(await ok(local.get(`/v1/reports/overdue?view=${all.id}`)), { total: 1, items: [{ id: north.id }] })
})

t.test('every route with the filters takes a view, and only one that is the caller’s to use', async (t) => {
  const { paths } = app.swagger() as Json
  const routes = Object.keys(paths).filter((path) =>
    paths[path].get?.parameters?.some(({ name, in: place }: Json) => name === 'view' && place === 'query'),
  )
  t.ok(routes.includes('/v1/items') && routes.includes('/v1/reports/overdue'))
  const theirs = await save(inspector, {})
  const elsewhere = await save(foreign.office, {}, { shared: true })
  for (const path of routes) {
    for (const id of [NOBODY, theirs.id, elsewhere.id]) {
      refused(t, await office.get(`${path}?view=${id}`), 400, 'invalid-request', { pointers: ['/query/view'] })
    }
    refused(t, await office.get(`${path}?view=x`), 400, 'invalid-request', { pointers: ['/query/view'] })
  }
  refused(t, await office.get(`/v1/views?view=${theirs.id}`), 400, 'invalid-request', { pointers: ['/query/view'] })
})

t.test('a subscription to a view is told of items that match it as they stand after the event', async (t) => {
  const receiver = await createReceiver(t, clock)
  const view = await save(office, { status: ['assigned', 'remediating'], area: '341225' }, { shared: true })
  const subscription = await subscribe(home, receiver, { view: view.id })
  const everything = await subscribe(home, receiver)
  t.equal(subscription.view, view.id)
  const item = await itemIn('closure_requested', home, { filing: { area: '341225' } })
  await itemIn('assigned', home, { filing: { area: '341202' } })
  await ok(admin.post('/v1/units', { name: '无关单位' }))
  const told = async () =>
    (await deliveriesOf(home, subscription.id)).map(({ itemId, type }: Json) => [itemId, type.replace('item.', '')])
  await deliverAll(made)
  const before = [
    [item.id, 'assigned'],
    [item.id, 'accepted'],
  ]
  t.same(await told(), before, 'though the item stands elsewhere by now')
  t.equal((await deliveriesOf(home, everything.id)).length, 8)

  await ok(
    office.patch(`/v1/views/${view.id}`, { filter: { status: 'closed', overdue: 'false' } }, { 'if-match': '*' }),
  )
  await ok(home.verifier.post(`/v1/items/${item.id}/closure-decision`, { approved: true, findings: '合格' }))
  await ok(office.post(`/v1/items/${item.id}/reopening`, { reason: '重现' }))
  await deliverAll(made)
  t.same(await told(), [...before, [item.id, 'closed']], 'it goes by the view as it is now')

  await ok(
    office.patch(`/v1/subscriptions/${subscription.id}`, { area: '341202', unit: home.unit }, { 'if-match': '*' }),
  )
  await ok(office.post(`/v1/items/${(await itemIn('closed', home)).id}/notes`, { note: '备注' }))
  await deliverAll(made)
  t.equal((await told()).length, 3, 'unit and area narrow it further')
  await ok(
    office.patch(`/v1/subscriptions/${subscription.id}`, { area: null, unit: null, view: null }, { 'if-match': '*' }),
  )
  await ok(inspector.post('/v1/items', filing({ area: '341202' })))
  await deliverAll(made)
  t.match((await told()).at(-1), [/./, 'reported'], 'and without it, of all')
})

t.test('an item that is overdue at the time of the event is so for a view', async (t) => {
  const receiver = await createReceiver(t, clock)
  const view = await save(admin, { overdue: 'true' }, { shared: true })
  const subscription = await subscribe(home, receiver, { view: view.id })
  const dueAt = new Date(Date.parse(clock.now) + DAY_MS).toISOString()
  const item = await itemIn('remediating', home, { order: { dueAt } })
  clock.advance(2 * DAY_MS)
  await ok(office.post(`/v1/items/${item.id}/notes`, { note: '催办' }))
  const more = order(home, { dueAt: new Date(Date.parse(clock.now) + 9 * DAY_MS).toISOString() })
  await ok(office.post(`/v1/items/${item.id}/assignments`, more))
  await deliverAll(made)
  t.match(await deliveriesOf(home, subscription.id), [{ itemId: item.id, type: 'item.noted' }])
  t.equal((await deliveriesOf(home, subscription.id)).length, 1)
})

t.test('a view that a subscription uses stays, and stays shared', async (t) => {
  const receiver = await createReceiver(t, clock)
  const [view, own] = [await save(office, {}, { shared: true }), await save(office, {})]
  const elsewhere = await save(foreign.office, {}, { shared: true })
  const about = { url: receiver.url, types: ['item.*'] }
  for (const id of [own.id, elsewhere.id, NOBODY]) {
    const answer = await office.post('/v1/subscriptions', { ...about, view: id })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/view'] })
  }
  const { id } = await subscribe(home, receiver, { view: view.id })
  const url = `/v1/views/${view.id}`
  refused(t, await office.delete(url), 409, 'in-use')
  refused(t, await office.patch(url, { shared: false }, { 'if-match': '*' }), 409, 'in-use')
  t.match(await ok(office.patch(url, { name: '改名' }, { 'if-match': '*' })), { shared: true, version: 2 })
  const wrong = await office.patch(`/v1/subscriptions/${id}`, { view: own.id }, { 'if-match': '*' })
  refused(t, wrong, 400, 'invalid-request', { pointers: ['/view'] })
  t.equal((await office.delete(`/v1/subscriptions/${id}`)).status, 204)
  t.equal((await office.delete(url)).status, 204)
})

t.test('a person saves so many views and no more, also at once', async (t) => {
  const person = await home.addCaller('inspector')
  const saveSome = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, k) => person.post('/v1/views', { name: `视图 ${from + k}`, filter: {} })),
    )
  const tries = []
  for (let from = 0; from < 180; from += 30) tries.push(...(await saveSome(from, from + 30)))
  tries.push(...(await saveSome(180, 205)))
  const refusals = tries.filter(({ status }) => status !== 201)
  t.equal(refusals.length, 5)
  for (const answer of refusals) refused(t, answer, 409, 'too-many')
  const [first] = tries.filter(({ status }) => status === 201)
  t.equal((await person.delete(`/v1/views/${first?.body.id}`)).status, 204)
  await save(person, {})
})
