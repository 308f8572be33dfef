import { forgetOldKeys } from '../../src/server/service.js'
import { type Answer, createTestApp, DAY_MS, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { type Test, t } from '../helpers/tap.js'

const made = await createTestApp(t)
const { app, clock, db, home, foreign, superuser } = made
const idempotencyKey = (key: string) => ({ 'idempotency-key': key })

t.test('twenty requests at once with one key act once', async (t) => {
  const once = (key: string) => home.inspector.post('/v1/items', filing(), idempotencyKey(key))
  const before = await countOf('item')
  const answers = await Promise.all(Array.from({ length: 20 }, () => once('at-once')))
  const [first] = answers.filter(
    ({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined,
  )
  t.ok(first, 'one of them acted')
  for (const answer of answers) {
    if (answer.status === 201) t.same(answer.body, first?.body)
    else
      t.match(answer, {
        status: 409,
        headers: { 'retry-after': '1' },
        body: { code: 'key-in-use', type: '/problems/key-in-use' },
      })
  }
  t.ok(
    answers.some(({ status }) => status === 409),
    'some came while the first was running',
  )
  const again = await Promise.all(answers.map(() => until201(() => once('at-once'))))
  for (const answer of again) t.same(answer.body, first?.body, 'each retry is answered the first answer')
  t.equal(await countOf('item'), before + 1)
})

t.test('a replay is the first answer, and says so', async (t) => {
  const send = () => home.inspector.post('/v1/items', filing({ title: '重放' }), idempotencyKey('replay'))
  const first = await send()
  t.match(first, { status: 201, headers: { etag: '"1"', location: `/v1/items/${first.body.id}` } })
  t.equal(first.headers['idempotency-replayed'], undefined)
  await ok(home.office.post(`/v1/items/${first.body.id}/listing`, { level: 'major' }))
  clock.advance(DAY_MS)
  const { status, headers, body } = await send()
  t.match(
    { status, headers },
    { status: 201, headers: { etag: '"1"', location: first.headers.location, 'idempotency-replayed': 'true' } },
  )
  t.same(body, first.body, 'also a day later, when the item has changed')
})

t.test('a key is one request’s: another body, path, query or method is refused', async (t) => {
  const { id } = await itemIn('reported', home)
  const key = idempotencyKey('taken')
  await ok(home.office.post(`/v1/items/${id}/notes`, { note: '一' }, key))
  const reused = { status: 422, body: { code: 'key-reused' } }
  t.match(await home.office.post(`/v1/items/${id}/notes`, { note: '二' }, key), reused, 'another body')
  t.match(await home.office.post(`/v1/items/${id}/dismissal`, { reason: '一' }, key), reused, 'another path')
  t.match(await home.office.post('/v1/items', filing(), key), reused)
  t.match(
    await home.office.patch(`/v1/items/${id}`, { title: '新' }, { ...key, 'if-match': '*' }),
    reused,
    'another method',
  )
  t.match(await home.office.post(`/v1/items/${id}/notes`, { note: '一' }, key), {
    status: 200,
    headers: { 'idempotency-replayed': 'true' },
  })
  t.equal((await ok(home.office.get(`/v1/items/${id}`))).version, 2, 'nothing of it happened')
})

t.test('the same members in another order are the same request', async (t) => {
  const key = idempotencyKey('order-of-members')
  const first = await ok(home.inspector.post('/v1/items', filing(), key))
  const reversed = Object.fromEntries(Object.entries(filing()).reverse())
  t.same(await ok(home.inspector.post('/v1/items', reversed, key)), first)
})

t.test('another person may use the same key', async (t) => {
  const key = idempotencyKey('shared-key')
  const mine = await ok(home.inspector.post('/v1/items', filing(), key))
  const theirs = await ok(home.verifier.post('/v1/items', filing(), key))
  const elsewhere = await ok(foreign.inspector.post('/v1/items', filing({ area: '341621' }), key))
  t.equal(new Set([mine.id, theirs.id, elsewhere.id]).size, 3)
})

t.test('a key has 1 to 255 visible characters', async (t) => {
  for (const key of ['k', '~'.repeat(255), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']) {
    t.match(await home.inspector.post('/v1/items', filing(), idempotencyKey(key)), { status: 201 }, key)
  }
  for (const key of ['', 'k'.repeat(256), 'a b', 'a\tb', 'clé', '\u00a0']) {
    const answer = await home.inspector.post('/v1/items', filing(), idempotencyKey(key))
    t.match(answer, { status: 400, body: { errors: [{ pointer: '/headers/idempotency-key' }] } }, JSON.stringify(key))
  }
})

t.test('a refused request is not recorded and may be repeated under its key', async (t) => {
  const { id } = await itemIn('listed', home)
  const accept = () => home.unitCaller.post(`/v1/items/${id}/acceptance`, undefined, idempotencyKey('too-early'))
  t.match(await accept(), { status: 404 }, 'not the unit’s yet')
  await ok(home.office.post(`/v1/items/${id}/assignments`, order(home)))
  const accepted = await accept()
  t.match(accepted, { status: 200, body: { status: 'remediating' } })
  t.equal(accepted.headers['idempotency-replayed'], undefined, 'done, not replayed')

  const close = () =>
    home.verifier.post(
      `/v1/items/${id}/closure-decision`,
      { approved: true, findings: '合格' },
      idempotencyKey('close'),
    )
  t.match(await close(), { status: 409, body: { code: 'wrong-status' } })
  await ok(home.unitCaller.post(`/v1/items/${id}/closure-requests`, { summary: '已完成' }))
  t.match(await close(), { status: 200, body: { status: 'closed' } })

  const key = idempotencyKey('typo')
  t.match(await home.inspector.post('/v1/items', filing({ area: '999999' }), key), { status: 400 })
  t.match(await home.inspector.post('/v1/items', filing({ titel: 'x' }), key), { status: 400 })
  t.match(await home.inspector.post('/v1/items', filing(), key), { status: 201 }, 'also with what was wrong put right')
  const { rows } = await superuser.query(`select from idempotency_key where status is null`)
  t.equal(rows.length, 0, 'no record without an answer')
})

t.test('a replay asks nothing that has changed since', async (t) => {
  t.test('the version that If-Match named', async (t) => {
    const { id } = await itemIn('reported', home)
    const send = () =>
      home.office.post(`/v1/items/${id}/notes`, { note: '一次' }, { ...idempotencyKey('stale'), 'if-match': '"1"' })
    const first = await send()
    t.match(first, { status: 200, headers: { etag: '"2"' } })
    await isReplay(t, first, send)
    t.match(await home.office.post(`/v1/items/${id}/notes`, { note: '一次' }, { 'if-match': '"1"' }), { status: 412 })
  })

  t.test('the unit that the order was for', async (t) => {
    const { id } = await itemIn('listed', home)
    const unit = (await ok(home.admin.post('/v1/units', { name: '将撤并的局' }))).id
    const send = () => home.office.post(`/v1/items/${id}/assignments`, order({ unit }), idempotencyKey('merged-unit'))
    const first = await send()
    await ok(home.admin.patch(`/v1/units/${unit}`, { active: false }))
    await isReplay(t, first, send)
  })

  t.test('the time until which the key was to be good', async (t) => {
    const expiresAt = new Date(Date.parse(clock.now) + 3_600_000).toISOString()
    const send = () =>
      home.admin.post('/v1/api-keys', { name: '短期', role: 'office', expiresAt }, idempotencyKey('short-lived'))
    const first = await send()
    clock.advance(7_200_000)
    await isReplay(t, first, send)
  })

  t.test('the deadline that then lay in the future', async (t) => {
    const { id } = await itemIn('listed', home)
    const dueAt = new Date(Date.parse(clock.now) + 3_600_000).toISOString()
    const send = () => home.office.post(`/v1/items/${id}/assignments`, order(home, { dueAt }), idempotencyKey('due'))
    const first = await send()
    clock.advance(7_200_000)
    await isReplay(t, first, send)
  })
})

t.test('a revoked key replays nothing', async (t) => {
  const leaving = await home.addCaller('inspector')
  const send = () => leaving.post('/v1/items', filing(), idempotencyKey('last-day'))
  t.match(await send(), { status: 201 })
  t.match(await send(), { status: 201, headers: { 'idempotency-replayed': 'true' } })
  const [, , id] = leaving.key.split('_')
  t.match(await home.admin.delete(`/v1/api-keys/${id}`), { status: 204 })
  const refused = await send()
  t.match(refused, { status: 401, body: { code: 'unauthenticated' } })
  t.equal(refused.headers['idempotency-replayed'], undefined)
})

t.test('the secret of a new key is shown again to its maker, and stands nowhere', async (t) => {
  const send = () => home.admin.post('/v1/api-keys', { name: '夜班', role: 'inspector' }, idempotencyKey('new-key'))
  const first = await send()
  t.match(first, { status: 201, headers: { 'cache-control': 'no-store' } })
  await isReplay(t, first, send)
  const { secret } = first.body
  t.match(
    await app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${secret}` } }),
    { statusCode: 200 },
    'it opens',
  )
  const everything = await wholeDatabase()
  t.ok(everything.includes(first.body.id), 'the search sees what is there')
  const bare = secret.split('_')[3].slice(0, 32)
  for (const form of [
    secret,
    bare,
    ...(['base64', 'base64url', 'hex'] as const).map((as) => Buffer.from(bare).toString(as).slice(0, 40)),
  ]) {
    t.notOk(everything.includes(form), 'no text, and no bytes, have it')
  }
  t.notOk(everything.includes(home.admin.key.slice(-38)), 'nor the maker’s own')
})

t.test('without a key every request acts', async (t) => {
  const [one, two] = [
    await ok(home.inspector.post('/v1/items', filing())),
    await ok(home.inspector.post('/v1/items', filing())),
  ]
  t.not(one.id, two.id)
})

t.test('keys age by the clock that sweeps them, whatever the service’s own shows', async (t) => {
  const send = () => home.inspector.post('/v1/items', filing(), { 'idempotency-key': 'aged' })
  const first = await ok(send())
  await forgetOldKeys(db)
  t.match(await send(), { status: 201, headers: { 'idempotency-replayed': 'true' }, body: { id: first.id } })
  const age = (hours: number) =>
    superuser.query(`update idempotency_key set created_at = now() - $1 * interval '1 hour' where key = 'aged'`, [
      hours,
    ])
  await age(47)
  await forgetOldKeys(db)
  t.match(await send(), { headers: { 'idempotency-replayed': 'true' } })
  await age(49)
  await forgetOldKeys(db)
  t.not((await ok(send())).id, first.id)
})

async function isReplay(t: Test, first: Answer, send: () => Promise<Answer>): Promise<void> {
  t.ok(first.status < 300, JSON.stringify(first.body))
  const again = await send()
  t.match(again, { status: first.status, headers: { 'idempotency-replayed': 'true' } }, JSON.stringify(again.body))
  t.same(again.body, first.body)
}

/** Repeats a request while its key is in use, as its 409 says, at most 100 times. */
async function until201(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await send()
    if (answer.status !== 409) return answer
  }
  throw new Error('the key stays in use')
}

async function countOf(table: string): Promise<number> {
  return Number((await superuser.query(`select count(*) from ${table}`)).rows[0].count)
}

/** Every row of every table as text. */
async function wholeDatabase(): Promise<string> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = 'public' and tablename not in ('area', 'shipped_year')`,
  )
  const texts: Json[] = []
  for (const { name } of tables)
    texts.push(...(await superuser.query(`select r::text from ${name} r`)).rows.map(({ r }) => r))
  return texts.join('\n')
}
