import { sql } from 'drizzle-orm'
import { createTestApp, type Json, ok } from '../helpers/app.js'
import { refused } from '../helpers/checked.js'
import { HEADER, holdingsOf, importCsv, mappingFor, requireSound, rowsOf, totalsOf } from '../helpers/import.js'
import { t } from '../helpers/tap.js'

const at = await createTestApp(t)
const { db, home, foreign } = at
const { office } = home

const holdings = () => holdingsOf(db, home.id)

t.test('a row becomes an item through one event that states what was known', async (t) => {
  const csv = `${HEADER}\nX-1,坑槽,done,2025-03-01T08:00:00,2025-03-05,阜王路 8 号\nX-2,灯坏,none,2025-03-02,,\n`
  const mapping = mappingFor('one', {
    fields: {
      level: { constant: 'general' },
      dismissalReason: { constant: '重复' },
      address: { column: 'address', default: '不详路' },
    },
  })
  const answer = await importCsv(at, office, mapping, csv)
  t.match(answer, { status: 201, body: { dryRun: false, rows: 2, taken: 2, repeated: 0, refused: 0, errors: [] } })
  const { data } = await ok(office.get('/v1/items?sort=reportedAt'))
  t.match(data, [
    {
      ...{ version: 1, status: 'closed', title: '坑槽', externalSystem: 'one', externalId: 'X-1', source: 'import' },
      ...{ reportedAt: '2025-03-01T00:00:00.000Z', reportedBy: null, listedAt: null, level: 'general' },
      ...{ closedAt: '2025-03-04T16:00:00.000Z', closedBy: null, onAccount: false, assignment: null },
    },
    { status: 'dismissed', externalId: 'X-2', dismissalReason: '重复', closedAt: null, address: '不详路' },
  ])
  const events = await ok(office.get(`/v1/items/${data[0].id}/events`))
  t.equal(events.data.length, 1, 'no transition is made up')
  t.match(events.data[0], {
    type: 'item.imported',
    actor: { role: 'office' },
    data: { importId: answer.body.id, line: 2, status: 'closed', externalId: 'X-1', listedAt: null },
  })
  const feed = await ok(office.get('/v1/events?type=import.completed'))
  t.match(feed.data.at(-1), {
    itemId: null,
    data: { id: answer.body.id, fileSha256: answer.body.fileSha256, rows: 2, taken: 2, repeated: 0, refused: 0 },
  })
  await requireSound(t, db, home.id)
})

t.test('an imported item goes on like any other', async (t) => {
  const csv = `${HEADER}\nY-1,坑槽,open,2025-03-01,,阜王路 8 号\nY-2,坑槽,new,2025-03-01,,阜王路 9 号\n`
  await ok(importCsv(at, office, mappingFor('two'), csv))
  const { data } = await ok(office.get('/v1/items?status=listed&status=reported&q=坑槽&sort=-updatedAt'))
  const [listed, reported] = ['Y-1', 'Y-2'].map((id) => data.find((item: Json) => item.externalId === id))
  t.match(await ok(office.post(`/v1/items/${reported.id}/listing`, { level: 'major', category: 'pavement_defect' })), {
    version: 2,
    status: 'listed',
  })
  const supervised = await ok(office.post(`/v1/items/${listed.id}/supervision`, { tier: 'city', reason: '久拖' }))
  t.match(supervised, { version: 2, supervision: { tier: 'city' } })
  await requireSound(t, db, home.id)
})

t.test('the same file twice takes nothing twice', async (t) => {
  const csv = rowsOf(30)
  t.same(totalsOf(await ok(importCsv(at, office, mappingFor('three'), csv))), [30, 30, 0, 0])
  const [items, events] = await holdings()
  t.same(totalsOf(await ok(importCsv(at, office, mappingFor('three'), csv))), [30, 0, 30, 0])
  t.same(await holdings(), [items, events + 1], 'only the import itself is told')
  const grown = `${csv}A-31,坑槽,open,2025-03-01,,阜王路 31 号\nA-31,又一次,open,2025-03-01,,别处\n`
  const { body } = await importCsv(at, home.admin, mappingFor('three'), grown)
  t.same(totalsOf(body), [32, 1, 31, 0])
  t.match(body.warnings, [{ kind: 'repeated-in-file', count: 1, example: { line: 33, column: 'id', value: 'A-31' } }])
  t.same(
    totalsOf(await ok(importCsv(at, office, mappingFor('another list'), csv))),
    [30, 30, 0, 0],
    'numbers are per list',
  )
  await requireSound(t, db, home.id)
})

t.test('rows with errors are told with line, column and reason, and do not stop the rest', async (t) => {
  const csv = [
    HEADER,
    'R-1,"多行\n标题",open,2025-03-01,,阜王路 1 号',
    ',没有编号,open,2025-03-01,,阜王路 2 号',
    'R-3,坑槽,待定,2025/03/01,,阜王路 3 号',
    'R-4,坑槽,open,2025-03-01,,',
    'R-5,坑槽,open',
    '',
    ',,,,,',
    'R-6,"没有结束,open,2025-03-01,,阜王路 6 号',
    'R-7,坑槽,done,2025-03-01,2025-02-01,阜王路 7 号',
    'R-8,坑槽,open,2025-03-01,,阜王路 8 号,,',
    `R-9,NUL\u0000,open,2025-03-01,,阜王路 9 号`,
  ].join('\r\n')
  const { status, body } = await importCsv(at, office, mappingFor('four'), csv)
  t.same([status, ...totalsOf(body)], [201, 9, 2, 0, 7])
  t.same(
    body.errors.map(({ line, column, code, value }: Json) => [line, column, code, value]),
    [
      [4, 'id', 'required', null],
      [5, 'status', 'unknown-value', '待定'],
      [5, 'reported', 'not-a-date', '2025/03/01'],
      [6, null, 'no-place', null],
      [7, null, 'column-count', '3 ≠ 6'],
      [10, null, 'open-quote', 'R-6,"没有结束,open,2025-03-01,,阜王路 6 号'],
      [11, 'closed', 'closed-before-reported', '2025-02-01'],
      [13, 'title', 'unstorable', 'NUL\u0000'],
    ],
  )
  t.match(body.errors[1], { reason: 'the code list does not have this value' })
  t.match(body.refusedBy.length, 8)
  t.match(body.warnings, [{ kind: 'blank-row', count: 1, example: { line: 9 } }])
  const chinese = await importCsv(at, office, mappingFor('four'), csv, { headers: { 'accept-language': 'zh-CN' } })
  t.match(chinese.body.errors[1], { code: 'unknown-value', reason: '代码表中没有这个值' })
  const { data } = await ok(office.get('/v1/items?q=多行&limit=1'))
  t.equal(data[0].title, '多行\n标题')
})

t.test('dirt that the mapping names is dropped and counted', async (t) => {
  const csv = `${HEADER}\nD-1,坑槽,done,2025-03-01,2025-02-01,阜王路 1 号\nD-2,坑槽,open,2025-03-01,2025-04-01,阜王路 2 号\n`
  const drop = ['closed-before-reported', 'closed-at-of-open']
  const { body } = await importCsv(at, office, mappingFor('five', { drop }), csv)
  t.same(totalsOf(body), [2, 2, 0, 0])
  t.same(
    body.warnings.map(({ kind, count, example }: Json) => [kind, count, example]),
    [
      ['closed-before-reported', 1, { line: 2, column: 'closed', value: '2025-02-01' }],
      ['closed-at-of-open', 1, { line: 3, column: 'closed', value: '2025-04-01' }],
    ],
  )
})

t.test('every error is counted, and the first thousand are told', async (t) => {
  const bad = Array.from({ length: 1_200 }, (_, k) => `E-${k},坑槽,?,2025-03-01,,阜王路`)
  const { body } = await importCsv(at, office, mappingFor('six'), [HEADER, ...bad].join('\n'))
  t.same(totalsOf(body), [1_200, 0, 0, 1_200])
  t.equal(body.errors.length, 1_000)
  t.match(body.refusedBy, [{ column: 'status', code: 'unknown-value', count: 1_200 }])
})

t.test('a file of which nothing could be taken leaves no trace in the ledger', async (t) => {
  const before = await holdings()
  await ok(importCsv(at, office, mappingFor('seven'), `${HEADER}\n,,?,?,,\n`))
  t.same(await holdings(), before)
})

t.test('a dry run reports the same and writes nothing', async (t) => {
  const csv = `${rowsOf(1_500, 'N')}N-1,坑槽,open,2025-03-01,,又\n,x,open,2025-03-01,,y\n`
  const before = await holdings()
  const { status, body: dry } = await importCsv(at, office, mappingFor('eight'), csv, { query: '?dryRun=true' })
  t.equal(status, 200)
  t.same(await holdings(), before)
  t.same((await db.execute(sql`select from idempotency_key where key = 'dry'`)).rows, [])
  const { body: real } = await importCsv(at, office, mappingFor('eight'), csv, { query: '?dryRun=false' })
  t.same({ ...dry, id: real.id, dryRun: false }, real)
  t.same(totalsOf(real), [1_502, 1_500, 1, 1])
  const again = await importCsv(at, office, mappingFor('eight'), csv, { query: '?dryRun=true' })
  t.same(totalsOf(again.body), [1_502, 0, 1_501, 1], 'it knows what is on the list')
  refused(t, await importCsv(at, office, mappingFor('eight'), csv, { query: '?dryrun=true' }), 400, 'invalid-request')
})

t.test('office and administrator import, nobody else', async (t) => {
  const before = await holdings()
  for (const name of ['inspector', 'unitCaller', 'supervisor', 'auditor'] as const) {
    refused(t, await importCsv(at, home[name], mappingFor('nine'), rowsOf(1)), 403, 'forbidden')
  }
  const nobody = { ...office, key: 'ol_test_nobody' }
  refused(t, await importCsv(at, nobody, mappingFor('nine'), rowsOf(1)), 401, 'unauthenticated')
  t.same(await holdings(), before)
  t.equal((await importCsv(at, home.admin, mappingFor('nine'), rowsOf(1))).status, 201)
})

t.test('another jurisdiction sees nothing of it, and may have the same numbers', async (t) => {
  await ok(importCsv(at, office, mappingFor('ten'), rowsOf(2, 'F')))
  t.same((await ok(foreign.office.get('/v1/items'))).data, [])
  t.same((await ok(foreign.office.get('/v1/events?type=item.imported'))).data, [])
  const mapping = mappingFor('ten', { fields: { area: { constant: '341621' } } })
  t.same(totalsOf(await ok(importCsv(at, foreign.office, mapping, rowsOf(2, 'F')))), [2, 2, 0, 0])
  t.same((await ok(foreign.office.get('/v1/items'))).data.map((item: Json) => item.code).sort(), [
    '2026-000001',
    '2026-000002',
  ])
  await requireSound(t, db, foreign.id)
})

t.test('the encodings of offices are read', async (t) => {
  const gb = Buffer.from('b1e0bac52ccebbd6c30a4742312cf2a3d6ddc7f80a4742322cd0a1bdd60a', 'hex')
  const fields = {
    externalId: { column: '编号' },
    title: { column: '位置' },
    address: { column: '位置' },
    status: { constant: 'listed' },
    reportedAt: { constant: '2025-03-01' },
    closedAt: undefined,
  }
  const { body } = await importCsv(at, office, mappingFor('fourteen', { encoding: 'gb18030', fields }), gb)
  t.same(totalsOf(body), [2, 2, 0, 0])
  t.equal((await ok(office.get('/v1/items?q=颍州区&limit=1'))).data[0].title, '颍州区')
  const wrong = await importCsv(at, office, mappingFor('fourteen', { fields }), gb)
  refused(t, wrong, 400, 'invalid-request', {
    pointers: ['/mapping/fields/externalId/column', '/mapping/fields/title/column', '/mapping/fields/address/column'],
  })
  const text = '\ufeff编号;位置\r\nB1;临泉县\r\n'
  const semicolon = await importCsv(at, office, mappingFor('fourteen', { delimiter: ';', fields }), text)
  t.same(totalsOf(semicolon.body), [1, 1, 0, 0])
  const utf16 = mappingFor('fourteen', { delimiter: ';', encoding: 'utf-16le', fields })
  t.same(totalsOf((await importCsv(at, office, utf16, Buffer.from(text, 'utf16le'))).body), [1, 0, 1, 0])
})
