import type { ConstructorOptions } from 'pg-boss'
import { pino } from 'pino'
import { readConfig } from '../../src/config.js'
import type { Db } from '../../src/db/client.js'
import { createQueue } from '../../src/db/queue.js'
import type { Task } from '../../src/deps.js'
import { startWorker, type Worker } from '../../src/server/worker.js'
import { createTestApp } from '../helpers/app.js'
import { createSecondApp } from '../helpers/second-app.js'
import { type Test, t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'
import { until } from '../helpers/until.js'

const LONG_MS = 120_000

const made = await createTestApp(t)

/** A worker whose queue lies behind a proxy, while its other statements come through. */
async function startBehindProxy(
  t: Test,
  patience: { stillMs: number; giveUpMs: number },
  queryLimitMs: number,
  answers: () => Promise<boolean> = async () => true,
) {
  // A job of another test would be waited for until it counts as dead.
  await made.superuser.query(`delete from pgboss.job where name = 'tick'`)
  const proxy = await createTcpProxy(t, Number(new URL(made.url).port))
  const url = new URL(made.url)
  url.port = String(proxy.port)
  let asked = 0
  let queues = 0
  const dead: Error[] = []
  const task: Task = {
    name: 'counting',
    due: async () => {
      asked++
      return []
    },
    run: async () => {},
  }
  const limits = { query_timeout: queryLimitMs, connectionTimeoutMillis: 3_000 } as ConstructorOptions
  const worker: Worker = await startWorker({
    tasks: [task],
    deps: { db: made.db, now: () => made.clock.now, config: readConfig({}), log: pino({ level: 'silent' }) },
    db: Object.assign(Object.create(made.db), { answers }) as Db,
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
  await until(() => asked > 0, LONG_MS)
  return { proxy, worker, dead, asked: () => asked, queues: () => queues }
}

t.test('a schedule whose connections the network has forgotten goes on by itself', async (t) => {
  const { proxy, asked, queues, dead } = await startBehindProxy(t, { stillMs: 60_000, giveUpMs: 120_000 }, 500)
  for (let round = 0; round < 2; round++) {
    const before = asked()
    proxy.forget()
    await until(() => asked() > before + 1, LONG_MS)
  }
  t.equal(queues(), 1, 'the queue finds dead connections out by their time-out')
  t.same(dead, [])
})

t.test('a schedule that stands still for whatever reason is begun anew', async (t) => {
  const { proxy, asked, queues, dead } = await startBehindProxy(t, { stillMs: 10_000, giveUpMs: 600_000 }, 600_000)
  const before = asked()
  proxy.forget()
  await until(() => asked() > before + 1, LONG_MS)
  t.ok(queues() > 1)
  t.same(dead, [])
})

t.test('a schedule that cannot be mended makes its process not ready, and ends it', async (t) => {
  const { proxy, worker, dead } = await startBehindProxy(t, { stillMs: 4_000, giveUpMs: 6_000 }, 500)
  const { app } = await createSecondApp(t, made, { isScheduleStill: () => worker.isStill() })
  t.match((await app.inject('/readyz')).json(), { status: 'ok' })
  proxy.silent = true
  proxy.cut()
  await until(() => worker.isStill(), LONG_MS)
  const answer = await app.inject('/readyz')
  t.match(answer, { statusCode: 503, headers: { 'retry-after': /\d/ } })
  t.same(answer.json(), { status: 'schedule stands still' })
  await until(() => dead.length > 0, LONG_MS)
  t.match(dead[0], { message: /^the schedule has stood still for \d+ s$/ })
})

t.test(
  'a schedule that stands still because the database is away is not begun anew, and goes on after it',
  async (t) => {
    let questions = 0
    const answers = async () => {
      questions++
      return false
    }
    const patience = { stillMs: 500, giveUpMs: 1_000 }
    const { proxy, worker, asked, queues, dead } = await startBehindProxy(t, patience, 500, answers)
    proxy.silent = true
    proxy.cut()
    questions = 0
    await until(() => questions > 3, LONG_MS)
    t.equal(worker.isStill(), false)
    t.equal(queues(), 1)
    t.same(dead, [])
    const before = asked()
    proxy.silent = false
    proxy.cut()
    await until(() => asked() > before, LONG_MS)
  },
)
