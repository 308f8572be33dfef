import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import {
  type BatchCommand,
  type ClientOptions,
  createClient,
  type Item,
  type OneList,
  ProblemError,
} from '../../packages/client/src/index.js'
import { createTestApp, order } from '../helpers/app.js'
import { type Test, t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { app, home } = made
await app.listen({ port: 0 })
const { port } = app.server.address() as AddressInfo
const baseUrl = `http://127.0.0.1:${port}`
const as = (key: string, more: Partial<ClientOptions> = {}): OneList =>
  createClient({ baseUrl, key, language: 'en', ...more })
const inspector = as(home.inspector.key)
const office = as(home.office.key)
const unit = as(home.unitCaller.key)
const verifier = as(home.verifier.key)
const auditor = as(home.auditor.key)

const FILING = { title: '临水弯道无护栏', area: '341225', road: 'S315', chainage: 'K12+345' } as const
const ORDER = order(home) as never
const file = (by: OneList, title: string = FILING.title) => by.post('/v1/items', { body: { ...FILING, title } })
const at = ({ id }: Item) => ({ params: { path: { id } } })

/** A promise that is rejected, with an error that matches. */
async function fails(t: Test, promise: Promise<unknown>, expected: object): Promise<void> {
  const outcome = await promise.then(
    () => 'no error',
    (err: unknown) => err,
  )
  t.match(outcome, expected)
}

t.test('an item’s whole life, by typed calls', async (t) => {
  const item = await file(inspector)
  t.match(item, { status: 'reported', chainage: 'K12+345', version: 1 })
  const corrected = await inspector.patch('/v1/items/{id}', {
    params: { path: { id: item.code }, header: { 'if-match': `"${item.version}"` } },
    body: { address: '水库北侧' },
  })
  t.match(corrected, { id: item.id, address: '水库北侧', version: 2 })
  const listing = { level: 'major', category: 'roadside_protection' } as const
  t.match(await office.post('/v1/items/{id}/listing', { ...at(item), body: listing }), { status: 'listed' })
  const assigned = await office.post('/v1/items/{id}/assignments', { ...at(item), body: ORDER })
  t.match(assigned, { status: 'assigned', assignment: { responsibleUnit: home.unit } })
  t.match(await unit.post('/v1/items/{id}/acceptance', { ...at(item), body: {} }), { status: 'remediating' })
  await unit.post('/v1/items/{id}/plan', { ...at(item), body: { measures: '加装护栏', budgetFen: 12_000_000 } })
  const progress = { percent: 60, note: '立柱已打设' }
  t.match(await unit.post('/v1/items/{id}/progress-reports', { ...at(item), body: progress }), { progress })
  await office.post('/v1/items/{id}/suspension', { ...at(item), body: { reason: '等待批准' } })
  await office.post('/v1/items/{id}/resumption', { ...at(item), body: {} })
  await unit.post('/v1/items/{id}/closure-requests', { ...at(item), body: { summary: '已完成' } })
  const closure = { approved: true, findings: '合格' }
  const closed = await verifier.post('/v1/items/{id}/closure-decision', { ...at(item), body: closure })
  t.match(closed, { status: 'closed', closedBy: { name: '核验员' } })
  await verifier.post('/v1/items/{id}/rechecks', { ...at(item), body: { passed: true, findings: '完好' } })
  await inspector.post('/v1/items/{id}/notes', { ...at(item), body: { note: '归档' } })

  const types: string[] = []
  for await (const event of auditor.items('/v1/items/{id}/events', {
    params: { path: at(item).params.path, query: { limit: 4 } },
  })) {
    types.push(event.type.replace('item.', ''))
  }
  t.same(types, [
    ...['reported', 'corrected', 'listed', 'assigned', 'accepted', 'planned', 'progress_reported', 'suspended'],
    ...['resumed', 'closure_requested', 'closed', 'rechecked', 'noted'],
  ])
  t.match(await auditor.post('/v1/ledger/verification', { body: {} }), { ok: true })
})

t.test('a refusal is an error with its code, status, fields and request id', async (t) => {
  const item = await file(inspector)
  const early = await unit.post('/v1/items/{id}/notes', { ...at(item), body: { note: 'x' } }).catch((err) => err)
  t.ok(early instanceof ProblemError)
  t.match(early, { status: 404, code: 'not-found', requestId: /^.{10}/ })
  const wrong = office.post('/v1/items/{id}/closure-decision', { ...at(item), body: { approved: true, findings: 'x' } })
  await fails(t, wrong, { code: 'wrong-status', problem: { itemStatus: 'reported' }, message: /Not allowed/ })
  const body = { ...FILING, area: '999999' }
  await fails(t, inspector.post('/v1/items', { body }), { status: 400, errors: [{ pointer: '/area' }] })
  await fails(t, as('no-key').get('/v1/me'), { status: 401, code: 'unauthenticated' })
  await fails(t, as(home.office.key, { language: 'zh-CN' }).get('/v1/items/{id}', { params: { path: { id: 'x' } } }), {
    message: /未找到/,
  })
})

t.test('lists are walked to their end, by rows and by pages', async (t) => {
  for (let k = 0; k < 5; k++) await file(inspector, `分页 ${k}`)
  const params = { query: { q: '分页', limit: 2, sort: 'reportedAt' as const } }
  const titles: string[] = []
  for await (const { title } of office.items('/v1/items', { params })) titles.push(title)
  t.same(titles.sort(), ['分页 0', '分页 1', '分页 2', '分页 3', '分页 4'])
  const sizes: number[] = []
  for await (const { data } of office.pages('/v1/items', { params })) sizes.push(data.length)
  t.same(sizes, [2, 2, 1])
})

t.test('many commands go out in calls of five hundred, and each has its result', async (t) => {
  const item = await file(inspector, '批量')
  const many = function* (): Generator<BatchCommand> {
    yield { kind: 'listing', item: item.code, body: { level: 'major', category: 'lighting' } }
    yield { kind: 'acceptance', item: item.id }
    for (let n = 0; n < 600; n++) yield { kind: 'notes', item: item.id, body: { note: `${n}` } }
  }
  for (const replayed of [false, true]) {
    const seen: [string, number][] = []
    for await (const { command, result } of office.batch(many(), { key: 'night-run' })) {
      seen.push([command.kind, result.status])
      if ('problem' in result) t.match(result.problem, { code: 'forbidden' })
      else t.equal(result.item.id, item.id)
    }
    t.equal(seen.length, 602, replayed ? 'again, the same' : '')
    t.same(seen.slice(0, 3), [
      ['listing', 200],
      ['acceptance', 403],
      ['notes', 200],
    ])
    t.equal((await office.get('/v1/items/{id}', at(item))).version, 602)
  }
  const together: BatchCommand[] = [...many()].slice(0, 2)
  const refusal = office.post('/v1/items/batch', { body: { atomic: true, commands: together } })
  await fails(t, refusal, { code: 'wrong-status', errors: [{ pointer: '/commands/0' }] })
})

t.test('a batch whose answer is lost is asked for again, and is not done twice', async (t) => {
  const proxy = await createTcpProxy(t, port)
  const overBadNetwork = as(home.office.key, { baseUrl: `http://127.0.0.1:${proxy.port}` })
  const item = await file(inspector, '批量丢失')
  proxy.back = () => {
    proxy.back = () => 'pass'
    return 'cut'
  }
  const statuses: number[] = []
  const commands: BatchCommand[] = [1, 2, 3].map((n) => ({ kind: 'notes', item: item.id, body: { note: `${n}` } }))
  for await (const { result } of overBadNetwork.batch(commands)) statuses.push(result.status)
  t.same(statuses, [200, 200, 200])
  t.equal((await office.get('/v1/items/{id}', at(item))).version, 4)
})

t.test('a saved view is made, used and given up', async (t) => {
  const item = await file(inspector, '视图里的隐患')
  const view = await office.post('/v1/views', { body: { name: '待核实', filter: { q: '视图里的隐患' } } })
  const rows: string[] = []
  for await (const { id } of office.items('/v1/items', { params: { query: { view: view.id } } })) rows.push(id)
  t.same(rows, [item.id])
  const path = { id: view.id }
  const header = { 'if-match': `"${view.version}"` }
  const changed = await office.patch('/v1/views/{id}', { params: { path, header }, body: { filter: { q: null } } })
  t.same(changed.filter, {})
  await office.delete('/v1/views/{id}', { params: { path } })
  await fails(t, office.get('/v1/views/{id}', { params: { path } }), { status: 404 })
})

t.test('a follower gets what is there, then what comes, until it stops', async (t) => {
  const { seq } = await auditor.get('/v1/ledger')
  const ending = new AbortController()
  const seen: number[] = []
  const following = (async () => {
    for await (const event of auditor.follow(seq - 2, { signal: ending.signal, limit: 1 })) seen.push(event.seq)
  })()
  await until(() => seen.length === 2)
  await file(inspector)
  await until(() => seen.length === 3)
  t.same(seen, [seq - 1, seq, seq + 1])
  ending.abort()
  await fails(t, following, { name: 'AbortError' })
})

t.test('a filter’s followers learn how far was looked', async (t) => {
  const { seq } = await auditor.get('/v1/ledger')
  for await (const page of auditor.feed(0, { types: ['item.scored'], waitS: 1 })) {
    t.same(page, { data: [], nextCursor: null, lastSeq: seq })
    break
  }
})

t.test('an answer that is lost, or cut in half, is asked for again and nothing happens twice', async (t) => {
  const proxy = await createTcpProxy(t, port)
  const retries: unknown[] = []
  const overBadNetwork = as(home.inspector.key, {
    baseUrl: `http://127.0.0.1:${proxy.port}`,
    onRetry: ({ reason }) => retries.push(reason),
  })
  proxy.back = () => {
    proxy.back = () => 'pass'
    return 'cut'
  }
  const item = await file(overBadNetwork, '应答丢失')
  t.equal(retries.length, 1)
  t.ok(retries[0] instanceof Error)
  proxy.back = (bytes) => {
    if (!bytes.includes('应答丢失')) return 'pass'
    proxy.back = () => 'pass'
    return 'cut'
  }
  await overBadNetwork.post('/v1/items/{id}/notes', { ...at(item), body: { note: '一次' } })
  const { data } = await office.get('/v1/items', { params: { query: { q: '应答丢失' } } })
  t.match(data, [{ id: item.id, version: 2 }])
  t.equal(data.length, 1)
})

t.test('a service that is away is waited for, within bounds', async (t) => {
  const proxy = await createTcpProxy(t, port)
  const patient = as(home.office.key, {
    baseUrl: `http://127.0.0.1:${proxy.port}`,
    onRetry: ({ attempt }) => attempt === 1 && void proxy.accept(),
  })
  await proxy.refuse()
  t.match(await patient.get('/v1/me'), { role: 'office' })
  await proxy.refuse()
  const hasty = as(home.office.key, { baseUrl: `http://127.0.0.1:${proxy.port}`, attempts: 2 })
  await fails(t, hasty.get('/v1/me'), { name: 'TypeError' })
})

/** A service that answers as it is told, and what it was asked. */
function scripted(answers: (() => Response | Promise<Response>)[], options: Partial<ClientOptions> = {}) {
  const asked: Request[] = []
  const waits: number[] = []
  const fetch = async (input: unknown, init?: RequestInit) => {
    asked.push(input as Request)
    const next = answers.shift()
    if (next === undefined) throw new Error('asked too often')
    const answer = Promise.resolve(next())
    const cut = new Promise<never>((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
    return Promise.race([answer, cut])
  }
  const onRetry = ({ waitMs }: { waitMs: number }) => waits.push(waitMs)
  return { client: as('key', { fetch: fetch as typeof globalThis.fetch, onRetry, ...options }), asked, waits }
}

const problem =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify({ type: '/problems/x', title: 'No', status, code: 'x' }), {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    })
const good = () => new Response('{"ok":true}', { headers: { 'content-type': 'application/json' } })

t.test('503 and 429 are asked again as Retry-After says, with the same key and body', async (t) => {
  const { client, asked, waits } = scripted([problem(503), problem(429, { 'retry-after': '1' }), good])
  await file(client)
  t.equal(asked.length, 3)
  const keys = new Set(asked.map((request) => request.headers.get('idempotency-key')))
  t.equal(keys.size, 1)
  t.match([...keys][0], /^[0-9a-f-]{36}$/)
  for (const request of asked) t.match(JSON.parse(await request.text()), FILING)
  t.ok((waits[0] ?? 0) <= 250 && (waits[1] ?? 0) >= 1000, `waited ${waits}`)
  const { client: again, asked: askedAgain } = scripted([good, good])
  await file(again)
  await file(again)
  const [one, two] = askedAgain.map((request) => request.headers.get('idempotency-key'))
  t.not(one, two, 'each call has a key of its own')
})

t.test('the first request that is still running is waited for', async (t) => {
  const { client, asked } = scripted([problem(409, { 'retry-after': '0' }), good])
  await file(client)
  t.equal(asked.length, 2)
})

t.test('what cannot become better, or might act twice, is not asked again', async (t) => {
  for (const status of [400, 401, 403, 404, 409, 412, 422, 500]) {
    const { client, asked } = scripted([problem(status)])
    await fails(t, file(client), { status })
    t.equal(asked.length, 1, `${status}`)
  }
  const { client, asked } = scripted([problem(503)])
  await fails(t, client.delete('/v1/api-keys/{id}', { params: { path: { id: 'x' } } }), { status: 503 })
  t.equal(asked.length, 1)
  const later = scripted([problem(503, { 'retry-after': '3600' })])
  await fails(t, later.client.get('/v1/me'), { status: 503 })
})

t.test('a gateway’s page is a problem too', async (t) => {
  const { client, asked } = scripted([() => new Response('<html>', { status: 502 }), good])
  t.match(await client.get('/v1/me'), { ok: true })
  t.equal(asked.length, 2)
  const { client: alone } = scripted([() => new Response('<html>', { status: 413, statusText: 'Too Large' })])
  await fails(t, file(alone), { status: 413, code: 'http-413', message: 'Too Large' })
})

t.test('silence is not waited for longer than told, and the caller may give up', async (t) => {
  const silence = () => new Promise<Response>(() => {})
  const { client, asked } = scripted([silence, good], { timeoutMs: 50 })
  await client.get('/v1/me')
  t.equal(asked.length, 2)
  const { client: stuck, asked: once } = scripted([silence, good])
  await fails(t, stuck.get('/v1/me', { signal: AbortSignal.timeout(30) }), { name: 'TimeoutError' })
  t.equal(once.length, 1)
})

t.test('the client is one, as a package of its own and as a part of the service’s', async (t) => {
  // By its name, as those who use it find it.
  t.equal((await import(String('one-list/client'))).createClient, createClient)
  const manifestOf = async (folder: string) =>
    JSON.parse(await readFile(new URL(`../../../${folder}package.json`, import.meta.url), 'utf8'))
  const [whole, own] = [await manifestOf(''), await manifestOf('packages/client/')]
  t.equal(own.version, whole.version)
  t.same(own.dependencies, { 'openapi-fetch': whole.dependencies['openapi-fetch'] })
})
