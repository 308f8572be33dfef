import t from 'tap'
import { callerOf, createTestApp, filing } from './helpers/app.js'
import { createSecondApp } from './helpers/second-app.js'
import { until } from './helpers/until.js'

const made = await createTestApp(t)
const { app, pool } = await createSecondApp(t, made, { poolSize: 2 })
pool.options.connectionTimeoutMillis = 60_000
const inspector = callerOf(app, made.home.inspector.key)

t.test(
  'who comes when too many wait already is refused before anything is done, and told when to come again',
  async (t) => {
    const taken = [await pool.connect(), await pool.connect()]
    const admitted: Promise<{ status: number }>[] = []
    const refused: { status: number; headers: object; body: unknown }[] = []
    const isShed = (answer: { body: { code?: string } }) => answer.body.code === 'overloaded'
    await until(async () => {
      for (let k = 0; k < 20; k++) {
        const asked = inspector.get('/v1/me')
        admitted.push(asked)
        asked.then((answer) => {
          if (isShed(answer)) refused.push(answer)
        })
      }
      return refused.length > 0
    }, 30_000)
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
    t.match(await app.inject('/readyz'), { statusCode: 200 }, 'busy is not away')

    for (const client of taken) client.release()
    const statuses = (await Promise.all(admitted)).map(({ status }) => status)
    t.same(new Set(statuses), new Set([200, 503]), 'nobody is told that a good key is not one')
    await until(async () => (await inspector.get('/v1/me')).status === 200)
  },
)
