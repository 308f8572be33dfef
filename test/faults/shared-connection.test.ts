import { callerOf, createTestApp, filing, ok } from '../helpers/app.js'
import { createSecondApp } from '../helpers/second-app.js'
import { t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { home, foreign } = made
const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
const { app, pool } = await createSecondApp(t, made, { databasePort: proxy.port, poolSize: 6 })
const items = await Promise.all(
  ['一', '二', '三', '四'].map((title) => ok(home.inspector.post('/v1/items', filing({ title })))),
)
const [office, stranger] = [callerOf(app, home.office.key), callerOf(app, foreign.office.key)]
/** All connections are back in the pool; a released one is there after its answer. */
const isQuiet = () => pool.idleCount === pool.totalCount && pool.waitingCount === 0

t.test('reads of items by many at once share a connection, and each gets its own answer', async (t) => {
  await ok(office.get('/v1/me'))
  const before = pool.totalCount
  const read = await Promise.all(Array.from({ length: 30 }, (_, k) => office.get(`/v1/items/${items[k % 4].id}`)))
  t.ok(pool.totalCount <= before + 1, `${pool.totalCount} connections`)
  t.same(
    read.map(({ body }) => body.title),
    Array.from({ length: 30 }, (_, k) => items[k % 4].title),
  )
  await until(isQuiet)
})

t.test('a stranger on the same connection sees nothing, and disturbs nobody', async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, k) => (k % 2 === 0 ? office : stranger).get(`/v1/items/${items[k % 4].code}`)),
  )
  for (const [k, { status }] of answers.entries()) t.equal(status, k % 2 === 0 ? 200 : 404)
  await until(isQuiet)
})

t.test('when it is cut, those on it are asked to come again, and the next get another', async (t) => {
  for (let round = 0; round < 5; round++) {
    proxy.onward = () => 'cut'
    const cut = await Promise.all(items.map(({ id }) => office.get(`/v1/items/${id}`)))
    for (const answer of cut) t.match(answer, { status: 503, body: { code: 'database-away' } })
    proxy.onward = () => 'pass'
    const again = await Promise.all(items.map(({ id }) => office.get(`/v1/items/${id}`)))
    for (const answer of again) t.match(answer, { status: 200 })
  }
  await until(isQuiet)
})
