import { exportSPKI, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { callerOf, createTestApp, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { AUDIENCE, createIssuer } from '../helpers/issuer.js'
import { t } from '../helpers/tap.js'

const issuer = await createIssuer(t)
const settings = { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE }
const made = await createTestApp(t, settings)
const { app, clock, home, foreign } = made
const OFFICE = { jurisdiction: home.id, role: 'office', name: '周敏' }

/** A caller with a token of these claims. */
const callerWith = async (claims: JWTPayload, by?: Parameters<typeof issuer.token>[2]) =>
  callerOf(app, await issuer.token(clock.now, claims, by))

t.test('a good token acts as its person', async (t) => {
  const me = await ok((await callerWith({ ...OFFICE, sub: 'zhou' })).get('/v1/me'))
  t.match(me, { name: '周敏', role: 'office', jurisdiction: { id: home.id, area: '341200' }, unit: null, area: null })
  t.match(me.id, /^[0-9a-f-]{36}$/)
  t.same(await ok((await callerWith({ ...OFFICE, sub: 'zhou' })).get('/v1/me')), me, 'the same person every time')
  const byEc = await callerWith({ ...OFFICE, sub: 'zhou' }, { key: issuer.keys.ec })
  t.same(await ok(byEc.get('/v1/me')), me, 'by either of the issuer’s keys')
  t.same(
    await ok((await callerWith({ ...OFFICE, sub: 'zhou', aud: ['other', AUDIENCE] })).get('/v1/me')),
    me,
    'also for several audiences',
  )
  t.not(
    (await ok((await callerWith({ ...OFFICE, sub: 'li' })).get('/v1/me'))).id,
    me.id,
    'another subject is another person',
  )
})

t.test('its role, unit and area decide what it may do and see', async (t) => {
  const assigned = await itemIn('assigned', home, { filing: { area: '341225' } })
  const elsewhere = await itemIn('listed', home, { filing: { area: '341202' } })
  const unit = await callerWith({ sub: 'chen', jurisdiction: home.id, role: 'unit', unit: home.unit, name: '陈涛' })
  t.match(await unit.post(`/v1/items/${assigned.id}/acceptance`), { status: 200, body: { status: 'remediating' } })
  t.match(await unit.get(`/v1/items/${elsewhere.id}`), { status: 404 })
  t.match(await unit.post('/v1/items', filing()), { status: 403 })
  const supervisor = await callerWith({
    sub: 'wang',
    jurisdiction: home.id,
    role: 'supervisor',
    area: '341225',
    name: '王建国',
  })
  t.match(await supervisor.get(`/v1/items/${assigned.id}`), { status: 200 })
  t.match(await supervisor.get(`/v1/items/${elsewhere.id}`), { status: 404 })
  for (const [role, action, status] of [
    ['inspector', '/v1/items', 201],
    ['office', '/v1/items', 201],
    ['auditor', '/v1/items', 403],
    ['admin', '/v1/items', 403],
  ] as const) {
    t.equal(
      (await (await callerWith({ sub: role, jurisdiction: home.id, role })).post(action, filing())).status,
      status,
      role,
    )
  }
})

t.test('its name is the actor’s in the ledger, also when it changes', async (t) => {
  const before = await callerWith({ sub: 'name', jurisdiction: home.id, role: 'inspector', name: '李强' })
  const { id } = await ok(before.post('/v1/items', filing()))
  const events = () => ok(home.auditor.get(`/v1/items/${id}/events`))
  t.match((await events()).data[0].actor, { name: '李强', role: 'inspector', id: (await ok(before.get('/v1/me'))).id })
  const after = await callerWith({ sub: 'name', jurisdiction: home.id, role: 'office', name: '李国强' })
  await ok(after.post(`/v1/items/${id}/listing`, { level: 'general' }))
  t.match(
    (await events()).data.map((e: Json) => e.actor),
    [
      { name: '李国强', role: 'inspector' },
      { name: '李国强', role: 'office' },
    ],
  )
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true }, 'the name is looked up, not chained')
  const nameless = await callerWith({ sub: 'nameless', jurisdiction: home.id, role: 'office', name: '' })
  t.match(await ok(nameless.get('/v1/me')), { name: 'nameless' }, 'who has no name goes by their subject')
})

t.test('a token of one jurisdiction never reads another', async (t) => {
  const theirs = await itemIn('listed', foreign)
  const ours = await callerWith({ ...OFFICE, sub: 'both' })
  for (const path of [`/v1/items/${theirs.id}`, `/v1/items/${theirs.id}/events`])
    t.match(await ours.get(path), { status: 404 })
  t.match(await ours.post(`/v1/items/${theirs.id}/notes`, { note: 'x' }), { status: 404 })
  t.match(await ours.post(`/v1/items/${theirs.id}/assignments`, order(home)), { status: 404 })
  for (const list of ['/v1/items', '/v1/events', '/v1/units'])
    t.notMatch(JSON.stringify(await ok(ours.get(list))), /bozhou|亳州|341621/, list)
  const there = await callerWith({ ...OFFICE, sub: 'both', jurisdiction: foreign.id })
  t.not(
    (await ok(there.get('/v1/me'))).id,
    (await ok(ours.get('/v1/me'))).id,
    'one subject is two people in two jurisdictions',
  )
})

t.test('a person seen for the first time in ten requests at once is one person', async (t) => {
  for (let k = 0; k < 20; k++) {
    const caller = await callerWith({ ...OFFICE, sub: `crowd-${k}` })
    const answers = await Promise.all(Array.from({ length: 10 }, () => caller.get('/v1/me')))
    t.same(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)), new Set([`200 ${answers[0]?.body.id}`]))
  }
})

t.test('a person who was shut out stays out, whatever their token says', async (t) => {
  const caller = await callerWith({ ...OFFICE, sub: 'leaver' })
  const { id } = await ok(caller.get('/v1/me'))
  await ok(home.admin.patch(`/v1/people/${id}`, { active: false }))
  t.match(await caller.get('/v1/me'), { status: 401 })
})

t.test('people whom tokens name are told of in the ledger once, and again when their claims change', async (t) => {
  const about = async (id: string) => {
    const types = 'type=person.created&type=person.changed&limit=200'
    const { data } = await ok(home.auditor.get(`/v1/events?${types}`))
    return data.filter((event: Json) => event.data.id === id)
  }
  const caller = await callerWith({ ...OFFICE, sub: 'told' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => caller.get('/v1/me')))
  const { id } = answers[0]?.body ?? {}
  t.match(await about(id), [{ type: 'person.created', data: { id, role: 'office', area: null, active: true } }])
  t.equal((await about(id)).length, 1, 'of ten first requests at once one makes the event')
  clock.advance(1000)
  const changed = await callerWith({ ...OFFICE, sub: 'told', role: 'inspector', area: '341225' })
  await Promise.all(Array.from({ length: 10 }, () => changed.get('/v1/me')))
  t.match((await about(id)).slice(1), [{ type: 'person.changed', data: { id, role: 'inspector', area: '341225' } }])
  t.equal((await about(id)).length, 2)
  for (let k = 0; k < 3; k++) await Promise.all([caller.get('/v1/me'), changed.get('/v1/me')])
  t.match(await ok(caller.get('/v1/me')), { role: 'office' }, 'an older token is good until it ends')
  t.equal((await about(id)).length, 2, 'and changes nothing back on record')
  t.notMatch(JSON.stringify(await about(id)), /周敏/)
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
})

t.test('who comes from the identity provider is changed there; here they are only shut out and let in', async (t) => {
  const caller = await callerWith({ ...OFFICE, sub: 'kept' })
  const { id, name } = await ok(caller.get('/v1/me'))
  const url = `/v1/people/${id}`
  for (const patch of [{ role: 'inspector' }, { area: '341225' }, { name: '别名' }, { unit: home.unit }]) {
    const answer = await home.admin.patch(url, patch)
    t.match(answer, { status: 409, body: { code: 'kept-elsewhere' } })
    t.match(answer.body.errors, [{ pointer: `/${Object.keys(patch)[0]}` }])
  }
  const both = await home.admin.patch(url, { active: false, role: 'auditor' })
  t.match(both, { status: 409 })
  t.match(await ok(caller.get('/v1/me')), { role: 'office' }, 'and nothing was done by halves')
  t.match(await ok(home.admin.patch(url, { active: false, name })), { active: false })
  t.match(await caller.get('/v1/me'), { status: 401 })
  t.match(await ok(home.admin.patch(url, { active: true })), { active: true, role: 'office' })
  t.match(await caller.get('/v1/me'), { status: 200 })
})

t.test('what an issuer signs for other ends, or for ever, or with a name that is none, opens nothing', async (t) => {
  const now = Math.floor(Date.parse(clock.now) / 1000)
  const status = async (claims: JWTPayload, header: object = {}, at = app) => {
    const token = await issuer.token(clock.now, { ...OFFICE, sub: 'ends', ...claims }, { header })
    return (await callerOf(at, token).get('/v1/me')).status
  }
  for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'id+jwt']) t.equal(await status({}, { typ }), 401, typ)
  for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt']) t.equal(await status({}, { typ }), 200, typ)
  for (const claims of [{ nonce: 'n' }, { at_hash: 'x' }, { c_hash: 'x' }, { events: {} }, { typ: 'ID' }]) {
    t.equal(await status(claims), 401, JSON.stringify(claims))
  }
  t.equal(await status({ typ: 'Bearer', nonce: 'n' }), 200, 'an access token of an older Keycloak has a nonce')
  t.equal(await status({ nonce: 'n' }, { typ: 'at+jwt' }), 200)
  const days = (n: number) => now + n * 86_400
  for (const exp of [253_402_300_799, 1e15, 1e300, days(31)]) t.equal(await status({ exp }), 401, `exp ${exp}`)
  for (const exp of [days(1), days(30)]) t.equal(await status({ exp }), 200, `exp ${exp}`)
  const texts = { NUL: 'a\u0000b', surrogate: 'a\ud800b', control: 'a\u0007b', long: '长'.repeat(256) }
  for (const [what, text] of Object.entries(texts)) {
    for (const name of ['sub', 'name', 'area', 'unit', 'jurisdiction', 'role']) {
      t.equal(await status({ [name]: text }), 401, `${what} in ${name}`)
    }
  }
  const strict = await createTestApp(t, { ...settings, OIDC_TOKEN_TYPE: 'at+jwt', OIDC_MAX_LIFE_HOURS: '1' })
  t.equal(await status({}, { typ: 'at+jwt' }, strict.app), 200)
  t.equal(await status({}, { typ: 'JWT' }, strict.app), 401)
  t.equal(await status({}, {}, strict.app), 401)
  t.equal(await status({ exp: now + 3_631 }, { typ: 'at+jwt' }, strict.app), 401)
})

t.test('a token that is not the issuer’s, not for us or not now is refused', async (t) => {
  const { rsa, stranger } = issuer.keys
  const now = Math.floor(Date.parse(clock.now) / 1000)
  const claims = { ...OFFICE, iss: issuer.url, aud: AUDIENCE, sub: 'x', exp: now + 3600 }
  const token = (change: JWTPayload, by?: Parameters<typeof issuer.token>[2]) =>
    issuer.token(clock.now, { ...OFFICE, ...change }, by)
  const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey))
  const good = await token({})
  const [head, body, signature] = good.split('.')
  const tokens: Record<string, string> = {
    'of another issuer': await token({ iss: 'http://127.0.0.1:1' }),
    'of no issuer': await token({ iss: undefined }),
    'for another service': await token({ aud: 'other' }),
    'for no service': await token({ aud: undefined }),
    expired: await token({ exp: now - 31 }),
    'without an end': await token({ exp: undefined }),
    'not yet good': await token({ nbf: now + 31 }),
    'of nobody': await token({ sub: undefined }),
    'of an empty subject': await token({ sub: '' }),
    'of a subject that is a number': await token({ sub: 5 as unknown as string }),
    'with another key': await token({}, { key: stranger }),
    'with a key that is unknown': await token({}, { key: { ...stranger, kid: 'stranger' } }),
    'with an algorithm that is not allowed': await token({}, { key: { ...rsa, alg: 'PS256' } }).catch(() => 'x.y.z'),
    'with the public key as a secret': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: rsa.kid })
      .sign(secret),
    'with no algorithm': new UnsecuredJWT(claims).encode(),
    'without its signature': `${head}.${body}.`,
    'with another body': `${head}.${Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url')}.${signature}`,
    'that is none': 'x.y.z',
    'that is half of one': `${head}.${body}`,
    'that names its own key': await token({}, { key: stranger, header: { jwk: stranger.jwk, kid: undefined } }),
  }
  t.match(await callerOf(app, good).get('/v1/me'), { status: 200 }, 'a good one')
  for (const [what, text] of Object.entries(tokens)) {
    t.match(
      await callerOf(app, text).get('/v1/me'),
      { status: 401, body: { code: 'unauthenticated', type: '/problems/unauthenticated' } },
      what,
    )
  }
  clock.advance(3_625_000)
  t.match(await callerOf(app, good).get('/v1/me'), { status: 200 }, 'a clock may be half a minute off')
  clock.advance(10_000)
  t.match(await callerOf(app, good).get('/v1/me'), { status: 401 }, 'a token ends')
})

t.test('claims that name nobody here are refused', async (t) => {
  const none = undefined
  const unfit: Record<string, JWTPayload> = {
    'no jurisdiction': { role: 'office' },
    'an unknown jurisdiction': { ...OFFICE, jurisdiction: 'nowhere' },
    'a jurisdiction that is no text': { ...OFFICE, jurisdiction: [home.id] },
    'no role': { ...OFFICE, role: none },
    'an unknown role': { ...OFFICE, role: 'root' },
    'the service’s own role': { ...OFFICE, role: 'system' },
    'a unit’s person without a unit': { ...OFFICE, role: 'unit' },
    'a unit of another jurisdiction': { ...OFFICE, role: 'unit', unit: foreign.unit },
    'a unit that is not there': { ...OFFICE, role: 'unit', unit: '00000000-0000-4000-8000-000000000000' },
    'a unit that is no UUID': { ...OFFICE, role: 'unit', unit: "x' or '1'='1" },
    'an area that is not there': { ...OFFICE, role: 'supervisor', area: '999999' },
    'an area of another jurisdiction': { ...OFFICE, role: 'supervisor', area: foreign.id === 'bozhou' ? '341621' : '' },
    'an area above the jurisdiction': { ...OFFICE, role: 'supervisor', area: '340000' },
    // Taken for none, they would open the whole jurisdiction.
    'an area that is a number': { ...OFFICE, role: 'supervisor', area: 341225 },
    'several areas': { ...OFFICE, role: 'supervisor', area: ['341225'] },
    'a unit in a list': { ...OFFICE, unit: [home.unit] },
  }
  for (const [what, claims] of Object.entries(unfit)) {
    t.match(
      await (await callerWith({ sub: 'unfit', ...claims })).get('/v1/me'),
      { status: 401, body: { code: 'unauthenticated' } },
      what,
    )
  }
  const { rows } = await made.superuser.query(`select from person where subject = 'unfit'`)
  t.equal(rows.length, 0, 'and nobody is kept')
})

t.test('an issuer that is away, or not itself, is waited for', async (t) => {
  const away = { status: 503, headers: { 'retry-after': '5' }, body: { code: 'issuer-away', requestId: /./ } }
  const keys = '/keys'
  const discovery = '/.well-known/openid-configuration'
  const broken: Record<string, Record<string, { status: number; body: string }>> = {
    'discovery fails': { [discovery]: { status: 500, body: '{}' } },
    'discovery is no JSON': { [discovery]: { status: 200, body: '<html>' } },
    'discovery is another issuer’s': {
      [discovery]: { status: 200, body: JSON.stringify({ issuer: 'http://evil', jwks_uri: `${issuer.url}/keys` }) },
    },
    'discovery names no keys': { [discovery]: { status: 200, body: JSON.stringify({ issuer: issuer.url }) } },
    'the keys fail': { [keys]: { status: 500, body: '{}' } },
    'the keys are no JSON': { [keys]: { status: 200, body: '<html>' } },
    'the keys are none': { [keys]: { status: 200, body: '{"keys":5}' } },
  }
  const { app, home, clock } = await createTestApp(t, settings)
  const caller = callerOf(app, await issuer.token(clock.now, OFFICE))
  await issuer.stop()
  t.match(await caller.get('/v1/me'), away, 'nobody answers')
  t.match(await home.office.get('/v1/me'), { status: 200 }, 'keys are good without the issuer')
  await issuer.start()
  for (const [what, answers] of Object.entries(broken)) {
    issuer.broken = answers
    t.match(await caller.get('/v1/me'), away, what)
  }
  issuer.broken = {}
  t.match(await caller.get('/v1/me'), { status: 200 }, 'it is back')
  const asked = issuer.asked.length
  await issuer.stop()
  t.match(await caller.get('/v1/me'), { status: 200 }, 'and is not asked for every request')
  t.equal(issuer.asked.length, asked)
})

t.test('without an issuer no token is good', async (t) => {
  const { app, clock } = await createTestApp(t)
  t.match(await callerOf(app, await issuer.token(clock.now, OFFICE)).get('/v1/me'), { status: 401 })
})
