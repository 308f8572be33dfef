import { verifyItems } from '../../src/ledger/verify-items.js'
import { type Caller, filing, itemIn, type Json, ok, START } from '../helpers/app.js'
import { allPages, createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { csvRecords, fileOf, ndjsonRows, workbookOf } from '../helpers/files.js'
import { t } from '../helpers/tap.js'

const { app, db, home, foreign, clock } = await createCheckedApp(t)
const { office, inspector, unitCaller } = home
const OUTCOMES = '/v1/reports/outcomes'

const BEFORE = { from: '2025-03-02', to: '2026-03-02' }
const AFTER = { from: '2026-03-02', to: '2027-03-02' }

/** A stretch of road that was remedied on the first day, for so much money. */
async function remedied(at: typeof home, chainage: string, money: { budgetFen?: number; spentFen?: number } = {}) {
  const area = at === home ? '341225' : '341621'
  const item = await itemIn('remediating', at, { filing: filing({ area, chainage }), order: { dueAt: '2035-12-31' } })
  const url = `/v1/items/${item.id}`
  await ok(at.unitCaller.post(`${url}/plan`, { measures: '加装护栏', budgetFen: money.budgetFen ?? 0 }))
  const progress = { percent: 100, note: '完成', spentFen: money.spentFen ?? 0 }
  await ok(at.unitCaller.post(`${url}/progress-reports`, progress))
  await ok(at.unitCaller.post(`${url}/closure-requests`, { summary: '已完成' }))
  return ok(at.verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' }))
}
const enter = (caller: Caller, item: Json, count: Json) => caller.post(`/v1/items/${item.id}/accident-counts`, count)
async function counted(item: Json, before: number[], after: number[]): Promise<void> {
  for (const [span, [accidents, deaths, injuries]] of [
    [BEFORE, before],
    [AFTER, after],
  ] as const) {
    await ok(enter(office, item, { ...span, accidents, deaths, injuries }))
  }
}

const first = await remedied(home, 'K12+000~K14+000', { budgetFen: 900_000, spentFen: 850_000 })
const second = await remedied(home, 'K13+000~K15+300', { budgetFen: 100_000, spentFen: 120_000 })
const apart = await remedied(home, 'K40+000~K40+500', { spentFen: 30_000 })
const open = await itemIn('remediating', home)
const theirs = await remedied(foreign, 'K12+000~K14+000', { spentFen: 7 })
clock.now = '2027-03-05T01:00:00.000Z'
await counted(first, [120, 80, 200], [50, 40, 90])
await counted(apart, [85, 43, 60], [35, 20, 31])
await ok(enter(foreign.office, theirs, { ...BEFORE, accidents: 999, deaths: 999, injuries: 999 }))

t.test('accidents are counted by inspectors and the office, in the item’s ledger and nowhere else on it', async (t) => {
  const count = { from: '2024-03-02', to: '2025-03-02', accidents: 3, deaths: 0, injuries: 4, source: '交警支队' }
  clock.advance(1000)
  const before = await ok(office.get(`/v1/items/${open.id}`))
  const { headers, body } = await enter(inspector, open, count)
  t.same(effectOf(before, body), { version: before.version + 1, updatedAt: clock.now })
  t.equal(headers.etag, `"${body.version}"`)
  const { data } = await ok(unitCaller.get(`/v1/items/${open.id}/accident-counts`))
  const by = { name: '阜阳 inspector' }
  t.match(data, [{ ...count, note: null, base: null, corrects: null, inForce: true, at: clock.now, by }])
  const event = (await ok(office.get(`/v1/items/${open.id}/events?limit=200`))).data.at(-1)
  t.match(event, { type: 'item.accidents_counted', data: { ...count, id: data[0].id } })
  for (const caller of [unitCaller, home.supervisor, home.auditor, home.admin]) {
    refused(t, await enter(caller, open, count), 403, 'forbidden')
  }
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('a count is refused for what cannot be', async (t) => {
  const count = { from: '2020-01-01', to: '2021-01-01', accidents: 3, deaths: 1, injuries: 4 }
  const cases: [Json, string][] = [
    [{ to: '2020-01-01' }, '/to'],
    [{ from: '2027-01-01', to: '2027-03-06' }, '/to'],
    [{ from: '2020-02-30' }, '/from'],
    [{ from: '2020-01-01T00:00:00Z' }, '/from'],
    [{ accidents: 0 }, '/accidents'],
    [{ accidents: -1 }, '/accidents'],
    [{ deaths: 1.5 }, '/deaths'],
    [{ injuries: undefined }, '/injuries'],
    [{ base: { accidentsPerYear: 0, overdispersion: 1 } }, '/base/accidentsPerYear'],
    [{ corrects: open.id }, '/corrects'],
    [{ killed: 1 }, '/killed'],
  ]
  for (const [wrong, pointer] of cases) {
    refused(t, await enter(office, open, { ...count, ...wrong }), 400, 'invalid-request', { pointers: [pointer] })
  }
  const over = await enter(office, first, { ...count, from: '2025-12-31', to: '2026-01-01' })
  refused(t, over, 409, 'duplicate', { pointers: ['/from'] })
  const merged = await itemIn('merged', home)
  refused(t, await enter(office, merged, count), 409, 'wrong-status', { itemStatus: 'merged' })
  refused(t, await enter(office, theirs, count), 404, 'not-found')
  const stale = await office.post(`/v1/items/${open.id}/accident-counts`, count, { 'if-match': '"1"' })
  refused(t, stale, 412, 'stale')
})

t.test('two who count the same days at the same time: one is refused', async (t) => {
  const count = { from: '2019-01-01', to: '2020-01-01', accidents: 3, deaths: 1, injuries: 4 }
  const answers = await Promise.all([office, inspector, home.verifier].map((caller) => enter(caller, open, count)))
  t.same(answers.map(({ status }) => status).sort(), [200, 409, 409])
})

t.test('a repeated request counts once', async (t) => {
  const count = { from: '2018-01-01', to: '2019-01-01', accidents: 3, deaths: 1, injuries: 4 }
  const send = () => office.post(`/v1/items/${open.id}/accident-counts`, count, { 'idempotency-key': 'count-1' })
  const one = await send()
  t.match(await send(), { status: 200, headers: { 'idempotency-replayed': 'true' }, body: one.body })
})

t.test('the report compares equal windows, with interval, warnings, money and metres', async (t) => {
  const { total, items, ...rest } = await ok(office.get(OUTCOMES))
  t.match(rest, { asOf: clock.now, windowMonths: 12, method: { interval: /Clopper/, empiricalBayes: /Hauer/ } })
  t.same(
    items.map(({ itemCode }: Json) => itemCode),
    [apart.code, second.code, first.code],
    'the remedied items, the latest closure first',
  )
  t.match(items[2], {
    ...{ itemId: first.id, section: 'S315 K12+000~K15+300', lengthM: 2000, plannedFen: 900_000, spentFen: 850_000 },
    before: { ...BEFORE, accidents: 120, deaths: 80, injuries: 200 },
    after: { ...AFTER, accidents: 50, deaths: 40, injuries: 90 },
    ...{ missing: [], warnings: ['regression_to_the_mean'], empiricalBayes: null },
    change: { accidents: { percent: -58.33 }, deaths: { percent: -50 }, injuries: { percent: -55 } },
  })
  t.match(items[1], { before: null, after: null, missing: ['before', 'after'], change: null, warnings: [] })
  t.match(total, { treated: 3, compared: 2, plannedFen: 1_000_000, spentFen: 1_000_000, treatedM: 3300 + 500 })
  t.match(total, { before: { accidents: 205, deaths: 123 }, after: { accidents: 85, deaths: 60 } })
  t.same(total.change.accidents, { percent: -58.54, low: -68.19, high: -46.36 }, 'the published −58.5 %')
  t.equal(total.change.deaths.percent, -51.22, 'and −51.2 %')
})

t.test('it comes by road section, unit and every other group', async (t) => {
  const { groups, total } = await ok(office.get(`${OUTCOMES}?groupBy=section`))
  t.match(groups, [
    { key: 'S315 K12+000~K15+300', treated: 2, compared: 1, treatedM: 3300, plannedFen: 1_000_000, spentFen: 970_000 },
    { key: 'S315 K40+000~K40+500', treated: 1, compared: 1, treatedM: 500, before: { accidents: 85 } },
  ])
  t.equal(total.treated, 3)
  const byUnit = (await ok(office.get(`${OUTCOMES}?groupBy=unit`))).groups
  t.match(byUnit, [{ key: home.unit, label: '阜阳交通运输局', treated: 3, compared: 2, treatedM: 3800 }])
  for (const groupBy of ['area', 'leadOfficial', 'level', 'category', 'road']) {
    const { groups } = await ok(office.get(`${OUTCOMES}?groupBy=${groupBy}`))
    t.match(groups, [{ treated: 3, compared: 2, change: { accidents: { percent: -58.54 } } }], groupBy)
    t.equal(groups.length, 1)
  }
})

t.test('sites on one stretch are pointed out, since an accident may have been counted at both', async (t) => {
  const chainage = 'K80+000'
  const pair = [await remedied(home, chainage), await remedied(home, chainage)]
  clock.now = '2028-03-10T01:00:00.000Z'
  const figures = { accidents: 30, deaths: 1, injuries: 1 }
  for (const item of pair) {
    for (const [from, to] of [
      ['2025-03-05', '2026-03-05'],
      ['2027-03-06', '2028-03-06'],
    ]) {
      await ok(enter(office, item, { from, to, ...figures }))
    }
  }
  const query = `${OUTCOMES}?groupBy=section&road=S315&chainageFromM=K79%2B000&chainageToM=K81%2B000`
  const { groups, total } = await ok(office.get(query))
  t.match(groups, [{ key: 'S315 K80+000', treatedM: 0, compared: 2, before: { accidents: 60 } }])
  t.same(total.warnings, ['regression_to_the_mean', 'overlapping_sites'])
  t.same(groups[0].warnings, total.warnings)
})

t.test('with the base of similar sites, empirical Bayes takes regression to the mean out', async (t) => {
  const query = `${OUTCOMES}?closedBefore=2026-04-01&expectedPerYear=60&overdispersion=0.2`
  const { total, items } = await ok(office.get(query))
  t.match(total, { empiricalBayes: { sites: 2 }, warnings: [] })
  t.ok(total.empiricalBayes.percent > total.change.accidents.percent, 'the change that is left is smaller')
  // By hand: w = 1/13 at either site; E = w·60 + (1 − w)·120 and w·60 + (1 − w)·85.
  t.equal(total.empiricalBayes.expectedAfter, Math.round(((60 + 12 * 120 + 60 + 12 * 85) / 13) * 100) / 100)
  t.match(items[2].empiricalBayes, { sites: 1, expectedAfter: 115.38 })
  const half = await office.get(`${OUTCOMES}?expectedPerYear=60`)
  refused(t, half, 400, 'invalid-request', { pointers: ['/query/overdispersion'] })
})

t.test('a correction takes a count’s place, and the past keeps what was known then', async (t) => {
  const url = `/v1/items/${first.id}/accident-counts`
  const [before] = (await ok(office.get(url))).data
  const known = clock.now
  clock.advance(60_000)
  const correction = { ...BEFORE, accidents: 122, deaths: 80, injuries: 200, corrects: before.id, note: '补录两起' }
  await ok(enter(office, first, correction))
  t.match(
    (await ok(office.get(url))).data.map(({ inForce, accidents }: Json) => [accidents, inForce]),
    [
      [120, false],
      [50, true],
      [122, true],
    ],
  )
  t.equal((await ok(office.get(`${url}?asOf=${known}`))).data.length, 2)
  const again = await enter(office, first, correction)
  refused(t, again, 400, 'invalid-request', { pointers: ['/corrects'] })
  const accidents = async (query: string) => (await ok(office.get(`${OUTCOMES}?${query}`))).total.before.accidents
  t.equal(await accidents('closedBefore=2026-04-01'), 207)
  t.equal(await accidents(`closedBefore=2026-04-01&asOf=${known}`), 205)
  t.equal((await ok(office.get(`${OUTCOMES}?asOf=${START}`))).total.compared, 0)
})

t.test('filters, the time of closing, and whether anything was counted choose the items', async (t) => {
  const treated = async (query: string) => (await ok(office.get(`${OUTCOMES}?${query}`))).total.treated
  t.equal(await treated('closedAfter=2026-03-02&closedBefore=2026-03-03'), 3)
  t.equal(await treated('closedAfter=2027-01-01'), 2)
  t.equal(await treated('counted=true'), 4)
  t.equal(await treated('counted=false'), 1)
  t.equal(await treated('road=S315&chainageFromM=K40%2B000&chainageToM=K41%2B000'), 1)
  t.equal(await treated('status=listed'), 0)
  t.match(await ok(office.get(`${OUTCOMES}?windowMonths=24`)), {
    windowMonths: 24,
    total: { compared: 0, change: null },
  })
  for (const [query, pointer] of [
    ['windowMonths=0', '/query/windowMonths'],
    ['windowMonths=121', '/query/windowMonths'],
    ['groupBy=moon', '/query/groupBy'],
    ['expectedPerYear=-1&overdispersion=1', '/query/expectedPerYear'],
    ['cursor=x', '/query/cursor'],
  ]) {
    const answer = await office.get(`${OUTCOMES}?${query}`)
    refused(t, answer, 400, 'invalid-request', { pointers: [pointer] })
  }
})

t.test('pages and files have the same rows', async (t) => {
  const rows = await allPages(office, `${OUTCOMES}?limit=2`)
  t.equal(rows.length, 5)
  t.same(ndjsonRows(await fileOf(app, office, OUTCOMES, 'ndjson')), rows)
  const csv = csvRecords(await fileOf(app, office, OUTCOMES, 'csv'))
  t.match(csv.at(-1), {
    编号: first.code,
    治理前事故: '122',
    治理后事故: '50',
    '预算（元）': '9000',
    提示: '未消除均值回归',
  })
  const book = await workbookOf(await fileOf(app, office, `${OUTCOMES}?groupBy=section&windowMonths=12`, 'xlsx'))
  t.match(book.lines, { 行数: '3', 筛选条件: /比较期（月）：12/ })
  t.equal(book.cover?.rows[0]?.[0], '治理成效（按路段）')
  t.match(book.records[0], { 路段: 'S315 K12+000~K15+300', 治理处数: 2, '治理里程（米）': 3300 })
  const { groups } = await ok(office.get(`${OUTCOMES}?groupBy=section`))
  t.same(
    ndjsonRows(await fileOf(app, office, `${OUTCOMES}?groupBy=section`, 'ndjson', { 'accept-language': 'en' })),
    groups,
  )
  refused(t, await office.get(OUTCOMES, { accept: 'application/geo+json' }), 406, 'not-acceptable')
})

t.test('each role sees its own', async (t) => {
  const treated = async (caller: Caller) => (await ok(caller.get(OUTCOMES))).total.treated
  t.equal(await treated(foreign.office), 1)
  t.equal(await treated(unitCaller), 5)
  t.equal(await treated(home.otherUnitCaller), 0)
  t.equal(await treated(await home.addCaller('supervisor', { area: '341221' })), 0)
  const report = JSON.stringify(await ok(office.get(`${OUTCOMES}?groupBy=unit`)))
  t.notMatch(report, /999/)
})

t.test('money and metres come out as published: 547.795 km for 78.54 million yuan', async (t) => {
  const road = 'X033'
  const parts = [200_000, 200_000, 147_795]
  let from = 0
  for (const [k, metres] of parts.entries()) {
    const chainage = `K${from / 1000}+000~K${Math.floor((from + metres) / 1000)}+${String(metres % 1000).padStart(3, '0')}`
    const item = await itemIn('remediating', foreign, {
      filing: filing({ area: '341621', road, chainage }),
      order: { dueAt: '2035-12-31' },
    })
    const spentFen = k === 0 ? 2_854_000_000 : 2_500_000_000
    await ok(foreign.unitCaller.post(`/v1/items/${item.id}/progress-reports`, { percent: 100, note: '完成', spentFen }))
    await ok(foreign.unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '完成' }))
    await ok(foreign.verifier.post(`/v1/items/${item.id}/closure-decision`, { approved: true, findings: '合格' }))
    from += metres
  }
  const { total } = await ok(foreign.office.get(`${OUTCOMES}?road=${road}`))
  t.match(total, { treated: 3, compared: 0, treatedM: 547_795, spentFen: 7_854_000_000, change: null })
})
