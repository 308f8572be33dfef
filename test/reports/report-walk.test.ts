import fc from 'fast-check'
import { readCalendar } from '../../src/db/calendar.js'
import { isWorkingDay } from '../../src/domain/time/calendar.js'
import { addDays, daysBetween, endOfDay, localDate } from '../../src/domain/time/zone.js'
import { DAY_MS, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { HEADER, importCsv, mappingFor } from '../helpers/import.js'
import { type Folded, foldEvents, quantile, stoodAt } from '../helpers/report-fold.js'
import { t } from '../helpers/tap.js'
import { aStep, requestFor, type World } from '../helpers/walk-http.js'

const PAIRS = 12
const STEPS = 220
const ZONE = 'Asia/Shanghai'

const made = await createCheckedApp(t)
const { home, foreign, clock, db } = made
const { office } = home
const callers: World['callers'] = {
  ...{ office, inspector: home.inspector, verifier: home.verifier, supervisor: home.supervisor },
  ...{ unit: home.unitCaller, otherUnit: home.otherUnitCaller, auditor: home.auditor, admin: home.admin },
  ...{ foreignOffice: foreign.office, foreignInspector: foreign.inspector, foreignUnit: foreign.unitCaller },
  ...{ unitInspector: home.verifier, farInspector: home.inspector, farSupervisor: home.supervisor },
}

/** An old list, and then a random history of many items over half a year. */
async function live(): Promise<void> {
  const rows = Array.from({ length: 12 }, (_, k) => {
    const [status, closed] = k < 6 ? ['done', k < 5 ? `2026-02-1${k}` : ''] : ['open', '']
    return `N-${k},隐患 ${k},${status},2026-01-1${k % 10},${closed},某路 ${k} 号`
  })
  const mapping = mappingFor('old', { timeZone: ZONE, fields: { area: { constant: '341225' } } })
  await importCsv(made, office, mapping, [HEADER, ...rows, ''].join('\n'))
  const late = await itemIn('assigned', home)
  const on = (noun: string, body: object, caller = office) => ok(caller.post(`/v1/items/${late.id}/${noun}`, body))
  clock.advance(9 * DAY_MS)
  await on('return', { reason: '非我单位职责' }, home.unitCaller)
  await on('assignments', order({ unit: home.otherUnit }, { dueAt: '2026-03-14' }))
  clock.advance(DAY_MS)
  await on('acceptance', {}, home.otherUnitCaller)
  await on('extension-requests', { dueAt: '2026-03-20', reason: '阴雨' }, home.otherUnitCaller)
  await on('extension-decision', { approved: true })
  const worlds: World[] = []
  for (let k = 0; k < PAIRS; k++) {
    const items = [
      await ok(home.inspector.post('/v1/items', filing())),
      await itemIn('remediating', home, { filing: { area: '341202' } }),
    ]
    worlds.push({ now: () => clock.now, units: [home.unit, home.otherUnit], callers, items })
  }
  const steps = fc.sample(fc.tuple(fc.nat(PAIRS - 1), aStep), { numRuns: STEPS, seed: 20261125 })
  for (const [pair, step] of steps) {
    clock.advance(Math.min(Math.abs(step.elapsedMs), DAY_MS * 2) + 1)
    const world = worlds[pair] as World
    const likely = { ...step, likely: true, onward: step.onward && step.yes }
    const { who, command, body } = requestFor(likely, world)
    const url = `/v1/items/${world.items[step.item].id}`
    const headers = { 'if-match': '*' }
    await (command === '' ? callers[who].patch(url, body, headers) : callers[who].post(`${url}/${command}`, body))
    for (const k of [0, 1]) world.items[k] = await ok(office.get(`/v1/items/${world.items[k].id}`))
  }
}
await live()

const events: Json[] = []
for (let after = 0; ; ) {
  const { data } = await ok(home.auditor.get(`/v1/events?after=${after}&limit=200`))
  events.push(...data)
  if (data.length === 0) break
  after = data.at(-1).seq
}
const calendar = await readCalendar(db, home.id)
const end = localDate(clock.now, ZONE)

/** Until when an order is to be signed for: the end of the third working day after it. */
function signedUntil(at: string): string {
  let date = localDate(at, ZONE)
  for (let left = 3; left > 0; ) {
    date = addDays(date, 1)
    if (isWorkingDay(calendar, date)) left--
  }
  return endOfDay(date, ZONE)
}

const rate = (numerator: number, denominator: number) => ({ numerator, denominator })
const count = <T>(rows: readonly T[], is: (row: T) => boolean) => rows.filter(is).length
const isIn = ({ at }: { at: string }, { from, to, asOf }: Case) =>
  localDate(at, ZONE) >= from && localDate(at, ZONE) < to && at <= asOf

interface Case {
  from: string
  to: string
  asOf: string
}

/** The figures of some items, as the documentation defines them. */
function expected(items: readonly Folded[], period: Case): Json {
  const { asOf } = period
  const on = items.filter((item) => stoodAt(item, asOf).open)
  const closed = items.filter(({ status }) => status === 'closed')
  const dated = closed.filter(({ closedAt, dueAt }) => closedAt !== null && dueAt !== null)
  const ever = (name: keyof Folded['ever']) => count(items, (item) => item.ever[name])
  const acts = items.flatMap((item) => item.acts).filter((act) => isIn(act, period))
  const did = (name: string) => count(acts, ({ what }) => what === name)
  const listed = on.length + closed.length
  const overdue = count(items, (item) => stoodAt(item, asOf).overdue)
  const assigned = count(items, ({ concerned }) => concerned)
  return {
    ...{ listed, closed: closed.length, open: on.length, overdue, returned: ever('returned') },
    ...{ extended: ever('extended'), rejectedAtClosure: ever('rejected'), reopened: ever('reopened') },
    recurrent: ever('recurrent'),
    rates: {
      closure: rate(closed.length, listed),
      onTime: rate(
        count(dated, ({ closedAt, dueAt }) => `${closedAt}` <= `${dueAt}`),
        dated.length,
      ),
      overdue: rate(overdue, on.length),
      extension: rate(ever('extended'), assigned),
      return: rate(ever('returned'), assigned),
      rework: rate(ever('rejected'), ever('requested')),
      recurrence: rate(
        ever('reopened'),
        count(items, ({ status, ever }) => status === 'closed' || ever.reopened),
      ),
      recheckPass: rate(
        items.reduce((sum, { passed }) => sum + passed, 0),
        items.reduce((sum, { rechecks }) => sum + rechecks, 0),
      ),
    },
    inPeriod: {
      ...{ listed: did('listed'), closed: did('closed'), reopened: did('reopened'), returned: did('returned') },
      ...{ extended: did('extended'), rejectedAtClosure: did('rejected') },
    },
  }
}

function daysTo(items: readonly Folded[], step: string, period: Case): Json {
  const days = items.flatMap(({ acts, listedAt }) => {
    const steps = acts.filter((act) => act.what === step && act.at >= listedAt && isIn(act, period))
    return steps.map(({ at }) => daysBetween(localDate(listedAt, ZONE), localDate(at, ZONE)))
  })
  return { count: days.length, median: quantile(days, 0.5), p90: quantile(days, 0.9) }
}

const CASES: Case[] = [
  { from: '2026-01-01', to: addDays(end, 1), asOf: clock.now },
  { from: '2026-04-01', to: '2026-06-01', asOf: clock.now },
  // The past, in the middle of a day.
  { from: '2026-03-15', to: '2026-05-20', asOf: '2026-05-10T05:00:00.000Z' },
]
const queryOf = ({ from, to, asOf }: Case) => `from=${from}&to=${to}&asOf=${asOf}`

t.test('the history has all that is counted', async (t) => {
  const [whole] = CASES as [Case]
  const { rates: _, ...figures } = expected(foldEvents(events, clock.now), whole)
  t.comment(figures)
  for (const [name, value] of Object.entries({ ...figures, ...figures.inPeriod })) t.not(value, 0, name)
})

t.test('the progress report is what the feed’s events add up to', async (t) => {
  for (const period of CASES) {
    const items = foldEvents(events, period.asOf)
    const report = await ok(office.get(`/v1/reports/progress?groupBy=unit&${queryOf(period)}`))
    t.match(report, expected(items, period), queryOf(period))
    for (const group of report.groups) {
      const own = items.filter(({ unit }) => unit === group.key)
      t.match(group, expected(own, period), `${group.label} ${queryOf(period)}`)
    }
    t.equal(
      report.groups.reduce((sum: number, { listed }: Json) => sum + listed, 0),
      report.listed,
    )
    const { series } = report
    t.equal(series[0].date, period.from)
    t.equal(series.at(-1).date, [addDays(period.to, -1), localDate(period.asOf, ZONE)].sort()[0])
    const acts = items.flatMap((item) => item.acts).filter(({ at }) => at <= period.asOf)
    for (const day of series) {
      const at = [endOfDay(day.date, ZONE), period.asOf].sort()[0] ?? ''
      const did = (name: string) => count(acts, (act) => act.what === name && localDate(act.at, ZONE) === day.date)
      const [open, overdue] = (['open', 'overdue'] as const).map((is) => count(items, (item) => stoodAt(item, at)[is]))
      const counted = { listed: did('listed'), closed: did('closed'), reopened: did('reopened'), open, overdue }
      t.strictSame(day, { date: day.date, ...counted }, day.date)
    }
    for (const name of ['assigned', 'accepted', 'planned', 'closureRequested', 'closed']) {
      const { count, median, p90 } = daysTo(items, name, period)
      const said = report.daysTo[name]
      t.equal(said.count, count, name)
      const isNear = (a: number, b: number) => a === b || Math.abs(a - b) < 0.0501
      t.ok(isNear(said.median, median) && isNear(said.p90, p90), `${name} ${median} ${p90}`)
    }
  }
})

t.test('the ranking’s numbers are those of whoever had the order', async (t) => {
  for (const period of CASES) {
    const { asOf } = period
    const items = foldEvents(events, asOf)
    const { groups } = await ok(office.get(`/v1/reports/units?${queryOf(period)}`))
    t.ok(groups.length >= 2)
    for (const group of groups) {
      const acts = items.flatMap((item) => item.acts.map((act) => ({ ...act, item })))
      const own = acts.filter((act) => act.unit === group.key && isIn(act, period))
      const did = (name: string) => own.filter(({ what }) => what === name)
      const on = items.filter((item) => item.unit === group.key && stoodAt(item, asOf).open)
      const late = on.filter((item) => stoodAt(item, asOf).overdue)
      const days = late.map(({ dueAt }) => Math.max(1, daysBetween(localDate(`${dueAt}`, ZONE), localDate(asOf, ZONE))))
      const atWork = on.filter(({ status, suspendedAt }) => status === 'remediating' && suspendedAt === null)
      t.match(
        group,
        {
          assigned: did('assigned').length,
          closedOnTime: count(did('closed'), ({ inTime }) => inTime === true),
          closedLate: count(did('closed'), ({ inTime }) => inTime === false),
          closed: did('closed').length,
          rejected: did('rejected').length,
          returned: did('returned').length,
          extended: did('extended').length,
          signedLate: count(did('assigned'), ({ at, answeredAt, item }) =>
            answeredAt === null ? item.suspendedAt === null && asOf > signedUntil(at) : answeredAt > signedUntil(at),
          ),
          ...{ open: on.length, overdue: late.length, overdueDays: days.reduce((sum, n) => sum + n, 0) },
          maxOverdueDays: Math.max(0, ...days),
          noProgress: count(
            atWork,
            ({ heardAt }) => daysBetween(localDate(`${heardAt}`, ZONE), localDate(asOf, ZONE)) >= 15,
          ),
        },
        `${group.label} ${queryOf(period)}`,
      )
    }
  }
})

t.test('the forecast is made from what came and went in its weeks', async (t) => {
  const items = foldEvents(events, clock.now)
  const window = { from: addDays(end, -84), to: end, asOf: clock.now }
  const report = await ok(office.get('/v1/reports/forecast?groupBy=unit'))
  t.match(report.window, { from: window.from, to: end, weeks: 12 })
  for (const row of [report, ...report.groups]) {
    const own = items.filter(({ unit }) => row === report || unit === row.key)
    const acts = own.flatMap((item) => item.acts).filter((act) => isIn(act, window))
    t.match(row, {
      open: count(own, (item) => stoodAt(item, clock.now).open),
      added: count(acts, ({ what }) => what === 'listed' || what === 'reopened'),
      closed: count(acts, ({ what }) => what === 'closed'),
    })
  }
})
