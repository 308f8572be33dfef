import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { KEEP_ALIVE, SERVICE_ROLE } from './client.js'
import { sqlStateOf } from './errors.js'
import { makeLogin } from './login.js'
import { migrateQueue } from './queue.js'
import { loadReference } from './reference.js'

const MIGRATIONS = new URL('../../../migrations/', import.meta.url)
/** Any constant will do; only migration runners of this service take it. */
const LOCK = 7_234_001
const CONNECT_TIMEOUT_MS = 10_000
/** `unique … nulls not distinct` came with 15. */
const OLDEST_SERVER = 150_000
/** A migration that cannot run inside a transaction (create index concurrently) says so in its first line. */
const NO_TRANSACTION = '-- no transaction'

/**
 * Brings a database to the present schema and reference data: plain SQL files in order, each once, each in a
 * transaction of its own. Several processes may start at once; one migrates, the others wait. An account that does not own
 * the database finds out that there is nothing to do.
 * @param servingUrl the account that the service will work with, which is made where it is another
 * @throws Error when a file that has been applied was edited or removed since.
 */
export async function migrate(databaseUrl: string, servingUrl: string = databaseUrl): Promise<void> {
  const client = await connect(databaseUrl)
  try {
    if (await isOthers(client)) return await requirePresent(client, databaseUrl)
    await client.query('select pg_advisory_lock($1)', [LOCK])
    await client.query(`create table if not exists migration (
      name text primary key, sha256 text not null, applied_at timestamptz not null)`)
    const applied = await client.query<{ name: string; sha256: string }>('select name, sha256 from migration')
    const known = new Map(applied.rows.map((row) => [row.name, row.sha256]))
    const files = await migrationFiles()
    for (const name of known.keys()) {
      if (!files.some((file) => file.name === name)) {
        throw new Error(
          `the database has migration ${name}, which this version does not know: it is older than the database`,
        )
      }
    }
    for (const file of files) await apply(client, file, known.get(file.name))
    await migrateQueue(databaseUrl)
    await client.query(await readFile(new URL('grants.sql', MIGRATIONS), 'utf8'))
    await loadReference(client)
    await makeLogin(client, servingUrl)
  } finally {
    await client.end()
  }
}

/** Whether the service's tables are there, and another account's. */
async function isOthers(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ others: boolean | null }>(`
    select not pg_has_role(session_user, relowner, 'member') as others from pg_class where oid = to_regclass('migration')`)
  return rows[0]?.others === true
}

/** @throws Error that says who has to migrate, where there is something to be migrated. */
async function requirePresent(client: pg.Client, databaseUrl: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select name from migration')
  const missing = (await migrationFiles()).find(({ name }) => !rows.some((row) => row.name === name))
  if (missing === undefined) return
  throw new Error(
    `the database lacks migration ${missing.name}, and ${new URL(databaseUrl).username} does not own it: set MIGRATE_DATABASE_URL to its owner’s URL, or run “one-list migrate” with it`,
  )
}

interface MigrationFile {
  name: string
  sql: string
  sha256: string
}

async function migrationFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, MIGRATIONS), 'utf8')
      return { name, sql: text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function apply(client: pg.Client, file: MigrationFile, appliedSha256: string | undefined): Promise<void> {
  if (appliedSha256 === file.sha256) return
  if (appliedSha256 !== undefined) throw new Error(`migration ${file.name} was edited after it had been applied`)
  const inTransaction = !file.sql.startsWith(NO_TRANSACTION)
  try {
    if (inTransaction) await client.query('begin')
    await client.query(file.sql)
    await client.query('insert into migration (name, sha256, applied_at) values ($1, $2, $3)', [
      file.name,
      file.sha256,
      new Date(),
    ])
    if (inTransaction) await client.query('commit')
  } catch (err) {
    if (inTransaction) await client.query('rollback')
    throw new Error(`migration ${file.name} failed`, { cause: err })
  }
}

/** insufficient_privilege, and «role does not exist» where a setting names one. */
const NO_SUCH_ROLE = new Set(['42501', '22023'])

/** Whether the account of `databaseUrl` may take the service's role, and the role may do the service's work. */
export async function canTakeServiceRole(databaseUrl: string): Promise<boolean> {
  const client = await connect(databaseUrl)
  try {
    await client.query(`set role ${SERVICE_ROLE}`)
    const { rows } = await client.query<{ ready: boolean }>(`
      select has_table_privilege('event', 'select') and has_table_privilege('item', 'update')
        and has_function_privilege('append_events(text, json)', 'execute') as ready`)
    return rows[0]?.ready === true
  } catch (err) {
    if (NO_SUCH_ROLE.has(sqlStateOf(err) ?? '')) return false
    throw err
  } finally {
    await client.end()
  }
}

/** Whether the account of `databaseUrl` owns the tables, so that it could do more than serve. */
export async function isOwner(databaseUrl: string): Promise<boolean> {
  const client = await connect(databaseUrl)
  try {
    return !(await isOthers(client))
  } finally {
    await client.end()
  }
}

/** @throws Error that names DATABASE_URL's host when nobody answers there, or a server that is too old. */
async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    options: '-c timezone=UTC',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A migration takes what it takes; that its server has gone is found out.
    ...KEEP_ALIVE,
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (err) {
    const { host, pathname } = new URL(databaseUrl)
    throw new Error(`the database ${pathname.slice(1)} at ${host} cannot be reached`, { cause: err })
  }
  const { rows } = await client.query<{ version: number; name: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
  )
  const [found] = rows
  if (found !== undefined && found.version >= OLDEST_SERVER) return client
  await client.end()
  throw new Error(`the service needs PostgreSQL 15 or newer; the server is ${found?.name}.`)
}
