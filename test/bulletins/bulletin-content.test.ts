import { ladderTask } from '../../src/notices/ladder-task.js'
import { type Json, ok } from '../helpers/app.js'
import { draft, publish } from '../helpers/bulletins.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { HEADER, importCsv, mappingFor } from '../helpers/import.js'
import { playMarch } from '../helpers/march.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const made = await createCheckedApp(t)
const { home, foreign, clock, db } = made
const { office, verifier } = home

/** March 2026, by the clock of Shanghai. */
const MARCH = { kind: 'monthly', from: '2026-03-01', to: '2026-04-01' }
const { items, act, local } = await playMarch(made)

t.test('the figures of a month are those that are counted by hand', async (t) => {
  const { content, asOf } = await draft(home, MARCH)
  t.equal(asOf, '2026-03-31T15:59:59.999Z', 'how things stood when the month ended')
  t.strictSame(content.figures, {
    ...{ listed: 13, closed: 4, closedUndated: 0, onAccount: 9, reported: 1, overdue: 1, dueSoon: 1, suspended: 1 },
    ...{ extensionPending: 1, underSupervision: 1, openAtStart: 0, newlyListed: 13, reopenedInPeriod: 1 },
    ...{ closedInPeriod: 5, openAtEnd: 9, extendedInPeriod: 1, returnedInPeriod: 1, closureRejectedInPeriod: 1 },
    overdueByAge: { d1to7: 0, d8to30: 1, d31to90: 0, over90: 0 },
    // 8, 10, 16 and 23 days.
    medianDaysToClose: 13,
  })
  const rate = (numerator: number, denominator: number, value: number) => ({ numerator, denominator, value })
  t.strictSame(content.rates, {
    closure: rate(4, 13, 0.3077),
    onTime: rate(3, 4, 0.75),
    overdue: rate(1, 9, 0.1111),
    extension: rate(1, 12, 0.0833),
    return: rate(1, 12, 0.0833),
    rework: rate(1, 5, 0.2),
    recurrence: rate(1, 5, 0.2),
    recheckPass: rate(1, 2, 0.5),
  })
  t.strictSame(content.ledger.hash.length, 64)
  t.match(content.period, { from: '2026-03-01', to: '2026-04-01', days: 31 })
})

t.test('units and counties are ranked where they have enough, and add up to the whole', async (t) => {
  const { content } = await draft(home, { kind: 'on_demand', from: '2026-03-01', to: '2026-04-01' })
  const brief = (rows: Json[]) =>
    rows.map(({ key, name, rank, few, listed, closed, rates }) => [
      ...[key, name, rank, few, listed, closed, rates.closure.numerator, rates.closure.value],
    ])
  t.strictSame(brief(content.units), [
    [home.unit, '阜阳交通运输局', 1, false, 7, 4, 4, 0.5714],
    [home.otherUnit, '阜阳公路局', null, true, 3, 0, 0, null],
    // Returned, reopened, never assigned.
    [null, null, null, true, 3, 0, 0, null],
  ])
  t.strictSame(brief(content.areas), [
    ['341225', '阜南县', 1, false, 9, 4, 4, 0.4444],
    ['341202', '颍州区', null, true, 4, 0, 0, null],
  ])
  for (const rows of [content.units, content.areas] as Json[][]) {
    for (const name of ['listed', 'closed', 'onAccount', 'overdue', 'newlyListed', 'closedInPeriod']) {
      const total = rows.reduce((sum, row) => sum + row[name], 0)
      t.equal(total, content.figures[name], name)
    }
  }
})

t.test('the series says how each day ended', async (t) => {
  const { content } = await draft(home, { kind: 'on_demand', from: '2026-03-01', to: '2026-04-01' })
  t.equal(content.series.length, 31)
  const day = (date: string) => content.series.find((row: Json) => row.date === `2026-${date}`)
  const row = (date: string, numbers: number[]) => {
    const [listed, closed, reopened, open, overdue] = numbers
    t.strictSame(day(date), { date: `2026-${date}`, listed, closed, reopened, open, overdue }, date)
  }
  row('03-01', [0, 0, 0, 0, 0])
  row('03-02', [13, 0, 0, 13, 0])
  // The end of the 5th is the deadline itself: «late» is overdue from the 6th on, until it is closed.
  row('03-05', [0, 0, 0, 13, 0])
  row('03-06', [0, 0, 0, 13, 1])
  row('03-10', [0, 1, 0, 12, 1])
  row('03-11', [0, 0, 0, 12, 1])
  row('03-12', [0, 1, 0, 11, 0])
  row('03-18', [0, 2, 0, 9, 0])
  row('03-20', [0, 0, 1, 10, 0])
  row('03-21', [0, 0, 0, 10, 1])
  row('03-25', [0, 1, 0, 9, 1])
  row('03-31', [0, 0, 0, 9, 1])
})

t.test('on the day of a cut-off the series ends with it, and later days are not there', async (t) => {
  const cutOff = '2026-03-10T04:00:00.000Z'
  const { content } = await draft(home, { kind: 'on_demand', from: '2026-03-01', to: '2026-04-01', cutOff })
  t.equal(content.series.length, 10)
  t.strictSame(content.series.at(-1), { date: '2026-03-10', listed: 0, closed: 1, reopened: 0, open: 12, overdue: 1 })
  t.match(content.figures, { onAccount: 12, openAtEnd: 12, overdue: 1, closed: 1, dueSoon: 0 })
  t.match(content, { asOf: cutOff })
})

t.test(
  'an overdue item is named with all that it is known by, and what the ladder has named comes first',
  async (t) => {
    const [before] = (await draft(home, { kind: 'on_demand', from: '2026-04-01' })).content.overdueItems.items
    t.strictSame(before, {
      ...{ id: items.overdue.id, code: items.overdue.code, title: 'overdue', level: 'general' },
      ...{ area: { code: '341225', name: '阜南县' }, road: 'S315', chainage: 'K12+345', address: null },
      unit: { id: home.unit, name: '阜阳交通运输局' },
      leadOfficial: { name: '王建国', title: '副县长' },
      ...{ dueAt: '2026-03-20T15:59:59.999Z', overdueDays: 12, rung: null, named: false },
    })
    local('04-07')
    await runTask(ladderTask, taskDeps({ db, clock }))
    local('04-08')
    const { overdueItems } = (await draft(home, { kind: 'on_demand', from: '2026-04-01' })).content
    t.equal(overdueItems.total, 2)
    t.match(overdueItems.items, [
      { title: 'overdue', overdueDays: 19, rung: 'bulletin_naming', named: true },
      { title: 'soon', overdueDays: 5, rung: 'supervision_letter', named: false },
    ])
  },
)

t.test('172 on the list, 85 closed: 49.4 %', async (t) => {
  const rows = Array.from({ length: 172 }, (_, k) => {
    const [status, closed] = k < 85 ? ['done', k < 60 ? '2026-02-20' : '2026-03-03'] : ['open', '']
    return `N-${k},隐患 ${k},${status},2026-02-0${1 + (k % 9)},${closed},某路 ${k} 号`
  })
  clock.now = '2026-03-31T01:00:00.000Z'
  const mapping = mappingFor('old', { timeZone: 'Asia/Shanghai', fields: { area: { constant: '341621' } } })
  t.match(await importCsv(made, foreign.office, mapping, [HEADER, ...rows, ''].join('\n')), { status: 201 })
  const { content } = await draft(foreign, { kind: 'monthly', from: '2026-02-01', to: '2026-03-01' })
  t.strictSame(content.rates.closure, { numerator: 85, denominator: 172, value: 0.4942 })
  t.equal(content.asOf, clock.now, 'the ledger had nothing when February ended: it is cut off at the present')
  t.match(content.figures, { listed: 172, closed: 85, newlyListed: 172, closedInPeriod: 60, openAtEnd: 112 })
  t.strictSame(content.series.at(0), { date: '2026-02-01', listed: 20, closed: 0, reopened: 0, open: 20, overdue: 0 })
  t.match(content.series.at(-1), { date: '2026-02-28', open: 112 })
  t.match(content.units, [{ key: null, listed: 172, rank: null, rates: { closure: { value: 0.4942 } } }])
})

t.test('a bulletin is compared with the one before it of its kind', async (t) => {
  clock.now = '2026-05-02T01:00:00.000Z'
  const march = await publish(home, { kind: 'weekly', from: '2026-03-23', to: '2026-03-30' })
  t.same([march.content.previous, march.content.changes], [null, null])
  await publish(home, { kind: 'daily', from: '2026-04-05' })
  await draft(home, { kind: 'weekly', from: '2026-03-30', to: '2026-04-06' })
  const april = await draft(home, { kind: 'weekly', from: '2026-04-06', to: '2026-04-13' })
  t.strictSame(april.content.previous, {
    ...{ id: march.id, number: march.number, from: '2026-03-23', to: '2026-03-30' },
    ...{ seq: march.seq, contentSha256: march.contentSha256 },
  })
  const { figures, rates, overdue } = april.content.changes
  t.match(figures, { listed: 0, closed: 0, overdue: 1, closedInPeriod: -1, newlyListed: 0 })
  t.match(rates, { closure: 0, overdue: 0.1111 })
  t.same(overdue, { came: [{ id: items.soon.id, code: items.soon.code, title: 'soon' }], went: [] })
  t.match(april.content.units, [{ key: home.unit, rank: 1, previousRank: 1 }, {}, {}])
  await act('overdue', 'closure-requests', { summary: '已完成' }, home.unitCaller)
  await act('overdue', 'closure-decision', { approved: true, findings: '合格' }, verifier)
  const now = await draft(home, { kind: 'weekly', from: '2026-04-20', to: '2026-04-27', cutOff: clock.now })
  t.match(now.content.changes.overdue.went, [{ id: items.overdue.id, status: 'closed' }])
})

t.test('what cannot be a bulletin is refused by name', async (t) => {
  clock.now = '2026-06-01T01:00:00.000Z'
  const head = (await ok(home.auditor.get('/v1/ledger'))).seq
  const cases: [Json, string][] = [
    [{ kind: 'yearly' }, '/kind'],
    [{}, '/kind'],
    [{ kind: 'monthly', from: '2026-02-30' }, '/from'],
    [{ kind: 'monthly', from: '2026-05-01T08:00:00+08:00' }, '/from'],
    [{ kind: 'monthly', from: '2026-05-01', to: '2026-05-31' }, '/to'],
    [{ kind: 'on_demand', to: '2026-06-03' }, '/to'],
    [{ kind: 'on_demand', cutOff: 0 }, '/cutOff'],
    [{ kind: 'on_demand', cutOff: head + 1 }, '/cutOff'],
    [{ kind: 'on_demand', cutOff: '2026-06-02T00:00:00Z' }, '/cutOff'],
    [{ kind: 'on_demand', from: '2026-04-01', to: '2026-05-01', cutOff: '2026-03-15T00:00:00Z' }, '/cutOff'],
    [{ kind: 'on_demand', cutOff: '2020-01-01T00:00:00Z' }, '/cutOff'],
    [{ kind: 'on_demand', title: ' ' }, '/title'],
    [{ kind: 'on_demand', recipients: [] }, '/recipients'],
    [{ kind: 'on_demand', corrects: items.soon.id }, '/corrects'],
  ]
  for (const [asked, pointer] of cases) {
    const answer = await office.post('/v1/bulletins', asked)
    refused(t, answer, 400, 'invalid-request', { pointers: [pointer] })
  }
  const midnight = await draft(home, { kind: 'monthly', from: '2026-05-01T00:00:00+08:00' })
  t.match(midnight, { from: '2026-05-01', to: '2026-06-01' }, 'a moment at which a day begins is that day')
  refused(t, await office.post('/v1/bulletins', { kind: 'monthly', from: '2026-05-01' }), 409, 'duplicate')
})
