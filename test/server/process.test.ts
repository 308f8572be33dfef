import net from 'node:net'
import { createTestApp, filing, ok } from '../helpers/app.js'
import { MAIN, runNode, startServer } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { home } = made
const environment = { DATABASE_URL: made.url, MIGRATE_ON_START: 'false' }
const asAuditor = { headers: { authorization: `Bearer ${home.auditor.key}` } }

t.test('a server that is told to end answers what it was asked, and ends well', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const server = await startServer(t, environment)
    t.match(await fetch(`${server.url}/readyz`), { status: 200 })
    const { seq } = await ok(home.auditor.get('/v1/ledger'))
    const waiting = fetch(`${server.url}/v1/events?after=${seq}&wait=30`, asAuditor)
    await until(async () => (await activeQueries(/ledger_head where jurisdiction_id in/)) > 0)
    server.kill(signal)
    const answer = await waiting
    t.equal(answer.status, 200)
    t.same(await answer.json(), { data: [], nextCursor: null, lastSeq: seq }, 'the wait ends empty')
    t.equal(await server.exited, 0, `${signal} ends it with 0`)
    await t.rejects(fetch(`${server.url}/healthz`), 'nobody is there any more')
  }
})

t.test('between the end of readiness and that of the port there is as much time as is configured', async (t) => {
  const server = await startServer(t, { ...environment, SHUTDOWN_DELAY_S: '4' })
  server.kill('SIGTERM')
  const begunAt = performance.now()
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 503)
  t.match(await (await fetch(`${server.url}/readyz`)).json(), { status: 'stopping' })
  t.equal((await fetch(`${server.url}/v1/me`, asAuditor)).status, 200, 'who has not heard of it is answered')
  t.equal(await server.exited, 0)
  t.ok(performance.now() - begunAt >= 3_900)
})

t.test('a signal that comes twice at once, from the terminal and from npm, is one', async (t) => {
  const server = await startServer(t, { ...environment, LOG_LEVEL: 'info' })
  server.kill('SIGINT')
  await until(() => server.output().includes('stopping'))
  server.kill('SIGINT')
  t.equal(await server.exited, 0)
  t.match(server.output(), '"stopped"')
})

t.test('a server that is told to end ends its streams', async (t) => {
  const server = await startServer(t, environment)
  const stream = await fetch(`${server.url}/v1/events/stream`, asAuditor)
  t.equal(stream.status, 200)
  const whole = stream.text()
  server.kill('SIGTERM')
  t.match(await whole, /^id: \d+\nretry: \d+\n\n$/)
  t.equal(await server.exited, 0)
})

t.test('a server that is told to end does what it has begun', async (t) => {
  const server = await startServer(t, environment)
  const blocker = await made.superuser.connect()
  await blocker.query('begin; lock table item_counter in access exclusive mode')
  const filed = fetch(`${server.url}/v1/items`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home.inspector.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(filing({ title: '最后一项' })),
  })
  await until(async () => (await activeQueries(/item_counter/)) > 0)
  server.kill('SIGTERM')
  await until(async () => (await fetch(`${server.url}/readyz`).catch(() => undefined)) === undefined)
  await blocker.query('commit')
  blocker.release()
  const answer = await filed
  t.equal(answer.status, 201)
  t.match(await answer.json(), { title: '最后一项' })
  t.equal(await server.exited, 0)
})

t.test('a server that cannot end in time ends all the same', async (t) => {
  const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
  const url = new URL(made.url)
  url.port = String(proxy.port)
  const server = await startServer(t, {
    ...environment,
    DATABASE_URL: url.href,
    SHUTDOWN_GRACE_S: '1',
    LOG_LEVEL: 'silent',
  })
  t.match(await fetch(`${server.url}/v1/items`, asAuditor), { status: 200 })
  proxy.silent = true
  const stuck = t.rejects(fetch(`${server.url}/v1/items`, asAuditor))
  await until(async () => server.output().length > 0)
  server.kill('SIGTERM')
  t.equal(await server.exited, 1, 'and says that it did not end well')
  await stuck
})

t.test('a setting that is wrong is named, and nothing is started', async (t) => {
  const wrong: Record<string, Record<string, string>> = {
    PORT: { PORT: 'abc' },
    DATABASE_URL: { DATABASE_URL: 'mysql://user:geheim@host/db' },
    RATE_LIMIT_PER_MINUTE: { RATE_LIMIT_PER_MINUTE: '0' },
    MIGRATE_ON_START: { MIGRATE_ON_START: 'yes' },
    OIDC_AUDIENCE: { OIDC_ISSUER: 'https://issuer.example' },
    OIDC_ALGORITHMS: { OIDC_ISSUER: 'https://issuer.example', OIDC_AUDIENCE: 'x', OIDC_ALGORITHMS: 'HS256' },
    METRICS_TOKEN: { METRICS_TOKEN: 'short' },
  }
  const runs = Object.entries(wrong).map(async ([name, env]) => ({
    name,
    run: await runNode(MAIN, ['serve'], { env }),
  }))
  for (const { name, run } of await Promise.all(runs)) {
    t.match(run, { code: 1, out: '', err: new RegExp(`^Configuration:\\n${name}: `) }, name)
    t.notMatch(run.err, /geheim| at .*\.js/, 'without the secret, without a stack')
  }
  const both = await runNode(MAIN, ['serve'], { env: { PORT: '-1', LOG_LEVEL: 'loud' } })
  t.match(both.err, /PORT: .*\n.*LOG_LEVEL: |LOG_LEVEL: .*\n.*PORT: /s, 'all of them at once')
})

t.test('a server that cannot begin says why and ends', async (t) => {
  const taken = net.createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as net.AddressInfo
  const noPort = await runNode(MAIN, ['serve'], { env: { ...environment, PORT: String(port) } })
  t.match(noPort, { code: 1, err: 'EADDRINUSE' })
  const url = `postgres://user:geheim@127.0.0.1:${await unusedPort()}/x`
  const noDatabase = await runNode(MAIN, ['serve'], { env: { DATABASE_URL: url } })
  t.match(noDatabase, { code: 1, err: 'ECONNREFUSED' })
  t.notMatch(noDatabase.err, 'geheim')
})

t.test('a command that is not there, or is called wrongly, ends with 2 and the usage', async (t) => {
  t.match(await runNode(MAIN, ['fly']), { code: 2, err: 'one-list <command>' })
  t.match(await runNode(MAIN, ['verify', '--nope']), { code: 2, err: 'one-list verify' })
  t.match(await runNode(MAIN, ['help']), { code: 0, out: 'one-list <command>' })
})

async function unusedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Connections of the database whose present or last statement is such a one. */
async function activeQueries(statement: RegExp): Promise<number> {
  const { rows } = await made.superuser.query(
    'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ~ $1',
    [statement.source],
  )
  return rows.length
}
