import { setTimeout as delay } from 'node:timers/promises'
import { createClient, type Item, type OneList } from '../../packages/client/src/index.js'
import { createTestApp, order } from '../helpers/app.js'
import { contentOf, type Destination, postgresDestination, sqliteDestination, startMirror } from '../helpers/mirror.js'
import { startServer } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'
import { createTcpProxy } from '../helpers/tcp-proxy.js'

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
/** Whoever files, and the office that leads on, for each writer. */
const people: { inspector: string; office: string }[] = []
for (let k = 0; k < WRITERS; k++) {
  people.push({ inspector: (await home.addCaller('inspector')).key, office: (await home.addCaller('office')).key })
}
const as = (key: string) => createClient({ baseUrl, key, language: 'en', attempts: 50 })

t.test('a mirror that is killed again and again is the source, under 16 writers', async (t) => {
  const destinations = [await postgresDestination(t), sqliteDestination(t)]
  let isOver = false
  const writers = Promise.all(people.map((own, k) => write(k, own, () => isOver)))
  await Promise.all([...destinations.map((destination) => killAgainAndAgain(t, destination)), troubleSource(t)])
  isOver = true
  await writers

  const auditor = as(home.auditor.key)
  const { seq: head } = await auditor.get('/v1/ledger')
  const last = destinations.map(({ to }) => startMirror(t, home.auditor.key, ['--from', baseUrl, '--to', to, '--once']))
  for (const { ended } of last) t.match(await ended, { code: 0 })
  const events = await all(auditor.items('/v1/events', { params: { query: { limit: 200 } } }))
  for (const destination of destinations) {
    const mirrored = await contentOf(destination)
    const { seq } = mirrored.place
    t.ok(seq >= head, `at seq ${seq} of at least ${head}`)
    // The server's own worker goes on scoring after the writers have ended: the source is compared as it was at the mirror's seq.
    const until = events.slice(0, seq)
    const asOf = `seq:${seq}`
    const items = (await all(auditor.items('/v1/items', { params: { query: { limit: 200, asOf } } }))).map(withoutClock)
    items.sort((a, b) => (a.id < b.id ? -1 : 1))
    t.ok(seq > 100 && items.length >= 10, `${seq} events, ${items.length} items`)
    t.same(mirrored.place, { jurisdiction: home.id, seq, hash: until.at(-1)?.hash })
    t.same(mirrored.events, until, 'every event, once')
    t.same(mirrored.items, items, 'every item, field by field')
  }
})

/** Lets a mirror live for a random time, at most; from the first synchronisation on, it has come further each time. */
async function killAgainAndAgain(t: Test, { to }: Destination): Promise<void> {
  for (let kill = 0; kill < KILLS; ) {
    const mirror = startMirror(t, home.auditor.key, ['--from', baseUrl, '--to', to])
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
async function write(k: number, own: (typeof people)[number], isOver: () => boolean): Promise<void> {
  const [inspector, office] = [as(own.inspector), as(own.office)]
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
      // Many at once, but not so many that the mirrors and the source get no turn on a small machine.
      await delay(100 + Math.random() * 300)
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
