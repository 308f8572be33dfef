import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { pino } from 'pino'
import { createGuardedFetch } from '../../src/http/guarded-fetch.js'
import { createDeliverTasks } from '../../src/webhooks/deliver-task.js'
import { fanOutTask } from '../../src/webhooks/fan-out-task.js'
import { filing, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { createReceiver, deliverAll, deliveriesOf, subscribe } from '../helpers/receiver.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const URL_ = 'https://reports.example.gov.cn/hooks/one-list'
const NOBODY = '01900000-0000-7000-8000-000000000000'
const SECRET = `whsec_${randomBytes(24).toString('base64')}`

const strict = await createCheckedApp(t)
const { home, foreign, clock } = strict

t.test('a subscription is made, read, changed and ended', async (t) => {
  const body = {
    url: URL_,
    types: ['item.*', 'notice.sent', 'item.*'],
    unit: home.unit,
    area: '341225',
    description: '报表',
  }
  const made = await home.office.post('/v1/subscriptions', body)
  const { secret, ...view } = made.body
  t.match(made, {
    status: 201,
    headers: { etag: '"1"', location: `/v1/subscriptions/${view.id}`, 'cache-control': 'no-store' },
  })
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  t.match(view, {
    ...body,
    types: ['item.*', 'notice.sent'],
    version: 1,
    active: true,
    disabledAt: null,
    createdAt: clock.now,
  })
  const url = `/v1/subscriptions/${view.id}`
  t.match(await home.admin.get(url), { status: 200, headers: { etag: '"1"' }, body: view })
  t.same((await ok(home.office.get('/v1/subscriptions'))).data, [view])

  const patch = { types: ['bulletin.issued'], unit: null, url: 'https://EXAMPLE.com:8443/x?y=1' }
  const changed = await home.office.patch(url, patch, { 'if-match': '"1"' })
  const after = { ...view, ...patch, url: 'https://example.com:8443/x?y=1', version: 2 }
  t.match(changed, { status: 200, headers: { etag: '"2"' } })
  t.same(changed.body, after)
  t.same(await ok(home.office.get(url)), after)

  t.equal((await home.office.delete(url)).status, 204)
  refused(t, await home.office.get(url), 404, 'not-found')
  refused(t, await home.office.delete(url), 404, 'not-found')
  refused(t, await home.office.patch(url, {}, { 'if-match': '*' }), 404, 'not-found')
  t.same((await ok(home.office.get('/v1/subscriptions'))).data, [])

  const { data } = await ok(home.auditor.get('/v1/events?limit=200'))
  const events = data.filter((event: Json) => event.type.startsWith('subscription.'))
  t.match(events, [
    { type: 'subscription.created', data: { id: view.id, url: URL_, types: view.types, active: true } },
    { type: 'subscription.changed', data: { url: 'https://example.com:8443/x', types: patch.types, active: true } },
    { type: 'subscription.deleted', data: { id: view.id, active: false } },
  ])
  t.equal(events[1].data.url, 'https://example.com:8443/x', 'without its query, which may be a token')
})

t.test('a change needs the version that it is meant for', async (t) => {
  const { id } = await ok(home.office.post('/v1/subscriptions', { url: URL_, types: ['item.*'] }))
  const url = `/v1/subscriptions/${id}`
  refused(t, await home.office.patch(url, { active: false }), 428, 'precondition-required')
  refused(t, await home.office.patch(url, { active: false }, { 'if-match': '"2"' }), 412, 'stale', {
    currentVersion: 1,
  })
  const stale = await home.office.post(`${url}/secret-rotation`, {}, { 'if-match': '"7"' })
  refused(t, stale, 412, 'stale', { currentVersion: 1 })
  t.match(await home.office.patch(url, { active: false }, { 'if-match': '"1"' }), {
    status: 200,
    body: { active: false },
  })
})

t.test('what a subscription says must make sense; the answer names what does not', async (t) => {
  const cases: [Json, string[]][] = [
    [{ types: ['item.*'] }, ['/url']],
    [{ url: URL_ }, ['/types']],
    [{ url: URL_, types: [] }, ['/types']],
    [{ url: URL_, types: ['item.unheard_of'] }, ['/types/0']],
    [{ url: URL_, types: ['item.*', '*'] }, ['/types/1']],
    [{ url: URL_, types: ['key.created'] }, ['/types/0']],
    [{ url: URL_, types: ['item.*'], unit: 'x' }, ['/unit']],
    [{ url: URL_, types: ['item.*'], unit: NOBODY }, ['/unit']],
    [{ url: URL_, types: ['item.*'], unit: foreign.unit }, ['/unit']],
    [{ url: URL_, types: ['item.*'], area: '3412' }, ['/area']],
    [{ url: URL_, types: ['item.*'], area: '999999' }, ['/area']],
    [{ url: URL_, types: ['item.*'], secret: 'whsec_short' }, ['/secret']],
    [{ url: URL_, types: ['item.*'], secret: 'a'.repeat(40) }, ['/secret']],
    [{ url: URL_, types: ['item.*'], active: true }, ['/active']],
    [{ url: `${URL_}?${'x'.repeat(2000)}`, types: ['item.*'] }, ['/url']],
  ]
  for (const [body, pointers] of cases) {
    refused(t, await home.office.post('/v1/subscriptions', body), 400, 'invalid-request', { pointers })
  }
  const { id } = await ok(home.office.post('/v1/subscriptions', { url: URL_, types: ['item.*'] }))
  for (const [patch, pointers] of [
    [{ url: 'http://example.com/' }, ['/url']],
    [{ unit: foreign.unit }, ['/unit']],
    [{ secret: SECRET }, ['/secret']],
    [{ url: null }, ['/url']],
  ] as const) {
    const answer = await home.office.patch(`/v1/subscriptions/${id}`, patch, { 'if-match': '*' })
    refused(t, answer, 400, 'invalid-request', { pointers })
  }
  for (const overlapHours of [-1, 169, 1.5, '24']) {
    const answer = await home.office.post(`/v1/subscriptions/${id}/secret-rotation`, { overlapHours })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/overlapHours'] })
  }
  const retries = await home.office.post(`/v1/subscriptions/${id}/retries`, { since: 'yesterday' })
  refused(t, retries, 400, 'invalid-request', { pointers: ['/since'] })
  const list = await home.office.get(`/v1/subscriptions/${id}/deliveries?state=lost`)
  refused(t, list, 400, 'invalid-request', { pointers: ['/query/state'] })
})

t.test('no subscription leads inside, however its URL is spelt', async (t) => {
  const hosts = [
    ...['0x7f.1', '2130706433', '017700000001', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '[fe80::1]', '[fd00::1]'],
    ...[
      'localhost',
      'localhost.',
      'LocalHost',
      'x.localhost',
      '169.254.169.254',
      '10.0.0.1',
      '192.168.1.1',
      '①②⑦.⓪.⓪.①',
    ],
  ]
  const urls = [
    ...hosts.map((host) => `https://${host}/hook`),
    'http://example.com/',
    'ftp://example.com/',
    'example.com',
  ]
  urls.push('https://user:password@example.com/', 'https://example.com:22/', 'file:///etc/passwd')
  for (const url of urls) {
    const answer = await home.office.post('/v1/subscriptions', { url, types: ['item.*'] })
    t.match(answer, { status: 400, body: { errors: [{ pointer: '/url', detail: String }] } }, url)
  }
})

t.test('a name that leads inside is looked at when it is called, each time, and is not called', async (t) => {
  const made = await createCheckedApp(t)
  const receiver = await createReceiver(t, made.clock)
  const { port } = new URL(receiver.url)
  const { id } = await subscribe(made.home, receiver, { url: `https://hooks.example:${port}/` })
  await ok(made.home.inspector.post('/v1/items', filing()))
  const deps = taskDeps(made)
  await runTask(fanOutTask, deps)
  // Public the first time, of a block that nobody has; inside the second.
  const answers = [['3ffe::1'], ['127.0.0.1'], ['::ffff:7f00:1'], ['2400:3200::1', '10.0.0.1']]
  let looks = 0
  const resolve = async () => answers[looks++] ?? ['169.254.169.254']
  const lanes = createDeliverTasks(createGuardedFetch({ allowPrivate: false, timeoutMs: 1_000, resolve }))
  for (let n = 0; n < 5; n++) {
    for (const lane of lanes) await runTask(lane, deps)
    made.clock.advance(40 * 60_000)
  }
  const [delivery] = await deliveriesOf(made.home, id)
  t.equal(looks, delivery.attempts.length, 'once for each attempt')
  t.ok(looks >= 4)
  for (const { error } of delivery.attempts.slice(1)) t.equal(error, 'the host is not on the public internet')
  t.same(receiver.calls, [])
})

t.test(
  'the secret is shown in the answer that makes it, again to its maker alone, and stands nowhere else',
  async (t) => {
    const lines: string[] = []
    const made = await createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
    const { home: at, db, superuser } = made
    const receiver = await createReceiver(t, made.clock)
    const headers = { 'idempotency-key': 'subscribe-1' }
    const body = { url: receiver.url, types: ['item.*'], secret: SECRET }
    const first = await at.office.post('/v1/subscriptions', body, headers)
    t.equal(first.body.secret, SECRET)
    const again = await at.office.post('/v1/subscriptions', body, headers)
    t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true', 'cache-control': 'no-store' } })
    t.same(again.body, first.body)
    const url = `/v1/subscriptions/${first.body.id}`
    const rotationKey = { 'idempotency-key': 'rotate-1' }
    const rotated = await at.office.post(`${url}/secret-rotation`, {}, rotationKey)
    t.match(rotated, { status: 201, headers: { etag: '"2"' } })
    t.same((await at.office.post(`${url}/secret-rotation`, {}, rotationKey)).body, rotated.body, 'rotated once')
    t.equal((await ok(at.office.get(url))).version, 2)

    await ok(at.inspector.post('/v1/items', filing()))
    receiver.answer = () => ({ status: 500 })
    const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) })
    const deps = { ...taskDeps(made, { WEBHOOK_ALLOW_PRIVATE: 'true' }), log }
    await runTask(fanOutTask, deps)
    await runTask(createDeliverTasks()[0], deps)
    t.ok(receiver.calls.length === 1 && lines.length > 0, 'it was sent, and logged')

    const secrets = [SECRET, rotated.body.secret].flatMap((secret) => [secret, secret.slice(6)])
    const answers = []
    for (const path of ['/v1/subscriptions', url, `${url}/deliveries`, '/v1/events?limit=200', '/v1/notices']) {
      answers.push(await ok(at.office.get(path)))
    }
    answers.push(await ok(at.office.patch(url, { description: '改' }, { 'if-match': '*' })))
    const { rows: tables } = await superuser.query<{ name: string }>(`
    select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('public', 'pgboss')`)
    for (const { name } of tables.filter((table) => !/\.(subscription|area)$/.test(table.name))) {
      answers.push((await superuser.query(`select to_jsonb(t) as row from ${name} t`)).rows)
    }
    const text = JSON.stringify(answers) + lines.join()
    for (const secret of secrets) t.notOk(text.includes(secret))
    const kept = await db.execute<{ secret: string; previous_secret: string }>(
      sql`select secret, previous_secret from subscription`,
    )
    t.same(kept.rows, [{ secret: rotated.body.secret, previous_secret: SECRET }], 'where deliveries are signed with it')
    await at.office.delete(url)
    t.same((await db.execute(sql`select secret, previous_secret from subscription`)).rows, [
      { secret: null, previous_secret: null },
    ])
  },
)

t.test('while a secret is rotated both sign; then the new one alone', async (t) => {
  const made = await createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
  const { home: at } = made
  const receiver = await createReceiver(t, made.clock)
  const { id, secret: first } = await subscribe(at, receiver)
  const rotate = async (body: Json) => {
    const { secret } = await ok(at.office.post(`/v1/subscriptions/${id}/secret-rotation`, body))
    receiver.secrets.push(secret)
    return secret
  }
  const verifiedWith = async () => {
    await ok(at.inspector.post('/v1/items', filing()))
    await deliverAll(made)
    return receiver.calls.at(-1)?.verifiedWith
  }
  t.same(await verifiedWith(), [first])
  const second = await rotate({ overlapHours: 24 })
  const until = new Date(Date.parse(made.clock.now) + 24 * 3_600_000).toISOString()
  t.match(await ok(at.office.get(`/v1/subscriptions/${id}`)), { previousSecretUntil: until, version: 2 })
  t.same(await verifiedWith(), [first, second])
  t.match(receiver.calls.at(-1)?.headers, { 'webhook-signature': /^v1,[^ ]+ v1,[^ ]+$/ })
  made.clock.advance(24 * 3_600_000 - 1)
  t.same(await verifiedWith(), [first, second])
  made.clock.advance(1)
  t.same(await verifiedWith(), [second])
  const third = await rotate({ secret: SECRET })
  t.equal(third, SECRET)
  const fourth = await rotate({})
  t.same(await verifiedWith(), [third, fourth], 'a second rotation ends the oldest')
  const fifth = await rotate({ overlapHours: 0 })
  t.same(await verifiedWith(), [fifth], 'at once, after a leak')
})

t.test('subscriptions and deliveries are paged without losing or repeating one', async (t) => {
  const made = await createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
  const { home: at } = made
  const receiver = await createReceiver(t, made.clock)
  receiver.answer = ({ body }) => ({ status: body.data.itemCode === '2026-000003' ? 500 : 200 })
  const ids = []
  for (let n = 0; n < 5; n++) ids.push((await subscribe(at, receiver)).id)
  t.same(
    (await allPages(at.office, '/v1/subscriptions?limit=2')).map(({ id }) => id),
    ids,
  )
  for (let n = 0; n < 5; n++) await ok(at.inspector.post('/v1/items', filing()))
  await deliverAll(made)
  const url = `/v1/subscriptions/${ids[0]}/deliveries`
  const codes = async (query: string) =>
    (await allPages(at.office, `${url}?limit=2${query}`)).map(({ itemCode }) => itemCode)
  const all = [5, 4, 3, 2, 1].map((n) => `2026-00000${n}`)
  t.same(await codes(''), all, 'newest first')
  t.same(
    await codes('&state=succeeded'),
    all.filter((code) => code !== '2026-000003'),
  )
  t.same(await codes('&state=pending'), ['2026-000003'])
  t.same(await codes('&state=dead'), [])
})

t.test('what is another jurisdiction’s is as if it did not exist', async (t) => {
  const made = await createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
  const receiver = await createReceiver(t, made.clock)
  const ours = await subscribe(made.home, receiver)
  const theirs = await subscribe(made.foreign, receiver)
  await ok(made.foreign.inspector.post('/v1/items', filing({ area: '341621' })))
  await deliverAll(made)
  const [delivery] = await deliveriesOf(made.foreign, theirs.id)
  const answers = async (subscription: string, id: string) => {
    const { office } = made.home
    const url = `/v1/subscriptions/${subscription}`
    const all = [
      await office.get(`${url}/deliveries/${id}`),
      await office.post(`${url}/deliveries/${id}/retry`),
      ...(subscription === ours.id
        ? []
        : [await office.get(`${url}/deliveries`), await office.post(`${url}/test-delivery`)]),
    ]
    return JSON.stringify(all.map(({ status, body }) => [status, body]))
  }
  t.equal(await answers(theirs.id, delivery.id), await answers(NOBODY, NOBODY))
  t.equal(await answers(ours.id, delivery.id), await answers(ours.id, NOBODY), 'also under a subscription of one’s own')
  t.match(await answers(theirs.id, delivery.id), /^\[\[404/)
  t.same(
    (await ok(made.home.office.get('/v1/subscriptions'))).data.map(({ id }: Json) => id),
    [ours.id],
  )
  t.equal((await deliveriesOf(made.foreign, theirs.id)).length, 1)
})

t.test('the database holds what the rules say', async (t) => {
  const { id } = await ok(home.office.post('/v1/subscriptions', { url: URL_, types: ['item.*'] }))
  const client = new pg.Client({ connectionString: strict.url })
  await client.connect()
  t.teardown(() => client.end())
  for (const wrong of [
    'secret = null',
    "types = '{}'",
    "previous_secret = 'x'",
    'deleted_at = now()',
    'disabled_at = now()',
    `unit_id = '${foreign.unit}'`,
  ]) {
    await t.rejects(client.query(`update subscription set ${wrong} where id = '${id}'`), /violates/, wrong)
  }
})
