import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import { createDb, createPool, type Tx, takeTime } from '../../src/db/client.js'
import { appendEvents } from '../../src/ledger/act.js'
import { prepareEvent } from '../../src/ledger/chain.js'
import { type Answer, callerOf, createTestApp, filing, ok, START } from '../helpers/app.js'
import { createSecondApp } from '../helpers/second-app.js'
import { type Test, t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const POOL_SIZE = 4
const made = await createTestApp(t)
const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
let waits = 0
const { app, pool } = await createSecondApp(t, made, {
  databasePort: proxy.port,
  poolSize: POOL_SIZE,
  watchWith: (watch) => ({
    ...watch,
    past: (...args) => {
      waits++
      return watch.past(...args)
    },
  }),
})
// What is tested here is not how fast a busy machine opens connections.
const CONNECT_MS = 20_000
pool.options.connectionTimeoutMillis = CONNECT_MS
const [inspector, auditor] = [callerOf(app, made.home.inspector.key), callerOf(app, made.home.auditor.key)]
const AWAY = {
  status: 503,
  headers: { 'retry-after': /^\d+$/, 'content-type': 'application/problem+json; charset=utf-8' },
  body: { type: '/problems/database-away', status: 503, code: 'database-away', title: 'Database away', requestId: /./ },
}

t.test('a database that refuses connections', async (t) => {
  await proxy.refuse()
  t.match(await inspector.get('/v1/items'), AWAY, 'a read')
  t.match(await inspector.post('/v1/items', filing()), AWAY, 'a write')
  t.match(await auditor.get('/v1/events?wait=1'), AWAY, 'a wait')
  t.match(await inspector.post('/v1/items', filing(), { 'accept-language': 'zh' }), {
    body: { title: '数据库暂不可用' },
  })
  t.match(await app.inject('/readyz'), { statusCode: 503, headers: { 'retry-after': /\d/ } })
  t.match(await app.inject('/healthz'), { statusCode: 200 }, 'the process lives')
  const told = JSON.stringify((await inspector.get('/v1/items')).body)
  t.notMatch(told, /127\.0\.0\.1|ECONN|select|5432|\.ts|\.js/, 'nothing of the inside')
  await proxy.accept()
  await isWhole(t)
})

t.test('connections that are cut while they work', async (t) => {
  const answers: Promise<Answer>[] = []
  for (let round = 0; round < 10; round++) {
    for (let k = 0; k < 6; k++) answers.push(inspector.post('/v1/items', filing()), inspector.get('/v1/items'))
    await Promise.race(answers.slice(-12))
    proxy.cut()
  }
  const settled = await Promise.all(answers)
  for (const answer of settled) if (answer.status >= 300) t.match(answer, AWAY)
  t.ok(
    settled.some(({ status }) => status === 503) && settled.some(({ status }) => status === 201),
    'some were cut, some not',
  )
  await isWhole(t)
})

t.test('connections that are cut at each step of a change', async (t) => {
  // Each step says its statement in full only where the connection does not know it yet.
  pool.options.maxUses = 1
  for (const step of ['begin', 'insert into idempotency_key', 'insert into item', 'append_events', 'commit']) {
    proxy.onward = (bytes) => (bytes.includes(step) ? 'cut' : 'pass')
    for (let k = 0; k < 2 * POOL_SIZE; k++) {
      const key = { 'idempotency-key': `${step.replaceAll(' ', '-')}-${k}` }
      t.match(await inspector.post('/v1/items', filing(), key), AWAY, step)
    }
    proxy.onward = () => 'pass'
    await isWhole(t)
  }
  const repeated = () => inspector.post('/v1/items', filing({ externalId: 'x-1' }))
  t.match(await repeated(), { status: 201 })
  t.match(await repeated(), { status: 409 })
  proxy.onward = (bytes) => (bytes.includes('rollback') ? 'cut' : 'pass')
  for (let k = 0; k < 2 * POOL_SIZE; k++) t.match(await repeated(), AWAY, 'the rollback of a refusal')
  proxy.onward = () => 'pass'
  await isWhole(t)
})

t.test('a commit that never arrives is no commit; the retry acts', async (t) => {
  proxy.onward = (bytes) => (bytes.includes('commit\0') ? 'cut' : 'pass')
  const send = () => inspector.post('/v1/items', filing(), { 'idempotency-key': 'before' })
  const before = await countItems()
  t.match(await send(), AWAY)
  proxy.onward = () => 'pass'
  t.equal(await countItems(), before)
  const retried = await send()
  t.match(retried, { status: 201 })
  t.equal(retried.headers['idempotency-replayed'], undefined)
  t.equal(await countItems(), before + 1)
})

t.test('a commit whose answer is lost is one; the retry is told so', async (t) => {
  let isCommitting = false
  proxy.onward = (bytes) => {
    isCommitting = bytes.includes('commit\0')
    return 'pass'
  }
  proxy.back = () => (isCommitting ? 'cut' : 'pass')
  const send = () => inspector.post('/v1/items', filing(), { 'idempotency-key': 'after' })
  const before = await countItems()
  t.match(await send(), AWAY, 'nobody here can know')
  proxy.onward = () => 'pass'
  proxy.back = () => 'pass'
  t.equal(await countItems(), before + 1)
  t.match(await send(), { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.equal(await countItems(), before + 1)
})

t.test('a database that says nothing is waited for as long as is configured, and no longer', async (t) => {
  t.match(createPool({ url: made.url, max: 1, serviceRole: true, onError: () => {} }).options, {
    connectionTimeoutMillis: 3_000,
    statement_timeout: 6_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    query_timeout: 6_500,
    keepAlive: true,
  })
  Object.assign(pool.options, { connectionTimeoutMillis: 4_000, query_timeout: 2_000 })
  proxy.cut()
  await isWhole(t)
  proxy.silent = true
  const stalled = [1, 2, 3].flatMap(() => [inspector.get('/v1/items'), inspector.post('/v1/items', filing())])
  for (const answer of await Promise.all(stalled)) t.match(answer, AWAY)
  t.match(await app.inject('/readyz'), { statusCode: 503 })
  proxy.silent = false
  await isWhole(t)

  // Silent from the first statement of a transaction on, and from one in its middle.
  for (const step of ['begin', 'insert into item']) {
    proxy.onward = (bytes) => (bytes.includes(step) ? 'drop' : 'pass')
    const all = Array.from({ length: POOL_SIZE }, () => inspector.post('/v1/items', filing()))
    for (const answer of await Promise.all(all)) t.match(answer, AWAY, step)
    proxy.onward = () => 'pass'
    // At once: none of the connections that say nothing is handed to the next request.
    await worksInParallel(t)
  }
})

t.test('connections that the network has forgotten are found out by the first that gives no answer', async (t) => {
  Object.assign(pool.options, { connectionTimeoutMillis: CONNECT_MS, query_timeout: 3_000, maxUses: Infinity })
  proxy.cut()
  await isWhole(t)
  proxy.forget()
  const begunAt = performance.now()
  t.match(await inspector.get('/v1/items'), AWAY)
  t.ok(performance.now() - begunAt < 7_000)
  // The others that lay idle are not left for requests to run into.
  await until(() => pool.idleCount === 0)
  await worksInParallel(t)
})

t.test('a process that is busy is ready; one whose database is silent says so within two seconds', async (t) => {
  const taken = await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.connect()))
  const waiting = inspector.get('/v1/me')
  t.match(await app.inject('/readyz'), { statusCode: 200 }, 'every connection is in use')
  for (const client of taken) client.release()
  await ok(waiting)

  const readiness = async () => {
    const begunAt = performance.now()
    const { statusCode } = await app.inject('/readyz')
    return { statusCode, isInTime: performance.now() - begunAt < 2_500 }
  }
  t.same(await readiness(), { statusCode: 200, isInTime: true })
  proxy.forget()
  t.same(await readiness(), { statusCode: 200, isInTime: true }, 'its own connection is forgotten, another is made')
  proxy.silent = true
  t.same(await Promise.all([readiness(), readiness()]), Array(2).fill({ statusCode: 503, isInTime: true }))
  proxy.silent = false
  proxy.cut()
  await isWhole(t)
})

t.test('what reads a whole list may take longer than what is waited for at a screen', async (t) => {
  const limits = (tx: Tx) => tx.execute(sql`select current_setting('statement_timeout') as statement`)
  const slow = sql`select pg_sleep(0.6)`
  Object.assign(pool.options, { statement_timeout: 300, query_timeout: 400 })
  proxy.cut()
  await until(() => pool.totalCount === 0)
  const db = createDb(pool)
  t.match(await db.transaction(limits), { rows: [{ statement: '300ms' }] })
  await t.rejects(db.transaction((tx) => tx.execute(slow)))
  await db.transaction(async (tx) => {
    await takeTime(tx)
    await tx.execute(slow)
  })
  t.match(await db.transaction(limits), { rows: [{ statement: '300ms' }] }, 'and it alone')
  await t.rejects(db.transaction((tx) => tx.execute(slow)))
  Object.assign(pool.options, { statement_timeout: 6_000, query_timeout: 2_000, maxUses: 1 })
  proxy.cut()
  await isWhole(t)
})

t.test('a change that meets others at every attempt may be repeated', async (t) => {
  await made.superuser.query(`
    create function meet() returns trigger language plpgsql as $$ begin
      raise exception 'met' using errcode = case new.title when 'deadlock' then '40P01' else '40001' end; end $$;
    create trigger meet before insert on item for each row execute function meet()`)
  for (const title of ['deadlock', 'serialisation'])
    t.match(await inspector.post('/v1/items', filing({ title })), AWAY, title)
  await made.superuser.query('drop trigger meet on item')
  await isWhole(t)
})

t.test('a wait outlives a database that is away for a moment', async (t) => {
  const { seq } = await ok(auditor.get('/v1/ledger'))
  const before = waits
  const waiting = auditor.get(`/v1/events?after=${seq}&wait=20`)
  await until(() => waits > before)
  await proxy.refuse()
  await proxy.accept()
  await ok(made.home.inspector.post('/v1/items', filing()))
  t.match(await waiting, { status: 200, body: { data: [{ seq: seq + 1 }] } })
})

t.test('an export that is cut off does not look whole', async (t) => {
  const about = {
    jurisdiction: made.home.id,
    itemId: null,
    itemCode: null,
    itemVersion: null,
    type: 'category.created',
  }
  const header = { ...about, at: START, actor: { id: made.home.system.id, role: 'system' } }
  const many = Array.from({ length: 2_500 }, () =>
    prepareEvent(header, { code: 'x', nameZh: '长'.repeat(50), nameEn: 'x' }),
  )
  await made.db.execute(appendEvents(made.home.id, many))
  await app.listen({ port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/events`
  const headers = { authorization: `Bearer ${auditor.key}`, accept: 'application/x-ndjson', 'accept-language': 'en' }
  const { seq } = await ok(auditor.get('/v1/ledger'))
  t.equal((await (await fetch(url, { headers })).text()).trimEnd().split('\n').length, seq, 'whole')
  const fetchCut = (encoding: string) => {
    let pages = 0
    proxy.onward = (bytes) => (bytes.includes('from event e') && ++pages === 2 ? 'cut' : 'pass')
    return fetch(url, { headers: { ...headers, 'accept-encoding': encoding } })
  }
  const answer = await fetchCut('identity')
  t.equal(answer.status, 200, 'it had begun')
  await t.rejects(answer.text(), 'the connection ends before the text does')
  // A compressor may still hold the first page back: then nothing had begun, and the refusal is a plain one.
  const compressed = await fetchCut('gzip')
  if (compressed.status === 200) await t.rejects(compressed.text(), 'nor does a compressed one')
  else t.match({ status: compressed.status, body: await compressed.json() }, { status: 503, body: AWAY.body })
  proxy.onward = () => 'pass'
  await isWhole(t)
})

/** Everything works again by itself, on as many connections as before. */
async function isWhole(t: Test): Promise<void> {
  await until(async () => (await app.inject('/readyz')).statusCode === 200)
  await worksInParallel(t)
}

async function worksInParallel(t: Test): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: 4 * POOL_SIZE }, (_, k) =>
      k % 2 === 0 ? inspector.get('/v1/items?limit=1') : inspector.post('/v1/items', filing()),
    ),
  )
  const statuses = answers.map(({ status }) => status)
  t.ok(
    statuses.every((status) => status < 300),
    `all is well: ${statuses}`,
  )
  t.ok(pool.totalCount <= POOL_SIZE && pool.waitingCount === 0)
}

async function countItems(): Promise<number> {
  return Number((await made.superuser.query('select count(*) from item')).rows[0].count)
}
