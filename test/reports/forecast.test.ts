import { DAY_MS, filing, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { csvRecords, fileOf, ndjsonRows } from '../helpers/files.js'
import { HEADER, importCsv, mappingFor } from '../helpers/import.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { app, home, foreign, clock } = made
const { office } = home
const REPORT = '/v1/reports/forecast'
const TODAY = '2026-06-29'
clock.now = `${TODAY}T01:00:00.000Z`
const daysAgo = (days: number) => new Date(Date.parse(clock.now) - days * DAY_MS).toISOString().slice(0, 10)

// An old list: in one county eight were closed each week and two came in, in another more came in than were closed.
async function bring(area: string, rows: [status: string, listed: number, closed: number | null][]): Promise<void> {
  const lines = rows.map(([status, listed, closed], k) => {
    return `${area}-${k},隐患 ${k},${status},${daysAgo(listed)},${closed === null ? '' : daysAgo(closed)},某路 ${k} 号`
  })
  const mapping = mappingFor(`old-${area}`, { timeZone: 'Asia/Shanghai', fields: { area: { constant: area } } })
  await ok(importCsv(made, office, mapping, [HEADER, ...lines, ''].join('\n')))
}
const weeks = Array.from({ length: 12 }, (_, k) => 7 * k + 3)
const times = <T>(n: number, one: T): T[] => Array.from({ length: n }, () => one)
await bring('341225', [
  ...weeks.flatMap((day) => times(8, ['done', 200, day] as [string, number, number])),
  ...weeks.flatMap((day) => times(2, ['open', day, null] as [string, number, null])),
  ...times(63, ['open', 200, null] as [string, number, null]),
])
await bring('341202', [
  ...weeks.flatMap((day) => times(1, ['done', 200, day] as [string, number, number])),
  ...weeks.flatMap((day) => times(2, ['open', day, null] as [string, number, null])),
])
await bring('341203', [['done', 200, 10]])
const { id } = await ok(home.inspector.post('/v1/items', filing({ area: '341221' })))
await ok(office.post(`/v1/items/${id}/listing`, { level: 'general' }))

const NOTHING = { reachesZero: null, earliest: null, latest: null }

t.test('each county is told when it reaches zero, or plainly that it does not', async (t) => {
  const report = await ok(office.get(REPORT))
  t.match(report, { asOf: clock.now, window: { from: '2026-04-06', to: TODAY, weeks: 12 }, open: 112 })
  t.strictSame(
    report.groups.map(({ label, open, added, closed, outlook }: Json) => [label, open, added, closed, outlook]),
    [
      ['阜南县', 87, 24, 96, 'expected'],
      ['颍州区', 24, 24, 12, 'not_at_this_pace'],
      // The one that was listed today; the day itself is not in the window.
      ['临泉县', 1, 0, 0, 'too_few_data'],
      ['颍东区', 0, 0, 1, 'reached'],
    ],
  )
  t.match(report.groups[0], {
    // As in the test of the method: 101.5 days, and between 79.3 and 135.03.
    ...{ reachesZero: '2026-10-09', earliest: '2026-09-17', latest: '2026-11-12', netPerWeek: 6, dispersion: 1 },
  })
  for (const group of report.groups.slice(1)) t.match(group, NOTHING, group.label)
})

t.test('the window is of whole weeks, and a young list has few of them', async (t) => {
  t.match(await ok(office.get(`${REPORT}?weeks=4`)), {
    window: { from: '2026-06-01', to: TODAY, weeks: 4 },
    closed: 37,
  })
  const young = await ok(office.get(`${REPORT}?area=341221`))
  t.match(young, { window: { weeks: 0 }, open: 1, outlook: 'too_few_data', ...NOTHING })
  for (const [query, pointer] of [
    ['weeks=3', '/query/weeks'],
    ['weeks=105', '/query/weeks'],
    ['groupBy=status', '/query/groupBy'],
    ['from=2026-01-01', '/query/from'],
  ] as const) {
    refused(t, await office.get(`${REPORT}?${query}`), 400, 'invalid-request', { pointers: [pointer] })
  }
})

t.test('everybody is told of what they see, and as of then', async (t) => {
  const south = await home.addCaller('supervisor', { area: '341225' })
  t.match(await ok(south.get(REPORT)), { open: 87, groups: [{ key: '341225' }] })
  t.match(await ok(home.unitCaller.get(REPORT)), { open: 0, outlook: 'reached', groups: [] })
  t.match(await ok(foreign.office.get(REPORT)), { open: 0, groups: [] })
  const now = await ok(office.get(`${REPORT}?groupBy=level`))
  const at = clock.now
  clock.advance(DAY_MS)
  await ok(office.post(`/v1/items/${id}/assignments`, { ...orderOf(home.unit) }))
  clock.advance(40 * DAY_MS)
  t.strictSame(await ok(office.get(`${REPORT}?groupBy=level&asOf=${at}`)), now)
  t.match(await ok(home.unitCaller.get(REPORT)), { open: 1 })
})

function orderOf(responsibleUnit: string): object {
  return {
    ...{ goal: '消除', leadOfficial: { name: '王建国' }, responsibleUnit, completionStandard: '合格' },
    ...{ dueAt: '2026-12-31', reward: '加分', penalty: '扣分' },
  }
}

t.test('a file has the groups, with headings and outlooks in Chinese', async (t) => {
  const url = `${REPORT}?asOf=${TODAY}T01:00:00.000Z`
  const { groups } = await ok(office.get(url))
  t.strictSame(ndjsonRows(await fileOf(app, office, url, 'ndjson')), groups)
  const records = csvRecords(await fileOf(app, office, url, 'csv'))
  t.match(records, [
    { 区划: '阜南县', 在账: '87', 预测: '预计可清零', 预计清零日: '2026-10-09' },
    { 区划: '颍州区', 预测: '按目前进度不能清零', 预计清零日: '' },
    { 预测: '数据不足' },
    { 预测: '已清零' },
  ])
})
