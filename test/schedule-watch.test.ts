import type { ConstructorOptions } from 'pg-boss'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { readConfig } from '../src/config.js'
import { createQueue } from '../src/db/queue.js'
import type { Chore } from '../src/deps.js'
import { startWorker, type Worker } from '../src/worker.js'
import { createTestApp } from './helpers/app.js'
import { createSecondApp } from './helpers/second-app.js'
import { createTcpProxy } from './helpers/tcp-proxy.js'
import { until } from './helpers/until.js'

const made = await createTestApp(t)

/** A worker whose queue lies behind a proxy, while its other statements come through. */
async function startBehindProxy(t: Test, patience: { stillMs: number; giveUpMs: number }, queryLimitMs: number) {
  const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
  const url = new URL(made.url)
  url.port = String(proxy.port)
  let asked = 0
  let queues = 0
  const dead: Error[] = []
  const chore: Chore = {
    name: 'counting',
    due: async () => {
      asked++
      return []
    },
    run: async () => {},
  }
  const limits = { query_timeout: queryLimitMs, connectionTimeoutMillis: 1_000 } as ConstructorOptions
  const worker: Worker = await startWorker({
    chores: [chore],
    deps: { db: made.db, now: () => made.clock.now, config: readConfig({}), log: pino({ level: 'silent' }) },
    db: made.db,
    createQueue: () => {
      queues++
      return createQueue(url.href, true, limits)
    },
    onDead: (err) => dead.push(err),
    patience: { ...patience, lookMs: 50 },
  })
  t.teardown(async () => {
    proxy.silent = false
    proxy.cut()
    await worker.stop()
  })
  await until(() => asked > 0)
  return { proxy, worker, dead, asked: () => asked, queues: () => queues }
}

t.test('a schedule whose connections the network has forgotten goes on by itself', async (t) => {
  const { proxy, asked, queues, dead } = await startBehindProxy(t, { stillMs: 60_000, giveUpMs: 120_000 }, 500)
  for (let round = 0; round < 2; round++) {
    const before = asked()
    proxy.forget()
    await until(() => asked() > before + 1, 30_000)
  }
  t.equal(queues(), 1, 'the queue finds dead connections out by their time-out')
  t.same(dead, [])
})

t.test('a schedule that stands still for whatever reason is begun anew', async (t) => {
  const { proxy, asked, queues, dead } = await startBehindProxy(t, { stillMs: 1_500, giveUpMs: 60_000 }, 600_000)
  const before = asked()
  proxy.forget()
  await until(() => asked() > before + 1, 30_000)
  t.equal(queues(), 2)
  t.same(dead, [])
})

t.test('a schedule that cannot be mended makes its process not ready, and ends it', async (t) => {
  const { proxy, worker, dead } = await startBehindProxy(t, { stillMs: 500, giveUpMs: 1_500 }, 500)
  const { app } = await createSecondApp(t, made, { isScheduleStill: () => worker.isStill() })
  t.match((await app.inject('/readyz')).json(), { status: 'ok' })
  proxy.silent = true
  proxy.cut()
  await until(() => worker.isStill())
  const answer = await app.inject('/readyz')
  t.match(answer, { statusCode: 503, headers: { 'retry-after': /\d/ } })
  t.same(answer.json(), { status: 'schedule stands still' })
  await until(() => dead.length > 0)
  t.match(dead[0], { message: /^the schedule has stood still for \d+ s$/ })
})

t.test(
  'a schedule that stands still because the database is away is not begun anew, and goes on after it',
  async (t) => {
    const { proxy, worker, asked, queues, dead } = await startBehindProxy(t, { stillMs: 400, giveUpMs: 1_000 }, 500)
    const { answers } = made.db
    let questions = 0
    made.db.answers = async () => {
      questions++
      return false
    }
    t.teardown(() => {
      made.db.answers = answers
    })
    proxy.silent = true
    proxy.cut()
    await until(() => questions > 3)
    t.equal(worker.isStill(), false)
    t.equal(queues(), 1)
    t.same(dead, [])
    const before = asked()
    proxy.silent = false
    proxy.cut()
    await until(() => asked() > before, 30_000)
  },
)
