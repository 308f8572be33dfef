import { itemIn, type Json, ok, order, START } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { office, unitCaller, otherUnitCaller } = home
const REPORT = '/v1/reports/overdue'
/** 1 July 2026, noon in Shanghai. */
const NOW = '2026-07-01T04:00:00.000Z'
const DAY_MS = 86_400_000

interface Case {
  /** How many days it is overdue at `NOW`. */
  days: number
  unit: 'unit' | 'otherUnit'
  area: string
  lead: string
  level: 'general' | 'major'
  category: string
  road: string | null
}
const CASES: Case[] = [
  { days: 1, unit: 'unit', area: '341225101', lead: '王建国', level: 'general', category: 'lighting', road: 'G220' },
  { days: 7, unit: 'otherUnit', area: '341225', lead: '王建国', level: 'major', category: 'signals', road: 'S315' },
  { days: 8, unit: 'unit', area: '341202', lead: '李红', level: 'general', category: 'lighting', road: null },
  { days: 30, unit: 'otherUnit', area: '341225102', lead: '李红', level: 'general', category: 'other', road: 'G220' },
  { days: 31, unit: 'unit', area: '341202', lead: '王建国', level: 'major', category: 'lighting', road: 'S315' },
  { days: 90, unit: 'otherUnit', area: '341203', lead: '李红', level: 'general', category: 'signals', road: 'G220' },
  { days: 91, unit: 'unit', area: '341225', lead: '王建国', level: 'general', category: 'lighting', road: 'G220' },
]
const localDay = (days: number) => new Date(Date.parse(NOW) - days * DAY_MS).toISOString().slice(0, 10)

async function make({ days, unit, area, lead, level, category, road }: Case): Promise<Json> {
  const filed = {
    title: `逾期 ${days}`,
    area,
    category,
    ...(road === null ? { address: '某路' } : { road, chainage: 'K1' }),
  }
  const { id } = await ok(home.inspector.post('/v1/items', filed))
  await ok(office.post(`/v1/items/${id}/listing`, { level }))
  const elements = order({ unit: home[unit] }, { dueAt: localDay(days), leadOfficial: { name: lead } })
  return ok(office.post(`/v1/items/${id}/assignments`, elements))
}
for (const one of CASES) await make(one)
// Nobody was given this one; its default deadline, 14 April, is 78 days ago.
const unassigned = await ok(
  home.inspector.post('/v1/items', { title: '未交办', area: '341221', address: '桥', category: 'other' }),
)
await ok(office.post(`/v1/items/${unassigned.id}/listing`, { level: 'general' }))
// None of these is overdue: the clock stands, it is closed, it is due today.
const stands = await itemIn('remediating', home, { order: { dueAt: '2026-04-01' } })
await ok(office.post(`/v1/items/${stands.id}/suspension`, { reason: '等待' }))
await itemIn('closed', home, { order: { dueAt: '2026-04-01' } })
await itemIn('remediating', home, { order: { dueAt: '2026-07-01' } })
await itemIn('reported', home)
await itemIn('assigned', foreign, { order: { dueAt: '2026-04-01' } })
clock.now = NOW

const bucketsOf = (d1to7: number, d8to30: number, d31to90: number, over90: number) => ({
  d1to7,
  d8to30,
  d31to90,
  over90,
})

t.test('the items themselves come longest overdue first, with how long', async (t) => {
  const report = await ok(office.get(REPORT))
  t.match(report, { asOf: NOW, total: 8, nextCursor: null })
  t.same(
    report.items.map((item: Json) => item.overdueDays),
    [91, 90, 78, 31, 30, 8, 7, 1],
  )
  t.ok(report.items.every((item: Json) => item.overdue && item.onAccount && !item.suspended))
})

t.test('by unit: who has how many, how long, in which bucket, the most first', async (t) => {
  const { groups, total, asOf, ...rest } = await ok(office.get(`${REPORT}?groupBy=unit`))
  t.same(rest, {})
  t.same([total, asOf], [8, NOW])
  t.same(groups, [
    { key: home.unit, label: '阜阳交通运输局', count: 4, maxOverdueDays: 91, buckets: bucketsOf(1, 1, 1, 1) },
    { key: home.otherUnit, label: '阜阳公路局', count: 3, maxOverdueDays: 90, buckets: bucketsOf(1, 1, 1, 0) },
    { key: null, label: 'not assigned', count: 1, maxOverdueDays: 78, buckets: bucketsOf(0, 0, 1, 0) },
  ])
})

t.test('every grouping has its keys and its labels in both languages', async (t) => {
  const cases: Record<string, [string | null, number, string, string][]> = {
    unit: [
      [home.unit, 4, '阜阳交通运输局', '阜阳交通运输局'],
      [home.otherUnit, 3, '阜阳公路局', '阜阳公路局'],
      [null, 1, '未交办', 'not assigned'],
    ],
    // Townships are counted with their county.
    area: [
      ['341225', 4, '阜南县', '阜南县'],
      ['341202', 2, '颍州区', '颍州区'],
      ['341203', 1, '颍东区', '颍东区'],
      ['341221', 1, '临泉县', '临泉县'],
    ],
    leadOfficial: [
      ['王建国', 4, '王建国', '王建国'],
      ['李红', 3, '李红', '李红'],
      [null, 1, '未交办', 'not assigned'],
    ],
    level: [
      ['general', 6, '一般', 'general'],
      ['major', 2, '重大', 'major'],
    ],
    category: [
      ['lighting', 4, '照明', 'Lighting'],
      ['signals', 2, '信号灯', 'Signals'],
      ['other', 2, '其他', 'Other'],
    ],
    road: [
      ['G220', 4, 'G220', 'G220'],
      [null, 2, '未登记路线', 'no road'],
      ['S315', 2, 'S315', 'S315'],
    ],
  }
  for (const [groupBy, expected] of Object.entries(cases)) {
    for (const [language, label] of [
      ['zh-CN', 2],
      ['en', 3],
    ] as const) {
      const { groups } = await ok(office.get(`${REPORT}?groupBy=${groupBy}`, { 'accept-language': language }))
      const said = groups.map((group: Json) => [group.key, group.count, group.label])
      t.same(
        said,
        expected.map((row) => [row[0], row[1], row[label]]),
        `${groupBy} in ${language}`,
      )
    }
  }
})

t.test('a bucket ends with its last day', async (t) => {
  for (const { days } of CASES) {
    const due = `dueAfter=${localDay(days)}&dueBefore=${localDay(days - 1)}`
    const { groups } = await ok(office.get(`${REPORT}?groupBy=level&${due}`))
    const [{ buckets, maxOverdueDays }] = groups
    t.equal(maxOverdueDays, days)
    const bucket = days <= 7 ? 'd1to7' : days <= 30 ? 'd8to30' : days <= 90 ? 'd31to90' : 'over90'
    t.same(buckets, { ...bucketsOf(0, 0, 0, 0), [bucket]: 1 }, `${days} days`)
  }
  const byRoad = await ok(office.get(`${REPORT}?groupBy=road`))
  const sums = (groups: Json[]) =>
    groups.map(({ count, buckets }) => count - buckets.d1to7 - buckets.d8to30 - buckets.d31to90 - buckets.over90)
  t.same(sums(byRoad.groups), [0, 0, 0], 'every item is in one bucket')
})

t.test('filters narrow the groups as they narrow the items', async (t) => {
  for (const [query, total] of [
    ['area=341225', 4],
    [`unit=${home.unit}`, 4],
    ['level=major', 2],
    ['category=lighting&area=341202', 2],
    ['status=listed', 1],
    ['dueBefore=2026-06-01', 4],
    ['road=G220&chainageFromM=2000', 0],
    ['onAccount=false', 0],
  ] as const) {
    const items = await ok(office.get(`${REPORT}?${query}`))
    const { groups, total: counted } = await ok(office.get(`${REPORT}?groupBy=area&${query}`))
    t.same([items.total, items.items.length, counted], [total, total, total], query)
    t.equal(
      groups.reduce((sum: number, group: Json) => sum + group.count, 0),
      total,
    )
  }
})

t.test('pages of the items are the whole, also where deadlines are the same', async (t) => {
  clock.now = START
  for (let k = 0; k < 3; k++) await make(CASES[4] as Case)
  clock.now = NOW
  const { items } = await ok(office.get(`${REPORT}?limit=200`))
  for (const limit of [1, 2, 5]) {
    const paged = await allPages(office, `${REPORT}?limit=${limit}`)
    t.same(paged, items, `by ${limit}`)
  }
  const first = await office.get(`${REPORT}?limit=4&area=341202`)
  t.equal(first.body.total, 5, 'the total is of all pages')
  const [, link = ''] = /^<(.+)>; rel="next"$/.exec(first.headers.link ?? '') ?? []
  t.equal((await ok(office.get(link))).items.length, 1)
  for (const query of [`area=341225&cursor=${first.body.nextCursor}`, 'cursor=x', `cursor=${'x'.repeat(2000)}`]) {
    refused(t, await office.get(`${REPORT}?${query}`), 400, 'invalid-request', { pointers: ['/query/cursor'] })
  }
})

t.test('an item that is closed or suspended while others page does not disturb the rest', async (t) => {
  const before = (await ok(office.get(`${REPORT}?limit=200`))).items
  const [, leaves, , stays] = before
  const rows = await allPages(office, `${REPORT}?limit=3`, async (page) => {
    if (page === 1) await ok(office.post(`/v1/items/${leaves.id}/suspension`, { reason: '等待' }))
    if (page === 2) await ok(office.post(`/v1/items/${stays.id}/notes`, { note: '催办' }))
  })
  t.same(
    rows.map((item) => item.id),
    before.map((item: Json) => item.id),
    'what left had been given out, what stays comes once',
  )
  await ok(office.post(`/v1/items/${leaves.id}/resumption`))
})

t.test('everybody sees their own: a unit what concerns it, a local supervisor their area', async (t) => {
  const totalOf = async (caller: typeof office) => (await ok(caller.get(REPORT))).total
  const all = await totalOf(office)
  t.equal(all, 11)
  t.equal(await totalOf(unitCaller), 7)
  t.equal(await totalOf(otherUnitCaller), 3)
  const units = await ok(otherUnitCaller.get(`${REPORT}?groupBy=unit`))
  t.match(units, { total: 3, groups: [{ key: home.otherUnit, count: 3 }] })
  t.equal(units.groups.length, 1)
  const south = await home.addCaller('supervisor', { area: '341225' })
  t.match(await ok(south.get(`${REPORT}?groupBy=area`)), { total: 4, groups: [{ key: '341225', count: 4 }] })
  t.match(await ok(south.get(`${REPORT}?area=341202`)), { total: 0, items: [] })
  t.equal(await totalOf(await home.addCaller('supervisor', { area: '341225101' })), 1)
  for (const caller of [home.auditor, home.admin, home.supervisor, home.inspector]) t.equal(await totalOf(caller), all)
  t.equal(await totalOf(foreign.office), 1)
})

t.test('an unknown parameter is refused, and to ask for what is not overdue is to ask for nothing', async (t) => {
  for (const parameter of ['groupBy', 'overdueDays', 'sort', 'count', 'group', 'from']) {
    const answer = await office.get(`${REPORT}?${parameter}=true`)
    refused(t, answer, 400, 'invalid-request', { pointers: [`/query/${parameter}`] })
  }
  refused(t, await office.get(`${REPORT}?groupBy=unit&groupBy=area`), 400, 'invalid-request', {
    pointers: ['/query/groupBy'],
  })
  t.equal((await ok(office.get(`${REPORT}?overdue=true`))).total, (await ok(office.get(REPORT))).total)
  t.match(await ok(office.get(`${REPORT}?overdue=false`)), { total: 0, items: [] })
})
