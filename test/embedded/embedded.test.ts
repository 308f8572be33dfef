// Alone: it kills database servers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Embedded, removeEmbedded, startEmbedded } from '../../src/embedded/database.js'
import { isAlive } from '../../src/embedded/process.js'
import { type Test, t } from '../helpers/tap.js'

const EMBEDDED_MODULE = new URL('../../src/embedded/database.js', import.meta.url).href
const STOP_LIMIT_MS = 60_000

// Making a cluster is what takes time: the tests, each with a server of its own, share one where they can.
const dataDir = path.join(t.testdirName, 'data')
// Before testdir is called, or else the directory is gone when this runs.
t.teardown(() => removeEmbedded(dataDir))
const directory = t.testdir({ closed: {} })

t.test('what was written is there after a stop and a start', async (t) => {
  const first = await start(t, dataDir)
  await query(first.url, `create table spot (text text); insert into spot values ('护栏缺失')`)
  await first.stop()
  t.notOk(await isListening(first), 'nothing listens after the stop')

  const second = await start(t, dataDir)
  t.strictSame(await query(second.url, 'select text from spot'), [{ text: '护栏缺失' }])
  t.equal(new URL(second.url).password, new URL(first.url).password, 'the password is kept')
})

t.test(
  'a server that was killed recovers all that was committed, and the first stop leaves its successor alone',
  async (t) => {
    const first = await start(t, dataDir)
    await query(first.url, 'create table note (n integer); insert into note select generate_series(1, 1000)')
    process.kill(serverPid(dataDir), 'SIGKILL')
    await until(async () => !(await isListening(first)))

    const second = await start(t, dataDir)
    t.strictSame(await query(second.url, 'select count(*)::integer as count from note'), [{ count: 1000 }])
    await first.stop()
    t.ok(await isListening(second))
  },
)

t.test('a second start uses the running server, and only the first stop ends it', async (t) => {
  const first = await start(t, dataDir)
  const second = await start(t, dataDir)
  t.equal(second.url, first.url)
  await second.stop()
  t.ok(await isListening(first), 'who did not start it does not stop it')
  await first.stop()
  await first.stop()
  t.notOk(await isListening(first))
})

t.test('of several that start at once on an empty directory one starts the server and all use it', async (t) => {
  const empty = path.join(directory, 'empty')
  const started = await Promise.all([start(t, empty), start(t, empty)])
  t.equal(new Set(started.map(({ url }) => url)).size, 1)
  for (const { url } of started) t.strictSame(await query(url, 'select 1 as one'), [{ one: 1 }])
  await removeEmbedded(empty)
  for (const server of started) t.notOk(await isListening(server))
})

t.test('the server ends when the process that started it is killed', async (t) => {
  const script = `
    import { startEmbedded } from ${JSON.stringify(EMBEDDED_MODULE)}
    const { url } = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, durable: false })
    console.log(url)
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => owner.kill('SIGKILL'))
  const [output] = (await once(owner.stdout, 'data')) as [Buffer]
  const server = { url: output.toString().trim() }
  const pid = serverPid(dataDir)
  t.ok(await isListening(server))

  owner.kill('SIGKILL')
  await until(async () => !(await isListening(server)) && !isAlive(pid))
  t.notOk(existsSync(pidFile(dataDir)), 'the server has ended in an orderly way')
})

t.test(
  'a server that is looked after is started again where it was when it is killed, as often as it takes',
  async (t) => {
    const lost: Error[] = []
    const { url } = await start(t, dataDir, (err) => lost.push(err))
    await query(url, 'create table kept (n integer); insert into kept values (1)')
    for (let time = 0; time < 2; time++) {
      const pid = serverPid(dataDir)
      process.kill(pid, 'SIGKILL')
      await untilAnswers(url, () => serverPid(dataDir) !== pid)
      t.strictSame(await query(url, 'select n from kept'), [{ n: 1 }])
    }
    await query(url, 'drop table kept')
    t.same(lost, [])
  },
)

t.test(
  'who uses the server of another process starts it again when that one stops it, and stops it in the end',
  async (t) => {
    const lost: Error[] = []
    const first = await start(t, dataDir)
    const second = await start(t, dataDir, (err) => lost.push(err))
    const pid = serverPid(dataDir)
    await first.stop()
    await untilAnswers(second.url, () => serverPid(dataDir) !== pid)
    t.same(lost, [])
    await second.stop()
    t.notOk(await isListening(second))
  },
)

t.test('of several that look after one server, all have it again when it is killed', async (t) => {
  const lost: Error[] = []
  const all = [await start(t, dataDir, (err) => lost.push(err)), await start(t, dataDir, (err) => lost.push(err))]
  const pid = serverPid(dataDir)
  process.kill(pid, 'SIGKILL')
  for (const { url } of all) await untilAnswers(url, () => serverPid(dataDir) !== pid)
  t.same(lost, [])
})

t.test('a connection that is cut is no server that has gone', async (t) => {
  const lost: Error[] = []
  const { url, urlFor } = await start(t, dataDir, (err) => lost.push(err))
  const pid = serverPid(dataDir)
  await until(async () => (await lookouts(urlFor('postgres'))).length === 1)
  const [{ pid: lookout } = { pid: 0 }] = await lookouts(urlFor('postgres'))
  await query(url, `select pg_terminate_backend(${lookout})`)
  await until(async () => (await lookouts(urlFor('postgres'))).some((other) => other.pid !== lookout))
  t.equal(serverPid(dataDir), pid)
  t.same(lost, [])
})

t.test('a server that cannot be started again is told of', async (t) => {
  const lost: Error[] = []
  const { stop } = await start(t, dataDir, (err) => lost.push(err))
  const settings = path.join(path.dirname(pidFile(dataDir)), 'postgresql.conf')
  const kept = readFileSync(settings)
  writeFileSync(settings, 'nonsense = 1\n')
  process.kill(serverPid(dataDir), 'SIGKILL')
  await until(async () => lost.length > 0)
  writeFileSync(settings, kept)
  t.match(lost[0], { message: /did not start[\s\S]*nonsense/ })
  await stop()
})

t.test('a pid file that names some other living process does not keep the server from starting', async (t) => {
  const first = await start(t, dataDir)
  const pidFileLines = readFileSync(pidFile(dataDir), 'utf8').split('\n')
  await first.stop()
  const owner = statSync(path.dirname(pidFile(dataDir)))
  const bystander = spawn('sleep', ['60'], { uid: owner.uid, gid: owner.gid, stdio: 'ignore' })
  t.teardown(() => bystander.kill('SIGKILL'))
  writeFileSync(pidFile(dataDir), [bystander.pid, ...pidFileLines.slice(1)].join('\n'))

  const second = await start(t, dataDir)
  t.strictSame(await query(second.url, 'select 1 as one'), [{ one: 1 }])
  t.equal(bystander.exitCode, null, 'the other process is left alone')
})

t.test(
  'text is Unicode whatever the locale: Chinese is stored, lower-cased with its neighbours and has trigrams',
  async (t) => {
    const { url, urlFor } = await start(t, dataDir)
    t.match(await query(url, 'show server_encoding'), [{ server_encoding: 'UTF8' }])
    t.match(await query(url, 'show timezone'), [{ TimeZone: 'UTC' }])
    t.strictSame(await query(url, `select lower('ÄÖ隐患') as lower`), [{ lower: 'äö隐患' }])
    await query(url, 'create extension pg_trgm')
    t.not((await query(url, `select * from unnest(show_trgm('道路隐患'))`)).length, 0)
    t.match(await query(urlFor('postgres'), 'select current_database()'), [{ current_database: 'postgres' }])
  },
)

t.test('a directory that only its owner can enter has its own server, and removing it leaves nothing', async (t) => {
  const closed = path.join(directory, 'closed')
  chmodSync(closed, 0o700)
  const other = path.join(closed, 'data')
  const [first, second] = await Promise.all([start(t, dataDir), start(t, other)])
  t.not(new URL(second.url).port, new URL(first.url).port)
  t.not(new URL(second.url).port, '5432')
  t.strictSame(await query(second.url, 'select 1 as one'), [{ one: 1 }])
  const data = path.dirname(pidFile(other))
  t.ok(existsSync(data))

  await removeEmbedded(other)
  t.notOk(existsSync(data))
  t.notOk(existsSync(other))
  t.notOk(await isListening(second))
  t.ok(await isListening(first), 'the other server is left alone')
})

t.test('a server is reached only from this machine and only with its password', async (t) => {
  const { url } = await start(t, dataDir)
  const wrong = new URL(url)
  wrong.password = 'guess'
  await t.rejects(query(wrong.href, 'select 1'), { code: '28P01' })
  t.equal(statSync(path.join(dataDir, 'password')).mode & 0o777, 0o600)
  t.match(await query(url, 'show listen_addresses'), [{ listen_addresses: '127.0.0.1' }])
  t.match(await query(url, 'show unix_socket_directories'), [{ unix_socket_directories: '' }])
})

t.test('a database whose password was lost is refused, not replaced', async (t) => {
  const { stop } = await start(t, dataDir)
  await stop()
  const password = path.join(dataDir, 'password')
  const kept = readFileSync(password)
  rmSync(password)
  await t.rejects(start(t, dataDir), /lost its password/)
  writeFileSync(password, kept)
})

t.test('a platform without binaries is told to set DATABASE_URL', async (t) => {
  const unused = path.join(directory, 'unused')
  t.teardown(() => removeEmbedded(unused))
  t.intercept(process, 'arch', { value: 'mips' })
  await t.rejects(start(t, unused), /No embedded PostgreSQL.*mips.*DATABASE_URL/)
})

async function start(t: Test, dataDir: string, onLost?: (err: Error) => void): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, durable: true, ...(onLost && { onLost }) })
  t.teardown(() => embedded.stop())
  return embedded
}

/** Where the server's pid file is: in the directory, or in the place outside that the directory names. */
function pidFile(dataDir: string): string {
  const location = path.join(dataDir, 'location')
  return path.join(existsSync(location) ? readFileSync(location, 'utf8') : dataDir, 'cluster', 'postmaster.pid')
}

function serverPid(dataDir: string): number {
  return Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0])
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** The connections by which servers are watched. */
async function lookouts(url: string): Promise<{ pid: number }[]> {
  return (await query(url, `select pid from pg_stat_activity where application_name = 'one-list-lookout'`)) as {
    pid: number
  }[]
}

/** Until the server answers again, and is another one. */
async function untilAnswers(url: string, isAnother: () => boolean): Promise<void> {
  await until(async () => {
    try {
      return existsSync(pidFile(dataDir)) && isAnother() && (await query(url, 'select 1')).length === 1
    } catch {
      return false
    }
  })
}

async function isListening({ url }: { url: string }): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + STOP_LIMIT_MS; Date.now() < end; await delay(20)) if (await condition()) return
  throw new Error(`not within ${STOP_LIMIT_MS} ms`)
}
