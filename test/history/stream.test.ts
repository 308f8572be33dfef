import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { mock } from 'node:test'
import { appendEvents } from '../../src/ledger/act.js'
import { adminEvent } from '../../src/ledger/chain.js'
import { createTestApp, DAY_MS, filing, itemIn, ok } from '../helpers/app.js'
import { listen, range, seqsOf } from '../helpers/event-stream.js'
import { AUDIENCE, createIssuer } from '../helpers/issuer.js'
import { createSecondApp } from '../helpers/second-app.js'
import { t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const BEAT_MS = 15_000
// Heart-beats come when the test says so.
mock.timers.enable({ apis: ['setInterval'] })
t.teardown(() => mock.timers.reset())
const beat = () => mock.timers.tick(BEAT_MS)

const issuer = await createIssuer(t)
const made = await createTestApp(t, {
  ...{ METRICS_TOKEN: 'metrics-token-0123', OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE },
})
const { app, db, home, foreign, clock } = made
await app.listen({ port: 0 })

const headOf = async (at = home): Promise<number> => (await ok(at.auditor.get('/v1/ledger'))).seq
const file = async (more: object = {}) => ok(home.inspector.post('/v1/items', filing({ area: '341225', ...more })))
const openStreams = async () => {
  const { body } = await app.inject({ url: '/metrics', headers: { authorization: 'Bearer metrics-token-0123' } })
  return Number(/^event_streams_open (\d+)$/m.exec(body)?.[1])
}

t.test('a stream begins with what happens from now on', async (t) => {
  const head = await headOf()
  const listener = await listen(t, app, home.auditor)
  t.match(listener, { status: 200, retry: '3000', lastId: String(head), events: [] })
  t.match(listener.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'content-length': undefined,
    'content-encoding': undefined,
    ratelimit: /r=\d+/,
  })
  const { id } = await file()
  await listener.reached(1)
  const { data } = await ok(home.auditor.get(`/v1/events?after=${head}`))
  t.same(listener.events, [{ id: String(head + 1), event: 'item.reported', data: data[0] }])
  t.equal(data[0].itemId, id)
})

t.test('it resumes where it was, with nothing left out and nothing twice', async (t) => {
  const head = await headOf()
  const first = await listen(t, app, home.auditor)
  await file()
  await first.reached(1)
  first.close()
  await file()
  await file()
  const resumed = await listen(t, app, home.auditor, { lastEventId: first.lastId, query: '?after=0' })
  await file()
  await resumed.reached(3)
  t.same(seqsOf(resumed), range(head + 2, head + 4), 'the header goes before the query')
  const fromStart = await listen(t, app, home.auditor, { query: '?after=0' })
  await fromStart.reached(head + 4)
  t.same(seqsOf(fromStart), range(1, head + 4))
  const filter = 'after=0&type=unit.created&type=item.reported'
  const { data } = await ok(home.auditor.get(`/v1/events?${filter}`))
  const filtered = await listen(t, app, home.auditor, { query: `?${filter}` })
  await filtered.reached(data.length)
  t.same(
    filtered.events.map((event) => event.data),
    data,
  )
})

t.test('a senseless place to resume from is refused as the feed does', async (t) => {
  const cases: [object, string][] = [
    [{ query: '?after=999999' }, '/query/after'],
    [{ lastEventId: '999999' }, '/headers/last-event-id'],
    [{ lastEventId: '-1' }, '/headers/last-event-id'],
    [{ lastEventId: 'x' }, '/headers/last-event-id'],
    [{ query: '?after=x' }, '/query/after'],
    [{ query: '?type=item.lost' }, '/query/type'],
    [{ query: '?limit=5' }, '/query/limit'],
  ]
  for (const [asked, pointer] of cases) {
    const refused = await listen(t, app, home.auditor, asked)
    t.match(refused, { status: 400, headers: { 'content-type': /^application\/problem\+json/ } })
    t.match(refused.body(), { code: 'invalid-request', errors: [{ pointer }] }, JSON.stringify(asked))
  }
  const feed = await home.auditor.get('/v1/events?after=999999', { 'accept-language': 'zh' })
  const stream = await listen(t, app, home.auditor, { query: '?after=999999' })
  t.same(stream.body(), feed.body)
  t.match(await listen(t, app, 'ol_test_nobody'), { status: 401 })
  t.match(await listen(t, app, home.unitCaller), { status: 403 })
})

t.test('a HEAD request is answered, and leaves nothing open', async (t) => {
  const answer = await app.inject({
    method: 'HEAD',
    url: '/v1/events/stream',
    headers: { authorization: `Bearer ${home.auditor.key}` },
  })
  t.match(answer, { statusCode: 200, body: '', headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
  await until(async () => (await openStreams()) === 0)
})

t.test('a heart-beat says that the stream is alive, and how far it has come', async (t) => {
  const listener = await listen(t, app, home.auditor, { query: '?type=unit.changed' })
  t.same(listener.comments, [])
  await file()
  const head = await headOf()
  await until(() => {
    beat()
    return Number(listener.lastId) === head
  })
  t.ok(listener.comments.length > 0)
  t.same(listener.events, [], 'the filter let nothing through')
})

t.test('a supervisor of an area is told of the items there, as they lie now', async (t) => {
  const [here, there] = [
    await home.addCaller('supervisor', { area: '341225' }),
    await home.addCaller('supervisor', { area: '341202' }),
  ]
  const { id } = await file()
  const moving = `/v1/items/${id}`
  const start = await headOf()
  const [ofHere, ofThere, ofAll] = [
    await listen(t, app, here),
    await listen(t, app, there),
    await listen(t, app, home.supervisor),
  ]
  await ok(home.office.post(`${moving}/notes`, { note: '在此' }))
  await ofAll.reached(1)
  await ok(home.office.patch(moving, { area: '341202100' }, { 'if-match': '*' }))
  await ofAll.reached(2)
  await ok(home.office.post(`${moving}/notes`, { note: '已移' }))
  await ok(home.admin.post('/v1/categories', { code: 'test', nameZh: '测试', nameEn: 'Test' }))
  await ofAll.reached(4)
  t.same(seqsOf(ofAll), range(start + 1, start + 4))
  await Promise.all([ofHere.reached(2), ofThere.reached(3)])
  t.same(seqsOf(ofHere), [start + 1, start + 4], 'what is about no item is for everybody')
  t.same(seqsOf(ofThere), [start + 2, start + 3, start + 4])

  const [laterHere, laterThere] = [
    await listen(t, app, here, { lastEventId: String(start) }),
    await listen(t, app, there, { lastEventId: String(start) }),
  ]
  // What happened to it in the other area is not shown in this one, as in the item’s own ledger.
  await Promise.all([laterHere.reached(1), laterThere.reached(3)])
  for (const [listener, caller] of [
    [laterHere, here],
    [laterThere, there],
  ] as const) {
    const { data } = await ok(caller.get(`/v1/events?after=${start}`))
    t.same(
      listener.events.map((event) => event.data),
      data,
      'who asks afterwards gets what the feed gives',
    )
  }
})

t.test('nobody is told of another jurisdiction’s events', async (t) => {
  const theirs = await listen(t, app, foreign.office, { query: '?after=0' })
  const ours = await listen(t, app, home.office)
  await ok(foreign.inspector.post('/v1/items', filing({ area: '341621' })))
  await file()
  await ours.reached(1)
  const head = await headOf(foreign)
  await theirs.reached(head)
  t.same(seqsOf(theirs), range(1, head))
  t.same(new Set(theirs.events.map(({ data }) => data.jurisdiction)), new Set(['bozhou']))
  t.same(
    ours.events.map(({ data }) => data.jurisdiction),
    ['fuyang'],
  )
})

t.test('a client that does not read is not waited for, and misses nothing', async (t) => {
  const SENT = 3_000
  const start = await headOf()
  const [slow, stuck, quick] = [
    await listen(t, app, home.auditor),
    await listen(t, app, home.auditor),
    await listen(t, app, home.office),
  ]
  slow.pause()
  stuck.pause()
  // 24 MB: more than the system's own buffers hold, and more than is kept in memory.
  const data = { code: 'test', nameZh: '长'.repeat(2_600), nameEn: 'Long' }
  for (let sent = 0; sent < SENT; sent += 500) {
    const events = Array.from({ length: 500 }, () =>
      adminEvent(home.system, clock.now, { type: 'category.created', data }),
    )
    await db.execute(appendEvents(home.id, events))
  }
  await quick.reached(SENT)
  t.same(seqsOf(quick), range(start + 1, start + SENT), 'the others are not held up')
  t.ok(slow.events.length < SENT)
  slow.resume()
  await slow.reached(SENT)
  t.same(seqsOf(slow), range(start + 1, start + SENT))
  await file()
  await slow.reached(SENT + 1)
  t.equal(seqsOf(slow).at(-1), start + SENT + 1, 'and it is up to date again')

  t.equal(await openStreams(), 3)
  for (let k = 0; k < 8; k++) beat()
  await until(async () => (await openStreams()) === 2)
  t.ok(quick.comments.length > 0, 'who takes nothing for two minutes is cut off, the others stay')
  t.notOk(quick.isOver || slow.isOver)
})

t.test('a stream ends when what it was opened with does not hold any more', async (t) => {
  const expiresAt = new Date(Date.parse(clock.now) + DAY_MS).toISOString()
  const issue = (body: object) => ok(home.admin.post('/v1/api-keys', body))
  const [revoked, expiring, inactive, moved] = [
    await issue({ name: '吊销', role: 'auditor' }),
    await issue({ name: '到期', role: 'auditor', expiresAt }),
    await issue({ name: '停用', role: 'auditor' }),
    await issue({ name: '调动', role: 'supervisor', area: '341225' }),
  ]
  const kept = await listen(t, app, home.auditor)
  const open = async ({ secret }: { secret: string }) => listen(t, app, secret)
  const [a, b, c, d] = [await open(revoked), await open(expiring), await open(inactive), await open(moved)]
  const e = await listen(t, app, await issuer.token(clock.now, { jurisdiction: home.id, role: 'auditor' }))
  beat()
  await until(() => [kept, a, b, c, d, e].every(({ comments }) => comments.length === 1))

  await home.admin.delete(`/v1/api-keys/${revoked.id}`)
  beat()
  await a.over()
  await ok(home.admin.patch(`/v1/people/${inactive.person}`, { active: false }))
  beat()
  await c.over()
  await ok(home.admin.patch(`/v1/people/${moved.person}`, { area: '341202' }))
  beat()
  await d.over()
  t.notOk(e.isOver)
  clock.advance(3_600_000)
  beat()
  await e.over()
  t.notOk(b.isOver)
  clock.advance(DAY_MS)
  beat()
  await b.over()
  t.notOk(kept.isOver, 'and no other')
  t.match(await listen(t, app, revoked.secret), { status: 401 })
  t.match(await listen(t, app, moved.secret), { status: 200 }, 'with the area of now')
})

t.test('a person has at most twenty streams open', async (t) => {
  const caller = await home.addCaller('auditor')
  const open = await Promise.all(range(1, 20).map(() => listen(t, app, caller)))
  t.same(new Set(open.map(({ status }) => status)), new Set([200]))
  const refused = await listen(t, app, caller)
  t.match(refused, { status: 429, headers: { 'retry-after': /^\d+$/ } })
  t.match(refused.body(), { type: '/problems/too-many-requests' })
  t.match(await listen(t, app, home.auditor), { status: 200 }, 'others are not concerned')
  open[0]?.close()
  await until(async () => (await listen(t, app, caller)).status === 200)
  t.match(await listen(t, app, caller, { query: '?after=999999' }), { status: 429 })
  open[1]?.close()
  // One that is refused for another reason leaves its place.
  await until(async () => (await listen(t, app, caller, { query: '?after=999999' })).status === 400)
  t.match(await listen(t, app, caller), { status: 200 })
})

t.test('a client that hangs up at once leaves nothing behind', async (t) => {
  await until(async () => (await openStreams()) === 0)
  const { port } = app.server.address() as AddressInfo
  const caller = await home.addCaller('auditor')
  for (let k = 0; k < 40; k++) {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${caller.key}\r\n\r\n`)
    if (k % 2 === 0) await once(socket, 'data')
    else if (k % 4 === 1) await openStreams()
    socket.destroy()
  }
  await until(async () => (await openStreams()) === 0)
  t.match(await listen(t, app, caller), { status: 200 })
})

t.test('when the last client has gone, nobody reads for it any more', async (t) => {
  const waits: AbortSignal[] = []
  const { app: second } = await createSecondApp(t, made, {
    watchWith: (watch) => ({
      ...watch,
      past: (jurisdiction, seq, timeoutMs, signal) => {
        if (signal !== undefined) waits.push(signal)
        return watch.past(jurisdiction, seq, timeoutMs, signal)
      },
    }),
  })
  await second.listen({ port: 0 })
  const [a, b] = [await listen(t, second, home.auditor), await listen(t, second, home.office)]
  a.close()
  const c = await listen(t, second, home.office)
  await file()
  await Promise.all([b.reached(1), c.reached(1)])
  t.notOk(waits.at(-1)?.aborted)
  b.close()
  c.close()
  await until(() => waits.every(({ aborted }) => aborted))
  t.equal(new Set(waits).size, 1, 'all of them were one reader’s')
})

t.test('when the server stops, its streams end, also of those who do not read', async (t) => {
  const { app: stopping, watch } = await createSecondApp(t, made)
  await stopping.listen({ port: 0 })
  const [a, stuck] = [
    await listen(t, stopping, home.auditor),
    await listen(t, stopping, home.office, { query: '?after=0' }),
  ]
  stuck.pause()
  const began = performance.now()
  watch.close()
  await a.over()
  const late = await listen(t, stopping, home.auditor)
  t.equal(late.status, 200, 'a client that comes now is told to come again')
  await late.over()
  await stopping.close()
  t.ok(performance.now() - began < 5_000)
})

t.test('while the database is away the streams stand, and go on when it is back', async (t) => {
  const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
  const { app: second } = await createSecondApp(t, made, { databasePort: proxy.port })
  await second.listen({ port: 0 })
  const start = await headOf()
  const listener = await listen(t, second, home.auditor)
  await file()
  await listener.reached(1)
  await proxy.refuse()
  await file()
  const { statusCode } = await second.inject({ url: '/readyz' })
  t.equal(statusCode, 503)
  beat()
  await proxy.accept()
  await file()
  await listener.reached(3)
  t.same(seqsOf(listener), range(start + 1, start + 3))
  t.notOk(listener.isOver)
})

t.test('a stream outlasts the limits that the server sets to requests', async (t) => {
  const { app: second } = await createSecondApp(t, made)
  second.server.keepAliveTimeout = 1
  second.server.headersTimeout = 1
  second.server.requestTimeout = 1
  await second.listen({ port: 0 })
  t.equal(second.server.timeout, 0, 'nothing ends a connection that is silent')
  const listener = await listen(t, second, home.auditor)
  await itemIn('assigned', home)
  await listener.reached(3)
  t.notOk(listener.isOver)
})
