import { itemIn, type Json, ok, order, type Stage } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { office } = home

/** Files an item at a time and leads it to a stage there and then; its title is the name it goes by here. */
async function make(title: string, at: string, stage: Stage, filed: Json, ordered: Json = {}): Promise<string> {
  clock.now = at
  const place = { road: null, chainage: null, category: 'other', ...filed }
  const item = await itemIn(stage, home, { filing: { title, ...place }, order: ordered })
  return `/v1/items/${item.id}`
}
const wang = { leadOfficial: { name: '王建国', title: '副县长' } }
const li = { leadOfficial: { name: '李红' } }

await make('甲', '2026-03-02T01:00:00.000Z', 'reported', {
  ...{ area: '341225101', road: 'S315', chainage: 'K12+345~K12+900', category: 'roadside_protection', risk: 'road' },
  location: { lon: 115.5953, lat: 32.6584 },
})
// Half past midnight of 4 March in Shanghai.
await make('乙', '2026-03-03T16:30:00.000Z', 'listed', {
  ...{ area: '341202', address: '颍河路', category: 'lighting', risk: 'person', source: 'hotline' },
  location: { lon: 115.8, lat: 32.9 },
})
const patrol = { area: '341225', road: 'G220', chainage: 'K1', category: 'signals', risk: 'vehicle', source: 'patrol' }
await make('丙', '2026-03-04T01:00:00.000Z', 'assigned', patrol, { ...wang, dueAt: '2026-03-31' })
const media = { area: '341225', road: 'G220', chainage: 'K5~K6', risk: 'enterprise', source: 'media' }
const ding = await make('丁', '2026-03-05T01:00:00.000Z', 'reported', media)
await ok(office.post(`${ding}/listing`, { level: 'major' }))
await ok(office.post(`${ding}/assignments`, order({ unit: home.otherUnit }, { ...li, dueAt: '2026-04-20' })))
await ok(office.post(`${ding}/supervision`, { tier: 'county', reason: '临水' }))
const blackSpot = { area: '341221', address: '泉河桥', source: 'accident_analysis' }
const wu = await make('戊', '2026-03-06T01:00:00.000Z', 'closure_requested', blackSpot, {
  ...wang,
  dueAt: '2026-04-05',
})
await ok(office.post(`${wu}/supervision`, { tier: 'province', reason: '两起坠车' }))
await make(
  '己',
  '2026-03-07T01:00:00.000Z',
  'closed',
  { area: '341202', address: '清河路', source: 'superior_order' },
  wang,
)
await make('庚', '2026-03-08T01:00:00.000Z', 'dismissed', { area: '341203', address: '向阳路', source: 'public' })
const ren = { area: '341200', address: '环城路', risk: 'road' }
const suspended = await make('壬', '2026-03-10T01:00:00.000Z', 'remediating', ren, { ...wang, dueAt: '2026-03-20' })
clock.now = '2026-03-15T01:00:00.000Z'
await ok(office.post(`${suspended}/suspension`, { reason: '等待施工窗口' }))
await itemIn('listed', foreign)
clock.now = '2026-04-10T04:00:00.000Z'

const ALL = '甲乙丙丁戊己庚壬'
const titles = (rows: Json[]) =>
  rows
    .map((item) => item.title)
    .sort()
    .join('')
const sorted = (names: string) => [...names].sort().join('')
const without = (names: string) => [...ALL].filter((name) => !names.includes(name)).join('')

/** Every filter, with the items that it lets through. */
const FILTERS: [string, string][] = [
  ['status=reported', '甲'],
  ['status=merged', ''],
  ['status=closed&status=dismissed', '己庚'],
  ['onAccount=true', '乙丙丁戊壬'],
  ['onAccount=false', '甲己庚'],
  ['overdue=true', '丙戊'],
  ['overdue=false', without('丙戊')],
  // A date is its beginning: the deadline at the end of 5 April lies before the 6th, not before the 5th.
  ['dueBefore=2026-04-05', '丙壬'],
  ['dueBefore=2026-04-06', '丙戊壬'],
  ['dueBefore=2026-04-05T15:59:59.999Z', '丙壬'],
  ['dueBefore=2026-04-05T16:00:00Z', '丙戊壬'],
  ['dueAfter=2026-04-20', '丁己'],
  ['dueAfter=2026-04-21', '己'],
  ['dueAfter=2026-04-20T15:59:59.999Z', '丁己'],
  ['dueAfter=2026-04-20T16:00:00Z', '己'],
  ['dueAfter=2026-04-05&dueBefore=2026-04-21', '乙丁戊'],
  ['level=general', '乙丙戊己壬'],
  ['level=major', '丁'],
  ['category=signals', '丙'],
  ['category=no_such', ''],
  ['risk=road', '甲壬'],
  ['risk=person', '乙'],
  ['source=inspection', '甲壬'],
  ['source=hotline', '乙'],
  ['source=import', ''],
  ['area=341200', ALL],
  ['area=34', ALL],
  ['area=341225', '甲丙丁'],
  ['area=34122', '甲丙丁戊'],
  ['area=341225101', '甲'],
  ['area=341225102', ''],
  ['area=341600', ''],
  ['road=G220', '丙丁'],
  [`road=${encodeURIComponent('国道220')}`, '丙丁'],
  ['road=s315', '甲'],
  ['road=S31', ''],
  ['road=G220&chainageFromM=1000&chainageToM=5000', '丙丁'],
  ['road=G220&chainageFromM=5000&chainageToM=1000', '丙丁'],
  ['road=G220&chainageFromM=1001&chainageToM=4999', ''],
  ['road=G220&chainageFromM=5400&chainageToM=5600', '丁'],
  ['road=G220&chainageFromM=K5%2B500', '丁'],
  ['road=G220&chainageFromM=6001', ''],
  ['road=G220&chainageToM=999', ''],
  ['road=G220&chainageToM=K1', '丙'],
  [`unit=${home.unit}`, '丙戊己壬'],
  [`unit=${home.otherUnit.toUpperCase()}`, '丁'],
  ['unit=01900000-0000-7000-8000-000000000000', ''],
  [`leadOfficial=${encodeURIComponent('王建国')}`, '丙戊己壬'],
  [`leadOfficial=${encodeURIComponent('李红')}`, '丁'],
  [`leadOfficial=${encodeURIComponent('王')}`, ''],
  ['supervision=true', '丁戊'],
  ['supervision=false', without('丁戊')],
  ['supervision=county', '丁'],
  ['supervision=city', ''],
  ['supervision=province', '戊'],
  ['bbox=115.5,32.6,115.6,32.7', '甲'],
  ['bbox=115.5953,32.6584,115.5953,32.6584', '甲'],
  ['bbox=115.5,32.6,115.8,32.9', '甲乙'],
  ['bbox=115.6,32.6,115.7,32.7', ''],
  [`q=${encodeURIComponent('颍河')}`, '乙'],
  ['updatedAfter=2026-03-15T01:00:00.000Z', '壬'],
  ['updatedAfter=2026-03-15T01:00:00.001Z', ''],
  ['updatedAfter=2026-03-08', '庚壬'],
  ['reportedAfter=2026-03-04', without('甲')],
  ['reportedBefore=2026-03-04', '甲'],
  ['reportedAfter=2026-03-08T01:00:00.000Z', '庚壬'],
  ['reportedBefore=2026-03-08T01:00:00.000Z', '甲乙丙丁戊己'],
  ['reportedAfter=2026-03-05T09:00:00%2B08:00&reportedBefore=2026-03-07', '丁戊'],
]

t.test('each filter lets through just what it names, and the count is of that', async (t) => {
  t.equal(titles(await allPages(office, '/v1/items?limit=200')), sorted(ALL), 'without a filter, all')
  for (const [query, expected] of FILTERS) {
    const { data, total } = await ok(office.get(`/v1/items?count=true&${query}`))
    t.equal(titles(data), sorted(expected), query)
    t.equal(total, expected.length, `${query} counted`)
  }
})

t.test('filters together let through what each of them does', async (t) => {
  const named = FILTERS.map(([query, expected]) => ({ query, expected, keys: [...new URLSearchParams(query).keys()] }))
  // One of a kind will do to pair: each parameter once, the first that lets something through.
  const one = named.filter(
    ({ keys, expected }, k) =>
      expected !== '' && named.findIndex((f) => f.expected !== '' && `${f.keys}` === `${keys}`) === k,
  )
  for (const [k, a] of one.entries()) {
    for (const b of one.slice(k + 1).filter((other) => !other.keys.some((key) => a.keys.includes(key)))) {
      const expected = [...a.expected].filter((name) => b.expected.includes(name)).join('')
      const { data } = await ok(office.get(`/v1/items?${a.query}&${b.query}`))
      t.equal(titles(data), sorted(expected), `${a.query}&${b.query}`)
    }
  }
})

t.test('the overdue report and the past take the same filters', async (t) => {
  for (const [query, expected] of FILTERS) {
    const past = await ok(office.get(`/v1/items?asOf=${clock.now}&${query}`))
    t.equal(titles(past.data), sorted(expected), `as of now: ${query}`)
    if (query.startsWith('overdue')) continue
    const both = [...expected].filter((name) => '丙戊'.includes(name)).join('')
    const report = await ok(office.get(`/v1/reports/overdue?${query}`))
    t.equal(titles(report.items), sorted(both), `overdue: ${query}`)
    t.equal(report.total, both.length)
  }
})

t.test('a parameter that is unknown or wrong is refused and named: a typo never widens a report', async (t) => {
  const wrong: [string, string][] = [
    ...['statuss=closed', 'Status=closed', 'state=closed', 'page=2'].map((q): [string, string] => [
      `/query/${q.split('=')[0]}`,
      q,
    ]),
    ...['done', '', 'closed,listed'].map((v): [string, string] => ['/query/status', `status=${v}`]),
    ...['1', 'yes', ''].map((v): [string, string] => ['/query/onAccount', `onAccount=${v}`]),
    ['/query/overdue', 'overdue=TRUE'],
    ['/query/count', 'count=1'],
    ['/query/level', 'level=huge'],
    ['/query/level', 'level=general&level=major'],
    ['/query/risk', 'risk=none'],
    ['/query/source', 'source=x'],
    ['/query/supervision', 'supervision=national'],
    ['/query/unit', 'unit=7'],
    ...['3', '012345', '000000', '34122510100', '3412*', '%'].map((v): [string, string] => [
      '/query/area',
      `area=${encodeURIComponent(v)}`,
    ]),
    ...['-1', '12345678', 'abc', 'K1%2B2000'].map((v): [string, string] => [
      '/query/chainageFromM',
      `road=G220&chainageFromM=${v}`,
    ]),
    ['/query/road', 'chainageFromM=5'],
    ['/query/road', 'chainageToM=5'],
    ...['1,2,3', '116,32,115,33', '115,33,116,32', '-181,0,0,0', '0,0,0,91', 'a,b,c,d', '1,2,3,4,5', ''].map(
      (v): [string, string] => ['/query/bbox', `bbox=${v}`],
    ),
    ...['2026-02-30', '2026-3-1', 'today', '2026-03-01T00:00:00', '2026-03-01T25:00:00Z', ''].flatMap((v) =>
      ['dueBefore', 'dueAfter', 'updatedAfter', 'reportedAfter', 'reportedBefore'].map((p): [string, string] => [
        `/query/${p}`,
        `${p}=${v}`,
      ]),
    ),
    ['/query/q', 'q='],
    ['/query/q', `q=${'x'.repeat(101)}`],
    ['/query/q', 'q=a%00b'],
    ['/query/sort', 'sort=title'],
    ['/query/sort', 'sort=-'],
  ]
  for (const [pointer, query] of wrong) {
    refused(t, await office.get(`/v1/items?${query}`), 400, 'invalid-request', { pointers: [pointer] })
  }
  refused(t, await office.get('/v1/items?level=x&nonsense=1'), 400, 'invalid-request', {
    pointers: ['/query/level', '/query/nonsense'],
  })
})
