import { type Caller, callerOf, DAY_MS, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { AUDIENCE, createIssuer } from '../helpers/issuer.js'
import { t } from '../helpers/tap.js'

const issuer = await createIssuer(t)
const settings = { PUBLIC_URL: 'https://list.example.cn', OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE }
const { app, home, foreign, clock, superuser } = await createCheckedApp(t, settings)
const { admin, office } = home
const OWN = '/v1/me/deadline-feeds'
const ALL = '/v1/deadline-feeds'

const open = async (url: string) => (await app.inject({ url: url.replace('https://list.example.cn', '') })).statusCode
const newFeed = (caller: Caller): Promise<Json> => ok(caller.post(OWN, { name: '手机' }))
/** A new person's caller, and the id of the key. */
async function withKey(more: Json = {}): Promise<{ caller: Caller; key: string }> {
  const { id, secret } = await ok(admin.post('/v1/api-keys', { name: '借钥匙的人', role: 'office', ...more }))
  return { caller: callerOf(app, secret), key: id }
}

t.test('a feed ends with the key by which it was made, and others of its person go on', async (t) => {
  const { caller, key } = await withKey()
  const { id: person } = await ok(caller.get('/v1/me'))
  const second = await ok(admin.post('/v1/api-keys', { person }))
  const feed = await newFeed(caller)
  const other = await newFeed(callerOf(app, second.secret))
  t.match(feed, { key, expiresAt: new Date(Date.parse(clock.now) + 400 * DAY_MS).toISOString() })
  t.same([await open(feed.url), await open(other.url)], [200, 200])
  t.equal((await admin.delete(`/v1/api-keys/${key}`)).status, 204)
  t.same([await open(feed.url), await open(other.url)], [404, 200])
  const left = await allPages(callerOf(app, second.secret), `${OWN}?limit=1`)
  t.same(
    left.map(({ id }) => id),
    [other.id],
    'what opens nothing is not among those that hold',
  )
})

t.test('a feed ends when its key runs out, and by itself after 400 days', async (t) => {
  const { caller } = await withKey({ expiresAt: new Date(Date.parse(clock.now) + 5 * DAY_MS).toISOString() })
  const [brief, long] = [await newFeed(caller), await newFeed(office)]
  const start = clock.now
  clock.advance(5 * DAY_MS)
  t.same([await open(brief.url), await open(long.url)], [404, 200])
  clock.advance(395 * DAY_MS - 1)
  t.equal(await open(long.url), 200)
  clock.advance(1)
  t.equal(await open(long.url), 404)
  clock.now = start
})

t.test('a feed made with a token ends sooner, and with its person', async (t) => {
  const claims = { jurisdiction: home.id, role: 'office', name: '周敏', sub: 'zhou' }
  const caller = callerOf(app, await issuer.token(clock.now, claims))
  const feed = await newFeed(caller)
  t.match(feed, { key: null, expiresAt: new Date(Date.parse(clock.now) + 90 * DAY_MS).toISOString() })
  t.equal(await open(feed.url), 200)
  const { id } = await ok(caller.get('/v1/me'))
  await ok(admin.patch(`/v1/people/${id}`, { active: false }))
  t.equal(await open(feed.url), 404)
})

t.test('an administrator sees everybody’s feeds and takes back any, in their own jurisdiction alone', async (t) => {
  const feed = await newFeed(office)
  const theirs = await newFeed(foreign.office)
  const listed = await allPages(admin, `${ALL}?limit=1`)
  const me = await ok(office.get('/v1/me'))
  const found = listed.find(({ id }) => id === feed.id)
  t.match(found, { name: '手机', person: { id: me.id, name: me.name }, key: feed.key, expiresAt: feed.expiresAt })
  t.notOk('url' in found)
  t.notOk(listed.some(({ id }) => id === theirs.id))
  refused(t, await admin.delete(`${ALL}/${theirs.id}`), 404, 'not-found')
  for (const caller of [office, home.inspector, home.unitCaller, home.supervisor, home.auditor]) {
    refused(t, await caller.get(ALL), 403, 'forbidden')
    refused(t, await caller.delete(`${ALL}/${feed.id}`), 403, 'forbidden')
  }
  t.equal(await open(feed.url), 200)
  t.equal((await admin.delete(`${ALL}/${feed.id}`)).status, 204)
  t.equal((await admin.delete(`${ALL}/${feed.id}`)).status, 204, 'twice is no error')
  t.same([await open(feed.url), await open(theirs.url)], [404, 200])
  const { data } = await ok(home.auditor.get('/v1/events?type=feed.revoked&limit=200'))
  t.match(data.at(-1), { data: { id: feed.id, person: me.id }, actor: { role: 'admin' } })
})

t.test('a feed from before its key was kept goes on, is listed, and can be taken back', async (t) => {
  const feed = await newFeed(office)
  await superuser.query('update deadline_feed set key_id = null where id = $1', [feed.id])
  t.equal(await open(feed.url), 200)
  t.match(
    (await allPages(admin, `${ALL}?limit=200`)).find(({ id }) => id === feed.id),
    { key: null },
  )
  await admin.delete(`${ALL}/${feed.id}`)
  t.equal(await open(feed.url), 404)
})

t.test(
  'the last administrator who can get in is neither shut out, nor made another, nor left without a key',
  async (t) => {
    const keyIdOf = (caller: Caller) => caller.key.split('_')[2] ?? ''
    const one = foreign.admin
    const { id } = await ok(one.get('/v1/me'))
    refused(t, await one.delete(`/v1/api-keys/${keyIdOf(one)}`), 409, 'last-administrator')
    refused(t, await one.patch(`/v1/people/${id}`, { active: false }), 409, 'last-administrator')
    refused(t, await one.patch(`/v1/people/${id}`, { role: 'office' }), 409, 'last-administrator')
    t.match(await ok(one.patch(`/v1/people/${id}`, { name: '改名' })), { name: '改名' })
    const brief = new Date(Date.parse(clock.now) + 1000).toISOString()
    const made = await ok(one.post('/v1/api-keys', { name: '二', role: 'admin', expiresAt: brief }))
    const start = clock.now
    clock.advance(2000)
    refused(t, await one.delete(`/v1/api-keys/${keyIdOf(one)}`), 409, 'last-administrator')
    clock.now = start
    const two = callerOf(app, made.secret)
    const both = await Promise.all([
      one.delete(`/v1/api-keys/${keyIdOf(two)}`),
      two.delete(`/v1/api-keys/${keyIdOf(one)}`),
    ])
    const statuses = both.map(({ status }) => status).sort()
    t.ok(statuses.includes(204) && !statuses.every((status) => status === 204), `${statuses}`)
    const alive = await Promise.all([one, two].map(async (caller) => (await caller.get('/v1/api-keys')).status))
    t.same(alive.sort(), [200, 401], 'of two who shut each other out at once, one is left')
  },
)

t.test('administrators who shut each other out at once leave one, however they do it', async (t) => {
  for (let round = 0; round < 6; round++) {
    const start = await ok(admin.get('/v1/me'))
    const { secret, person } = await ok(admin.post('/v1/api-keys', { name: `丙 ${round}`, role: 'admin' }))
    const other = callerOf(app, secret)
    const ways = [{ active: false }, { role: 'auditor' }] as const
    const way = ways[round % 2] ?? ways[0]
    await Promise.all([admin.patch(`/v1/people/${person}`, way), other.patch(`/v1/people/${start.id}`, way)])
    const { rows } = await superuser.query(
      `select count(*)::int as n from person where jurisdiction_id = $1 and role = 'admin' and active`,
      [home.id],
    )
    t.equal(rows[0].n, 1)
    // Back to the first one for the next round.
    await superuser.query(
      `update person set role = 'admin', active = id = $2 where jurisdiction_id = $1 and id in ($2, $3)`,
      [...[home.id, start.id, person]],
    )
  }
})
