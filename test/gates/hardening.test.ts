import { sql } from 'drizzle-orm'
import pg from 'pg'
import { ConfigError, readConfig } from '../../src/config.js'
import { withoutQuery } from '../../src/db/errors.js'
import { canTakeServiceRole, migrate } from '../../src/db/migrate.js'
import { createTestApp, filing, itemIn, ok, order } from '../helpers/app.js'
import { t } from '../helpers/tap.js'

const test = await createTestApp(t)
const { home, clock, db, superuser, url, superuserUrl } = test

t.test('the past shows nothing that has been moved out of the caller’s area', async (t) => {
  const local = await home.addCaller('inspector', { area: '341202' })
  const { id } = await ok(home.inspector.post('/v1/items', filing({ area: '341202' })))
  const before = clock.now
  clock.advance(1000)
  t.equal((await local.get(`/v1/items/${id}?asOf=${before}`)).status, 200)
  await ok(home.office.patch(`/v1/items/${id}`, { area: '341225' }, { 'if-match': '*' }))
  for (const address of [`/v1/items/${id}`, `/v1/items/${id}?asOf=${before}`]) {
    t.equal((await local.get(address)).status, 404, address)
  }
  t.same((await ok(local.get(`/v1/items?asOf=${before}`))).data, [])
  t.equal((await home.office.get(`/v1/items/${id}?asOf=${before}`)).status, 200)
})

t.test('a unit’s overdue report is about what it is responsible for or helps with now', async (t) => {
  const { id } = await itemIn('assigned', home, { order: { dueAt: '2026-03-05' } })
  const total = async (caller: typeof home.unitCaller) =>
    (await ok(caller.get('/v1/reports/overdue?groupBy=unit'))).total
  await ok(
    home.office.post(
      `/v1/items/${id}/assignments`,
      order(home, { responsibleUnit: home.otherUnit, dueAt: '2026-03-06' }),
    ),
  )
  clock.advance(10 * 86_400_000)
  t.equal(await total(home.unitCaller), 0, 'not what it once had')
  t.equal(await total(home.otherUnitCaller), 1)
  await ok(
    home.office.post(
      `/v1/items/${id}/assignments`,
      order(home, { responsibleUnit: home.otherUnit, coUnits: [home.unit], dueAt: '2026-03-20' }),
    ),
  )
  clock.advance(10 * 86_400_000)
  t.equal(await total(home.unitCaller), 1, 'but what it helps with')
})

t.test('a date that no zone’s end of day can be computed for is refused by name', async (t) => {
  const { id } = await itemIn('listed', home)
  for (const dueAt of ['9999-12-31', '0001-01-01', '9999-12-31T23:59:59-12:00']) {
    const answer = await home.office.post(`/v1/items/${id}/assignments`, order(home, { dueAt }))
    t.match(answer, { status: 400, body: { errors: [{ pointer: '/dueAt' }] } }, dueAt)
    t.match(await home.office.get(`/v1/items?dueBefore=${dueAt}`), { status: 400 }, dueAt)
  }
})

t.test('revoking needs no idempotency key, and an endless one does no harm', async (t) => {
  const { id } = await ok(home.admin.post('/v1/api-keys', { name: '临时', role: 'auditor' }))
  const revoked = await test.app.inject({
    method: 'DELETE',
    url: `/v1/api-keys/${id}`,
    headers: { authorization: `Bearer ${home.admin.key}`, 'idempotency-key': 'x'.repeat(8000) },
  })
  t.equal(revoked.statusCode, 204)
})

t.test('a refusal names at most fifty faults', async (t) => {
  const body = Object.fromEntries(Array.from({ length: 5000 }, (_, k) => [`f${k}`, k]))
  const answer = await home.inspector.post('/v1/items', { ...filing(), ...body })
  t.equal(answer.status, 400)
  t.equal(answer.body.errors.length, 50)
})

t.test('nobody slips a table of their own under the ledger’s function', async (t) => {
  const client = new pg.Client({ connectionString: url, options: '-c role=one_list_service' })
  await client.connect()
  t.teardown(() => client.end())
  const head = async () => (await superuser.query('select seq from ledger_head order by jurisdiction_id')).rows
  const before = await head()
  await client.query('create temp table ledger_head as select * from public.ledger_head')
  await client.query('create temp table event as select * from public.event limit 0')
  const event = JSON.stringify([
    {
      type: 'x.y',
      at: clock.now,
      actor_id: home.system.id,
      actor_role: 'system',
      data: '{}',
      salt: '00'.repeat(16),
      data_hash: '00'.repeat(32),
      prefix: '',
      suffix: '',
    },
  ])
  await client.query('begin')
  await client.query('select * from append_events($1, $2)', [home.id, event])
  t.equal((await client.query('select count(*)::int as n from pg_temp.event')).rows[0].n, 0)
  await client.query('rollback')
  t.same(await head(), before)
})

t.test('the service’s role gets its rights at every start', async (t) => {
  t.equal(await canTakeServiceRole(url), true)
  await superuser.query('revoke execute on function append_events(text, json) from one_list_service')
  t.equal(await canTakeServiceRole(url), false, 'a role that cannot do the work is not taken')
  await migrate(superuserUrl)
  t.equal(await canTakeServiceRole(url), true)
  await t.rejects(migrate('postgres://nobody:x@127.0.0.1:1/nowhere'), {
    message: /nowhere at 127\.0\.0\.1:1 cannot be reached/,
  })
})

t.test('no setting of the connection can undo the service’s own', async (t) => {
  const bad = { DATABASE_URL: 'postgres://a:b@c/d?options=-c%20role%3Dpostgres' }
  t.throws(() => readConfig(bad), new ConfigError('DATABASE_URL: options are not allowed in the URL'))
  t.throws(() => readConfig({ OIDC_AUDIENCE: 'one-list' }), { message: /^OIDC_ISSUER/ })
  t.equal(readConfig({ TRUST_PROXY: 'loopback, 10.0.0.0/8' }).trustProxy, 'loopback, 10.0.0.0/8')
  t.throws(() => readConfig({ TRUST_PROXY: '*' }), { message: /^TRUST_PROXY/ })
})

t.test('what a database error quotes does not reach the log', async (t) => {
  const err = await db.execute(sql`select ${'秘密'}::int`).catch((e: unknown) => e)
  const logged = JSON.stringify(withoutQuery(err))
  t.notMatch(logged, /params|select \$1/)
  t.match(logged, /22P02/)
})

t.test('an error that was copied into an object is logged with what it says', async (t) => {
  const copied = { message: 'Query read timeout', stack: 'Error: …', queue: 'tick' }
  t.match(withoutQuery(copied), { message: 'Query read timeout', stack: 'Error: …' })
  for (const other of ['text', null, undefined, 7, { message: 7 }]) {
    t.same(withoutQuery(other), { message: String(other) })
  }
})
