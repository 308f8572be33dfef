import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { openSnapshot, portionsOf } from '../../src/db/snapshot.js'
import type { Format } from '../../src/http/negotiate.js'
import { MEDIA_TYPES } from '../../src/http/negotiate.js'
import { type Caller, createTestApp, itemIn, ok } from '../helpers/app.js'
import { refused } from '../helpers/checked.js'
import { dueItems } from '../helpers/due-items.js'
import { fileOf } from '../helpers/files.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const test = await createTestApp(t)
const { app, db, home, foreign, superuser } = test
const { office } = home
const ROWS = 1500
await dueItems(test, ROWS, '2026-05-01T15:59:59.999Z')
// More than the buffers between the service and a receiver that takes nothing.
await superuser.query(`update item set description = repeat('路', 5000)`)
const { id } = await itemIn('reported', foreign)
await app.listen({ port: 0 })
const { port } = app.server.address() as AddressInfo

/** Asks over a connection of its own, and reads nothing of the answer yet. */
function open(caller: Caller, format: Format): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${caller.key}`, accept: MEDIA_TYPES[format] }
  return new Promise((resolve, reject) => {
    request({ port, path: '/v1/items?sort=reportedAt', headers, agent: false }, resolve).on('error', reject).end()
  })
}

async function openTransactions(): Promise<number> {
  const { rows } = await superuser.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and xact_start is not null`,
  )
  return rows[0].n
}

t.test('the best of what the caller takes is given, JSON unless told', async (t) => {
  const cases: [accept: string | undefined, type: string | number][] = [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
    ['text/csv', 'text/csv'],
    ['text/*', 'text/csv'],
    ['TEXT/CSV; charset=utf-8; header=present', 'text/csv'],
    ['text/csv;q=0.5, application/x-ndjson', 'application/x-ndjson'],
    ['application/json;q=0.1, text/csv;q=0.2', 'text/csv'],
    ['text/csv;q=0, application/json', 'application/json'],
    ['text/csv;q=0.9;level=1, application/geo+json;q=0.8', 'text/csv'],
    [`${MEDIA_TYPES.xlsx}, application/json;q=0.9`, MEDIA_TYPES.xlsx],
    ['application/geo+json', 'application/geo+json'],
    ['text/html', 406],
    ['application/json;q=0', 406],
    ['application/pdf, image/*', 406],
  ]
  for (const [accept, expected] of cases) {
    const answer = await foreign.office.get('/v1/items', accept === undefined ? {} : { accept })
    if (expected === 406) refused(t, answer, 406, 'not-acceptable')
    else t.equal(String(answer.headers['content-type']).split(';')[0], expected, String(accept))
    t.match(answer.headers.vary, /^Origin, Accept, Accept-Language/)
  }
})

t.test('a file has a name for everybody, and one in the language', async (t) => {
  const { headers } = await fileOf(app, foreign.office, '/v1/items', 'xlsx')
  const name = `${encodeURIComponent('隐患清单')}-2026-03-02-0900.xlsx`
  t.equal(headers['content-disposition'], `attachment; filename="items-2026-03-02-0900.xlsx"; filename*=UTF-8''${name}`)
  const english = await fileOf(app, foreign.office, '/v1/reports/overdue', 'csv', { 'accept-language': 'en' })
  t.match(english.headers['content-disposition'], /filename\*=UTF-8''Overdue%20items-2026-03-02-0900.csv$/)
})

t.test('HEAD names the file and reads nothing', async (t) => {
  const headers = { authorization: `Bearer ${office.key}`, accept: 'text/csv', 'accept-encoding': 'gzip' }
  const answer = await app.inject({ method: 'HEAD', url: '/v1/items', headers })
  t.match(answer, { statusCode: 200, body: '' })
  t.match(answer.headers, { 'content-type': /^text\/csv/, 'content-disposition': /^attachment/ })
  t.equal(answer.headers['content-length'], undefined)
  await until(async () => (await openTransactions()) === 0)
})

t.test('answers are compressed for whoever takes it', async (t) => {
  for (const format of ['csv', 'ndjson', 'geojson'] as const) {
    const plain = await fileOf(app, office, '/v1/items?limit=9', format)
    const packed = await fileOf(app, office, '/v1/items?limit=9', format, { 'accept-encoding': 'gzip' })
    t.match(packed.headers, { 'content-encoding': 'gzip', vary: /^Origin, Accept, Accept-Language, accept-encoding$/i })
    t.same(gunzipSync(packed.bytes), plain.bytes, format)
    t.equal(plain.headers['content-encoding'], undefined)
  }
  const json = await fileOf(app, office, '/v1/items', 'json', { 'accept-encoding': 'gzip, deflate, br' })
  t.equal(json.headers['content-encoding'], 'br')
  t.equal(JSON.parse(brotliDecompressSync(json.bytes).toString()).data.length, 50)
  const none = await fileOf(app, office, '/v1/items', 'json', { 'accept-encoding': 'identity;q=1, *;q=0' })
  t.equal(none.headers['content-encoding'], undefined)
})

t.test('a workbook, an answer with an entity tag and one that shows a secret go out as they are', async (t) => {
  const headers = { 'accept-encoding': 'gzip, br' }
  const workbook = await fileOf(app, office, '/v1/items?limit=9', 'xlsx', headers)
  t.equal(workbook.headers['content-encoding'], undefined)
  const item = await foreign.office.get(`/v1/items/${id}`, headers)
  t.match(item.headers, { etag: '"1"', 'content-encoding': undefined })
  const { data } = await ok(home.admin.get('/v1/people'))
  const key = await home.admin.post('/v1/api-keys', { person: data[0].id }, headers)
  t.match(key, { status: 201, headers: { 'cache-control': 'no-store', 'content-encoding': undefined } })
})

t.test('a file is of one moment, however slowly it is taken', async (t) => {
  const answer = await open(office, 'ndjson')
  const before = await ok(office.get('/v1/items?sort=-reportedAt&limit=1'))
  await ok(office.post(`/v1/items/${before.data[0].id}/notes`, { note: '导出期间' }))
  await superuser.query(`update item set title = 'later' where jurisdiction_id = 'fuyang'`)
  const rows = (await text(answer))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.equal(rows.length, ROWS)
  t.notOk(rows.some((row) => row.title === 'later'))
  t.ok(answer.complete)
})

t.test('one person fetches two files at once, and another is not in their way', async (t) => {
  const two = [await open(office, 'ndjson'), await open(office, 'csv')]
  const third = await office.get('/v1/items', { accept: 'text/csv' })
  refused(t, third, 429, 'too-many-requests')
  t.equal(third.headers['retry-after'], '10')
  t.match(await office.get('/v1/items?limit=1'), { status: 200 }, 'pages are not files')
  t.match(await home.auditor.get('/v1/items?limit=1', { accept: 'text/csv' }), { status: 200 })
  for (const answer of two) answer.destroy()
  await until(async () => (await openTransactions()) === 0)
  t.match(await office.get('/v1/items?limit=1', { accept: 'text/csv' }), { status: 200 })
})

t.test('all together fetch as many files as half of the connections', async (t) => {
  const callers = [office, home.auditor, home.supervisor]
  const answers: IncomingMessage[] = []
  for (const caller of callers.flatMap((caller) => [caller, caller]).slice(0, 5))
    answers.push(await open(caller, 'csv'))
  refused(t, await home.inspector.get('/v1/items', { accept: 'text/csv' }), 429, 'too-many-requests')
  for (const answer of answers) answer.destroy()
  await until(async () => (await openTransactions()) === 0)
})

t.test('whoever hangs up ends the transaction, in every format', async (t) => {
  for (const format of ['csv', 'xlsx', 'ndjson', 'geojson'] as const) {
    const answer = await open(office, format)
    t.equal(answer.statusCode, 200)
    answer.destroy()
    await until(async () => (await openTransactions()) === 0)
  }
})

t.test('what fails on the way is a broken transfer, never a file that looks whole', async (t) => {
  for (const format of ['csv', 'xlsx', 'ndjson', 'geojson'] as const) {
    const answer = await open(office, format)
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query like 'fetch %'`,
    )
    await t.rejects(text(answer), { code: 'ECONNRESET' }, format)
    t.notOk(answer.complete)
  }
  await until(async () => (await openTransactions()) === 0)
  t.match(await office.get('/v1/items?limit=1', { accept: 'text/csv' }), { status: 200 }, 'the next is served')
})

t.test('what fails before the first row is a problem like any other', async (t) => {
  await superuser.query('alter table ledger_head rename to ledger_head_away')
  refused(t, await office.get('/v1/items', { accept: 'text/csv' }), 500, 'internal')
  await superuser.query('alter table ledger_head_away rename to ledger_head')
  await until(async () => (await openTransactions()) === 0)
  t.match(await office.get('/v1/items?limit=1', { accept: 'text/csv' }), { status: 200 })
})

t.test('a receiver that takes nothing loses its snapshot', async (t) => {
  const snapshot = await openSnapshot(db, 100)
  const portions = portionsOf(snapshot, sql`select id::text as json from item order by id`)
  t.equal((await portions.next()).value?.length, 100)
  await until(async () => (await openTransactions()) === 0)
  await t.rejects(async () => {
    while (!(await portions.next()).done);
  })
  await snapshot.close()
})
