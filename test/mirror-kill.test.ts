import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createClient, type Item, type OneList } from '../src/client/index.js'
import { dueForScoring } from '../src/ledger/compute-scores.js'
import { createTestApp, order } from './helpers/app.js'
import { contentOf, type Destination, postgresDestination, sqliteDestination, startMirror } from './helpers/mirror.js'
import { startServer } from './helpers/node-process.js'
import { createTcpProxy } from './helpers/tcp-proxy.js'
import { until } from './helpers/until.js'

const WRITERS = 16
const KILLS = 4
/** Enough for a start on a machine that has much else to do. */
const LONGEST_LIFE_MS = 3_000

const made = await createTestApp(t)
const { home } = made
const environment = { DATABASE_URL: made.url, MIGRATE_ON_START: 'false', DATABASE_POOL_SIZE: '20' }
let server = await startServer(t, environment)
// The source keeps its address when it is started anew.
const proxy = await createTcpProxy(t, server.port)
const baseUrl = `http://127.0.0.1:${proxy.port}`
const as = (key: string) => createClient({ baseUrl, key, language: 'en', attempts: 50 })

t.test('a mirror that is killed again and again is the source, under 16 writers', async (t) => {
  const destinations = [await postgresDestination(t), sqliteDestination(t)]
  let isOver = false
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, k) => write(k, () => isOver)))
  await Promise.all([...destinations.map((destination) => killAgainAndAgain(t, destination)), troubleSource(t)])
  isOver = true
  await writers
  // What has been done is scored by the server's own worker; the source comes to rest when that is done.
  await until(async () => (await dueForScoring(made.db, new Date().toISOString())).length === 0, 60_000)

  const auditor = as(home.auditor.key)
  const head = await auditor.get('/v1/ledger')
  const events = await all(auditor.items('/v1/events', { params: { query: { limit: 200 } } }))
  const items = (await all(auditor.items('/v1/items', { params: { query: { limit: 200 } } }))).map(withoutClock)
  items.sort((a, b) => (a.id < b.id ? -1 : 1))
  t.ok(events.length > 100 && items.length >= 10, `${events.length} events, ${items.length} items`)
  const last = destinations.map(({ to }) => startMirror(t, home.auditor.key, ['--from', baseUrl, '--to', to, '--once']))
  for (const { ended } of last) t.match(await ended, { code: 0 })
  for (const destination of destinations) {
    const mirrored = await contentOf(destination)
    t.same(mirrored.place, { jurisdiction: home.id, ...head })
    t.same(mirrored.events, events, 'every event, once')
    t.same(mirrored.items, items, 'every item, field by field')
  }
})

/** Lets a mirror live for a random time, at most; from the first synchronisation on, it has come further each time. */
async function killAgainAndAgain(t: Test, { to }: Destination): Promise<void> {
  for (let kill = 0; kill < KILLS; ) {
    const mirror = startMirror(t, home.office.key, ['--from', baseUrl, '--to', to])
    const isAtWork = /seq \d+/
    const end = Date.now() + 20_000
    const early = kill === 0 ? Math.random() * LONGEST_LIFE_MS : Infinity
    for (const start = Date.now(); !isAtWork.test(mirror.output()) && Date.now() < Math.min(end, start + early); )
      await delay(10)
    await delay(Math.random() * 400)
    mirror.kill('SIGKILL')
    const { code } = await mirror.ended
    t.equal(code, null, `only the kill ended it: ${mirror.output()}`)
    kill++
  }
}

/** The network is cut, then the server is killed and started anew. */
async function troubleSource(t: Test): Promise<void> {
  await delay(2_000)
  proxy.cut()
  await delay(2_000)
  server.kill('SIGKILL')
  await server.exited
  server = await startServer(t, environment)
  proxy.target = server.port
}

/** Files items and leads them on, and changes those of others, over the same bad network. */
async function write(k: number, isOver: () => boolean): Promise<void> {
  const inspector = as((await home.addCaller('inspector')).key)
  const office = as((await home.addCaller('office')).key)
  const unit = as(home.unitCaller.key)
  const onward: ((item: Item) => Promise<Item>)[] = [
    (item) => office.post('/v1/items/{id}/listing', { ...at(item), body: { level: 'general', category: 'other' } }),
    (item) =>
      office.post('/v1/items/{id}/assignments', { ...at(item), body: order(home, { dueAt: '2099-12-31' }) as never }),
    (item) => unit.post('/v1/items/{id}/acceptance', { ...at(item), body: {} }),
    (item) => unit.post('/v1/items/{id}/progress-reports', { ...at(item), body: { percent: k, note: '进展' } }),
    (item) => unit.post('/v1/items/{id}/closure-requests', { ...at(item), body: { summary: '已完成' } }),
    (item) =>
      office.post('/v1/items/{id}/closure-decision', {
        ...at(item),
        body: { approved: k % 2 === 0, findings: '核验' },
      }),
  ]
  while (!isOver()) {
    let item = await fileBy(inspector, k)
    for (const step of onward.slice(0, 1 + Math.floor(Math.random() * onward.length))) {
      item = await step(item)
      await shared(office, k)
      if (isOver()) return
      await delay(Math.random() * 100)
    }
  }
}

function fileBy(inspector: OneList, k: number): Promise<Item> {
  return inspector.post('/v1/items', { body: { title: `隐患 ${k}`, area: '341225', address: `路口 ${k}` } })
}

/** A remark on one of the newest items, whoever has it in hand. */
async function shared(office: OneList, k: number): Promise<void> {
  const { data } = await office.get('/v1/items', { params: { query: { limit: 3 } } })
  const item = data[k % 3]
  if (item !== undefined) await office.post('/v1/items/{id}/notes', { ...at(item), body: { note: '巡查' } })
}

function at({ id }: Item) {
  return { params: { path: { id } } }
}

function withoutClock({ overdue: _1, overdueDays: _2, dueSoon: _3, ...item }: Item) {
  return item
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const row of rows) found.push(row)
  return found
}
