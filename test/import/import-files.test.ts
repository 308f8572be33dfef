import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { Mapping } from '../../src/import/mapping.js'
import type { Report } from '../../src/import/report.js'
import { importFile } from '../../src/import/run.js'
import { importItems } from '../../src/import/write-items.js'
import { createTestApp, type Json, ok, type TestApp } from '../helpers/app.js'
import { DC_LIKE, NOLA_LIKE } from '../helpers/city-lists.js'
import { importCsv, mappingFor, requireSound, rowsOf, totalsOf } from '../helpers/import.js'
import { MAIN, runNode } from '../helpers/node-process.js'
import { type Test, t } from '../helpers/tap.js'

const ROOT = new URL('../../..', import.meta.url)
const mappingOf = (name: string) => JSON.parse(readFileSync(new URL(`test/mappings/${name}.json`, ROOT), 'utf8'))
/** The cities' own exports are not ours to ship; where they lie beside the repository, they are imported too. */
const SHARED = new URL('../../shared/data/', ROOT)

interface Expected {
  rows: number
  taken: number
  refusedBy: Record<string, number>
  warnings: Record<string, number>
  statuses: Record<string, number>
}

const REAL: [mapping: string, file: string, expected: Expected][] = [
  [
    'nola-potholes',
    'nola_potholes.csv',
    {
      rows: 10_159,
      taken: 10_135,
      refusedBy: { 'no-place': 23, 'unknown-value': 1 },
      warnings: {
        'closed-at-of-dismissed': 3_735,
        'closed-before-reported': 1_173,
        'coordinates-zero': 54,
        'closed-at-of-open': 39,
        'ambiguous-time': 1,
      },
      statuses: { closed: 2_075, dismissed: 3_739, listed: 1_312, reported: 3_009 },
    },
  ],
  [
    'dc-road',
    'dc_road_2016.csv',
    { rows: 3_980, taken: 3_980, refusedBy: {}, warnings: {}, statuses: { closed: 1_831, listed: 2_149 } },
  ],
]

/** Imports a city's list, compares every count, and imports it again. */
async function bring(t: Test, at: TestApp, name: string, csv: string | Buffer, expected: Expected): Promise<void> {
  const { office } = at.home
  const report: Report = await ok(importCsv(at, office, mappingOf(name), csv))
  const { rows, taken, refusedBy, warnings, statuses } = expected
  t.same(totalsOf(report), [rows, taken, 0, rows - taken])
  t.same(Object.fromEntries(report.refusedBy.map(({ code, count }) => [code, count])), refusedBy)
  t.same(Object.fromEntries(report.warnings.map(({ kind, count }) => [kind, count])), warnings)
  for (const [status, count] of Object.entries(statuses)) {
    const found = await ok(office.get(`/v1/items?status=${status}&count=true&limit=1`))
    t.equal(found.total, count, status)
  }
  await requireSound(t, at.db, at.home.id)
  t.same(totalsOf(await ok(importCsv(at, office, mappingOf(name), csv))), [rows, 0, taken, rows - taken], 'again')
}

t.test('a city’s potholes go through with all their dirt', async (t) => {
  const at = await createTestApp(t)
  await bring(t, at, 'nola-potholes', NOLA_LIKE.csv, NOLA_LIKE)
  const { data } = await ok(at.home.office.get('/v1/items?limit=200'))
  const of = (externalId: string): Json => data.find((item: Json) => item.externalId === externalId)
  t.match(of('10000000'), {
    ...{ status: 'closed', title: 'Pothole: 12 Example St', level: 'general', category: 'pavement_defect' },
    ...{ reportedAt: '2022-02-01T15:00:00.000Z', listedAt: null, closedAt: '2022-02-20T22:30:00.000Z', dueAt: null },
    location: { lon: -90.0715, lat: 29.9511 },
  })
  t.match(of('10001000'), { status: 'closed', closedAt: null }, 'a closing before the report is not known')
  t.match(of('10003000'), { title: 'Pothole: Doe, Jane NEW ORLEANS LOUISIANA', location: null })
  t.match(of('10005000'), {
    status: 'dismissed',
    dismissalReason: 'Duplicate Request; case closed 2023-05-02T08:00:00, local time',
  })
  t.match(of('10006000'), { status: 'dismissed', dismissalReason: 'Duplicate Request' })
  t.match(of('10011000'), { status: 'listed', closedAt: null })
  t.match(of('10012000'), { status: 'reported', reportedAt: '2023-11-05T06:00:05.000Z' })
})

t.test('a city’s requests with due dates are overdue from their local evening on', async (t) => {
  const at = await createTestApp(t)
  await bring(t, at, 'dc-road', DC_LIKE.csv, DC_LIKE)
  const { data } = await ok(at.home.office.get('/v1/items?status=listed&limit=1&category=lighting'))
  t.match(data[0], {
    ...{ title: 'Streetlight Repair Investigation', address: null, overdue: true, onAccount: true },
    ...{ dueAt: '2016-07-11T21:00:00.000Z', reportedAt: '2016-07-08T04:19:28.000Z' },
  })
  const report = await ok(at.home.supervisor.get('/v1/reports/overdue?groupBy=category'))
  t.equal(report.total, 6, 'they stand in the overdue report')
})

for (const [name, file, expected] of REAL) {
  if (!existsSync(new URL(file, SHARED))) continue
  t.test(`${file} goes through whole`, async (t) => {
    const at = await createTestApp(t)
    await bring(t, at, name, readFileSync(new URL(file, SHARED)), expected)
  })
}

t.test('an import that breaks leaves whole chunks, and the same file takes the rest', async (t) => {
  const at = await createTestApp(t)
  const csv = Buffer.from(rowsOf(2_600))
  const intent = { actor: at.home.system, now: at.clock.now, idempotency: undefined }
  const mapping = Mapping.parse(mappingFor('broken'))
  const job = { mapping, fileSha256: 'a'.repeat(64), dryRun: false, language: 'en', now: () => at.clock.now } as const
  async function* broken() {
    yield csv.subarray(0, Math.round(csv.length * 0.9))
    throw new Error('the disk is gone')
  }
  await t.rejects(importFile(at.db, intent, { ...job, open: broken }), { message: 'the disk is gone' })
  t.equal((await ok(at.home.office.get('/v1/items?count=true&limit=1'))).total, 2_000)
  t.same((await ok(at.home.office.get('/v1/events?type=import.completed'))).data, [], 'it was not completed')
  await requireSound(t, at.db, at.home.id)
  async function* whole() {
    yield csv
  }
  const { body } = await importFile(at.db, intent, { ...job, open: whole })
  t.same(totalsOf(JSON.parse(body)), [2_600, 600, 2_000, 0])
  await requireSound(t, at.db, at.home.id)
})

t.test('two imports over the turn of the year take every row once', async (t) => {
  const at = await createTestApp(t)
  await ok(importCsv(at, at.home.office, mappingFor('turn'), rowsOf(1)))
  const { data } = await ok(at.home.office.get('/v1/events?type=item.imported'))
  const rows = Array.from({ length: 500 }, (_, k) => ({ ...data[0].data, externalId: `Y-${k}`, line: k + 2 }))
  const years = ['2025-12-31T15:59:59.000Z', '2025-12-31T16:00:00.000Z']
  const taken = await Promise.all(years.map((year) => importItems(at.db, at.home.system, rows, () => year)))
  t.equal((taken[0] ?? 0) + (taken[1] ?? 0), 500)
  const { rows: gaps } = await at.db.execute<{ year: string; items: number; last: number }>(sql`
    select left(code, 4) as year, count(*)::int as items, max(substr(code, 6))::int as last from item group by 1`)
  for (const { year, items, last } of gaps) t.equal(items, last, `the codes of ${year} have no gap`)
  await requireSound(t, at.db, at.home.id)
})

t.test('a caller who may not import does not, whatever the way', async (t) => {
  const { db, home, clock } = await createTestApp(t)
  await t.rejects(
    importItems(db, { ...home.system, role: 'inspector' }, [], () => clock.now),
    { code: 'forbidden' },
  )
})

t.test('the command line imports a file and says what became of it', async (t) => {
  const at = await createTestApp(t)
  const dir = await mkdtemp(join(tmpdir(), 'one-list-test-'))
  t.teardown(() => rm(dir, { recursive: true }))
  const file = (name: string) => join(dir, name)
  await writeFile(file('list.csv'), NOLA_LIKE.csv)
  const mapping = fileURLToPath(new URL('test/mappings/nola-potholes.json', ROOT))
  const run = (...args: string[]) => runNode(MAIN, ['import', ...args], { env: { DATABASE_URL: at.url } })
  const there = ['--jurisdiction', at.home.id]

  const dry = await run(file('list.csv'), '--mapping', mapping, '--dry-run', ...there)
  t.match(dry, { code: 0, err: '' })
  t.match(dry.out, /Dry run, nothing was written: 50 rows/)
  t.equal((await ok(at.home.office.get('/v1/items?count=true&limit=1'))).total, 0)

  const real = await run(file('list.csv'), '--mapping', mapping, '--report', file('report.json'), ...there)
  t.match(real, { code: 0, err: '' }, 'refused rows are no failure, and there is no bar without a terminal')
  t.match(real.out, /45 taken, 0 on the list already, 5 refused/)
  t.match(real.out, /4 × row: no place/)
  t.match(real.out, /6 × closed-before-reported/)
  t.match(real.out, /line 22 {2}row: no place/)
  const report = JSON.parse(await readFile(file('report.json'), 'utf8'))
  t.same(totalsOf(report), [50, 45, 0, 5])
  const { data } = await ok(at.home.office.get('/v1/events?type=import.completed'))
  t.match(data, [{ actor: { role: 'system' }, data: { id: report.id, taken: 45 } }])
  t.match(await run(file('list.csv'), '--mapping', mapping, ...there), {
    code: 0,
    out: /0 taken, 45 on the list already/,
  })

  await writeFile(file('other.csv'), 'a,b\n1,2\n')
  await writeFile(file('empty.csv'), '')
  await writeFile(file('header.csv'), NOLA_LIKE.csv.split('\n')[0] ?? '')
  await writeFile(file('bad.json'), '{"externalSystem": "x"}')
  await writeFile(file('torn.json'), '{')
  const failures: [string[], number, RegExp][] = [
    [[file('other.csv'), '--mapping', mapping], 1, /Nothing was taken[\s\S]*\/mapping\/fields\/externalId\/column/],
    [[file('empty.csv'), '--mapping', mapping], 1, /The file is empty/],
    [[file('header.csv'), '--mapping', mapping], 1, /no rows/],
    [[file('none.csv'), '--mapping', mapping], 1, /none\.csv cannot be read/],
    [[file('list.csv'), '--mapping', file('bad.json')], 1, /is not a mapping[\s\S]*\/fields: /],
    [[file('list.csv'), '--mapping', file('torn.json')], 1, /no JSON/],
    [[file('list.csv'), '--mapping', mapping, '--jurisdiction', 'nowhere'], 1, /no jurisdiction nowhere/],
    [[file('list.csv')], 2, /--mapping/],
  ]
  for (const [args, code, said] of failures) {
    const ended = await run(...args, ...(args.includes('--jurisdiction') ? [] : there))
    t.match(ended, { code, err: said }, args.join(' '))
  }
  t.match(await run('--help'), { code: 0, err: '', out: /--dry-run/ })
  await requireSound(t, at.db, at.home.id)
})
