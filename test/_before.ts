import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { migrate } from '../src/db/migrate.js'
import { startEmbedded } from '../src/embedded/database.js'
import { coordinatesFile, databaseUrl, loginUrl, runSql, type TestServer } from './helpers/database.js'
import { makeJurisdictions } from './helpers/jurisdictions.js'

// tap runs this once, before all test files: it makes the databases that their own are copied from, on a throw-away
// server, or on that of TEST_DATABASE_URL, whose account must be allowed to create databases.

const runner = process.ppid
const template = `one_list_test_${runner}`
const server =
  process.env.TEST_DATABASE_URL === undefined ? await startServer() : { url: process.env.TEST_DATABASE_URL }

const login = { name: 'one_list_test_app', password: randomBytes(24).toString('base64url') }
const homeTemplate = `${template}_home`
const templateUrl = databaseUrl(server.url, template)
const homeUrl = databaseUrl(server.url, homeTemplate)

for (const name of [template, homeTemplate]) await runSql(server.url, `drop database if exists ${name} with (force)`)
await runSql(server.url, `create database ${template}`)
await migrate(templateUrl, loginUrl(templateUrl, login))
await runSql(server.url, `create database ${homeTemplate} template ${template}`)
const jurisdictions = await makeJurisdictions(loginUrl(homeUrl, login))
// Nobody can be in the way of those who copy them.
for (const name of [template, homeTemplate]) {
  await runSql(server.url, `alter database ${name} with allow_connections false`)
}

const coordinates: TestServer = {
  adminUrl: server.url,
  template,
  homeTemplate,
  jurisdictions,
  login,
  ...('dataDir' in server && { dataDir: server.dataDir }),
}
writeFileSync(coordinatesFile(runner), JSON.stringify(coordinates), { mode: 0o600 })

async function startServer(): Promise<{ url: string; dataDir: string }> {
  const dataDir = mkdtempSync(path.join(roomInMemory() ?? tmpdir(), 'one-list-test-'))
  chmodSync(dataDir, 0o711)
  const { url } = await startEmbedded({
    dataDir,
    durable: false,
    maxConnections: 300,
    // This process ends before the tests begin; the runner ends after them, even when it is killed.
    owner: { pid: runner, remove: [dataDir, coordinatesFile(runner)] },
  })
  return { url, dataDir }
}

/** A folder in memory where it is large enough: hundreds of databases are copied there, and none outlives the run. */
function roomInMemory(): string | undefined {
  const folder = '/dev/shm'
  if (!existsSync(folder)) return undefined
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > 8 * 1024 ** 3 ? folder : undefined
}
