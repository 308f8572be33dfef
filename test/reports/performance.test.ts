import { type Caller, filing, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { csvRecords, fileOf, ndjsonRows, workbookOf } from '../helpers/files.js'
import { t } from '../helpers/tap.js'

const { app, home, foreign, clock } = await createCheckedApp(t)
const { office, verifier } = home
const AT = '2026-05-20T01:00:00.000Z'
const PERIOD = 'from=2026-03-01&to=2026-06-01'
const UNITS = `/v1/reports/units?${PERIOD}`

const local = (day: string) => {
  clock.now = new Date(`2026-${day}T09:00:00+08:00`).toISOString()
}
type Owner = 'unit' | 'otherUnit'
const callerOf = (owner: Owner): Caller => (owner === 'unit' ? home.unitCaller : home.otherUnitCaller)
const lead = (name: string) => ({ leadOfficial: { name } })

async function assign(
  owner: Owner,
  more: Record<string, unknown>,
  area = '341225',
): Promise<(noun: string, body?: object, caller?: Caller) => Promise<Json>> {
  const { id } = await ok(home.inspector.post('/v1/items', filing({ area })))
  const act = (noun: string, body: object = {}, caller = callerOf(owner)) =>
    ok(caller.post(`/v1/items/${id}/${noun}`, body))
  await act('listing', { level: 'general' }, office)
  await act('assignments', order({ unit: home[owner] }, more), office)
  return act
}
type Act = Awaited<ReturnType<typeof assign>>
async function close(act: Act, approved = true): Promise<void> {
  await act('closure-requests', { summary: '已完成' })
  await act('closure-decision', { approved, findings: '已核验' }, verifier)
}

// Monday 2 March. One unit does well, by 王建国; the other, by 李红, badly.
local('03-02')
const good = await Promise.all(
  Array.from({ length: 6 }, () => assign('unit', { dueAt: '2026-04-30', ...lead('王建国') })),
)
const bad = await Promise.all(
  Array.from({ length: 6 }, () => assign('otherUnit', { dueAt: '2026-03-31', ...lead('李红') }, '341202100')),
)
const [handed] = [await assign('unit', { dueAt: '2026-04-30', ...lead('王建国') })]
local('03-03')
for (const act of good) await act('acceptance')
local('03-05')
// The third working day: just in time. Two sign on the fourth, late.
for (const act of bad.slice(0, 4)) await act('acceptance')
local('03-06')
for (const act of bad.slice(4)) await act('acceptance')
await handed('return', { reason: '非我单位职责' })
await handed('assignments', order({ unit: home.otherUnit }, { dueAt: '2026-04-30', ...lead('李红') }), office)
local('04-01')
for (const act of good.slice(0, 5)) await close(act)
const [b1, b2, b3, b4] = bad as [Act, Act, Act, Act]
await close(b1, false)
await close(b1)
await close(b2)
// Closed in time by the other unit, then reopened and given to the first: the closing stays the other's.
await b3('extension-requests', { dueAt: '2026-04-20', reason: '阴雨' })
await b3('extension-decision', { approved: true }, office)
await close(b3)
local('04-02')
await b3('reopening', { reason: '重现' }, office)
await b3('assignments', order({ unit: home.unit }, { dueAt: '2026-06-30', ...lead('王建国') }), office)
await b4('suspension', { reason: '等待' }, office)
clock.now = AT

const briefly = (rows: Json[], names: string[]) => rows.map((row) => names.map((name) => row[name]))

t.test('each unit is told what it did itself, whoever has the item now', async (t) => {
  const { groups, rules, period, asOf } = await ok(office.get(UNITS))
  t.same(
    [rules, period, asOf],
    [{ version: 0, minimum: 5, signingWorkingDays: 3, progressDays: 15 }, { from: '2026-03-01', to: '2026-06-01' }, AT],
  )
  t.strictSame(
    briefly(groups, ['label', 'assigned', 'closedOnTime', 'closedLate', 'closed', 'rejected', 'returned', 'extended']),
    [
      // Six, the one it gave back, and the one that it got after the reopening.
      ['阜阳交通运输局', 8, 5, 0, 5, 0, 1, 0],
      ['阜阳公路局', 7, 1, 2, 3, 1, 0, 1],
    ],
  )
  t.strictSame(briefly(groups, ['signedLate', 'open', 'overdue', 'overdueDays', 'maxOverdueDays', 'noProgress']), [
    // The order of 2 April waits still; the one that was returned had waited four working days.
    [2, 2, 1, 20, 20, 1],
    // Two signed late, one has waited since 6 March. Overdue: two since 31 March, and that one since 30 April.
    [3, 4, 3, 120, 50, 2],
  ])
})

t.test('the score says what it is made of, and ranks', async (t) => {
  const { groups } = await ok(office.get(UNITS))
  t.strictSame(briefly(groups, ['rank', 'score']), [
    [1, 85.8],
    [2, 26],
  ])
  const [first, second] = groups
  t.match(first.parts, [
    { name: 'onTime', weight: 50, numerator: 5, denominator: 6, value: 0.8333, points: 49.02 },
    { name: 'firstTime', weight: 20, numerator: 5, denominator: 5, value: 1, points: 23.53 },
    { name: 'signing', weight: 15, numerator: 6, denominator: 8, value: 0.75, points: 13.24 },
    { name: 'progress', weight: 15, numerator: 0, denominator: 1, value: null, points: null },
  ])
  t.match(second.parts, [
    { numerator: 1, denominator: 6 },
    { numerator: 3, denominator: 4, value: null, points: null },
    { numerator: 4, denominator: 7 },
    { numerator: 0, denominator: 2, value: null },
  ])
})

t.test('areas and lead officials are told the same of theirs', async (t) => {
  const areas = await ok(office.get(UNITS.replace('units', 'areas')))
  t.strictSame(briefly(areas.groups, ['key', 'label', 'assigned', 'closed', 'open', 'overdue']), [
    ['341225', '阜南县', 8, 5, 2, 2],
    ['341202', '颍州区', 7, 3, 4, 2],
  ])
  const officials = await ok(office.get(UNITS.replace('units', 'lead-officials')))
  t.strictSame(briefly(officials.groups, ['key', 'assigned', 'closedOnTime', 'returned']), [
    ['王建国', 8, 5, 1],
    ['李红', 7, 1, 0],
  ])
})

t.test('the period chooses what is counted, and with few there is no score', async (t) => {
  const { groups, asOf } = await ok(office.get('/v1/reports/units?from=2026-03-01&to=2026-03-06'))
  t.equal(asOf, '2026-03-05T15:59:59.999Z', 'as of its end')
  t.strictSame(briefly(groups, ['label', 'rank', 'score', 'assigned', 'signedLate', 'overdue']), [
    ['阜阳交通运输局', null, null, 7, 0, 0],
    ['阜阳公路局', null, null, 6, 0, 0],
  ])
  const march = await ok(office.get('/v1/reports/units?from=2026-03-06&to=2026-04-01'))
  t.strictSame(briefly(march.groups, ['label', 'assigned', 'returned']), [
    ['阜阳公路局', 1, 0],
    ['阜阳交通运输局', 0, 1],
  ])
})

t.test('a unit sees its own row without a rank, a local supervisor their area', async (t) => {
  for (const path of ['units', 'areas', 'lead-officials']) {
    const { groups } = await ok(home.otherUnitCaller.get(UNITS.replace('units', path)))
    const all = groups.reduce(
      (sum: Json, row: Json) => [sum[0] + row.assigned, sum[1] + row.closed, sum[2] + row.open],
      [0, 0, 0],
    )
    t.strictSame(all, [7, 3, 4], path)
    t.ok(groups.every(({ rank }: Json) => rank === null))
  }
  const own = await ok(home.otherUnitCaller.get(UNITS))
  t.strictSame(briefly(own.groups, ['key', 'score']), [[home.otherUnit, 26]])
  const south = await home.addCaller('supervisor', { area: '341225' })
  t.strictSame(briefly((await ok(south.get(UNITS))).groups, ['label', 'assigned']), [
    ['阜阳交通运输局', 7],
    ['阜阳公路局', 1],
  ])
  t.same((await ok(foreign.office.get(UNITS))).groups, [])
})

t.test('a rule that is switched off asks for nothing', async (t) => {
  const rules = await ok(home.admin.get('/v1/rules'))
  await ok(home.admin.put('/v1/rules', { ...rules, signing: null, progress: null }))
  const { groups, rules: said } = await ok(office.get(UNITS))
  t.match(said, { version: 1, signingWorkingDays: null, progressDays: null })
  t.strictSame(briefly(groups, ['signedLate', 'noProgress']), [
    [null, null],
    [null, null],
  ])
  t.match(groups[0].parts[2], { denominator: 0, value: null, points: null })
  await ok(home.admin.put('/v1/rules', { ...rules, version: 1 }))
})

t.test('a file has the rows, with headings in Chinese', async (t) => {
  const { groups } = await ok(office.get(UNITS))
  t.strictSame(ndjsonRows(await fileOf(app, office, UNITS, 'ndjson', { 'accept-language': 'en' })), groups)
  const [first] = (await workbookOf(await fileOf(app, office, UNITS, 'xlsx'))).records
  t.match(first, { 名次: 1, 责任单位: '阜阳交通运输局', 得分: 85.8, 按期销号: 5, 逾期天数合计: 20, '按期：分母': 6 })
  const officials = csvRecords(await fileOf(app, office, UNITS.replace('units', 'lead-officials'), 'csv'))
  t.match(officials, [{ 牵头领导: '王建国' }, { 牵头领导: '李红' }])
  refused(t, await office.get(`${UNITS}&groupBy=unit`), 400, 'invalid-request', { pointers: ['/query/groupBy'] })
})
