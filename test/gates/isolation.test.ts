import type { Role } from '../../src/domain/access/permissions.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { scoresTask } from '../../src/scores/task.js'
import { type Caller, filing, itemIn, type Json, ok, order, type Stage } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { beginUpload, evidence, photo } from '../helpers/evidence.js'
import { type Route, routesOf, sendPlain } from '../helpers/routes.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const { app, db, home, foreign, clock } = await createCheckedApp(t)
const NOBODY = '01900000-0000-7000-8000-000000000000'
const STAGES: Stage[] = [
  'reported',
  'listed',
  'assigned',
  'remediating',
  'closure_requested',
  'closed',
  'dismissed',
  'merged',
]
const ROUTES = routesOf(app)

const ORDER = { dueAt: '2026-03-10' }
const theirs: Json[] = []
for (const stage of STAGES) theirs.push(await itemIn(stage, foreign, { order: ORDER }))
const ours = await itemIn('remediating', home, { order: ORDER })
clock.now = '2026-03-20T01:00:00.000Z'
await runTask(ladderTask, taskDeps({ db, clock }))
await runTask(scoresTask, taskDeps({ db, clock }))

const callersOf = (at: typeof home): Record<Role, Caller> => ({
  ...{ inspector: at.inspector, unit: at.unitCaller, office: at.office },
  ...{ supervisor: at.supervisor, auditor: at.auditor, admin: at.admin },
})
const [mine, their] = [callersOf(home), callersOf(foreign)]
const theirPeople: Json[] = (await ok(foreign.admin.get('/v1/people'))).data
const theirContacts: Json[] = []
for (const recipient of ['office', 'supervisor']) {
  const contact = { recipient, channel: 'email', address: 'theirs@example.com' }
  theirContacts.push(await ok(foreign.office.post('/v1/contacts', contact)))
}
const theirNotices: Json[] = (await ok(foreign.auditor.get('/v1/notices'))).data
const HOOK = { url: 'https://hooks.example.com/', types: ['item.*'] }
for (const at of [foreign, foreign, home]) {
  await ok(at.office.post('/v1/subscriptions', HOOK))
}
const theirSubscriptions: Json[] = (await ok(foreign.office.get('/v1/subscriptions'))).data
const theirViews: Json[] = [
  await ok(foreign.office.post('/v1/views', { name: '共享', filter: {}, shared: true })),
  await ok(foreign.office.post('/v1/views', { name: '自用', filter: {} })),
]
const theirBulletins: Json[] = [
  await ok(foreign.office.post('/v1/bulletins', { kind: 'on_demand' })),
  await ok(foreign.office.post('/v1/bulletins', { kind: 'daily' })),
]
await ok(foreign.office.post(`/v1/bulletins/${theirBulletins[1].id}/issuance`))
await ok(home.office.post('/v1/bulletins', { kind: 'daily' }))
const theirScores: Json[] = (await ok(foreign.office.get('/v1/scores'))).data
await ok(foreign.office.post('/v1/score-periods', { period: '2026-02' }))
const theirFeeds: Json[] = [
  await ok(foreign.office.post('/v1/me/deadline-feeds', { name: '手机' })),
  await ok(foreign.unitCaller.post('/v1/me/deadline-feeds', { name: '手机' })),
]
await ok(
  foreign.admin.put('/v1/calendar/2026', { days: [{ date: '2026-03-31', kind: 'off', name: '亳州假' }], note: '亳州' }),
)
const spans = [
  ['2025-03-01', '2026-03-01'],
  ['2026-03-03', '2026-03-20'],
]
for (const [from, to] of spans) {
  const count = { from, to, accidents: 41_299, deaths: 0, injuries: 0 }
  await ok(foreign.office.post(`/v1/items/${theirs[5].id}/accident-counts`, count))
}
const theirDocuments: Json[] = [
  await ok(foreign.office.post(`/v1/items/${theirs[3].id}/documents`, { kind: 'assignment_order' })),
  await ok(foreign.office.post(`/v1/bulletins/${theirBulletins[1].id}/documents`)),
]
const theirEvidence: Json[] = [
  await evidence(app, foreign.unitCaller, await photo(1), { kind: 'before' }),
  await evidence(app, foreign.inspector, await photo(2), { kind: 'during' }),
]
await ok(
  foreign.unitCaller.post(`/v1/items/${theirs[3].id}/progress-reports`, {
    ...{ percent: 1, note: '开工', evidence: [theirEvidence[0].id] },
  }),
)
const theirUpload = await beginUpload(app, foreign.unitCaller, { length: 100, kind: 'after' })
const theirKeys: Json[] = (await ok(foreign.admin.get('/v1/api-keys'))).data

/** Something of the other jurisdiction's for each kind of identifier, and one that nothing has. */
await ok(foreign.admin.post('/v1/areas', { code: '341621199', name: '亳州镇' }))
const IDENTIFIERS: Record<string, { foreign: string[]; nothing: string }> = {
  items: { foreign: theirs.map((item) => item.id), nothing: NOBODY },
  ogc: { foreign: theirs.map((item) => item.id), nothing: NOBODY },
  documents: { foreign: theirDocuments.map((document) => document.id), nothing: NOBODY },
  bulletins: { foreign: theirBulletins.map((bulletin) => bulletin.id), nothing: NOBODY },
  // What is shipped is everybody’s; its change is the jurisdiction’s own.
  areas: { foreign: ['341621199', '341621'], nothing: '341299001' },
  units: { foreign: [foreign.unit, foreign.otherUnit], nothing: NOBODY },
  people: { foreign: theirPeople.map((person) => person.id), nothing: NOBODY },
  reports: { foreign: [foreign.unit, foreign.otherUnit], nothing: NOBODY },
  scores: { foreign: theirScores.map((score) => score.id), nothing: NOBODY },
  'score-periods': { foreign: ['2026-02'], nothing: '2026-01' },
  notices: { foreign: theirNotices.map((notice) => notice.id), nothing: NOBODY },
  subscriptions: { foreign: theirSubscriptions.map((subscription) => subscription.id), nothing: NOBODY },
  views: { foreign: theirViews.map((view) => view.id), nothing: NOBODY },
  contacts: { foreign: theirContacts.map((contact) => contact.id), nothing: NOBODY },
  'deadline-feeds': { foreign: theirFeeds.map((feed) => feed.id), nothing: '000000000000' },
  me: { foreign: theirFeeds.map((feed) => feed.id), nothing: '000000000000' },
  evidence: { foreign: theirEvidence.map((one) => one.id), nothing: NOBODY },
  'evidence-uploads': { foreign: [theirUpload], nothing: NOBODY },
  'api-keys': { foreign: theirKeys.map((key) => key.id), nothing: '000000000000' },
}

/** The answer to a request about `id`, with `id` itself taken out. */
async function about(route: Route, id: string, caller: Caller, headers: Record<string, string> = {}) {
  const { method, path, example } = route
  const body = path.endsWith('/assignments') ? order(home) : example
  const url = path.replace('{id}', id).replace('{code}', id).replace('{deliveryId}', NOBODY)
  const answer = await sendPlain(app, { method, url, key: caller.key, body }, { 'if-match': '*', ...headers })
  return JSON.stringify(answer).replaceAll(id, '{id}')
}

/** What the other jurisdiction has, as its own people see it. */
async function possessions(): Promise<string> {
  const urls = [
    '/v1/items?limit=200&count=true',
    '/v1/units',
    '/v1/areas?under=341621&limit=200',
    '/v1/boundaries',
    '/v1/people',
    '/v1/api-keys',
    '/v1/subscriptions',
    '/v1/reports/overdue?groupBy=unit',
    '/v1/bulletins',
    '/v1/documents',
    '/v1/document-templates',
    '/v1/views',
    '/v1/calendar/2026/versions',
  ]
  const answers = [await ok(foreign.auditor.get('/v1/ledger')), await ok(foreign.auditor.get('/v1/notices'))]
  for (const url of ['/v1/scores', '/v1/score-periods']) answers.push(await ok(foreign.auditor.get(url)))
  for (const url of urls) answers.push(await ok(foreign.admin.get(url)))
  return JSON.stringify(answers).replace(/"lastUsedAt":("[^"]*"|null)/g, '')
}

t.test('what is another jurisdiction’s answers, to the byte, like what does not exist', async (t) => {
  const before = await possessions()
  // A year and a kind are everybody’s; what is under them, calendar.test.ts and document-templates.test.ts hold apart.
  for (const route of ROUTES.filter(({ path }) => path.includes('{') && !/\{(year|kind)\}/.test(path))) {
    const kind = IDENTIFIERS[route.path.split('/')[2] ?? '']
    if (kind === undefined) throw new Error(`${route.name}: there is nothing foreign to try it with`)
    for (const role of Object.keys(mine) as Role[]) {
      const nothing = await about(route, kind.nothing, mine[role])
      const { status } = JSON.parse(nothing)
      // A role that is refused at the door is tried once.
      const ids = status === 403 ? kind.foreign.slice(0, 1) : kind.foreign
      const different = []
      for (const id of ids) if ((await about(route, id, mine[role])) !== nothing) different.push(id)
      t.same(different, [], `${route.name} as ${role}`)
      t.ok(status === 404 || status === 403, `${route.name} as ${role}: ${status}`)
    }
  }
  t.equal(await possessions(), before, 'and is as it was')
})

t.test('to its own people the same requests are about something', async (t) => {
  for (const route of ROUTES.filter(({ path }) => path.startsWith('/v1/items/{'))) {
    const statuses = []
    for (const id of [theirs[3].id]) {
      for (const role of Object.keys(their) as Role[]) {
        statuses.push(JSON.parse(await about({ ...route, example: {} }, id, their[role])).status)
      }
    }
    t.notOk(statuses.includes(404), `${route.name}: ${statuses}`)
    t.ok(
      statuses.some((status) => status !== 403),
      `${route.name}: ${statuses}`,
    )
  }
})

t.test('a code names an item of one’s own jurisdiction', async (t) => {
  t.match(await ok(home.office.get('/v1/items/2026-000001')), { id: ours.id })
  t.match(await ok(foreign.office.get('/v1/items/2026-000001')), { id: theirs[0].id })
  for (const { code } of theirs.slice(1)) {
    refused(t, await home.office.get(`/v1/items/${code}`), 404, 'not-found')
    refused(t, await home.office.get(`/v1/items/${code}/events`), 404, 'not-found')
    refused(t, await home.office.get(`/v1/items/${code}/diff?from=1`), 404, 'not-found')
    refused(t, await home.office.post(`/v1/items/${code}/notes`, { note: '备注' }), 404, 'not-found')
  }
})

t.test('what a body names of another jurisdiction’s is refused like what does not exist', async (t) => {
  const item = await itemIn('reported', home)
  const listed = await itemIn('listed', home)
  const assign = `/v1/items/${listed.id}/assignments`
  const person = theirPeople[0].id
  const [theirPhoto] = theirEvidence.map((one) => one.id)
  const cases: [Caller, string, string, (id: string) => Json][] = [
    [home.office, `/v1/items/${item.id}/merge`, theirs[1].id, (into) => ({ into, reason: '重复' })],
    [home.office, `/v1/items/${item.id}/merge`, theirs[3].code, (into) => ({ into, reason: '重复' })],
    [home.office, assign, foreign.unit, (responsibleUnit) => order(home, { responsibleUnit })],
    [home.office, assign, foreign.unit, (unit) => order(home, { coUnits: [unit] })],
    [home.office, '/v1/subscriptions', theirViews[0].id, (view) => ({ ...HOOK, view })],
    [home.admin, '/v1/people', foreign.unit, (unit) => ({ name: '甲', role: 'unit', unit })],
    [home.admin, '/v1/api-keys', foreign.unit, (unit) => ({ name: '甲', role: 'unit', unit })],
    [home.admin, '/v1/api-keys', person, (id) => ({ person: id })],
    [home.inspector, '/v1/items', theirPhoto, (id) => filing({ evidence: [id] })],
    [
      home.office,
      `/v1/items/${ours.id}/documents`,
      theirDocuments[0].id,
      (document) => ({ kind: 'receipt', document }),
    ],
    [
      home.unitCaller,
      `/v1/items/${ours.id}/closure-requests`,
      theirPhoto,
      (id) => ({ summary: '完成', evidence: [id] }),
    ],
  ]
  for (const [caller, url, id, bodyWith] of cases) {
    const nothing = id.includes('-0000') ? '2026-999999' : NOBODY
    const send = async (named: string) => {
      const answer = await sendPlain(app, { method: 'POST', url, key: caller.key, body: bodyWith(named) })
      return JSON.stringify(answer).replaceAll(named, '{id}')
    }
    t.equal(await send(id), await send(nothing), url)
    t.equal(JSON.parse(await send(id)).status, 400)
  }
})

t.test('in a batch, what is another jurisdiction’s is refused like what does not exist', async (t) => {
  for (const atomic of [false, true]) {
    for (const { id } of theirs) {
      const send = async (item: string) => {
        const commands = [{ kind: 'notes', item, body: { note: '备注' } }]
        const body = { atomic, commands }
        const answer = await sendPlain(app, { method: 'POST', url: '/v1/items/batch', key: mine.office.key, body })
        return JSON.stringify(answer).replaceAll(item, '{id}')
      }
      t.equal(await send(id), await send(NOBODY))
      t.match(await send(id), /not-found/)
    }
  }
})

/** An answer without end; stream.test.ts holds it to the same. */
const ENDLESS = '/v1/events/stream'
/** Every list and report that takes no identifier, also those that come with time. */
const LISTS = ROUTES.filter(({ method, path }) => method === 'GET' && !path.includes('{') && path !== ENDLESS).map(
  ({ path }) => path,
)

t.test('no list, report, feed or count has anything of another jurisdiction’s', async (t) => {
  const traces = [foreign.id, foreign.unit, foreign.otherUnit, ...theirs.map((item) => item.id)]
  traces.push('41299', ...theirContacts.map((contact) => contact.id), 'theirs@example.com')
  traces.push(...theirPeople.map((person) => person.id), ...theirKeys.map((key) => key.id))
  traces.push(...theirSubscriptions.map((subscription) => subscription.id))
  traces.push(...theirScores.map((score) => score.id))
  traces.push(...theirBulletins.map((bulletin) => bulletin.id), ...theirViews.map((view) => view.id))
  traces.push(...theirDocuments.map((document) => document.id))
  traces.push(...theirFeeds.map((feed) => feed.id), '亳州假', ...theirEvidence.map((one) => one.id))
  const more = [
    '/v1/items?limit=200&count=true',
    `/v1/items?asOf=${clock.now}`,
    '/v1/items?asOf=seq:20',
    '/v1/events?limit=200',
  ]
  more.push('/v1/reports/overdue?groupBy=unit', '/v1/reports/overdue?groupBy=area', `/v1/items?unit=${foreign.unit}`)
  more.push('/v1/calendar/2026', '/v1/calendar/2026/versions', '/v1/calendar/2026/recomputation')
  more.push('/v1/reports/progress?groupBy=unit', '/v1/reports/forecast?groupBy=unit')
  more.push('/v1/reports/outcomes?groupBy=section', '/v1/ogc/collections/items/items?bbox=-180,-90,180,90')
  more.push('/v1/items?area=341600', '/v1/items?q=2026-000005', '/v1/items?bbox=-180,-90,180,90')
  let read = 0
  for (const url of [...LISTS, ...more]) {
    for (const role of Object.keys(mine) as Role[]) {
      const accept = url === '/v1/events' ? 'application/x-ndjson' : 'application/json'
      const { status, text } = await sendPlain(app, { method: 'GET', url, key: mine[role].key }, { accept })
      if (status !== 200) continue
      read++
      const found = traces.filter((trace) => text.includes(trace))
      t.same(found, [], `${url} as ${role}`)
    }
  }
  t.ok(read > LISTS.length * 3, `${read} answers read`)
  t.match(await ok(home.office.get(`/v1/items?count=true&unit=${foreign.unit}`)), { data: [], total: 0 })
  t.match(await ok(home.office.get('/v1/reports/overdue')), { total: 1, items: [{ id: ours.id }] })
})

t.test('what others do changes no count, no code and no seq of ours', async (t) => {
  const count = async () => ({
    ...(await ok(home.auditor.get('/v1/ledger'))),
    items: (await ok(home.office.get('/v1/items?count=true'))).total,
    overdue: (await ok(home.office.get('/v1/reports/overdue'))).total,
    groups: (await ok(home.office.get('/v1/reports/overdue?groupBy=unit'))).groups,
  })
  const before = await count()
  await itemIn('remediating', foreign, { order: { dueAt: '2026-03-21' } })
  await itemIn('closed', foreign, { order: { dueAt: '2026-03-21' } })
  t.same(await count(), before)
  const next = await ok(home.inspector.post('/v1/items', filing()))
  t.equal(next.code, `2026-${String(before.items + 1).padStart(6, '0')}`)
  t.equal((await ok(home.auditor.get('/v1/ledger'))).seq, before.seq + 1)
})

t.test('a cursor of another jurisdiction’s leads to nothing but one’s own', async (t) => {
  const lists: [Role, string][] = [
    ['office', '/v1/items?limit=2'],
    ['office', '/v1/reports/overdue?limit=1'],
    ['office', '/v1/units?limit=1'],
    ['office', '/v1/reports/outcomes?limit=1'],
    ['office', '/v1/contacts?limit=1'],
    ['admin', '/v1/people?limit=1'],
    ['admin', '/v1/api-keys?limit=1'],
    ['office', '/v1/subscriptions?limit=1'],
    ['office', '/v1/scores?limit=1'],
    ['office', '/v1/documents?limit=1'],
    ['office', '/v1/me/deadline-feeds?limit=1'],
    ['admin', '/v1/deadline-feeds?limit=1'],
  ]
  for (const [role, url] of lists) {
    const { nextCursor } = await ok(their[role].get(url))
    const own = new Set((await allPages(mine[role], url)).map((row) => row.id))
    const { status, body } = await mine[role].get(`${url}&cursor=${nextCursor}`)
    if (status === 400) continue
    t.ok(
      (body.data ?? body.items).every((row: Json) => own.has(row.id)),
      url,
    )
  }
  const { nextCursor } = await ok(foreign.office.get(`/v1/items/${theirs[3].id}/events?limit=1`))
  const answer = await home.office.get(`/v1/items/${ours.id}/events?cursor=${nextCursor}`)
  refused(t, answer, 400, 'invalid-request', { pointers: ['/query/cursor'] })
})

t.test('keys of idempotency and external ids are each jurisdiction’s and each caller’s own', async (t) => {
  const headers = { 'idempotency-key': 'the-same-text' }
  const external = { externalId: 'W-77', externalSystem: '12345' }
  const first = await ok(foreign.inspector.post('/v1/items', filing({ area: '341621', ...external }), headers))
  const answer = await home.inspector.post('/v1/items', filing(external), headers)
  t.match(answer, { status: 201, headers: { 'idempotency-replayed': undefined } })
  t.not(answer.body.id, first.id)
  const another = await home.verifier.post('/v1/items', filing(), headers)
  t.match(another, { status: 201, headers: { 'idempotency-replayed': undefined } })
})

t.test('a unit never sees an item that it never had, by any way', async (t) => {
  const other = home.otherUnitCaller
  for (const route of ROUTES.filter(({ path }) => path.startsWith('/v1/items/{'))) {
    const nothing = await about(route, NOBODY, other)
    t.equal(await about(route, ours.id, other), nothing, route.name)
    t.equal((await about(route, ours.code, other)).replaceAll(ours.code, '{id}'), nothing, `${route.name} by code`)
  }
  t.match(await ok(other.get('/v1/items?count=true')), { data: [], total: 0 })
  t.match(await ok(other.get(`/v1/items?count=true&asOf=${clock.now}&unit=${home.unit}`)), { data: [], total: 0 })
  t.match(await ok(other.get('/v1/reports/outcomes')), { items: [], total: { treated: 0 } })
  t.match(await ok(other.get('/v1/reports/overdue')), { items: [], total: 0 })
  t.match(await ok(other.get('/v1/reports/overdue?groupBy=unit')), { groups: [], total: 0 })
  t.match(await ok(other.get('/v1/reports/progress?groupBy=unit')), { listed: 0, groups: [] })
  for (const path of ['units', 'areas', 'lead-officials', 'forecast']) {
    t.match(await ok(other.get(`/v1/reports/${path}`)), { groups: [] }, path)
  }
  t.match(await ok(home.unitCaller.get('/v1/items?count=true')), { total: 1, data: [{ id: ours.id }] })
  for (const url of ['/v1/events', '/v1/ledger']) refused(t, await other.get(url), 403, 'forbidden')
})

t.test('an inspector or supervisor of one area sees nothing that lies outside it', async (t) => {
  const [inspector, supervisor] = [
    await home.addCaller('inspector', { area: '341202' }),
    await home.addCaller('supervisor', { area: '341202' }),
  ]
  const inside = await itemIn('closure_requested', home, { filing: { area: '341202100' } })
  for (const caller of [inspector, supervisor]) {
    for (const route of ROUTES.filter(({ path }) => path.startsWith('/v1/items/{'))) {
      t.equal(await about(route, ours.id, caller), await about(route, NOBODY, caller), route.name)
    }
    t.match(await ok(caller.get('/v1/items?count=true')), { total: 1, data: [{ id: inside.id }] })
    t.match(await ok(caller.get('/v1/items?count=true&area=341225')), { total: 0 })
    t.match(await ok(caller.get('/v1/reports/overdue?groupBy=area')), { groups: [], total: 0 })
    t.match(await ok(caller.get('/v1/reports/progress?area=341225')), { listed: 0, closed: 0, open: 0 })
    t.match(await ok(caller.get('/v1/reports/units?area=341225')), { groups: [] })
    t.match(await ok(caller.get('/v1/reports/forecast')), { open: 1, groups: [{ key: '341202' }] })
    t.equal((await caller.get(`/v1/items/${inside.code}`)).status, 200)
  }
  const { data } = await ok(supervisor.get('/v1/events?limit=200'))
  const seen = new Set(data.map((event: Json) => event.itemId).filter((id: string | null) => id !== null))
  t.same([...seen], [inside.id], 'of the feed, the events of the items there')
  const decision = { approved: true, findings: '合格' }
  t.equal((await inspector.post(`/v1/items/${inside.id}/closure-decision`, decision)).status, 200)
})
