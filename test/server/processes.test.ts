// Alone: it counts the processes that it started.
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { run } from '../../src/cli/serve.js'
import { createTestApp, filing, type Json } from '../helpers/app.js'
import { metadataOf, pdf } from '../helpers/evidence.js'
import { type Asked, ask, isAlive, startTwo } from '../helpers/siblings.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const PER_MINUTE = 60
/** What has to start processes may take long on a busy machine. */
const SLOW_MS = 60_000
const METRICS_TOKEN = 'a-token-for-metrics'

const made = await createTestApp(t)
const { home } = made
const environment = { DATABASE_URL: made.url, MIGRATE_ON_START: 'false', DATA_DIR: made.dataDir, WORKER: 'false' }
const limits = { RATE_LIMIT_PER_MINUTE: `${PER_MINUTE}`, OPEN311_REQUESTS_PER_MINUTE: '7' }
const group = await startTwo(t, { ...environment, ...limits, METRICS_TOKEN })
const { port } = group
const file = (key: string, title: string): Asked => ({
  ...{ method: 'POST', path: '/v1/items', key: home.inspector.key, body: JSON.stringify(filing({ title })) },
  headers: { 'content-type': 'application/json', 'idempotency-key': key },
})
const metrics = async () =>
  (await ask(port, { path: '/metrics', headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text
const countsOf = (answers: { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length

t.test('two processes answer on one port, and say once where', async (t) => {
  t.equal(group.output().match(/One List +http/g)?.length, 1)
  const before = group.output().slice(0, group.output().indexOf('One List '))
  t.equal(before.match(/Server listening at/g)?.length, 2, 'after both of them listened')
  const ids = ['first', 'second', 'third', 'fourth']
  for (const id of ids) {
    t.match(await ask(port, { path: '/v1/me', key: home.office.key, headers: { 'x-request-id': id } }), { status: 200 })
  }
  await until(() => ids.every((id) => group.pidThatAnswered(id) !== undefined))
  const pids = ids.map((id) => group.pidThatAnswered(id))
  t.same(new Set(pids), new Set([group.pidOf('server 1'), group.pidOf('server 2')]))
  t.notOk(pids.includes(group.pid), 'the first process answers nothing itself')
})

t.test('one key that is raced at two processes acts once', async (t) => {
  const blocker = await made.superuser.connect()
  await blocker.query('begin; lock table item_counter in access exclusive mode')
  const send = (id: string) => {
    const { headers, ...asked } = file('raced', '两个进程')
    return ask(port, { ...asked, headers: { ...headers, 'x-request-id': id } })
  }
  const both = [send('race-1'), send('race-2')]
  await until(async () => (await waitingFor(/item_counter/)) + (await waitingFor(/into idempotency_key/)) === 2)
  await blocker.query('commit')
  blocker.release()
  const answers = await Promise.all(both)
  t.same(
    answers.map(({ status }) => status),
    [201, 201],
  )
  t.equal(answers[0]?.text, answers[1]?.text, 'both are answered the same')
  t.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 1)
  await until(() => group.pidThatAnswered('race-2') !== undefined && group.pidThatAnswered('race-1') !== undefined)
  t.not(group.pidThatAnswered('race-1'), group.pidThatAnswered('race-2'), 'two processes had it')
  t.equal(await itemsNamed('两个进程'), 1)
})

t.test('a caller has one limit at all processes together', async (t) => {
  const mine = { path: '/v1/me', key: home.supervisor.key }
  const answers = await Promise.all(Array.from({ length: PER_MINUTE + 10 }, () => ask(port, mine)))
  t.equal(countsOf(answers, 200), PER_MINUTE)
  t.equal(countsOf(answers, 429), 10)
  const left = answers.map(({ headers }) => Number(/r=(\d+)/.exec(headers.ratelimit ?? '')?.[1]))
  t.equal(new Set(left).size, PER_MINUTE, 'each was told what was left after it')
  t.match(await ask(port, { ...mine, key: home.auditor.key }), { status: 200 }, 'others have their own')

  const open = await Promise.all(Array.from({ length: 10 }, () => ask(port, { path: '/open311/v2/discovery.json' })))
  t.equal(countsOf(open, 429), 3, 'and an address has, at Open311')
})

t.test('one look at the metrics sees all processes', async (t) => {
  await made.superuser.query(
    `insert into sweep (jurisdiction_id, chore, swept_at) values ('fuyang', 'ladder', now() - interval '1000 seconds')`,
  )
  const seen = await metrics()
  const measured = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(seen)?.[1])
  const requests = (status: number) =>
    measured(`http_request_duration_seconds_count{method="GET",route="/v1/me",status="${status}"}`)
  t.equal(requests(200), PER_MINUTE + 5, 'what each has counted, added up')
  t.equal(requests(429), 10)
  t.equal(measured('one_list_server_processes'), 2)
  const age = measured('one_list_seconds_since_sweep{jurisdiction="fuyang"}')
  t.ok(age >= 1000 && age < 1500, 'what is read from the database is read once')
})

t.test('requests of two processes that write to one upload do not mix their bytes', async (t) => {
  const key = home.unitCaller.key
  const contents = Array.from({ length: 4 }, (_, n) => pdf(`${n}`.repeat(300_000)))
  const length = contents[0]?.length ?? 0
  const path = await beginUpload(key, length)
  const answers = await Promise.all(contents.map((body) => write(path, key, body, 0)))
  t.equal(countsOf(answers, 204), 1, 'one of them wrote')
  // A process lets two requests about one file in; which process gets how many is chance.
  t.equal(countsOf(answers, 409) + countsOf(answers, 429), contents.length - 1)
  const kept = await ask(port, { path: `/v1/evidence/${path.split('/').at(-1)}/file`, key })
  t.equal(kept.text, contents[answers.findIndex(({ status }) => status === 204)]?.toString(), 'and its bytes are kept')

  const made = { method: 'POST', path: `/v1/evidence/${path.split('/').at(-1)}/links`, key, body: '{}' }
  const { text } = await ask(port, { ...made, headers: { 'content-type': 'application/json' } })
  const link = new URL((JSON.parse(text) as Json).url)
  const opened = await Promise.all([1, 2, 3, 4].map(() => ask(port, { path: link.pathname + link.search })))
  t.equal(countsOf(opened, 200), 4, 'a link that one process made opens at both')
})

t.test('a process that is killed is replaced, its locks come free, and nothing acknowledged is lost', async (t) => {
  const { agent, pid, path } = await writeHalf(t)
  const place = pid === group.pidOf('server 1') ? 'server 1' : 'server 2'
  const filed: string[] = []
  const lanes = ['a', 'b', 'c'].map(async (lane) => {
    for (let n = 0; n < 10; n++) filed.push(await insist(file(`${lane}-${n}`, `不丢 ${lane}-${n}`)))
  })
  await until(() => filed.length >= 5)
  process.kill(pid, 'SIGKILL')
  agent.destroy()
  await Promise.all(lanes)
  const { rows } = await made.superuser.query(`select id from item where title like '不丢%'`)
  t.same(rows.map(({ id }) => id).sort(), filed.sort(), 'each was filed once')

  await until(() => group.pidOf(place) !== pid && group.output().match(/Server listening at/g)?.length === 3, SLOW_MS)
  const replaced = group.lines().find(({ msg }) => msg === 'a process ended by itself and is replaced')
  t.match(replaced, { process: place, child: pid, how: 'SIGKILL' })
  t.ok(isAlive(group.pid))

  const key = home.otherUnitCaller.key
  const offset = Number((await ask(port, { method: 'HEAD', path, key })).headers['upload-offset'])
  t.equal(offset, 100, 'what had arrived is there')
  t.match(await write(path, key, PAPER.subarray(offset), offset), { status: 204 }, 'and is gone on with')
  t.equal((await ask(port, { path: `/v1/evidence/${path.split('/').at(-1)}/file`, key })).text, PAPER.toString())
})

t.test('a process that dies again and again ends the service with an error', async (t) => {
  const killed = new Set<number>()
  await until(() => {
    const pid = group.pidOf('server 1')
    if (!killed.has(pid) && isAlive(pid)) process.kill(pid, 'SIGKILL')
    killed.add(pid)
    return group.output().includes('ends again and again')
  }, SLOW_MS)
  t.equal(await group.exited, 1)
  t.ok(killed.size >= 5)
  t.match(group.output(), /server 1 ended 6 times, one right after the other/)
  t.notOk(isAlive(group.pidOf('server 2')), 'the others are ended in good order')
})

t.test(
  'a signal to all processes, and again to the first as npm hands it on, ends all in good order, the embedded database last',
  async (t) => {
    const own = await startTwo(t, { DATA_DIR: `${made.dataDir}/own` })
    const auditor = /auditor +(\S+)/.exec(own.output())?.[1] ?? ''
    const follow = () => fetch(`${own.url}/v1/events/stream`, { headers: { authorization: `Bearer ${auditor}` } })
    const streams = await Promise.all([follow(), follow()])
    const pids = ['server 1', 'server 2', 'worker'].map((place) => own.pidOf(place))
    process.kill(-own.pid, 'SIGINT')
    await until(() => own.output().includes('stopping'))
    own.kill('SIGINT')
    t.equal(await own.exited, 0)
    for (const stream of streams) t.match(await stream.text(), /^id: \d+\nretry: \d+\n\n$/)
    const followed = own.lines().filter(({ path }) => path === '/v1/events/stream')
    t.same(followed.map(({ pid }) => pid).sort(), pids.slice(0, 2).sort(), 'one stream at each ended')
    for (const pid of pids) t.notOk(isAlive(pid))
    t.notMatch(own.output(), /"level":(50|60)/, 'and nobody complains')
    const [, database] = /PostgreSQL runs on port (\d+)/.exec(own.output()) ?? []
    await t.rejects(connected(Number(database)), { code: 'ECONNREFUSED' })
  },
)

t.test('the others end with the first process when that is killed', async (t) => {
  const own = await startTwo(t, environment)
  const pids = ['server 1', 'server 2'].map((place) => own.pidOf(place))
  t.ok(pids.every(isAlive))
  own.kill('SIGKILL')
  await until(() => !pids.some(isAlive))
  await t.rejects(connected(own.port), { code: 'ECONNREFUSED' })
})

t.test('a number of processes that is none is refused', async (t) => {
  for (const given of ['0', '65', 'two', '1.5']) {
    await t.rejects(run(['--workers', given]), { exitCode: 2, message: /^--workers is a number from 1 to 64\./ })
  }
})

const PAPER = pdf('x'.repeat(2_000))

async function beginUpload(key: string, length: number): Promise<string> {
  const headers = {
    ...{ 'tus-resumable': '1.0.0', 'upload-length': `${length}`, 'upload-metadata': metadataOf({ kind: 'after' }) },
  }
  const begun = await ask(port, { method: 'POST', path: '/v1/evidence-uploads', key, headers })
  return begun.headers.location ?? ''
}

const writing = (offset: number) => ({
  ...{ 'tus-resumable': '1.0.0', 'upload-offset': `${offset}`, 'content-type': 'application/offset+octet-stream' },
})

function write(path: string, key: string, body: Buffer, offset: number) {
  return ask(port, { method: 'PATCH', path, key, body, headers: writing(offset) })
}

/** Begins to write an upload, on a connection whose process is known, and stops half-way. */
async function writeHalf(t: { teardown(f: () => void): void }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const { key } = home.otherUnitCaller
  const path = await beginUpload(key, PAPER.length)
  await ask(port, { path: '/readyz', agent, headers: { 'x-request-id': 'half' } })
  await until(() => group.pidThatAnswered('half') !== undefined)
  const headers = { ...writing(0), authorization: `Bearer ${key}`, 'content-length': `${PAPER.length}` }
  const sent = request({ port, method: 'PATCH', path, agent, headers })
  sent.on('error', () => {})
  sent.write(PAPER.subarray(0, 100))
  await until(async () => (await ask(port, { method: 'HEAD', path, key })).headers['upload-offset'] === '100')
  return { agent, path, pid: group.pidThatAnswered('half') ?? 0 }
}

/** Files as a phone would: again with its key, until it is answered. Answers the item's id. */
async function insist(asked: Asked): Promise<string> {
  let id: string | undefined
  await until(async () => {
    const answer = await ask(port, asked).catch(() => undefined)
    id = answer?.status === 201 ? (JSON.parse(answer.text) as Json).id : undefined
    return id !== undefined
  }, SLOW_MS)
  return id ?? ''
}

async function itemsNamed(title: string): Promise<number> {
  const { rows } = await made.superuser.query('select from item where title = $1', [title])
  return rows.length
}

/** Connections of the database whose statement waits for a lock. */
async function waitingFor(statement: RegExp): Promise<number> {
  const { rows } = await made.superuser.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ $1`,
    [statement.source],
  )
  return rows.length
}

function connected(to: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
