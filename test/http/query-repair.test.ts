import { createTestApp, filing, type Json, ok } from '../helpers/app.js'
import { t } from '../helpers/tap.js'

const { app, home, clock } = await createTestApp(t)
const { office, inspector } = home
await ok(inspector.post('/v1/items', filing({ road: 'G105', chainage: 'K1+000', title: 'a b 坑槽' })))
await ok(inspector.post('/v1/items', filing({ road: 'G105', chainage: 'K9+500', title: 'a+b 坑槽' })))

const get = async (url: string) => {
  const answer = await app.inject({ url, headers: { authorization: `Bearer ${office.key}`, 'accept-language': 'en' } })
  return { status: answer.statusCode, body: answer.json() as Json }
}
/** The same moment as the clock's, on the clocks of Fuyang. */
const local = (ms = 0) => new Date(Date.parse(clock.now) + ms + 8 * 3_600_000).toISOString().slice(0, 19)

t.test('a date-time whose + came as a blank is the date-time, on every interface', async (t) => {
  clock.advance(3_600_000)
  const at = `${local()}+08:00`
  for (const path of [
    '/v1/items?updatedAfter=',
    '/v1/items?reportedBefore=',
    '/v1/items?asOf=',
    '/v1/reports/overdue?groupBy=unit&asOf=',
    '/v1/reports/progress?from=2026-01-01T00:00:00+08:00&to=',
    '/v1/ogc/collections/items/items?asOf=',
    '/v1/ogc/collections/items/items?datetime=2026-01-01T00:00:00+08:00/',
    '/v1/ogc/collections/items/items?updatedAfter=',
  ]) {
    const [raw, escaped] = [await get(path + at), await get((path + at).replaceAll('+', '%2B'))]
    t.equal(escaped.status, 200, `${path} ${JSON.stringify(escaped.body)}`)
    t.equal(raw.status, 200, `${path} ${JSON.stringify(raw.body)}`)
    const { timeStamp: _1, links: _2, ...one } = raw.body
    const { timeStamp: _3, links: _4, ...other } = escaped.body
    t.same(one, other, path)
  }
  t.equal((await get(`/v1/items?updatedAfter=${at}`)).body.data.length, 0)
  t.equal((await get(`/v1/items?updatedBefore=${at}`)).status, 400, 'an unknown parameter is still refused')
  t.equal((await get(`/v1/items?updatedAfter=${local(-7_200_000)}+08:00`)).body.data.length, 2)
  t.equal((await get('/v1/items?updatedAfter=2026-03-02T01:00:00 0800')).status, 400, 'what is no offset stays refused')
  t.equal((await get('/v1/items?updatedAfter=2026-03-02 01:00:00')).status, 400)
})

t.test('a chainage whose + came as a blank is the chainage', async (t) => {
  const found = async (query: string) => {
    const { status, body } = await get(`/v1/items?road=G105&${query}`)
    t.equal(status, 200, `${query} ${JSON.stringify(body)}`)
    return body.data.map((item: Json) => item.chainage)
  }
  t.same(
    await found('chainageFromM=K1+000&chainageToM=K2+000'),
    await found('chainageFromM=K1%2B000&chainageToM=K2%2B000'),
  )
  t.equal((await found('chainageFromM=K1+000&chainageToM=K2+000')).length, 1)
  t.equal((await found('chainageFromM=k9+000&chainageToM=10000')).length, 1)
  t.equal((await get('/v1/items?road=G105&chainageFromM=K1+0000')).status, 400, 'what is no chainage stays refused')
})

t.test('in the words that are looked for, + is a blank as ever', async (t) => {
  const titles = async (q: string) => (await get(`/v1/items?q=${q}`)).body.data.map((item: Json) => item.title)
  t.same(await titles('a+b'), await titles('a%20b'))
  t.same(await titles('a%2Bb'), ['a+b 坑槽'])
})

t.test('the next page of a repaired query is its next page', async (t) => {
  const first = await get(`/v1/items?limit=1&reportedAfter=${local(-7_200_000)}+08:00`)
  t.equal(first.status, 200)
  const link = await app.inject({
    url: `/v1/items?limit=1&reportedAfter=${local(-7_200_000)}+08:00`,
    headers: { authorization: `Bearer ${office.key}` },
  })
  const next = /<([^>]+)>/.exec(String(link.headers.link))?.[1] ?? ''
  const second = await get(next)
  t.equal(second.status, 200, JSON.stringify(second.body))
  t.not(second.body.data[0].id, first.body.data[0].id)
})
