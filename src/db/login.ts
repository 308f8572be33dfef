import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import { SERVICE_ROLE } from './client.js'
import { sqlStateOf } from './errors.js'

const CONNECT_LIMIT_MS = 10_000
const WRONG_PASSWORD = '28P01'
const NOT_PERMITTED = '42501'
/** Another process makes the same account at the same time. */
const MADE_MEANWHILE = new Set(['42710', '23505', 'XX000'])
const ITERATIONS = 4096

interface Login {
  name: string
  password: string
}

/**
 * Makes the account of `url`, with which the service works: it may log in, and is a member of the service's role and of
 * nothing else. One that is there already is given the membership that it lacks, and the password of `url` where it has
 * another. Does nothing where it is the account of `owner` itself.
 * @throws Error that says what to do by hand where `owner` may not make accounts.
 */
export async function makeLogin(owner: pg.Client, url: string): Promise<void> {
  const login = loginOf(url)
  const { rows } = await owner.query<{ me: boolean; there: boolean; mighty: boolean; member: boolean }>(
    `select session_user = $1 as me, r.oid is not null as there,
      coalesce(r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls, false) as mighty,
      exists (select from pg_auth_members m where m.member = r.oid and m.roleid = to_regrole('${SERVICE_ROLE}')) as member
    from (select) one left join pg_roles r on r.rolname = $1`,
    [login.name],
  )
  const [found] = rows
  // What may do more was not made here, and is its maker's affair.
  if (found === undefined || found.me || found.mighty) return
  const name = pg.escapeIdentifier(login.name)
  try {
    if (!found.there) {
      await owner.query(
        `create role ${name} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${secretOf(login)}`,
      )
    } else if (await isRefused(url)) await owner.query(`alter role ${name} login password ${secretOf(login)}`)
    if (!found.member) await owner.query(`grant ${SERVICE_ROLE} to ${name}`)
    await owner.query(
      `do $$ begin execute format('grant connect on database %I to ${SERVICE_ROLE}', current_database()); end $$`,
    )
  } catch (err) {
    const state = sqlStateOf(err) ?? ''
    if (MADE_MEANWHILE.has(state)) return
    if (state !== NOT_PERMITTED) throw err
    throw new Error(
      `the account of MIGRATE_DATABASE_URL may not make ${login.name}: have it made by hand, “create role ${name} login password …; grant ${SERVICE_ROLE} to ${name}”`,
      { cause: err },
    )
  }
}

function loginOf(url: string): Login {
  const { username, password } = new URL(url)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}

async function isRefused(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    return false
  } catch (err) {
    return sqlStateOf(err) === WRONG_PASSWORD
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * What PostgreSQL keeps of a password (RFC 5803), made here, so that the password itself stands in no statement and in no log.
 * @throws Error for a password whose characters would have to be normalised first.
 */
function secretOf({ name, password }: Login): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new Error(`the password of ${name} in DATABASE_URL is missing, or has other than ASCII characters`)
  }
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const keyOf = (what: string) => createHmac('sha256', salted).update(what).digest()
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64')
  const server = keyOf('Server Key').toString('base64')
  return `'SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}'`
}
