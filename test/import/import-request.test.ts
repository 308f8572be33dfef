import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { sql } from 'drizzle-orm'
import { createTestApp, filing, type Json, ok } from '../helpers/app.js'
import { refused } from '../helpers/checked.js'
import {
  BOUNDARY,
  formOf,
  holdingsOf,
  importCsv,
  mappingFor,
  requireSound,
  rowsOf,
  sendForm,
  totalsOf,
} from '../helpers/import.js'
import { t } from '../helpers/tap.js'

const at = await createTestApp(t)
const { db, home, app } = at
const { office } = home

const holdings = () => holdingsOf(db, home.id)

t.test('a mapping that fits neither the file nor the jurisdiction is refused before anything is written', async (t) => {
  const before = await holdings()
  const of = (fields: Json, csv: string | Buffer = rowsOf(2)) =>
    importCsv(at, office, mappingFor('eleven', { fields }), csv)
  refused(t, await of({ title: { column: 'titel' }, description: { template: '{a} {id}' } }), 400, 'invalid-request', {
    pointers: ['/mapping/fields/title/column', '/mapping/fields/description/template'],
  })
  const twice = rowsOf(2).replace('address', 'title')
  refused(t, await of({ address: { constant: 'x' } }, twice), 400, 'invalid-request', {
    pointers: ['/mapping/fields/title/column'],
  })
  refused(t, await of({ area: { constant: '341621' } }), 400, 'invalid-request', {
    pointers: ['/mapping/fields/area/constant'],
  })
  const category = { column: 'title', values: { 'a/b': 'nothing' } }
  refused(t, await of({ category }), 400, 'invalid-request', { pointers: ['/mapping/fields/category/values/a~1b'] })
  refused(t, await of({ status: { constant: 'assigned' }, foo: {} }), 400, 'invalid-request', {
    pointers: ['/mapping/fields/status/constant', '/mapping/fields/foo'],
  })
  refused(t, await of({}, ''), 400, 'invalid-request', { pointers: ['/file'] })
  refused(t, await of({}, Buffer.alloc(1_000_000, 'x')), 400, 'invalid-request', { pointers: ['/file'] })
  t.same(await holdings(), before)
})

t.test('a form that is not this one is refused clearly', async (t) => {
  const mapping = { name: 'mapping', content: JSON.stringify(mappingFor('twelve')) }
  const file = { name: 'file', content: rowsOf(1) }
  const before = await holdings()
  const send = (...parts: Parameters<typeof formOf>[0]) => sendForm(at, office, formOf(parts))
  const cases: [string, () => Promise<Json>, string[]][] = [
    ['the file first', () => send(file, mapping), ['/mapping']],
    ['no file', () => send(mapping), ['/file']],
    ['no mapping', () => send(file), ['/mapping']],
    ['nothing', () => send(), ['/mapping']],
    ['two mappings', () => send(mapping, mapping, file), ['/mapping']],
    ['two files', () => send(mapping, file, file), ['/file']],
    ['something else', () => send(mapping, { name: 'a/b', content: 'x' }, file), ['/a~1b']],
    ['something after it', () => send(mapping, file, { name: 'x', content: 'x' }), ['/x']],
    ['a mapping that is no JSON', () => send({ ...mapping, content: '{' }, file), ['/mapping']],
    ['a mapping that is no object', () => send({ ...mapping, content: '[]' }, file), ['/mapping']],
    ['a form that does not end', () => sendForm(at, office, formOf([mapping, file]).subarray(0, -20)), ['']],
    ['no form', () => sendForm(at, office, Buffer.from('hello')), ['']],
  ]
  // One after the other: there is a limit to how many come at once.
  for (const [name, ask, pointers] of cases) {
    t.comment(name)
    refused(t, await ask(), 400, 'invalid-request', { pointers })
  }
  const headers = { 'content-type': 'application/json' }
  refused(t, await sendForm(at, office, Buffer.from('{}'), { headers }), 415, 'unsupported-media-type')
  refused(
    t,
    await sendForm(at, office, Buffer.from(rowsOf(1)), { headers: { 'content-type': 'text/csv' } }),
    415,
    'unsupported-media-type',
  )
  t.same(await holdings(), before)
  t.equal(
    (await send({ ...mapping, filename: 'm.json' }, { ...file, filename: 'f.csv' })).status,
    201,
    'parts may be files',
  )
})

t.test('a file over 50 MB is refused, and nothing of it is written', async (t) => {
  const before = await holdings()
  const mapping = { name: 'mapping', content: JSON.stringify(mappingFor('thirteen')) }
  const line = `${'x'.repeat(99)}\n`
  const content = Buffer.alloc(50 * 1_048_576 + 1, `${rowsOf(1)}${line}`)
  refused(t, await sendForm(at, office, formOf([mapping, { name: 'file', content }])), 413, 'too-large')
  const unannounced = Readable.from([formOf([mapping, { name: 'file', content }])])
  refused(t, await sendForm(at, office, unannounced, { headers: { 'transfer-encoding': 'chunked' } }), 413, 'too-large')
  const headers = { 'content-length': '60000000' }
  refused(t, await sendForm(at, office, formOf([mapping]), { headers }), 413, 'too-large')
  const big = { name: 'mapping', content: JSON.stringify({ comment: 'x'.repeat(262_144) }) }
  refused(t, await sendForm(at, office, formOf([big])), 413, 'too-large')
  t.same(await holdings(), before)
})

t.test('two imports of one file at once take every row once', async (t) => {
  const csv = rowsOf(2_500, 'C')
  const [items] = await holdings()
  const filings = Promise.all(Array.from({ length: 10 }, () => ok(home.inspector.post('/v1/items', filing()))))
  const reports = await Promise.all([1, 2].map(() => ok(importCsv(at, office, mappingFor('fifteen'), csv))))
  await filings
  t.equal(reports[0].taken + reports[1].taken, 2_500)
  t.equal(reports[0].repeated + reports[1].repeated, 2_500)
  const [after] = await holdings()
  t.equal(after, items + 2_510)
  const { rows } = await db.execute(sql`
    select count(*)::int as count, max(code) as last from item where jurisdiction_id = ${home.id}`)
  t.same(rows, [{ count: after, last: `2026-${String(after).padStart(6, '0')}` }], 'codes have no gap')
  await requireSound(t, db, home.id)
})

t.test('too many imports at once are asked to come again', async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, k) => importCsv(at, office, mappingFor(`sixteen ${k}`), rowsOf(1_200, `T${k}`))),
  )
  const late = answers.filter(({ status }) => status === 429)
  t.ok(late.length >= 1 && late.length <= 3, `${late.length} of 5`)
  for (const answer of late) {
    refused(t, answer, 429, 'too-many-requests')
    t.match(answer.headers['retry-after'], /^\d+$/)
  }
  t.equal(answers.filter(({ status }) => status === 201).length + late.length, 5)
})

t.test('a repeated request is answered its first answer, and a key stands for one file', async (t) => {
  const options = { headers: { 'idempotency-key': randomUUID() } }
  const first = await importCsv(at, office, mappingFor('seventeen'), rowsOf(3, 'K'), options)
  t.match(first, { status: 201, body: { taken: 3 } })
  t.equal(first.headers['idempotency-replayed'], undefined)
  const before = await holdings()
  const second = await importCsv(at, office, mappingFor('seventeen'), rowsOf(3, 'K'), options)
  t.match(second, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(second.body, first.body)
  for (const [mapping, csv, query] of [
    [mappingFor('seventeen'), rowsOf(4, 'K'), ''],
    [mappingFor('eighteen'), rowsOf(3, 'K'), ''],
    [mappingFor('seventeen'), rowsOf(3, 'K'), '?dryRun=false'],
  ] as const) {
    refused(t, await importCsv(at, office, mapping, csv, { ...options, query }), 422, 'key-reused')
  }
  t.same(await holdings(), before, 'nothing of another file was taken')
  refused(
    t,
    await importCsv(at, office, mappingFor('x'), rowsOf(1), { headers: { 'idempotency-key': '键' } }),
    400,
    'invalid-request',
  )
})

t.test('the same key at the same time is at work once', async (t) => {
  const options = { headers: { 'idempotency-key': randomUUID() } }
  const answers = await Promise.all(
    [1, 2].map(() => importCsv(at, office, mappingFor('nineteen'), rowsOf(1_500, 'S'), options)),
  )
  t.same(answers.map(({ status }) => status).sort(), [201, 409])
  refused(t, answers.find(({ status }) => status === 409) as Json, 409, 'key-in-use')
  t.match(await importCsv(at, office, mappingFor('nineteen'), rowsOf(1_500, 'S'), options), {
    status: 201,
    body: { taken: 1_500 },
  })
})

t.test('a sender that breaks off leaves nothing, neither rows nor files', async (t) => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const before = await holdings()
  const form = formOf([
    { name: 'mapping', content: JSON.stringify(mappingFor('twenty')) },
    { name: 'file', content: rowsOf(5_000, 'Q') },
  ])
  const accepted = once(app.server, 'connection')
  const sender = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  const [receiver] = await accepted
  const closed = once(receiver, 'close')
  const head = `POST /v1/imports HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${office.key}\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${form.length}\r\n\r\n`
  sender.write(Buffer.concat([Buffer.from(head), form.subarray(0, form.length - 1_000)]), () => sender.destroy())
  await closed
  t.same(await holdings(), before)
  t.same(
    readdirSync(tmpdir()).filter((name) => name.startsWith('one-list-import-')),
    [],
  )
  t.same(totalsOf(await ok(sendForm(at, office, form))), [5_000, 5_000, 0, 0], 'the service goes on')
  await requireSound(t, db, home.id)
})
