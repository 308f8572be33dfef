import { itemIn, type Json, ok, type TestApp } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { noon, scoreOn, scoresOf } from '../helpers/scores.js'
import { t } from '../helpers/tap.js'

const NOBODY = '01900000-0000-7000-8000-000000000000'

const made = await createCheckedApp(t)
const { home, foreign, clock } = made
const { closed, late } = await played(made)

/** Two items of the unit's in two counties: one closed early in March, one overdue from 21 March on. */
async function played(made: TestApp): Promise<{ closed: Json; late: Json }> {
  const { home } = made
  const closed = await itemIn('closed', home, { order: { reward: '考核加 2 分' } })
  const late = await itemIn('remediating', home, {
    filing: { area: '341202' },
    order: { dueAt: '2026-03-20', penalty: '每日扣 0.5 分' },
  })
  await scoreOn(made, '2026-03-22')
  return { closed, late }
}

t.test('the report explains every point, and its sums add up', async (t) => {
  const report = await ok(home.office.get(`/v1/reports/units/${home.unit}/score?from=2026-03-01&to=2026-04-01`))
  const { entries, ...about } = report
  t.match(about, {
    asOf: clock.now,
    unit: { id: home.unit, name: '阜阳交通运输局' },
    ...{ from: '2026-03-01', to: '2026-04-01', nextCursor: null },
    opening: { points: 0, moneyFen: 0 },
  })
  t.same(entries.map(({ rule, points, bookedOn }: Json) => [rule, points, bookedOn]).sort(), [
    ['closed_early', 1, '2026-03-02'],
    ['closed_on_time', 2, '2026-03-02'],
    ['no_progress', -1, '2026-03-17'],
    ['overdue_day', -0.5, '2026-03-21'],
    ['overdue_day', -0.5, '2026-03-22'],
  ])
  t.same(entries.map(({ running }: Json) => running.points).slice(1), [3, 2, 1.5, 1])
  t.same(about.closing, { points: 1, moneyFen: 0 })
  t.match(entries[0], { item: { code: closed.code }, assignment: { reward: '考核加 2 分' } })
  t.match(entries.at(-1), { item: { code: late.code }, assignment: { penalty: '每日扣 0.5 分' } })

  const rest = await ok(home.office.get(`/v1/reports/units/${home.unit}/score?from=2026-03-21`))
  t.same(rest.opening, { points: 2, moneyFen: 0 })
  t.same(
    rest.entries.map(({ running }: Json) => running.points),
    [1.5, 1],
  )
  t.same(rest.closing, { points: 1, moneyFen: 0 })
})

t.test('each sees what is theirs: a unit itself, a limited supervisor an area, an inspector nothing', async (t) => {
  const url = `/v1/reports/units/${home.unit}/score`
  t.match(await ok(home.unitCaller.get(url)), { closing: { points: 1 } })
  for (const caller of [home.otherUnitCaller, foreign.office, foreign.unitCaller]) {
    refused(t, await caller.get(url), 404, 'not-found')
  }
  refused(t, await home.office.get(`/v1/reports/units/${NOBODY}/score`), 404, 'not-found')
  for (const caller of [home.inspector, home.admin]) refused(t, await caller.get(url), 403, 'forbidden')
  const supervisor = await home.addCaller('supervisor', { area: '341202' })
  const seen = await ok(supervisor.get(url))
  t.ok(seen.entries.every(({ item }: Json) => item.id === late.id))
  t.same(seen.closing, { points: -2, moneyFen: 0 }, 'also in the sums')
  t.same(await scoresOf(supervisor, '&rule=closed_on_time'), [])
  const [hidden] = await scoresOf(home.office, '&rule=closed_on_time')
  refused(t, await supervisor.get(`/v1/scores/${hidden.id}`), 404, 'not-found')
})

t.test('entries and report can be had as files', async (t) => {
  const csv = { accept: 'text/csv', 'accept-language': 'zh-CN' }
  const lines = (await home.office.get('/v1/scores?period=2026-03', csv)).body.trim().split('\r\n')
  t.match(lines[0], /计入日期,责任单位,编号,标题,事项/)
  t.equal(lines.length, 6)
  t.match(
    lines.find((line: string) => line.includes('提前销号')),
    /2026-03-02,阜阳交通运输局,2026-000001/,
  )
  const report = (await home.unitCaller.get(`/v1/reports/units/${home.unit}/score`, csv)).body.trim().split('\r\n')
  t.match(
    report.at(-1),
    /2026-03-22,2026-000002,临水弯道无护栏,逾期（每日）,2026-03-22,-0.5,,1,0,考核加 2 分,每日扣 0.5 分/,
  )
  const rows = (await home.office.get('/v1/scores', { accept: 'application/x-ndjson' })).body.trim().split('\n')
  t.same(rows.map((row: string) => JSON.parse(row)).reverse(), await scoresOf(home.office))
  const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  for (const url of ['/v1/scores', `/v1/reports/units/${home.unit}/score`]) {
    t.match(await home.office.get(url, { accept: xlsx }), { status: 200, headers: { 'content-type': xlsx } })
  }
})

t.test('entries are filtered by unit, item, rule, period and appeal, and by nothing else', async (t) => {
  const count = async (query: string) => (await scoresOf(home.office, query)).length
  t.equal(await count(`&unit=${home.unit}`), 5)
  t.equal(await count(`&unit=${home.otherUnit}`), 0)
  t.equal(await count(`&item=${late.code}&rule=overdue_day`), 2)
  for (const [period, n] of [
    ['2026-03', 5],
    ['2026-Q1', 5],
    ['2026', 5],
    ['2026-02', 0],
    ['2026-Q2', 0],
  ] as const) {
    t.equal(await count(`&period=${period}`), n, period)
  }
  t.equal(await count('&from=2026-03-17&to=2026-03-22'), 2)
  t.equal(await count('&appealed=any'), 0)
  t.equal(await count('&appealed=none'), 5)
  for (const [query, pointer] of [
    ['rule=nonsense', '/query/rule'],
    ['period=2026-13', '/query/period'],
    ['period=2026-03&from=2026-03-01', '/query/period'],
    ['from=2026-03-02&to=2026-03-02', '/query/to'],
    ['from=2026-02-30', '/query/from'],
    ['appealed=yes', '/query/appealed'],
  ] as const) {
    refused(t, await home.office.get(`/v1/scores?${query}`), 400, 'invalid-request', { pointers: [pointer] })
  }
})

t.test('page after page it is the same report, and as of a day the one of that day', async (t) => {
  const url = `/v1/reports/units/${home.unit}/score`
  const whole = await ok(home.office.get(url))
  const pages: Json[] = []
  for (let next: string | null = ''; next !== null; ) {
    const page: Json = await ok(home.office.get(`${url}?limit=2${next === '' ? '' : `&cursor=${next}`}`))
    pages.push(...page.entries)
    next = page.nextCursor
  }
  t.same(pages, whole.entries)
  t.same(await allPages(home.office, '/v1/scores?limit=2'), (await scoresOf(home.office)).reverse())

  const then = clock.now
  const [entry] = await scoresOf(home.office, '&rule=overdue_day')
  clock.now = noon('2026-03-23')
  await ok(home.unitCaller.post(`/v1/scores/${entry.id}/appeals`, { reason: '降雨' }))
  clock.now = noon('2026-03-24')
  const appealed = await ok(home.office.get(url))
  await ok(home.office.post(`/v1/scores/${entry.id}/appeal-decision`, { approved: true, reason: '属实' }))
  clock.now = noon('2026-03-25')
  t.match(await ok(home.office.get(url)), { closing: { points: 1.5 } })
  t.same((await ok(home.office.get(`${url}?asOf=${then}`))).entries, whole.entries)
  t.same((await ok(home.office.get(`${url}?asOf=${noon('2026-03-23')}`))).entries, appealed.entries)
  refused(t, await home.office.get(`${url}?asOf=2027-01-01T00:00:00Z`), 400, 'invalid-request', {
    pointers: ['/query/asOf'],
  })
})
