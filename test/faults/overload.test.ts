// Alone: it measures how long answers take.

import { type Answer, callerOf, createTestApp, filing, ok } from '../helpers/app.js'
import { createSecondApp } from '../helpers/second-app.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { app, pool } = await createSecondApp(t, made, { poolSize: 2 })
pool.options.connectionTimeoutMillis = 60_000
const inspector = callerOf(app, made.home.inspector.key)
const office = callerOf(app, made.home.office.key)
/** Requests that a process works on at once. */
const PLACES = 64

t.test('a request for which too many wait is refused before it is read, and told when to come again', async (t) => {
  const taken = [await pool.connect(), await pool.connect()]
  const refused: Answer[] = []
  const asked = Array.from({ length: 1_000 }, async () => {
    const answer = await inspector.get('/v1/me')
    if (answer.status === 503) refused.push(answer)
    return answer
  })
  await until(async () => refused.length > 0, 30_000)
  t.match(refused[0], {
    status: 503,
    headers: { 'retry-after': /^[1-5]$/, 'content-type': /^application\/problem\+json/ },
    body: { code: 'overloaded', title: 'Too busy', detail: /Idempotency-Key/ },
  })
  const stranger = callerOf(app, 'ol_test_nobody')
  t.match(await stranger.post('/v1/items', '{"title":'), { status: 503, body: { code: 'overloaded' } }, 'unread')
  const zh = await inspector.post('/v1/items', filing(), { 'accept-language': 'zh' })
  t.match(zh, { status: 503, body: { title: '服务繁忙' } })
  t.match(await app.inject('/healthz'), { statusCode: 200 })
  await until(async () => (await app.inject('/readyz')).statusCode === 200)
  t.pass('busy is not away')

  for (const client of taken) client.release()
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  t.same(new Set(statuses), new Set([200, 503]), 'a good key is never told that it is none')
  t.ok(statuses.filter((status) => status === 200).length >= PLACES)
  t.match(await inspector.get('/v1/me'), { status: 200 }, 'and the next is let in')
})

t.test('readers who wait for an event hold up no other request', async (t) => {
  const { seq } = await ok(office.get('/v1/ledger'))
  let ended = 0
  const waiting = Array.from({ length: PLACES + 20 }, async () => {
    const answer = await office.get(`/v1/events?after=${seq}&wait=2`)
    ended++
    return answer
  })
  t.match(await inspector.get('/v1/me'), { status: 200 })
  t.equal(ended, 0, 'all of them wait still')
  t.same(new Set((await Promise.all(waiting)).map(({ status }) => status)), new Set([200]))
})
