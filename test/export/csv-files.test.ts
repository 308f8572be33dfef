import { csvOf } from '../../src/export/csv.js'
import type { Names } from '../../src/export/names.js'
import { columnsOf } from '../../src/export/sheet.js'
import { createTestApp, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { fileOf, ndjsonRows, workbookOf } from '../helpers/files.js'
import { importCsv } from '../helpers/import.js'
import { strictCsv } from '../helpers/strict-csv.js'
import { t } from '../helpers/tap.js'

const at = await createTestApp(t)
const { app, home } = at
const { office, inspector, admin } = home

const TEXTS = [
  '第一段\n第二段',
  '只有"引号"',
  '逗号,分隔',
  'a "b",\nc\n\n"d"',
  '"',
  '""',
  'a\tb\n=1+1',
  '=1+1\n换行',
  '全角，引号“”',
]

/** What a spreadsheet would run is written after a quote. */
const shown = (text: string) => (/^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text)

t.test(
  'a CSV has one record for each item, whatever line ends, quotation marks and commas are in its texts',
  async (t) => {
    for (const text of TEXTS) {
      await ok(inspector.post('/v1/items', filing({ title: text, description: `${text}\n尾`, address: text })))
    }
    const [heading = [], ...records] = strictCsv((await fileOf(app, office, '/v1/items?sort=reportedAt', 'csv')).bytes)
    const valuesOf = (name: string) => records.map((record) => record[heading.indexOf(name)])
    t.same(valuesOf('标题').sort(), TEXTS.map(shown).sort())
    t.same(valuesOf('地址').sort(), TEXTS.map(shown).sort())
    t.same(valuesOf('隐患描述').sort(), TEXTS.map((text) => shown(`${text}\n尾`)).sort())
  },
)

t.test(
  'every list and report that can be had as CSV is read by a strict reader, with as many rows as NDJSON',
  async (t) => {
    const unit = await ok(admin.post('/v1/units', { name: '一局\n"二处",三科', kind: 'bureau' }))
    const official = { name: '王\n建国', title: '副"县长",常委' }
    const item = await itemIn('listed', home, {
      filing: { road: '幸福路"东段",西', chainage: undefined, address: 'a\nb' },
    })
    await ok(
      office.post(
        `/v1/items/${item.id}/assignments`,
        order({ unit: unit.id }, { leadOfficial: official, dueAt: '2026-03-03' }),
      ),
    )
    await ok(office.post(`/v1/items/${item.id}/supervision`, { tier: 'city', reason: '一\n"二",三' }))
    at.clock.now = '2026-03-20T01:00:00.000Z'
    const urls = [
      ...csvPaths(),
      ...['unit', 'leadOfficial', 'road', 'area'].map((by) => `/v1/reports/overdue?groupBy=${by}`),
    ]
    let read = 0
    for (const url of urls) {
      for (const caller of [office, admin, home.auditor]) {
        const file = await fileOf(app, caller, url, 'csv')
        if (file.status === 403 || file.status === 406) continue
        t.equal(file.status, 200, `${url} ${file.bytes.toString().slice(0, 200)}`)
        const rows = ndjsonRows(await fileOf(app, caller, url, 'ndjson'))
        const records = strictCsv(file.bytes)
        t.equal(records.length - 1, rows.length, url)
        read++
        break
      }
    }
    t.ok(read >= 12, `${read} files were read`)
  },
)

/** The lists and reports that the document says can be had as CSV. */
function csvPaths(): string[] {
  const { paths = {} } = app.swagger() as Json
  return Object.entries<Json>(paths).flatMap(([path, { get }]) => {
    const content = get?.responses?.['200']?.content ?? {}
    const needs = (get?.parameters ?? []).some((one: Json) => one.required === true)
    if (!('text/csv' in content) || path.includes('{') || needs) return []
    return [path]
  })
}

t.test('a line end that is kept as CR or CRLF is written as LF, in CSV and in workbooks', async (t) => {
  const { text } = columnsOf<{ text: string }>()
  const sheet = { name: { zh: '表', en: 'Table' }, slug: 'table', columns: [text('一', 'One', (row) => row.text)] }
  const names = { language: 'zh-CN' } as Names
  async function* portions() {
    yield [{ text: 'a\r\nb\rc' }, { text: 'd' }]
  }
  const parts: string[] = []
  for await (const part of csvOf(portions(), sheet, names, () => 0)) parts.push(part)
  t.same(strictCsv(Buffer.from(parts.join(''))), [['一'], ['a\nb\nc'], ['d']])

  const filed = await ok(inspector.post('/v1/items', filing({ title: '旧换行' })))
  await at.superuser.query(`update item set description = E'a\\r\\nb\\rc' where id = $1`, [filed.id])
  const { records } = await workbookOf(await fileOf(app, office, '/v1/items?sort=-reportedAt', 'xlsx'))
  t.equal(records.find((record) => record.标识 === filed.id)?.隐患描述, 'a\nb\nc')
})

t.test('the service’s own import takes its list back, with the same rows', async (t) => {
  const file = await fileOf(app, office, '/v1/items', 'csv')
  const [heading = [], ...records] = strictCsv(file.bytes)
  const mapping = {
    ...{ externalSystem: 'own', dateFormats: ['yyyy-MM-dd HH:mm:ss'] },
    fields: {
      ...{ externalId: { column: '编号' }, title: { column: '标题' }, description: { column: '隐患描述' } },
      ...{ address: { column: '地址' }, area: { column: '区划代码' }, status: { constant: 'reported' } },
      ...{ road: { column: '路线' }, chainage: { column: '桩号' }, reportedAt: { column: '上报时间' } },
    },
  }
  const report = await ok(importCsv(at, home.office, mapping, file.bytes))
  t.match(report, { rows: records.length, taken: records.length, refused: 0 })
  const back = await ok(office.get('/v1/items?source=import&limit=200'))
  t.same(
    back.data.map(({ title, externalId }: Json) => [externalId, title]).sort(),
    records.map((record) => [record[heading.indexOf('编号')], record[heading.indexOf('标题')]]).sort(),
  )
})
