import { Mapping } from '../../src/import/mapping.js'
import { createRowReader, type Surroundings } from '../../src/import/row.js'
import { t } from '../helpers/tap.js'

const SURROUNDINGS: Surroundings = {
  area: '341200',
  timeZone: 'Asia/Shanghai',
  areas: new Set(['341200', '341202', '341225', '341202100']),
  areaNames: new Map([
    ['颍州区', '341202'],
    ['颍州区鼓楼街道', '341202100'],
    ['城关镇', null],
  ]),
  categories: new Set(['lighting', 'pavement_defect']),
  now: '2026-03-02T01:00:00.000Z',
}

const FIELDS = {
  externalId: { column: 'id' },
  title: { column: 'title' },
  area: { constant: '341202' },
  status: { column: 'status', values: { 挂账: 'listed', 销号: 'closed', 待核实: 'reported', 不立: 'dismissed' } },
  reportedAt: { column: 'reported' },
  address: { column: 'address' },
}

const ROW = { id: 'A-1', title: '路面坑槽', status: '挂账', reported: '2025-03-01', address: '阜王路 8 号' }

/** Reads one row under the fields above, changed by `fields` and `rest` of the mapping. */
function read(row: Record<string, string>, fields: object = {}, rest: object = {}) {
  const mapping = Mapping.parse({ externalSystem: 'test', fields: { ...FIELDS, ...fields }, ...rest })
  const whole = { ...ROW, ...row }
  const header = new Map(Object.keys(whole).map((name, k) => [name, k]))
  const { row: taken, errors, dropped, notices } = createRowReader(mapping, header, SURROUNDINGS)(Object.values(whole))
  const short = (found: { code: string; column: string | null; value: string | null }[]) =>
    found.map(({ code, column, value }) => [code, column, value])
  return { taken, errors: short(errors), dropped: short(dropped), notices: short(notices) }
}

t.test('a row says what was known and nothing else', async (t) => {
  t.same(read({}), {
    taken: {
      externalSystem: 'test',
      externalId: 'A-1',
      title: '路面坑槽',
      status: 'listed',
      area: '341202',
      description: null,
      category: null,
      level: null,
      risk: null,
      source: 'import',
      direction: null,
      dismissalReason: null,
      address: '阜王路 8 号',
      road: null,
      startChainageM: null,
      endChainageM: null,
      lon: null,
      lat: null,
      foundAt: null,
      reportedAt: '2025-02-28T16:00:00.000Z',
      listedAt: null,
      dueAt: null,
      closedAt: null,
    },
    errors: [],
    dropped: [],
    notices: [],
  })
})

t.test('a text comes from a column, a template, a constant or a code list', async (t) => {
  const title = (rule: object, row = {}) => read({ kind: '坑槽', place: '', ...row }, { title: rule }).taken?.title
  t.equal(title({ column: 'kind' }), '坑槽')
  t.equal(title({ column: 'kind' }, { kind: '\u3000坑槽\u00a0 ' }), '坑槽', 'blanks around it go')
  t.equal(title({ template: '{kind}[：{place}]！' }), '坑槽！')
  t.equal(title({ template: '{kind}[：{place}]！' }, { place: 'S315' }), '坑槽：S315！')
  t.equal(title({ template: '{kind} {place}' }), '坑槽', 'a blank that is left at the end goes')
  t.equal(title({ template: '{ kind }{kind}' }), '坑槽坑槽')
  t.equal(title({ constant: '隐患' }), '隐患')
  t.equal(title({ column: 'place', default: '隐患' }), '隐患', 'the default is for the empty')
  t.equal(title({ column: 'place', default: '隐患' }, { place: '桥' }), '桥')
  t.equal(title({ column: 'place', emptyIs: ['无'], default: '隐患' }, { place: ' 无 ' }), '隐患')
  t.equal(title({ column: 'kind', values: { ' 坑槽 ': '路面坑槽' } }), '路面坑槽', 'code lists compare without blanks')
  t.equal(read({ title: 'NULL' }, {}, { emptyIs: ['NULL'] }).errors[0]?.[0], 'required', 'a list may be for all fields')
  for (const name of ['constructor', '__proto__', 'toString']) {
    t.same(read({ status: name }).errors, [['unknown-value', 'status', name]], `${name} is in no code list`)
  }
})

t.test('an area is its code in any form, or its name where one area has it', async (t) => {
  const forms: [string, string][] = [
    ['341225000000', '341225'],
    ['341225', '341225'],
    ['341202100203', '341202100'],
    ['颍州区', '341202'],
    ['颍州区 鼓楼街道', '341202100'],
  ]
  for (const [a, code] of forms) t.equal(read({ a }, { area: { column: 'a' } }).taken?.area, code, a)
})

t.test('what another system’s clock is ahead by, up to five minutes, is taken off', async (t) => {
  const now = SURROUNDINGS.now
  const at = (ms: number) => new Date(Date.parse(now) + ms).toISOString()
  t.equal(read({ reported: at(180_000) }).taken?.reportedAt, now)
  t.equal(read({ reported: at(300_000) }).taken?.reportedAt, now)
  t.equal(read({ reported: at(-1) }).taken?.reportedAt, at(-1))
  t.same(read({ reported: at(300_001) }).errors, [['in-the-future', 'reported', at(300_001)]])
})

t.test('every error of a row is told, with its column and value', async (t) => {
  const long = 'x'.repeat(201)
  const cases: [string, Record<string, string>, object, (string | null)[][]][] = [
    ['no external id', { id: ' ' }, {}, [['required', 'id', null]]],
    ['no title', { title: '' }, {}, [['required', 'title', null]]],
    ['no date', { reported: '' }, {}, [['required', 'reported', null]]],
    ['no status', { status: '' }, {}, [['required', 'status', null]]],
    ['a status that nobody mapped', { status: '在办' }, {}, [['unknown-value', 'status', '在办']]],
    ['a level that is none', { level: 'huge' }, { level: { column: 'level' } }, [['unknown-value', 'level', 'huge']]],
    ['a title that is too long', { title: long }, {}, [['too-long', 'title', long]]],
    ['an id that is too long', { id: long }, {}, [['too-long', 'id', long]]],
    ['U+0000', { title: 'a\u0000b' }, {}, [['unstorable', 'title', 'a\u0000b']]],
    ['half a character', { address: 'a\ud800' }, {}, [['unstorable', 'address', 'a\ud800']]],
    ['bytes of another encoding', { title: '\ufffd\ufffd' }, {}, [['bad-encoding', 'title', '\ufffd\ufffd']]],
    ['a code of another encoding', { status: '\ufffd' }, {}, [['bad-encoding', 'status', '\ufffd']]],
    ['no date at all', { reported: '不详' }, {}, [['not-a-date', 'reported', '不详']]],
    ['a date to come', { reported: '2026-03-03' }, {}, [['in-the-future', 'reported', '2026-03-03']]],
    ['a zero date of a spreadsheet', { reported: '1899-12-30' }, {}, [['too-early', 'reported', '1899-12-30']]],
    ['an area that is none', { a: '999999' }, { area: { column: 'a' } }, [['area-outside', 'a', '999999']]],
    ['an area elsewhere', { a: '341621' }, { area: { column: 'a' } }, [['area-outside', 'a', '341621']]],
    ['an area that nobody knows', { a: '341299' }, { area: { column: 'a' } }, [['unknown-area', 'a', '341299']]],
    ['an area’s name that nobody knows', { a: '颖州区' }, { area: { column: 'a' } }, [['unknown-area', 'a', '颖州区']]],
    ['an area’s name that two have', { a: '城关镇' }, { area: { column: 'a' } }, [['ambiguous-area', 'a', '城关镇']]],
    [
      'a village of no township',
      { a: '341225000203' },
      { area: { column: 'a' } },
      [['unknown-area', 'a', '341225000203']],
    ],
    ['a category that is none', { c: 'x' }, { category: { column: 'c' } }, [['unknown-category', 'c', 'x']]],
    ['no place', { address: '' }, {}, [['no-place', null, null]]],
    [
      'everything at once',
      { id: '', title: '', status: '?', reported: '?', address: '' },
      {},
      [
        ['required', 'id', null],
        ['required', 'title', null],
        ['unknown-value', 'status', '?'],
        ['no-place', null, null],
        ['not-a-date', 'reported', '?'],
      ],
    ],
  ]
  for (const [name, row, fields, errors] of cases) t.match(read(row, fields), { taken: null, errors }, name)
})

t.test('a place is a point, a road with chainage, or an address', async (t) => {
  const POINT = { lon: { column: 'x' }, lat: { column: 'y' }, address: undefined }
  const BOUNDS = { bounds: { west: 114, south: 32, east: 117, north: 35 } }
  const point = (x: string, y: string, rest: object = BOUNDS, more = {}) => read({ x, y }, { ...POINT, ...more }, rest)
  t.match(point('115.8', '32.9').taken, { lon: 115.8, lat: 32.9, address: null })
  t.match(point('115.8', '32.9', {}, { datum: { constant: 'gcj02' } }).taken, { lon: /^115\.79/, lat: /^32\.90/ })
  t.match(point('-90.1', '+29.9', {}).taken, { lon: -90.1, lat: 29.9 }, 'without bounds it may be anywhere')
  for (const [x, y, code] of [
    ['0', '0.000', 'coordinates-zero'],
    ['115.8', '', 'coordinates-incomplete'],
    ['', '32.9', 'coordinates-incomplete'],
    ['32.9', '115.8', 'coordinates-out-of-range'],
    ['115.8', '36', 'coordinates-outside'],
    ['116°', '32.9', 'not-a-number'],
    ['1e2', '32.9', 'not-a-number'],
    ['NaN', '32.9', 'not-a-number'],
  ] as const) {
    t.same(point(x, y).errors, [[code, 'x, y', `${x}, ${y}`]], `${x}, ${y}`)
  }
  t.same(point('', '').errors, [['no-place', null, null]])

  const ROAD = { road: { column: 'r' }, chainage: { column: 'c' }, address: undefined }
  const stretch = (r: string, c: string, format?: string) =>
    read({ r, c }, { ...ROAD, chainage: { column: 'c', format } })
  t.match(stretch('ｓ315', 'K12+345').taken, { road: 'S315', startChainageM: 12_345, endChainageM: 12_345 })
  t.match(stretch('S315', '77公里加800米至77公里').taken, { startChainageM: 77_000, endChainageM: 77_800 })
  t.match(stretch('S315', '12.3456', 'km').taken, { startChainageM: 12_346 })
  t.match(stretch('S315', '900 ~ 300', 'm').taken, { startChainageM: 300, endChainageM: 900 })
  t.same(stretch('S315', '12.5').errors, [['bad-chainage', 'c', '12.5']], 'bare digits may mean anything')
  for (const text of ['-1', '1~2~3', 'K1', '10000000']) {
    t.same(stretch('S315', text, 'm').errors, [['bad-chainage', 'c', text]], `${text} in metres`)
  }
  t.same(stretch('', 'K12').errors, [['chainage-without-road', 'c', 'K12']])
  t.same(stretch('***', 'K12').errors, [
    ['bad-road', 'r', '***'],
    ['chainage-without-road', 'c', 'K12'],
  ])
  t.same(stretch('S315', '').errors, [['no-place', null, null]], 'a road alone is long')
})

const DATES = {
  reportedAt: { column: 'reported' },
  foundAt: { column: 'found' },
  listedAt: { column: 'listed' },
  closedAt: { column: 'closed' },
  dueAt: { column: 'due' },
}
const dates = (row: Record<string, string>, rest: object = {}) =>
  read({ found: '', listed: '', closed: '', due: '', ...row }, DATES, rest)

t.test('dates stand in their order, and a deadline may come', async (t) => {
  const row = { found: '2025-02-27', reported: '2025-03-01T09:00:00', listed: '2025-03-02', closed: '2025-03-05' }
  t.match(dates({ ...row, status: '销号', due: '2027-01-01' }).taken, {
    foundAt: '2025-02-26T16:00:00.000Z',
    reportedAt: '2025-03-01T01:00:00.000Z',
    listedAt: '2025-03-01T16:00:00.000Z',
    closedAt: '2025-03-04T16:00:00.000Z',
    dueAt: '2027-01-01T15:59:59.999Z',
  })
  const reported = '2025-03-01T09:00:00'
  const cases: [string, string, string, Record<string, string>][] = [
    ['found-after-reported', 'found', '2025-03-02', {}],
    ['listed-before-reported', 'listed', '2025-02-28', {}],
    ['listed-at-of-unlisted', 'listed', '2025-03-02', { status: '待核实' }],
    ['listed-at-of-unlisted', 'listed', '2025-03-02', { status: '不立' }],
    ['closed-before-reported', 'closed', '2025-02-28', { status: '销号' }],
    ['closed-before-listed', 'closed', '2025-03-02', { status: '销号', listed: '2025-03-03' }],
    ['closed-at-of-open', 'closed', '2025-03-02', { status: '挂账' }],
    ['closed-at-of-dismissed', 'closed', '2025-03-02', { status: '不立' }],
    ['in-the-future', 'closed', '2026-03-03', { status: '销号' }],
    ['not-a-date', 'due', '尽快', {}],
  ]
  for (const [code, column, value, more] of cases) {
    const made = { reported, ...more, [column]: value }
    t.match(dates(made), { taken: null, errors: [[code, column, value]] }, code)
    const kept = dates(made, { drop: [code] })
    t.match(kept, { errors: [], dropped: [[code, column, value]] }, `${code} may be dropped`)
    t.equal(kept.taken?.[`${column}At` as 'closedAt'], null)
  }
})

t.test('a day without a time cannot have been earlier than what came before it on that day', async (t) => {
  t.match(
    dates({ reported: '2025-03-01T09:00:00', listed: '2025-03-01', closed: '2025-03-01', status: '销号' }).taken,
    {
      reportedAt: '2025-03-01T01:00:00.000Z',
      listedAt: '2025-03-01T01:00:00.000Z',
      closedAt: '2025-03-01T01:00:00.000Z',
    },
  )
  t.match(dates({ found: '2025-03-01T09:00:00', reported: '2025-03-01' }).taken, {
    foundAt: '2025-03-01T01:00:00.000Z',
    reportedAt: '2025-03-01T01:00:00.000Z',
  })
  t.match(dates({ reported: '2026-03-02' }).taken, { reportedAt: '2026-03-01T16:00:00.000Z' }, 'today has begun')
})

t.test('what every item must have is never dropped', async (t) => {
  const drop = ['unknown-value', 'too-long', 'not-a-date', 'in-the-future', 'coordinates-zero']
  const gone = { x: '0', y: '0', address: '', status: '?', title: 'x'.repeat(201), reported: '?' }
  const { taken, errors, dropped } = read(gone, { lon: { column: 'x' }, lat: { column: 'y' } }, { drop })
  t.equal(taken, null)
  t.same(
    errors.map(([code]) => code),
    ['too-long', 'unknown-value', 'no-place', 'not-a-date'],
  )
  t.same(dropped, [['coordinates-zero', 'x, y', '0, 0']], 'a dropped place is no place')
})

t.test('a reason for dismissal is that of a dismissed item', async (t) => {
  const rule = { dismissalReason: { template: '{why}' } }
  t.equal(read({ status: '不立', why: '重复' }, rule).taken?.dismissalReason, '重复')
  t.equal(read({ status: '挂账', why: '重复' }, rule).taken?.dismissalReason, null)
})

t.test('a time that comes twice is taken and pointed out', async (t) => {
  const { taken, notices } = read({ reported: '2021-11-07T01:30:00' }, {}, { timeZone: 'America/Chicago' })
  t.equal(taken?.reportedAt, '2021-11-07T06:30:00.000Z')
  t.same(notices, [['ambiguous-time', 'reported', '2021-11-07T01:30:00']])
  const gap = read({ reported: '2021-03-14T02:30:00' }, {}, { timeZone: 'America/Chicago' })
  t.same(gap.errors, [['no-such-time', 'reported', '2021-03-14T02:30:00']])
})
