import { sql } from 'drizzle-orm'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { scoresTask } from '../../src/scores/task.js'
import { verifyScores } from '../../src/scores/verify.js'
import { itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { linesOf, noon, scoreOn, scoresOf, setScoring } from '../helpers/scores.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const due = (dueAt: string, filing: object = {}) => ({ order: { dueAt }, filing })
const rejection = { approved: false, findings: '缺 8 米' }

t.test('what a unit does well and badly is scored once, and each entry says why', async (t) => {
  const made = await createCheckedApp(t)
  const { home, db, clock } = made
  const item = await itemIn('closure_requested', home, due('2026-03-20'))
  const url = `/v1/items/${item.id}`
  clock.now = noon('2026-03-03')
  await ok(home.verifier.post(`${url}/closure-decision`, rejection))
  await ok(home.unitCaller.post(`${url}/closure-requests`, { summary: '已补齐' }))
  await ok(home.verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' }))
  await scoreOn(made, '2026-03-03')
  await scoreOn(made, '2026-03-03')
  const before = await scoresOf(home.office)
  t.same(before.map(({ rule, points }) => [rule, points]).sort(), [
    ['closed_early', 1],
    ['closed_on_time', 2],
    ['closure_rejected', -1],
  ])
  const ranked = async (what: string, caller = home.office) =>
    (await ok(caller.get(`/v1/reports/${what}?from=2026-03-01&to=2026-04-01`))).groups
  t.match(await ranked('units'), [{ key: home.unit, points: 2, moneyFen: 0 }])
  t.match(await ranked('units', home.unitCaller), [{ points: 2 }], 'the unit itself is told')
  t.same(await ranked('units', home.otherUnitCaller), [], 'another is not')
  t.match(await ranked('areas'), [{ key: '341225', points: null, moneyFen: null }])
  clock.now = noon('2026-03-10')
  await ok(home.office.post(`${url}/rechecks`, { passed: false, findings: '护栏被撞损' }))
  await scoreOn(made, '2026-03-10')
  const failed = (await scoresOf(home.office, '&rule=recheck_failed'))[0]
  t.match(failed, {
    item: { id: item.id, code: item.code, title: item.title },
    unit: { id: home.unit, name: '阜阳交通运输局' },
    label: { zh: '回头看不合格', en: 'Failed recheck' },
    ...{ points: -3, moneyFen: null, rules: 0, bookedOn: '2026-03-10', reverses: null, reversedBy: null, appeal: null },
  })
  const { data: events } = await ok(home.office.get(`${url}/events?limit=200`))
  const cause = events.find(({ type }: Json) => type === 'item.rechecked')
  t.same(failed.cause, { seq: cause.seq, type: 'item.rechecked', at: cause.at, day: null })
  const own = events.find(({ seq }: Json) => seq === failed.seq)
  t.match(own, { type: 'item.scored', actor: { role: 'system' }, data: { id: failed.id, rule: 'recheck_failed' } })
  t.same(own.data.cause, failed.cause)
  t.same(await ok(home.office.get(`/v1/scores/${failed.id}`)), failed)
  const after = await ok(home.office.get(url))
  t.match(after, { status: 'listed', progress: null }, 'a score moves nothing')
  t.ok((await verifyChain(db, home.id)).ok)
  t.ok((await verifyItems(db, home.id)).ok)
  t.same(await verifyScores(db, home.id), { ok: true, checked: 4, faults: [] })
})

t.test('each midnight that finds an item overdue costs a day, up to the cap, for each deadline', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await setScoring(made, { overdueDay: { maxDays: 3, points: -0.5, moneyFen: -10_000 }, noProgress: null })
  const item = await itemIn('remediating', home, due('2026-03-20'))
  const url = `/v1/items/${item.id}`
  await scoreOn(made, '2026-03-20')
  t.same(await linesOf(home.office), [])
  await scoreOn(made, '2026-03-21')
  t.same(await linesOf(home.office), ['overdue_day -0.5 2026-03-21'])
  await scoreOn(made, '2026-03-30')
  const capped = ['overdue_day -0.5 2026-03-21', 'overdue_day -0.5 2026-03-22', 'overdue_day -0.5 2026-03-23']
  t.same(await linesOf(home.office), capped, 'what was not computed in time is, and no more than the cap')
  const [first] = await scoresOf(home.office)
  t.match(first, { moneyFen: -10_000, cause: { type: 'item.assigned', day: '2026-03-21' }, rules: 1 })
  await ok(home.unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-04-05', reason: '连续降雨' }))
  await ok(home.office.post(`${url}/extension-decision`, { approved: true }))
  await scoreOn(made, '2026-04-07')
  t.same((await linesOf(home.office)).slice(3), ['overdue_day -0.5 2026-04-06', 'overdue_day -0.5 2026-04-07'])
  await ok(home.unitCaller.post(`${url}/closure-requests`, { summary: '已完成' }))
  clock.now = noon('2026-04-08')
  await ok(home.verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' }))
  await scoreOn(made, '2026-04-20')
  const lines = await linesOf(home.office)
  t.equal(lines.at(-1), 'overdue_day -0.5 2026-04-08', 'the midnight before it was closed is the last')
  t.equal(lines.length, 6, 'closed late earns nothing')
})

t.test('what a stopped schedule missed is computed from the states that were', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await setScoring(made, { noProgress: null })
  const item = await itemIn('remediating', home, due('2026-03-10'))
  const url = `/v1/items/${item.id}`
  clock.now = noon('2026-03-12')
  await ok(home.office.post(`${url}/suspension`, { reason: '等待批准' }))
  clock.now = noon('2026-03-20')
  await ok(home.office.post(`${url}/resumption`))
  const other = { responsibleUnit: home.otherUnit, dueAt: '2026-03-22' }
  await ok(home.office.post(`${url}/assignments`, { ...ORDER, ...other }))
  await scoreOn(made, '2026-03-24')
  t.same(await linesOf(home.unitCaller), ['overdue_day -0.5 2026-03-11', 'overdue_day -0.5 2026-03-12'])
  t.same(await linesOf(home.otherUnitCaller), ['overdue_day -0.5 2026-03-23', 'overdue_day -0.5 2026-03-24'])
  t.equal((await scoresOf(home.office)).length, 4)
})

const ORDER = {
  goal: '消除坠车风险',
  leadOfficial: { name: '王建国' },
  completionStandard: '验收合格',
  reward: '加 2 分',
  penalty: '扣 5 分',
}

t.test('who signs late, gives back or is silent pays what the rules say, and no rule that is off costs', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await setScoring(made, {
    returned: { points: -0.25, moneyFen: null },
    noProgress: { days: 10, points: -1, moneyFen: null },
  })
  // 2 March 2026 is a Monday: the third working day ends on Thursday.
  const [late, inTime, back] = [
    await itemIn('assigned', home, due('2026-12-31')),
    await itemIn('assigned', home, due('2026-12-31')),
    await itemIn('assigned', home, due('2026-12-31')),
  ]
  clock.now = noon('2026-03-05')
  await ok(home.unitCaller.post(`/v1/items/${inTime.id}/acceptance`))
  await ok(home.unitCaller.post(`/v1/items/${back.id}/return`, { reason: '非我单位职责' }))
  clock.now = noon('2026-03-06')
  await ok(home.unitCaller.post(`/v1/items/${late.id}/acceptance`))
  await scoreOn(made, '2026-03-14')
  t.same(await linesOf(home.office), ['returned -0.25 2026-03-05', 'signed_late -1 2026-03-06'])
  await ok(home.unitCaller.post(`/v1/items/${late.id}/progress-reports`, { percent: 10, note: '进场' }))
  await scoreOn(made, '2026-04-05')
  t.same(await linesOf(home.office, `&item=${late.code}`), [
    'no_progress -1 2026-03-24',
    'no_progress -1 2026-04-03',
    'signed_late -1 2026-03-06',
  ])
  t.same(await linesOf(home.office, `&item=${inTime.id}`), [
    'no_progress -1 2026-03-15',
    'no_progress -1 2026-03-25',
    'no_progress -1 2026-04-04',
  ])
  await setScoring(made, { noProgress: null })
  await scoreOn(made, '2026-05-30')
  t.equal((await scoresOf(home.office, '&rule=no_progress')).length, 5)
})

t.test('a report by the public is nobody’s points, and is owed once it is on the list', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  await setScoring(made, { publicReportConfirmed: { points: 1, moneyFen: 20_000 } })
  await itemIn('reported', home, { filing: { source: 'public' } })
  await itemIn('dismissed', home, { filing: { source: 'hotline' } })
  await itemIn('listed', home, { filing: { source: 'inspection' } })
  const item = await itemIn('listed', home, { filing: { source: 'hotline' } })
  await scoreOn(made, '2026-03-03')
  const scores = await scoresOf(home.office)
  t.equal(scores.length, 1)
  t.match(scores[0], {
    rule: 'public_report_confirmed',
    unit: null,
    points: 1,
    moneyFen: 20_000,
    item: { id: item.id },
  })
})

t.test('a score goes by the rules that were in force when its cause happened, and names them', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  clock.now = noon('2026-03-02')
  const first = await itemIn('closed', home)
  clock.now = noon('2026-03-03')
  await setScoring(made, { closedOnTime: { points: 5, moneyFen: null }, closedEarly: null })
  clock.now = noon('2026-03-04')
  const second = await itemIn('closed', home)
  await setScoring(made, { closedOnTime: null })
  clock.advance(1)
  await itemIn('closed', home)
  await scoreOn(made, '2026-03-05')
  const found = await scoresOf(home.office, '&rule=closed_on_time')
  t.same(
    found.map(({ item, rules, points }) => [item.id, rules, points]).sort(),
    [
      [first.id, 0, 2],
      [second.id, 1, 5],
    ].sort(),
  )
})

t.test('scores on demand are those of the schedule, and again are none', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await itemIn('closed', home)
  clock.now = noon('2026-03-05')
  const key = { 'idempotency-key': 'compute-1' }
  const first = await home.office.post('/v1/scores/computation', {}, key)
  const { seq } = await ok(home.auditor.get('/v1/ledger'))
  t.match(first, { status: 200, body: { scored: 2, done: true, countedTo: '2026-03-05', seq } })
  t.match(await ok(home.office.post('/v1/scores/computation', {})), { scored: 0, done: true, seq })
  const again = await home.office.post('/v1/scores/computation', {}, key)
  t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, first.body)
  t.equal(await runTask(scoresTask, taskDeps(made)), 1, 'the schedule reads its own entries')
  t.equal(await runTask(scoresTask, taskDeps(made)), 0, 'and comes to rest')
  refused(t, await home.office.post('/v1/scores/computation', { all: true }), 400, 'invalid-request', {
    pointers: ['/all'],
  })
})

t.test('just after midnight a day is not counted yet', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  await itemIn('remediating', home, due('2026-03-10'))
  clock.now = '2026-03-10T16:01:59.999Z'
  t.match(await ok(home.office.post('/v1/scores/computation', {})), { countedTo: '2026-03-10', scored: 0 })
  clock.advance(1)
  t.match(await ok(home.office.post('/v1/scores/computation', {})), { countedTo: '2026-03-11', scored: 1 })
})

t.test('rules sent by a client from before there were scores leave the scoring as it is', async (t) => {
  const made = await createCheckedApp(t)
  const { admin } = made.home
  await setScoring(made, { appealDays: 5 })
  const { scoring, ...older } = await ok(admin.get('/v1/rules'))
  t.match(await ok(admin.put('/v1/rules', { ...older, receiptDays: 9 })), { version: 2, receiptDays: 9, scoring })
  t.match(await ok(admin.put('/v1/rules', older)), { version: 3, scoring })
  for (const [wrong, pointer] of [
    [{ closedOnTime: { points: -1, moneyFen: null } }, '/scoring/closedOnTime/points'],
    [{ overdueDay: { points: 1, moneyFen: null, maxDays: 3 } }, '/scoring/overdueDay/points'],
    [{ overdueDay: { points: -1, moneyFen: null } }, '/scoring/overdueDay/maxDays'],
    [{ overdueDay: { points: -0.001, moneyFen: null, maxDays: 3 } }, '/scoring/overdueDay/points'],
    [{ returned: { points: -1, moneyFen: 5 } }, '/scoring/returned/moneyFen'],
    [{ appealDays: -1 }, '/scoring/appealDays'],
    [{ clossedLate: null }, '/scoring/clossedLate'],
  ] as const) {
    const answer = await admin.put('/v1/rules', { ...older, scoring: { ...scoring, ...wrong } })
    refused(t, answer, 400, 'invalid-request', { pointers: [pointer] })
  }
  const { appealDays: _, ...part } = scoring
  refused(t, await admin.put('/v1/rules', { ...older, scoring: part }), 400, 'invalid-request', {
    pointers: ['/scoring/appealDays'],
  })
})

t.test('a row that is not its event’s, or has none, is found', async (t) => {
  const made = await createCheckedApp(t)
  const { home, db, superuser } = made
  await itemIn('closed', home)
  await scoreOn(made, '2026-03-05')
  const [first] = await scoresOf(home.office)
  await superuser.query('alter table score disable trigger user')
  await superuser.query('update score set points = 99 where id = $1', [first.id])
  t.match(await verifyScores(db, home.id), { ok: false, checked: 2, faults: [{ id: first.id, fault: 'differs' }] })
  await superuser.query('delete from score where id = $1', [first.id])
  t.match(await verifyScores(db, home.id), { ok: false, faults: [{ id: first.id, fault: 'missing' }] })
  await superuser.query('update score set item_version = 77')
  t.match((await verifyScores(db, home.id)).faults.map(({ fault }) => fault).sort(), [
    'missing',
    'missing',
    'without an event',
  ])
})

t.test('what was scored cannot be rewritten or taken out of the database', async (t) => {
  const made = await createCheckedApp(t)
  await itemIn('closed', made.home)
  await scoreOn(made, '2026-03-05')
  for (const statement of ['update score set points = 99', 'delete from score', 'truncate score cascade']) {
    await t.rejects(made.db.execute(sql.raw(statement)), statement)
    await t.rejects(made.superuser.query(statement), /stay as they are/, `${statement} as the owner`)
  }
})
