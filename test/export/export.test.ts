import type { Format } from '../../src/http/negotiate.js'
import { type Caller, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { csvRecords, fileOf, ndjsonRows, workbookOf } from '../helpers/files.js'
import { t } from '../helpers/tap.js'

const test = await createCheckedApp(t)
const { app, home, foreign, clock } = test
const { office, inspector, unitCaller, otherUnitCaller } = home

const FORMULAS = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '＝1+1', '=cmd|"/c calc"!A1']
await itemIn('closed', home)
clock.advance(60_000)
const started = clock.now
const remediating = await itemIn('remediating', home, {
  filing: {
    title: '桥头，"急弯"\n第二行',
    location: { lon: 115.8142, lat: 32.8909 },
    area: '341225101',
    direction: 'up',
  },
  order: { dueAt: '2026-03-10', coUnits: [home.otherUnit], leadOfficial: { name: '-王建国' } },
})
await ok(unitCaller.post(`/v1/items/${remediating.id}/plan`, { measures: '护栏', budgetFen: 12_000_050 }))
await ok(office.post(`/v1/items/${remediating.id}/supervision`, { tier: 'city', reason: '两起坠车' }))
for (const title of FORMULAS) await ok(inspector.post('/v1/items', filing({ title, address: '_x0041_ \u0007 <b>&' })))
await itemIn('remediating', foreign)
clock.now = '2026-03-20T01:00:00.000Z'

const FILES = ['csv', 'xlsx', 'ndjson', 'geojson'] as const
/** What identifies the rows of a file, whatever its format, and in its order. */
async function codesIn(caller: Caller, url: string, format: Format): Promise<string[]> {
  const file = await fileOf(app, caller, url, format)
  if (file.status !== 200) throw new Error(`${format} ${url}: ${file.status} ${file.bytes}`)
  if (format === 'csv') return csvRecords(file).map((record) => record.编号 ?? '')
  if (format === 'xlsx') return (await workbookOf(file)).records.map((record) => String(record.编号))
  if (format === 'ndjson') return ndjsonRows(file).map((row) => row.code)
  return JSON.parse(file.bytes.toString()).features.map((feature: Json) => feature.properties.code)
}
const codesOf = (rows: Json[]): string[] => rows.map((row) => row.code)

t.test('a file has the rows of the list, all of them, in every format, order, filter and role', async (t) => {
  const local = await home.addCaller('supervisor', { area: '341225101' })
  const queries = [
    '/v1/items?sort=reportedAt',
    '/v1/items?status=remediating&status=closed&sort=-updatedAt',
    '/v1/items?overdue=true&q=%E6%80%A5%E5%BC%AF',
    '/v1/items?bbox=115,32,116,33',
    `/v1/items?asOf=${started}`,
    '/v1/items?unit=01900000-0000-7000-8000-000000000000',
    '/v1/reports/overdue?',
    '/v1/reports/overdue?asOf=2026-03-11T01:00:00.000Z',
  ]
  const lengths = new Set<number>()
  for (const [role, caller] of Object.entries({
    office,
    unitCaller,
    otherUnitCaller,
    local,
    foreign: foreign.office,
  })) {
    for (const url of queries) {
      const codes = codesOf(await allPages(caller, `${url}${url.endsWith('?') ? '' : '&'}limit=2`))
      lengths.add(codes.length)
      for (const format of FILES) t.same(await codesIn(caller, url, format), codes, `${role} ${url} as ${format}`)
    }
  }
  t.ok(lengths.has(0) && lengths.has(1) && lengths.has(8), 'none, one and many rows were among them')
})

t.test('NDJSON lines are the list’s very objects, GeoJSON properties have the owner beside them', async (t) => {
  const rows = await allPages(office, '/v1/items?limit=200')
  t.same(ndjsonRows(await fileOf(app, office, '/v1/items', 'ndjson')), rows)
  const collection = JSON.parse((await fileOf(app, office, '/v1/items', 'geojson')).bytes.toString())
  t.same(
    collection.features.map((feature: Json) => feature.properties),
    rows.map((row) => ({ ...row, ...ownerOf(row) })),
  )
  t.same(
    collection.features.map(({ id, type, geometry }: Json) => ({ id, type, geometry })),
    rows.map(({ id, location }) => {
      const geometry = location && { type: 'Point', coordinates: [location.lon, location.lat] }
      return { id, type: 'Feature', geometry }
    }),
  )
  t.same(Object.keys(collection), ['type', 'features'])
  const none = await fileOf(app, office, '/v1/items?road=X999', 'geojson')
  t.same(JSON.parse(none.bytes.toString()), { type: 'FeatureCollection', features: [] })
})

/** In columns of their own, for the tables of maps. */
function ownerOf({ assignment }: Json) {
  const { responsibleUnit: unit = null, leadOfficial } = assignment ?? {}
  return {
    unitId: unit,
    unitName: unit && (unit === home.unit ? '阜阳交通运输局' : '阜阳公路局'),
    leadOfficialName: leadOfficial?.name ?? null,
    leadOfficialTitle: leadOfficial?.title ?? null,
  }
}

const EXPECTED = {
  ...{ 编号: remediating.code, 标题: '桥头，"急弯"\n第二行', 状态: '整改中', 级别: '一般', 方向: '上行' },
  ...{ 类别: '临水临崖路侧防护', 区划代码: '341225101', 路线: 'S315', 桩号: 'K12+345', 来源: '排查' },
  ...{ 责任单位: '阜阳交通运输局', 配合单位: '阜阳公路局', 挂牌督办: '市级挂牌', 是否逾期: '是', 中止计时: '否' },
  ...{ 治理方案: '护栏', 上报人: '阜阳 inspector', 标识: remediating.id },
}

t.test('CSV is what Excel opens with Chinese intact: BOM, CRLF, labels, local times, plain numbers', async (t) => {
  const file = await fileOf(app, office, '/v1/items', 'csv')
  t.match(file.headers, { 'content-type': 'text/csv; charset=utf-8; header=present' })
  t.same([...file.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf])
  t.notMatch(file.bytes.toString().replaceAll('"桥头，""急弯""\n第二行"', ''), /[^\r]\n/)
  const record = csvRecords(file).find((one) => one.编号 === remediating.code) ?? {}
  t.match(record, { ...EXPECTED, 区划: /^阜南县./, 完成时限: '2026-03-10 23:59:59', 逾期天数: '10' })
  t.match(record, { 经度: '115.8142', 纬度: '32.8909', '预算（元）': '120000.5', 上报时间: '2026-03-02 09:01:00' })
  const english = csvRecords(await fileOf(app, office, '/v1/items', 'csv', { 'accept-language': 'en' }))
  t.match(
    english.find((one) => one.Code === remediating.code),
    { Status: 'remediating', Level: 'general', 'Days overdue': '10', Overdue: 'yes' },
  )
})

t.test('a cell that a spreadsheet would run as a formula is text', async (t) => {
  const csv = csvRecords(await fileOf(app, office, '/v1/items?sort=reportedAt', 'csv'))
  const titles = csv.map((record) => record.标题)
  for (const formula of FORMULAS) t.ok(titles.includes(`'${formula}`), formula)
  t.equal(csv.find((one) => one.编号 === remediating.code)?.牵头领导, "'-王建国")
  const file = await fileOf(app, office, '/v1/items?sort=reportedAt', 'xlsx')
  const { records, lists } = await workbookOf(file)
  const cells = [...(lists[0]?.cells?.values() ?? [])]
  t.notOk(cells.some((cell) => cell.formula !== undefined))
  for (const formula of FORMULAS)
    t.ok(
      records.some((record) => record.标题 === formula),
      formula,
    )
  t.equal(records.at(-1)?.地址, '_x0041_ \u0007 <b>&', 'what XML cannot hold comes through')
})

t.test('a workbook has typed cells under frozen, filtered headings', async (t) => {
  const file = await fileOf(app, office, '/v1/items', 'xlsx')
  const { lists, records } = await workbookOf(file)
  t.match(lists, [{ name: '隐患清单', freezePane: { rows: 1 }, autoFilter: { range: /^A1:[A-Z]+9$/ } }])
  t.ok(
    lists[0]?.columns?.every((column) => (column.width ?? 0) >= 8),
    'every column has its width',
  )
  const record: Json = records.find((one) => one.编号 === remediating.code) ?? {}
  t.match(record, { ...EXPECTED, 逾期天数: 10, 经度: 115.8142, 纬度: 32.8909, '预算（元）': 120_000.5 })
  t.same(record.完成时限, new Date('2026-03-10T23:59:59.000Z'), 'a date, on the jurisdiction’s clocks')
  t.same(record.上报时间, new Date('2026-03-02T09:01:00.000Z'))
  t.equal(record.销号时间, null)
})

t.test('the cover says whose list it is, which filters, when, and where the ledger stood', async (t) => {
  const head = await ok(office.get('/v1/ledger'))
  const url = `/v1/items?status=remediating&status=closed&area=341225&onAccount=true&unit=${home.unit}&asOf=2026-03-10T16:00:00.000Z`
  const { cover, lines } = await workbookOf(await fileOf(app, office, url, 'xlsx'))
  t.equal(cover?.name, '封面')
  t.equal(cover?.rows[0]?.[0], '隐患清单')
  t.same(lines, {
    ...{ 辖区: '阜阳', 导出人: '阜阳 office', 行数: '1', 台账序号: String(head.seq), 台账哈希: head.hash },
    ...{ 数据时点: '2026-03-11 00:00:00', 导出时间: '2026-03-20 09:00:00' },
    筛选条件: '状态：整改中、已销号\n挂账：是\n区划：阜南县\n责任单位：阜阳交通运输局',
  })
  const none = await workbookOf(await fileOf(app, office, '/v1/items?road=X999', 'xlsx'))
  t.match(none.lines, { 行数: '0', 筛选条件: '路线：X999' })
  t.equal(none.lists[0]?.rows.length, 1, 'a list of none has its headings')
})

t.test('the overdue report by group is a table of counts', async (t) => {
  const url = '/v1/reports/overdue?groupBy=unit'
  const { groups } = await ok(office.get(url))
  t.same(ndjsonRows(await fileOf(app, office, url, 'ndjson')), groups)
  const file = await workbookOf(await fileOf(app, office, url, 'xlsx'))
  t.equal(file.cover?.rows[0]?.[0], '逾期统计（按责任单位）')
  t.match(file.records, [{ 责任单位: '阜阳交通运输局', 逾期数: 1, '最长逾期（天）': 10, '8–30 天': 1, '1–7 天': 0 }])
  t.match(csvRecords(await fileOf(app, office, url, 'csv')), [{ 责任单位: '阜阳交通运输局', 逾期数: '1' }])
  refused(t, await office.get(url, { accept: 'application/geo+json' }), 406, 'not-acceptable')
})

t.test('the other lists are files too', async (t) => {
  const lists: [Caller, string, Record<string, string>][] = [
    [office, '/v1/units', { 名称: '阜阳公路局', 类型: '部门', 启用: '是' }],
    [home.admin, '/v1/people', { 姓名: '核验员', 角色: '排查员' }],
    [office, '/v1/areas?level=3', { 代码: '341225', 名称: '阜南县', 上级代码: '341200' }],
    [office, '/v1/categories', { 代码: 'lighting', 名称: '照明' }],
  ]
  for (const [caller, url, expected] of lists) {
    const rows = await allPages(
      caller,
      `${url}${url.includes('?') ? '&' : '?'}${url === '/v1/categories' ? '' : 'limit=5'}`.replace(/\?$/, ''),
    )
    t.same(ndjsonRows(await fileOf(app, caller, url, 'ndjson', { 'accept-language': 'en' })), rows, url)
    const records = csvRecords(await fileOf(app, caller, url, 'csv'))
    t.equal(records.length, rows.length)
    t.ok(
      records.some((record) => Object.entries(expected).every(([k, v]) => record[k] === v)),
      `${url} ${JSON.stringify(expected)}`,
    )
    t.equal((await workbookOf(await fileOf(app, caller, url, 'xlsx'))).records.length, rows.length)
    refused(t, await caller.get(url, { accept: 'application/geo+json' }), 406, 'not-acceptable')
  }
  refused(t, await office.get('/v1/people', { accept: 'text/csv' }), 403, 'forbidden')
})

t.test('a limit that is given bounds a file, and a cursor is refused', async (t) => {
  for (const format of FILES) t.equal((await codesIn(office, '/v1/items?limit=3', format)).length, 3)
  const { nextCursor } = await ok(office.get('/v1/items?limit=3'))
  const url = `/v1/items?limit=3&cursor=${nextCursor}`
  refused(t, await office.get(url, { accept: 'text/csv' }), 400, 'invalid-request', { pointers: ['/query/cursor'] })
  refused(t, await office.get('/v1/items?asOf=2099-01-01T00:00:00Z', { accept: 'text/csv' }), 400, 'invalid-request')
  refused(t, await office.get('/v1/items?ovedue=true', { accept: 'text/csv' }), 400, 'invalid-request')
})
