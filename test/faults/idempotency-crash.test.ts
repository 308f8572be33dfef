import { verifyItems } from '../../src/ledger/verify-items.js'
import { createTestApp, filing, type Json, ok } from '../helpers/app.js'
import { startServer } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const FILINGS = 200
const CLIENTS = 4
/** Items that the tests before have left. */
const EARLIER = 4

const made = await createTestApp(t)
const { home, superuser } = made
const toDatabase = await createTcpProxy(t, Number(new URL(made.url).port))
const { proxy, restart, server } = await startBehindProxies()

t.test('killed after the commit, before the client has the answer', async (t) => {
  let lost = ''
  proxy.back = (bytes) => {
    lost += bytes.toString('utf8')
    return 'drop'
  }
  const unanswered = t.rejects(file('unanswered'))
  await until(() => lost.endsWith('}'))
  server().kill('SIGKILL')
  await unanswered
  proxy.back = () => 'pass'
  await restart()
  await isReplayed(t, 'unanswered', { count: 1, first: JSON.parse(lost.slice(lost.indexOf('{'))) })
})

t.test('killed after the commit, before it knows of it', async (t) => {
  let isCommitted = false
  toDatabase.onward = (bytes) => {
    isCommitted ||= bytes.includes('commit\0')
    return 'pass'
  }
  toDatabase.back = () => (isCommitted ? 'drop' : 'pass')
  const unanswered = t.rejects(file('unknown'))
  await until(async () => (await itemsFiled()).length === 2)
  server().kill('SIGKILL')
  await unanswered
  toDatabase.onward = () => 'pass'
  toDatabase.back = () => 'pass'
  await restart()
  await isReplayed(t, 'unknown', { count: 2 })
})

t.test('killed before the commit', async (t) => {
  let isHeld = false
  toDatabase.onward = (bytes) => {
    if (!bytes.includes('commit\0')) return 'pass'
    isHeld = true
    return 'drop'
  }
  const unanswered = t.rejects(file('undone'))
  await until(() => isHeld)
  server().kill('SIGKILL')
  await unanswered
  toDatabase.onward = () => 'pass'
  await restart()
  t.equal((await itemsFiled()).length, 2, 'nothing was done')
  const answer = await file('undone')
  t.equal(answer.headers.get('idempotency-replayed'), null, 'so it is done now')
  t.match(await answer.json(), { code: codeOf(3) }, 'with the code that was given back')
  await isReplayed(t, 'undone', { count: 3 })
})

t.test('running in one process, and asked of another', async (t) => {
  const blocker = await superuser.connect()
  t.teardown(() => blocker.release(true))
  await blocker.query('begin; lock table item_counter in access exclusive mode')
  const first = home.inspector.post('/v1/items', filing(), { 'idempotency-key': 'in-two' })
  await until(() => isWaiting('item_counter'))
  const second = file('in-two')
  await until(() => isWaiting('idempotency_key'))
  await blocker.query('commit')
  t.match(await first, { status: 201 })
  const answer = await second
  t.equal(answer.headers.get('idempotency-replayed'), 'true', 'the other waits for the first answer and gives it')
  t.same(await answer.json(), (await first).body)
})

t.test('killed again and again under four clients who retry until they are answered', async (t) => {
  const answers = new Map<string, Json>()
  let [kills, replays] = [0, 0]
  const clients = Array.from({ length: CLIENTS }, async (_, c) => {
    for (let k = c; k < FILINGS; k += CLIENTS) {
      const key = `filing-${k}`
      await until(async () => {
        const answer = await file(key).catch(() => undefined)
        if (answer?.status !== 201) return false
        if (answer.headers.has('idempotency-replayed')) replays++
        const body: Json = await answer.json().catch(() => undefined)
        if (body !== undefined) answers.set(key, body)
        return body !== undefined
      }, 30_000)
    }
  })
  for (;;) {
    const next = Math.min(FILINGS, answers.size + 30 + Math.floor(Math.random() * 30))
    await until(() => answers.size >= next, 30_000)
    if (answers.size === FILINGS) break
    server().kill('SIGKILL')
    kills++
    await restart()
  }
  await Promise.all(clients)
  t.ok(kills >= 3, `killed ${kills} times; ${replays} answers were replays`)
  const items = await itemsFiled()
  t.same(
    items.map(({ code }) => code),
    items.map((_, k) => codeOf(k + 1)),
    'no code is missing',
  )
  const filed = items.slice(EARLIER)
  t.equal(filed.length, FILINGS, 'one item for each key')
  t.same(
    filed.map(({ id }) => id).sort(),
    [...answers.values()].map(({ id }) => id).sort(),
    'the ones that were answered',
  )
  const events = await superuser.query(`select item_id from event where type = 'item.reported' order by item_code`)
  t.same(
    events.rows.map((row) => row.item_id),
    items.map(({ id }) => id),
    'one event for each',
  )
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
  t.match(await verifyItems(made.db, home.id), { ok: true, checked: items.length })
})

/** The server has its own clock, and the item's year is that of its jurisdiction. */
function codeOf(number: number): string {
  const year = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format()
  return `${year}-${String(number).padStart(6, '0')}`
}

/** The real server on the test's database, between two proxies that stay where they are. */
async function startBehindProxies() {
  const url = new URL(made.url)
  url.port = String(toDatabase.port)
  const start = () => startServer(t, { DATABASE_URL: url.href, MIGRATE_ON_START: 'false' })
  let server = await start()
  const proxy = await createTcpProxy(t, server.port)
  return {
    proxy,
    server: () => server,
    /** Waits for the end of the present server and starts another. */
    async restart() {
      await server.exited
      server = await start()
      proxy.target = server.port
    },
  }
}

function file(key: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${proxy.port}/v1/items`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${home.inspector.key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(filing()),
    signal: AbortSignal.timeout(20_000),
  })
}

async function isReplayed(t: Test, key: string, { count, first }: { count: number; first?: Json }): Promise<void> {
  const answer = await file(key)
  t.equal(answer.status, 201)
  t.equal(answer.headers.get('idempotency-replayed'), 'true')
  const body: Json = await answer.json()
  if (first !== undefined) t.same(body, first, 'the answer that was lost')
  const items = await itemsFiled()
  t.equal(items.length, count, 'one item for each key')
  t.equal(items.at(-1)?.id, body.id)
  const { rows } = await superuser.query('select type from event where item_id = $1', [body.id])
  t.same(rows, [{ type: 'item.reported' }], 'and one event')
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
}

/** Whether one connection waits for a lock in such a statement. */
async function isWaiting(statement: string): Promise<boolean> {
  const { rows } = await superuser.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ $1`,
    [statement],
  )
  return rows.length === 1
}

async function itemsFiled(): Promise<{ id: string; code: string }[]> {
  return (await superuser.query('select id, code from item order by code')).rows
}
