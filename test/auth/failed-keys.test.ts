import { createApiKey } from '../../src/auth/api-key.js'
import { callerOf, createTestApp, ok } from '../helpers/app.js'
import { open311 } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const LIMIT = 5
const { app, db, home } = await createTestApp(t, { FAILED_KEYS_PER_MINUTE: String(LIMIT) })
const tooMany = { statusCode: 429, headers: { 'retry-after': /^[1-9]\d?$/ } }
const wrong = () => createApiKey('test').text
const from = (remoteAddress: string, key: string) =>
  app.inject({ url: '/v1/me', remoteAddress, headers: { authorization: `Bearer ${key}` } })

/** How often keys were looked up while something was done. */
async function lookUpsOf(work: () => Promise<unknown>): Promise<number> {
  const real = db.short.execute
  let count = 0
  db.short.execute = ((...args: Parameters<typeof real>) => {
    count++
    return real.apply(db.short, args)
  }) as typeof real
  try {
    await work()
  } finally {
    db.short.execute = real
  }
  return count
}

t.test('of keys that open nothing an address has so many looked up in a minute, and then waits', async (t) => {
  const one = '192.0.2.1'
  const looked = await lookUpsOf(async () => {
    for (let n = 0; n < LIMIT; n++) t.equal((await from(one, wrong())).statusCode, 401)
  })
  t.equal(looked, LIMIT)
  const after = await lookUpsOf(async () => {
    for (let n = 0; n < LIMIT; n++) t.match(await from(one, wrong()), tooMany)
  })
  t.equal(after, 0, 'the database hears nothing of the others')
  t.equal((await from('192.0.2.2', wrong())).statusCode, 401, 'another address has its own count')
})

t.test('who has got in lately gets in from an address that another has spoilt', async (t) => {
  const office = '192.0.2.3'
  t.equal((await from(office, home.office.key)).statusCode, 200)
  for (let n = 0; n < LIMIT; n++) await from(office, wrong())
  t.match(await from(office, wrong()), tooMany)
  t.equal((await from(office, home.office.key)).statusCode, 200)
  const { id, secret } = await ok(home.admin.post('/v1/api-keys', { name: '新人', role: 'auditor' }))
  t.match(await from(office, secret), tooMany, 'a key that was never seen waits with them')
  t.equal((await from('192.0.2.4', secret)).statusCode, 200)
  await home.admin.delete(`/v1/api-keys/${id}`)
  t.equal((await from(office, secret)).statusCode, 401, 'one that is revoked opens nothing')
})

t.test('feeds of a calendar count, and go on where they have opened', async (t) => {
  const feedFrom = (url: string) => app.inject({ url, remoteAddress: '192.0.2.9' })
  const { url } = await ok(home.office.post('/v1/me/deadline-feeds', { name: '手机' }))
  const path = url.slice(url.indexOf('/v1/'))
  t.equal((await feedFrom(path)).statusCode, 200)
  const gone = await ok(home.office.post('/v1/me/deadline-feeds', { name: '旧手机' }))
  await home.office.delete(`/v1/me/deadline-feeds/${gone.id}`)
  const lost = gone.url.slice(gone.url.indexOf('/v1/'))
  for (let n = 0; n < LIMIT; n++) t.equal((await feedFrom(lost)).statusCode, 404)
  t.match(await feedFrom(lost), tooMany)
  t.equal((await feedFrom(path)).statusCode, 200)
})

t.test('Open311 counts with them', async (t) => {
  for (let n = 0; n < LIMIT; n++) {
    t.equal((await open311(app, wrong()).post({ service_code: 'lighting', address_string: '颍州' })).status, 403)
  }
  t.equal((await open311(app, wrong()).post({ service_code: 'lighting', address_string: '颍州' })).status, 429)
  t.equal((await callerOf(app, wrong()).get('/v1/me')).status, 429)
})
