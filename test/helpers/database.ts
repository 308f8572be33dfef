import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { makeJurisdictions } from './jurisdictions.js'
import type { Test } from './tap.js'

/** What `_before.ts` tells the test files of the same run. */
export interface TestServer {
  /** A database of the server from which others can be made. */
  adminUrl: string
  /** The migrated database that every test's own is copied from. */
  template: string
  /** The same with the jurisdictions of almost every test, and what stands in it. */
  homeTemplate: string
  jurisdictions: Awaited<ReturnType<typeof makeJurisdictions>>
  /** The account that the service works with, and its password. */
  login: { name: string; password: string }
  /** The directory of the throw-away cluster; absent where the server is not ours. */
  dataDir?: string
}

export interface TestDatabase {
  /** As the account that the service works with. */
  url: string
  /** The same database as an account that row security and grants do not hold. */
  superuserUrl: string
}

const OBJECT_IN_USE = '55006'
const COPY_ATTEMPTS = 40
const RETRY_MS = 50

/** Where the coordinates of a run's server lie: two runs in one checkout do not meet. */
export function coordinatesFile(runPid: number): string {
  return fileURLToPath(new URL(`../../.test-database-${runPid}.json`, import.meta.url))
}

/** A private, migrated database, dropped when the test ends. */
export function createTestDatabase(t: Test): Promise<TestDatabase> {
  return createCopy(t, testServer().template)
}

/** The same with jurisdictions in it. */
export async function createHomeDatabase(t: Test): Promise<TestDatabase & Pick<TestServer, 'jurisdictions'>> {
  const { homeTemplate, jurisdictions } = testServer()
  return { ...(await createCopy(t, homeTemplate)), jurisdictions }
}

async function createCopy(t: Test, template: string): Promise<TestDatabase> {
  const { adminUrl, login } = testServer()
  const name = `${template}_${process.pid}_${randomBytes(4).toString('hex')}`
  await copyDatabase(adminUrl, template, name)
  t.teardown(() => runSql(adminUrl, `drop database if exists ${name} with (force)`))
  const superuserUrl = databaseUrl(adminUrl, name)
  return { url: loginUrl(superuserUrl, login), superuserUrl }
}

/** Runs one statement on a connection of its own. */
export async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${encodeURIComponent(database)}`
  return url.href
}

/** The same database, for another account. */
export function loginUrl(url: string, { name, password }: TestServer['login']): string {
  const other = new URL(url)
  other.username = name
  other.password = password
  return other.href
}

function testServer(): TestServer {
  // Both `_before.ts` and the test files are children of the runner.
  const file = coordinatesFile(process.ppid)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestServer
  } catch (err) {
    throw new Error('there is no test database: run the tests with tap, which starts one', { cause: err })
  }
}

/** A template cannot be copied while anybody is connected to it, be it the server's own housekeeping. */
async function copyDatabase(adminUrl: string, template: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runSql(adminUrl, `create database ${name} template ${template} strategy file_copy`)
    } catch (err) {
      if ((err as { code?: string }).code !== OBJECT_IN_USE || attempt === COPY_ATTEMPTS) throw err
      await delay(RETRY_MS)
    }
  }
}
