import { type SQL, sql } from 'drizzle-orm'
import { createKeyAuthenticator } from '../../src/auth/key-authenticator.js'
import { listenForAccessChanges } from '../../src/db/access-changes.js'
import type { Db } from '../../src/db/client.js'
import { createPersonWithKey } from '../../src/server/sample.js'
import { callerOf, createTestApp, ok, START } from '../helpers/app.js'
import { createSecondApp } from '../helpers/second-app.js'
import { type Test, t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { home, db } = made

/** A process of its own, which hears of changes through `url`. */
async function process(t: Test, url = made.url) {
  const accessChanges = listenForAccessChanges(url, () => {})
  t.teardown(() => accessChanges.close())
  await until(async () => accessChanges.isHeard())
  const { app, pool } = await createSecondApp(t, made, { accessChanges })
  let looks = 0
  pool.on('acquire', () => looks++)
  const looksOf = async (work: () => Promise<unknown>) => {
    looks = 0
    await work()
    return looks
  }
  return { app, looksOf, accessChanges, caller: (key: string) => callerOf(app, key) }
}

let people = 0
const addKey = () =>
  db.transaction((tx) =>
    createPersonWithKey(
      tx,
      home.system,
      { name: `甲${people++}`, role: 'inspector', unit: null, area: null },
      'test',
      START,
    ),
  )
const idOf = (key: string) => key.split('_')[2]

t.test('a key is looked up once, and known for a moment', async (t) => {
  const { caller, looksOf } = await process(t)
  const someone = caller(await addKey())
  // The look, and the time of last use.
  t.equal(await looksOf(() => ok(someone.get('/v1/me'))), 2)
  t.equal(await looksOf(() => ok(someone.get('/v1/me'))), 0)
})

t.test('what is known of a key opens nothing for another secret', async (t) => {
  const { caller } = await process(t)
  const [key, other] = [await addKey(), await addKey()]
  await ok(caller(key).get('/v1/me'))
  t.match(await caller(other.replace(idOf(other) ?? '', idOf(key) ?? '')).get('/v1/me'), { status: 401 })
})

t.test('a revocation holds from the next request on, in the process that answered it', async (t) => {
  const { caller } = await process(t)
  for (let k = 0; k < 10; k++) {
    const key = await addKey()
    await ok(caller(key).get('/v1/me'))
    await ok(caller(home.admin.key).delete(`/v1/api-keys/${idOf(key)}`))
    t.match(await caller(key).get('/v1/me'), { status: 401 })
  }
})

t.test('a look that began before a change is not remembered after it', async (t) => {
  const key = await addKey()
  const changes: (() => void)[] = []
  let answered = () => {}
  const held = new Promise<void>((resolve) => {
    answered = resolve
  })
  const short: Db['short'] = {
    execute: ((query: SQL) => held.then(() => db.short.execute(query))) as Db['short']['execute'],
  }
  const keys = createKeyAuthenticator(
    {
      db: Object.assign(Object.create(db), { short }) as Db,
      now: () => made.clock.now,
      accessChanges: { isHeard: () => true, onChange: (forget) => changes.push(forget), close: async () => {} },
    },
    () => {},
  )
  const looking = keys.authenticate(key)
  for (const forget of changes) forget()
  answered()
  t.match(await looking, { role: 'inspector' })
  await made.superuser.query('update api_key set revoked_at = $1 where id = $2', [START, idOf(key)])
  await t.rejects(keys.authenticate(key), { code: 'unauthenticated' })
})

t.test('a good key opens however long its look takes, and is not remembered longer for it', async (t) => {
  const key = await addKey()
  let lateMs = 0
  let looks = 0
  const clock = performance.now.bind(performance)
  t.intercept(performance, 'now', { value: () => clock() + lateMs })
  const short: Db['short'] = {
    execute: (async (query: SQL) => {
      looks++
      const found = await db.short.execute(query)
      lateMs += 7_000
      return found
    }) as Db['short']['execute'],
  }
  const keys = createKeyAuthenticator(
    {
      db: Object.assign(Object.create(db), { short }) as Db,
      now: () => made.clock.now,
      accessChanges: { isHeard: () => true, onChange: () => {}, close: async () => {} },
    },
    () => {},
  )
  for (let k = 1; k <= 3; k++) {
    t.match(await keys.authenticate(key), { role: 'inspector' })
    t.equal(looks, k, 'what was found so late may have changed since')
  }
  await t.rejects(
    keys.authenticate(key.replace(/.{6}$/, 'xxxxxx')),
    { code: 'unauthenticated' },
    'a wrong one does not',
  )
})

t.test(
  'a connection that hears nothing because the network has forgotten it is found out, and another made',
  async (t) => {
    const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
    const url = new URL(made.url)
    url.port = String(proxy.port)
    const accessChanges = listenForAccessChanges(url.href, () => {}, 20)
    t.teardown(() => accessChanges.close())
    let changes = 0
    accessChanges.onChange(() => changes++)
    await until(() => accessChanges.isHeard())
    proxy.forget()
    await until(() => !accessChanges.isHeard())
    t.ok(changes > 0, 'what may have been missed is forgotten')
    await until(() => accessChanges.isHeard())
    changes = 0
    const key = await addKey()
    await made.superuser.query('update api_key set revoked_at = $1 where id = $2', [START, idOf(key)])
    await until(() => changes > 0)
  },
)

t.test('another process, and whoever changes the database by hand, are heard of', async (t) => {
  const [here, there] = [await process(t), await process(t)]
  const key = await addKey()
  const { id } = (await ok(there.caller(key).get('/v1/me'))) as { id: string }
  await ok(
    here
      .caller(home.admin.key)
      .patch(`/v1/people/${id}`, { role: 'auditor' }, { 'if-match': '*' })
      .catch((e) => e),
  )
  await until(async () => (await there.caller(key).get('/v1/me')).body.role === 'auditor')
  await made.superuser.query('update api_key set revoked_at = $1 where id = $2', [START, idOf(key)])
  await until(async () => (await there.caller(key).get('/v1/me')).status === 401)
})

t.test('a key that expires while it is known opens nothing more', async (t) => {
  const { caller } = await process(t)
  const key = await addKey()
  const expiresAt = new Date(Date.parse(made.clock.now) + 1_000).toISOString()
  await db.execute(sql`update api_key set expires_at = ${expiresAt} where id = ${idOf(key)}`)
  await ok(caller(key).get('/v1/me'))
  made.clock.advance(1_000)
  t.match(await caller(key).get('/v1/me'), { status: 401 })
})

t.test('while changes are not heard of, every request looks; and listening begins again by itself', async (t) => {
  const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
  const url = new URL(made.url)
  url.port = String(proxy.port)
  const { caller, looksOf, accessChanges } = await process(t, url.href)
  const someone = caller(await addKey())
  await ok(someone.get('/v1/me'))
  t.equal(await looksOf(() => ok(someone.get('/v1/me'))), 0)
  await proxy.refuse()
  proxy.cut()
  await until(async () => !accessChanges.isHeard())
  t.equal(await looksOf(() => ok(someone.get('/v1/me'))), 1, 'and what was known is forgotten')
  t.equal(await looksOf(() => ok(someone.get('/v1/me'))), 1)
  await proxy.accept()
  await until(async () => accessChanges.isHeard())
  await ok(someone.get('/v1/me'))
  t.equal(await looksOf(() => ok(someone.get('/v1/me'))), 0)
})
