import { type Caller, callerOf, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { app, home, foreign, clock, superuser } = await createCheckedApp(t)
const { admin, auditor, office } = home
const NOBODY = '01900000-0000-7000-8000-000000000000'
const MINUTE_MS = 60_000

const headSeq = async () => (await ok(auditor.get('/v1/ledger'))).seq
async function eventsAfter(seq: number): Promise<Json[]> {
  const { data } = await ok(auditor.get(`/v1/events?after=${seq}`))
  return data.map(({ type, data: of, actor }: Json) => ({ type, data: of, by: actor.role }))
}
/** A new key with its secret, and a caller who has it. */
async function newKey(body: Json, headers?: Record<string, string>): Promise<{ key: Json; caller: Caller }> {
  const key = await ok(admin.post('/v1/api-keys', body, headers))
  return { key, caller: callerOf(app, key.secret) }
}

/** A person as the ledger has them: the name is looked up, never chained. */
const nameless = ({ name: _, ...rest }: Json) => rest

t.test('a person is added, changed and told of in the ledger', async (t) => {
  const seq = await headSeq()
  const answer = await admin.post('/v1/people', { name: '李敏', role: 'inspector', area: '341225' })
  const { id } = answer.body
  t.equal(answer.status, 201)
  const created = { id, name: '李敏', role: 'inspector', unit: null, area: '341225', active: true }
  t.same(answer.body, created)
  const changed = await ok(admin.patch(`/v1/people/${id}`, { role: 'unit', unit: home.unit, area: null }))
  t.same(effectOf(created, changed), { role: 'unit', unit: home.unit, area: null })
  t.same(await eventsAfter(seq), [
    { type: 'person.created', data: nameless(created), by: 'admin' },
    { type: 'person.changed', data: { ...nameless(created), role: 'unit', unit: home.unit, area: null }, by: 'admin' },
  ])
  refused(t, await admin.patch(`/v1/people/${NOBODY}`, { active: false }), 404, 'not-found')
})

t.test('what does not fit a person is named', async (t) => {
  const { id } = await ok(admin.post('/v1/people', { name: '王勇', role: 'unit', unit: home.unit }))
  const wrong: [string[], Json][] = [
    [['/role'], { name: '甲', role: 'system' }],
    [['/role'], { name: '甲', role: 'king' }],
    [['/unit'], { name: '甲', role: 'unit', unit: null }],
    [['/unit'], { name: '甲', role: 'unit', unit: NOBODY }],
    [['/unit'], { name: '甲', role: 'inspector', unit: foreign.unit }],
    [['/area'], { name: '甲', role: 'inspector', area: '341621' }],
    [['/area'], { name: '甲', role: 'inspector', area: '999999' }],
    [['/area'], { name: '甲', role: 'inspector', area: '34' }],
    [['/password'], { name: '甲', role: 'inspector', password: 'x' }],
  ]
  for (const [pointers, person] of wrong) {
    refused(t, await admin.post('/v1/people', person), 400, 'invalid-request', { pointers })
    refused(t, await admin.patch(`/v1/people/${id}`, person), 400, 'invalid-request', { pointers })
    refused(t, await admin.post('/v1/api-keys', person), 400, 'invalid-request', { pointers })
  }
  refused(t, await admin.post('/v1/people', {}), 400, 'invalid-request', { pointers: ['/name', '/role'] })
  refused(t, await admin.post('/v1/people', { name: '甲', role: 'unit' }), 400, 'invalid-request', {
    pointers: ['/unit'],
  })
})

t.test('people and keys are listed in pages, the service itself is none of them', async (t) => {
  for (let k = 0; k < 5; k++) await newKey({ name: '同名', role: 'auditor' })
  for (const [caller, url] of [
    [admin, '/v1/people'],
    [auditor, '/v1/people'],
    [admin, '/v1/api-keys'],
  ] as const) {
    const whole = await allPages(caller, `${url}?limit=200`)
    t.notMatch(JSON.stringify(whole), /"system"|secret/)
    for (const limit of [1, 4]) t.same(await allPages(caller, `${url}?limit=${limit}`), whole, `${url} by ${limit}`)
    for (const query of ['limit=0', 'limit=201', 'cursor=x', 'role=admin']) {
      refused(t, await caller.get(`${url}?${query}`), 400, 'invalid-request')
    }
  }
  const { nextCursor } = await ok(admin.get('/v1/people?limit=1'))
  refused(t, await admin.get(`/v1/api-keys?cursor=${nextCursor}`), 400, 'invalid-request', {
    pointers: ['/query/cursor'],
  })
})

t.test('a key is made for a new person or an old one, and its secret is shown once', async (t) => {
  const seq = await headSeq()
  const { key, caller } = await newKey({ name: '陈涛', role: 'unit', unit: home.unit })
  t.match(key.secret, new RegExp(`^ol_[a-z]+_${key.id}_[0-9A-Za-z]{38}$`))
  t.match(key, { name: '陈涛', role: 'unit', unit: home.unit, area: null, createdAt: clock.now })
  t.match(key, { expiresAt: null, revokedAt: null, lastUsedAt: null })
  t.match(await ok(caller.get('/v1/me')), { id: key.person, name: '陈涛', role: 'unit' })
  const second = await newKey({ person: key.person })
  t.match(await ok(second.caller.get('/v1/me')), { id: key.person })
  const person = { id: key.person, name: '陈涛', role: 'unit', unit: home.unit, area: null, active: true }
  t.same(await eventsAfter(seq), [
    { type: 'person.created', data: nameless(person), by: 'admin' },
    { type: 'key.created', data: { id: key.id, person: key.person, expiresAt: null }, by: 'admin' },
    { type: 'key.created', data: { id: second.key.id, person: key.person, expiresAt: null }, by: 'admin' },
  ])
  const listed = (await allPages(admin, '/v1/api-keys?limit=200')).find((row) => row.id === key.id)
  t.notOk('secret' in listed)
})

t.test('the secret is nowhere in the database, also not where the answer is kept for a repetition', async (t) => {
  const body = { name: '密钥持有人', role: 'auditor' }
  const headers = { 'idempotency-key': 'key-1' }
  const { key } = await newKey(body, headers)
  const again = await admin.post('/v1/api-keys', body, headers)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, key, 'the same caller is told again')
  const { rows: tables } = await superuser.query(
    "select table_name from information_schema.tables where table_schema = 'public'",
  )
  const random = key.secret.slice(-38, -6)
  for (const { table_name: table } of tables.filter((row) => row.table_name !== 'area')) {
    const { rows } = await superuser.query(`select count(*)::int as n from "${table}" x where x::text like $1`, [
      `%${random}%`,
    ])
    t.equal(rows[0].n, 0, table)
  }
  const rekeyed = callerOf(app, (await newKey({ person: (await ok(admin.get('/v1/me'))).id })).key.secret)
  refused(t, await rekeyed.post('/v1/api-keys', body, headers), 422, 'key-reused')
})

t.test('what is wrong with a key is named', async (t) => {
  const { id: inactive } = await ok(admin.post('/v1/people', { name: '离职', role: 'auditor' }))
  await ok(admin.patch(`/v1/people/${inactive}`, { active: false }))
  const foreigner = (await ok(foreign.office.get('/v1/me'))).id
  const person = (await ok(office.get('/v1/me'))).id
  const wrong: [string[], Json][] = [
    [['/name', '/role'], {}],
    [['/role'], { name: '甲' }],
    [['/person'], { person: NOBODY }],
    [['/person'], { person: foreigner }],
    [['/person'], { person: inactive }],
    [['/person'], { person: home.system.id }],
    [['/person'], { person, name: '甲' }],
    [['/person'], { person, role: 'admin' }],
    [['/person'], { person: 'me' }],
    [['/expiresAt'], { person, expiresAt: clock.now }],
    [['/expiresAt'], { person, expiresAt: '2027-01-01' }],
    [['/secret'], { person, secret: 'ol_mine' }],
  ]
  for (const [pointers, body] of wrong) {
    refused(t, await admin.post('/v1/api-keys', body), 400, 'invalid-request', { pointers })
  }
})

t.test('a key opens nothing from the moment it expires', async (t) => {
  const expiresAt = new Date(Date.parse(clock.now) + MINUTE_MS).toISOString()
  const { key, caller } = await newKey({ name: '临时', role: 'office', expiresAt })
  t.equal(key.expiresAt, expiresAt)
  clock.advance(MINUTE_MS - 1)
  t.equal((await caller.get('/v1/me')).status, 200)
  clock.advance(1)
  refused(t, await caller.get('/v1/me'), 401, 'unauthenticated')
})

t.test('a revoked key opens nothing from the next request on, also no repetition', async (t) => {
  const { key, caller } = await newKey({ name: '被吊销', role: 'inspector' })
  const filing = { title: '隐患', area: '341225', address: '某处' }
  const headers = { 'idempotency-key': 'before' }
  t.equal((await caller.post('/v1/items', filing, headers)).status, 201)
  const seq = await headSeq()
  t.equal((await admin.delete(`/v1/api-keys/${key.id}`)).status, 204)
  refused(t, await caller.get('/v1/me'), 401, 'unauthenticated')
  refused(t, await caller.post('/v1/items', filing, headers), 401, 'unauthenticated')
  t.equal((await admin.delete(`/v1/api-keys/${key.id}`)).status, 204, 'revoking twice is no error')
  t.same(await eventsAfter(seq), [{ type: 'key.revoked', data: { id: key.id, person: key.person }, by: 'admin' }])
  const listed = (await allPages(admin, '/v1/api-keys?limit=200')).find((row) => row.id === key.id)
  t.equal(listed.revokedAt, clock.now)
  refused(t, await admin.delete('/v1/api-keys/000000000000'), 404, 'not-found')
  refused(t, await admin.delete('/v1/api-keys/x'), 400, 'invalid-request', { pointers: ['/params/id'] })
})

t.test('an inactive person is shut out with all their keys, until they are active again', async (t) => {
  const { key, caller } = await newKey({ name: '停职', role: 'office' })
  const { caller: second } = await newKey({ person: key.person })
  await ok(admin.patch(`/v1/people/${key.person}`, { active: false }))
  for (const one of [caller, second]) refused(t, await one.get('/v1/me'), 401, 'unauthenticated')
  await ok(admin.patch(`/v1/people/${key.person}`, { active: true }))
  for (const one of [caller, second]) t.equal((await one.get('/v1/me')).status, 200)
})

t.test('a change of role or area holds from the next request on', async (t) => {
  const { key, caller } = await newKey({ name: '转岗', role: 'office' })
  t.equal((await caller.get('/v1/events')).status, 200)
  await ok(admin.patch(`/v1/people/${key.person}`, { role: 'inspector', area: '341202' }))
  refused(t, await caller.get('/v1/events'), 403, 'forbidden')
  const filing = { title: '隐患', area: '341225', address: '某处' }
  refused(t, await caller.post('/v1/items', filing), 403, 'outside-area')
})

t.test('when a key was last used is kept, to the minute', async (t) => {
  const { key, caller } = await newKey({ name: '使用者', role: 'auditor' })
  const used = async () => (await allPages(admin, '/v1/api-keys?limit=200')).find((row) => row.id === key.id).lastUsedAt
  /** It is written beside the answer, so a reader may have to look again. */
  const becomes = async (expected: string) => {
    for (let look = 0; look < 200; look++) if ((await used()) === expected) return expected
    return used()
  }
  const first = clock.now
  await ok(caller.get('/v1/me'))
  t.equal(await becomes(first), first)
  clock.advance(MINUTE_MS)
  await ok(caller.get('/v1/me'))
  clock.advance(1)
  const second = clock.now
  await ok(caller.get('/v1/me'))
  t.equal(await becomes(second), second, 'not sooner than a minute after')
})

t.test('what is no key of ours opens nothing', async (t) => {
  const { key } = await newKey({ name: '持有人', role: 'auditor' })
  const flipped = key.secret.slice(0, -1) + (key.secret.endsWith('0') ? '1' : '0')
  const { key: other } = await newKey({ name: '他人', role: 'admin' })
  const mixed = key.secret.replace(key.id, other.id)
  for (const token of [
    flipped,
    mixed,
    key.secret.slice(0, -1),
    `${key.secret}0`,
    'ol_',
    'x',
    key.id,
    'eyJhbGciOiJub25lIn0.e30.',
  ]) {
    refused(t, await callerOf(app, token).get('/v1/me'), 401, 'unauthenticated')
  }
  for (const authorization of ['', 'Bearer', `Basic ${key.secret}`, key.secret, `Bearer ${key.secret} x`]) {
    const answer = await app.inject({ url: '/v1/me', headers: { authorization } })
    t.equal(answer.statusCode, 401)
    t.match(answer.headers, { 'www-authenticate': /^Bearer/ })
  }
  t.equal((await app.inject({ url: '/v1/me', headers: { authorization: `bearer  ${key.secret}` } })).statusCode, 200)
})
