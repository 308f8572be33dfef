// Alone: it kills database servers.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { removeEmbedded } from '../../src/embedded/database.js'
import { filing, type Json } from '../helpers/app.js'
import { runSql } from '../helpers/database.js'
import { startServer } from '../helpers/node-process.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const SLOW_MS = 90_000

const dataDir = path.join(t.testdirName, 'data')
const cluster = path.join(dataDir, 'postgres')
t.teardown(() => removeEmbedded(cluster))
t.testdir({})
const environment = { DATA_DIR: dataDir, WORKER: 'false' }

t.test('services on one embedded database outlive its server, and each other', async (t) => {
  const first = await startServer(t, environment)
  const keys = JSON.parse(readFileSync(path.join(dataDir, 'sample-keys.json'), 'utf8')) as Json
  const file = async (url: string) => {
    const answer = await fetch(`${url}/v1/items`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.inspector}`, 'content-type': 'application/json' },
      body: JSON.stringify(filing()),
    })
    return answer.status
  }
  const isReady = (url: string) =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  t.equal(await file(first.url), 201)

  process.kill(serverPid(), 'SIGKILL')
  await until(async () => !(await isReady(first.url)), SLOW_MS)
  await until(() => isReady(first.url), SLOW_MS)
  t.equal(await file(first.url), 201, 'after its server was killed')

  const second = await startServer(t, environment)
  const before = serverPid()
  first.kill('SIGTERM')
  t.equal(await first.exited, 0)
  await until(async () => existsSync(pidFile()) && serverPid() !== before && (await isReady(second.url)), SLOW_MS)
  t.equal(await file(second.url), 201, 'after who started it has ended')

  writeFileSync(path.join(path.dirname(pidFile()), 'postgresql.conf'), 'nonsense = 1\n')
  process.kill(serverPid(), 'SIGKILL')
  t.equal(await second.exited, 1, 'a service whose database cannot be had any more ends, for others to see')
  t.match(second.output(), 'nonsense')
})

t.test(
  'a folder of an earlier version, in which all was done by the superuser, is served by the account of the service',
  async (t) => {
    const old = path.join(t.testdirName, 'old')
    t.testdir({})
    t.teardown(() => removeEmbedded(path.join(old, 'postgres')))
    const made = await startServer(t, { DATA_DIR: old, WORKER: 'false' })
    const port = readFileSync(pidFile(old), 'utf8').split('\n')[3]
    const password = readFileSync(path.join(old, 'postgres', 'password'), 'utf8')
    const superuserUrl = `postgres://postgres:${password}@127.0.0.1:${port}/one_list`
    const users = async () => {
      const client = new pg.Client({ connectionString: superuserUrl })
      await client.connect()
      const { rows } = await client.query(
        `select distinct usename as name from pg_stat_activity where application_name = 'one-list'`,
      )
      await client.end()
      return rows.map(({ name }) => name)
    }
    t.match(await fetch(`${made.url}/v1/me`), { status: 401 })
    t.same(await users(), ['one_list_app'])
    // As it was before the account was there.
    await runSql(superuserUrl, 'drop owned by one_list_app; drop role one_list_app').catch(() => {})
    made.kill('SIGTERM')
    await made.exited
    const again = await startServer(t, { DATA_DIR: old, WORKER: 'false' })
    t.match(await fetch(`${again.url}/readyz`), { status: 200 })
  },
)

function pidFile(folder = dataDir): string {
  const home = path.join(folder, 'postgres')
  const location = path.join(home, 'location')
  return path.join(existsSync(location) ? readFileSync(location, 'utf8') : home, 'cluster', 'postmaster.pid')
}

function serverPid(): number {
  return Number(readFileSync(pidFile(), 'utf8').split('\n')[0])
}
