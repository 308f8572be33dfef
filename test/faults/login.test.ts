import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createPool } from '../../src/db/client.js'
import { canTakeServiceRole, isOwner, migrate } from '../../src/db/migrate.js'
import { createTestApp, filing, ok } from '../helpers/app.js'
import { loginUrl, runSql } from '../helpers/database.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'

const made = await createTestApp(t)
const { url, superuserUrl } = made

/** An account that is gone after the test. */
function accountFor(t: Test) {
  const name = `one_list_try_${randomBytes(4).toString('hex')}`
  t.teardown(() => runSql(superuserUrl, `drop owned by ${name}; drop role ${name}`).catch(() => {}))
  return { name, urlWith: (password: string) => loginUrl(superuserUrl, { name, password }) }
}

t.test('a connection that serves reaches neither the owner nor the system, whatever it sets', async (t) => {
  const pool = createPool({ url, max: 1, serviceRole: true, onError: () => {} })
  t.teardown(() => pool.end())
  const owner = new URL(superuserUrl).username
  for (const way of ['set role none', 'reset role', 'set session authorization default', 'reset all', 'discard all']) {
    await pool.query(way)
    t.same((await pool.query('select session_user as me, current_setting($1) as super', ['is_superuser'])).rows, [
      { me: new URL(url).username, super: 'off' },
    ])
    for (const refused of [
      `select pg_read_file('/etc/passwd')`,
      `select * from pg_ls_dir('.')`,
      `copy (select 1) to program 'true'`,
      `set role ${owner}`,
      `set session authorization ${owner}`,
      'create table mine (n int)',
      'create role more login',
      'alter table event disable trigger all',
      'drop table event',
      'truncate event',
      `update event set type = 'x'`,
      'delete from event',
      'delete from item',
      'delete from migration',
      `alter role ${new URL(url).username} superuser`,
    ]) {
      await t.rejects(pool.query(refused), { code: /42501|55000/ }, `${way}; ${refused}`)
    }
  }
})

t.test('the service works with it', async (t) => {
  t.equal(new URL(url).username === new URL(superuserUrl).username, false)
  t.equal(await canTakeServiceRole(url), true)
  t.match(await ok(made.home.inspector.post('/v1/items', filing())), { status: 'reported' })
})

t.test('whoever migrates makes the account, and gives it the password of the configuration', async (t) => {
  const { name, urlWith } = accountFor(t)
  await migrate(superuserUrl, urlWith('first'))
  t.equal(await canTakeServiceRole(urlWith('first')), true)
  await migrate(superuserUrl, urlWith('second'))
  t.equal(await canTakeServiceRole(urlWith('second')), true)
  await t.rejects(canTakeServiceRole(urlWith('first')), { cause: { code: '28P01' } })
  const { rows } = await made.superuser.query(
    'select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = $1',
    [name],
  )
  t.same(Object.values(rows[0]), [false, false, false, false, false])
})

t.test('an account that may do more, and was made by somebody else, is left as it is', async (t) => {
  const { name, urlWith } = accountFor(t)
  await runSql(superuserUrl, `create role ${name} login createdb password 'theirs'`)
  await migrate(superuserUrl, urlWith('ours'))
  const client = new pg.Client({ connectionString: urlWith('theirs') })
  await client.connect()
  await client.end()
})

t.test('a password that cannot be kept as it is written is refused by name, and stands in no message', async (t) => {
  const { name, urlWith } = accountFor(t)
  const failed = await migrate(superuserUrl, urlWith('密码')).catch((err: Error) => err)
  t.match(failed, { message: new RegExp(`^the password of ${name} in DATABASE_URL`) })
  t.notMatch(String(failed), '密码')
})

t.test('who serves finds a database that is up to date, or learns who has to migrate it', async (t) => {
  await migrate(url)
  t.equal(await isOwner(url), false)
  t.equal(await isOwner(superuserUrl), true)
  const { rows } = await made.superuser.query(
    'delete from migration where name = (select max(name) from migration) returning *',
  )
  t.teardown(() => made.superuser.query('insert into migration values ($1, $2, $3)', Object.values(rows[0])))
  await t.rejects(migrate(url), { message: new RegExp(`lacks migration ${rows[0].name}.*MIGRATE_DATABASE_URL`) })
  const run = await runNode(MAIN, ['migrate'], { env: { DATABASE_URL: url } })
  t.equal(run.code, 1)
  t.match(run.err, 'MIGRATE_DATABASE_URL')
})

t.test('commands need the owner only where there is something to migrate', async (t) => {
  const run = await runNode(MAIN, ['keys', 'list', '--jurisdiction', 'fuyang'], { env: { DATABASE_URL: url } })
  t.match(run, { code: 0 })
  t.notMatch(run.out + run.err, 'owns the database')
  const asOwner = await runNode(MAIN, ['keys', 'list', '--jurisdiction', 'fuyang'], {
    env: { DATABASE_URL: superuserUrl },
  })
  t.match(asOwner, { code: 0, out: /MIGRATE_DATABASE_URL/ }, 'the log warns of an owner that serves')
})
