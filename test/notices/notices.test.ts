import { sql } from 'drizzle-orm'
import { insertNotices } from '../../src/db/notices.js'
import { DEFAULT_RULES } from '../../src/domain/rules.js'
import { digestTask } from '../../src/notices/digest-task.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { createTestApp, itemIn, type Json, ok, type TestApp } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { type Test, t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

// 2 March 2026 is a Monday; the zone is eight hours ahead of UTC.
const at = (date: string, time: string) => new Date(`${date}T${time}:00+08:00`).toISOString()

async function runAt(made: Pick<TestApp, 'db' | 'clock'>, date: string, time: string): Promise<void> {
  made.clock.now = at(date, time)
  for (const task of [ladderTask, digestTask]) await runTask(task, taskDeps(made))
}

/** An app with an item whose deadline is 19 March, a Thursday. */
async function withOverdue(t: Test) {
  const made = await createCheckedApp(t)
  const item = await itemIn('remediating', made.home, { order: { dueAt: '2026-03-19' } })
  await reportOn(made, '2026-03-14', item)
  return { ...made, item }
}

async function reportOn({ clock, home }: TestApp, date: string, item: Json): Promise<void> {
  clock.now = at(date, '12:00')
  await ok(home.unitCaller.post(`/v1/items/${item.id}/progress-reports`, { percent: 5, note: '进场' }))
}

const kinds = ({ data }: Json) => data.map((notice: Json) => notice.rung ?? notice.kind)

t.test('a notice waits for working hours, and then goes out in one digest per recipient', async (t) => {
  const made = await withOverdue(t)
  const { home, db } = made
  const second = await itemIn('remediating', home, { order: { dueAt: '2026-03-19' } })
  await reportOn(made, '2026-03-14', second)
  await runAt(made, '2026-03-20', '00:00')
  const LADDER = '/v1/notices?kind=escalation'
  const waiting = await ok(home.unitCaller.get(LADDER))
  t.match(waiting.data, [
    { rung: 'overdue_notice', state: 'waiting', sentAt: null },
    { rung: 'overdue_notice', state: 'waiting' },
  ])
  await runAt(made, '2026-03-20', '08:29')
  t.match((await ok(home.unitCaller.get(LADDER))).data[0], { state: 'waiting' })
  await runAt(made, '2026-03-20', '08:30')
  t.match((await ok(home.unitCaller.get(LADDER))).data, [
    { state: 'sent', sentAt: at('2026-03-20', '08:30') },
    { state: 'sent' },
  ])
  const { data } = await ok(home.auditor.get('/v1/events?type=notice.sent'))
  t.match(
    data.map((event: Json) => event.data),
    [
      { recipient: 'office', unit: null, count: 4, kinds: { escalation: 2, signed: 2 } },
      { recipient: 'unit', unit: home.unit, count: 2, kinds: { escalation: 2 } },
    ],
  )
  const { rows } = await db.execute(sql`select from digest`)
  t.equal(rows.length, 2)
})

t.test('nothing goes out at a weekend or in the evening, and the next run waits its time', async (t) => {
  const made = await withOverdue(t)
  const { home } = made
  await runAt(made, '2026-03-20', '17:30')
  t.match((await ok(home.unitCaller.get('/v1/notices'))).data[0], { state: 'waiting' }, 'on Friday evening')
  await runAt(made, '2026-03-21', '10:00')
  t.match((await ok(home.unitCaller.get('/v1/notices'))).data[0], { state: 'waiting' }, 'on Saturday')
  await runAt(made, '2026-03-23', '09:00')
  t.notOk((await ok(home.unitCaller.get('/v1/notices?state=waiting'))).data.length, 'on Monday')
  const notice = { kind: 'bulletin_draft', recipient: 'office', unit: null, cause: 'bulletin 1', item: null } as const
  await made.db.transaction((tx) =>
    insertNotices(tx, home.id, [{ ...notice, area: null, dueAt: null, dueSetAt: null, data: {} }], made.clock.now),
  )
  await runAt(made, '2026-03-23', '09:59')
  t.match((await ok(home.office.get('/v1/notices?kind=bulletin_draft'))).data, [{ state: 'waiting', item: null }])
  await runAt(made, '2026-03-23', '10:00')
  t.match((await ok(home.office.get('/v1/notices?kind=bulletin_draft'))).data, [{ state: 'sent' }], 'an hour later')
})

t.test('what no longer holds is never sent', async (t) => {
  const made = await withOverdue(t)
  const { home, item } = made
  await runAt(made, '2026-03-20', '00:00')
  made.clock.now = at('2026-03-20', '08:00')
  await ok(home.unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '完成' }))
  await ok(home.verifier.post(`/v1/items/${item.id}/closure-decision`, { approved: true, findings: '合格' }))
  await runAt(made, '2026-03-20', '09:00')
  t.match((await ok(home.unitCaller.get('/v1/notices?kind=escalation'))).data, [{ state: 'cancelled', sentAt: null }])
  const sent = (await ok(home.auditor.get('/v1/events?type=notice.sent'))).data
  t.notOk(
    sent.some(({ data }: Json) => data.kinds.escalation || data.kinds.order_given || data.kinds.closure_requested),
  )
})

t.test('whom a notice is addressed to confirms it, once; nobody else can', async (t) => {
  const made = await withOverdue(t)
  const { home, foreign } = made
  await runAt(made, '2026-03-20', '09:00')
  const [notice] = (await ok(home.unitCaller.get('/v1/notices'))).data
  const url = `/v1/notices/${notice.id}/receipt`
  for (const caller of [home.otherUnitCaller, home.office, home.supervisor, foreign.unitCaller, foreign.office]) {
    refused(t, await caller.post(url), 404, 'not-found')
  }
  made.clock.now = at('2026-03-20', '10:00')
  const received = await ok(home.unitCaller.post(url))
  t.match(received, { state: 'received', receivedAt: at('2026-03-20', '10:00'), receivedBy: { name: '阜阳 unit' } })
  made.clock.now = at('2026-03-20', '11:00')
  t.match(await ok(home.unitCaller.post(url)), { receivedAt: at('2026-03-20', '10:00') }, 'the first receipt counts')
  t.equal((await ok(home.auditor.get('/v1/events?type=notice.received'))).data.length, 1)
})

t.test('what is not confirmed in time is listed, and the office is told', async (t) => {
  const made = await withOverdue(t)
  const { home } = made
  await runAt(made, '2026-03-20', '09:00')
  await runAt(made, '2026-03-23', '09:00')
  t.notOk((await ok(home.office.get('/v1/notices?unreceived=true&recipient=unit'))).data.length, 'the third day')
  await runAt(made, '2026-03-24', '09:00')
  await runAt(made, '2026-03-24', '12:00')
  const late = (await ok(home.office.get('/v1/notices?unreceived=true&recipient=unit'))).data
  t.match(late, [{ rung: 'overdue_notice', unit: { id: home.unit } }])
  t.match((await ok(home.office.get('/v1/notices?kind=unreceived'))).data, [
    { kind: 'unreceived', details: { notice: late[0].id, unit: home.unit } },
  ])
  t.equal(DEFAULT_RULES.receiptDays, 3)
})

t.test('everybody sees their own notices only', async (t) => {
  const made = await withOverdue(t)
  const { home, foreign } = made
  const near = await home.addCaller('supervisor', { area: '341225' })
  const far = await home.addCaller('supervisor', { area: '341202' })
  await runAt(made, '2026-03-26', '09:00')
  t.same(kinds(await ok(home.supervisor.get('/v1/notices'))).sort(), ['supervision_letter', 'talk'])
  t.same(kinds(await ok(near.get('/v1/notices'))).sort(), ['supervision_letter', 'talk'])
  t.same(kinds(await ok(far.get('/v1/notices'))), [])
  t.same(kinds(await ok(home.otherUnitCaller.get('/v1/notices?recipient=all'))), [])
  t.same(kinds(await ok(foreign.office.get('/v1/notices?recipient=all'))), [])
  t.same(kinds(await ok(foreign.office.get(`/v1/notices?recipient=all&unit=${home.unit}`))), [])
  const all = await ok(home.auditor.get('/v1/notices'))
  t.same([...new Set(all.data.map((notice: Json) => notice.recipient))].sort(), ['office', 'supervisor', 'unit'])
  const own = await ok(home.office.get('/v1/notices'))
  t.ok(own.data.every((notice: Json) => notice.recipient === 'office'))
  const pages = await ok(home.auditor.get('/v1/notices?limit=2'))
  const rest = await ok(home.auditor.get(`/v1/notices?limit=200&cursor=${pages.nextCursor}`))
  t.same([...pages.data, ...rest.data], all.data, 'page after page')
})

t.test('an operator sees what waits to be sent', async (t) => {
  const made = await createTestApp(t, { METRICS_TOKEN: 'metrics-token-of-a-test' })
  await itemIn('remediating', made.home, { order: { dueAt: '2026-03-19' } })
  await runAt(made, '2026-03-20', '06:00')
  const headers = { authorization: 'Bearer metrics-token-of-a-test' }
  const { body } = await made.app.inject({ url: '/metrics', headers })
  t.match(body, /one_list_notices_waiting\{jurisdiction="fuyang"\} 5/, 'the ladder’s four, and the signature')
  t.match(body, /one_list_seconds_since_sweep\{jurisdiction="fuyang"\} \d+/)
})

t.test('two workers send a notice once', async (t) => {
  const made = await createTestApp(t)
  await itemIn('remediating', made.home, { order: { dueAt: '2026-03-19' } })
  made.clock.now = at('2026-03-20', '09:00')
  const deps = taskDeps(made)
  const run = (task: typeof ladderTask) =>
    task.run(deps, { jurisdiction: 'fuyang', helper: 0 }, new AbortController().signal)
  await Promise.all([run(ladderTask), run(ladderTask), run(ladderTask), run(ladderTask)])
  await Promise.all([run(digestTask), run(digestTask), run(digestTask), run(digestTask)])
  const { data } = await ok(made.home.auditor.get('/v1/events?type=notice.sent'))
  t.same(
    data.map((event: Json) => [event.data.recipient, event.data.count]),
    [
      ['office', 3],
      ['unit', 2],
    ],
    'the rung, and that nothing is heard; the office also that it was signed for',
  )
  const { data: escalated } = await ok(made.home.auditor.get('/v1/events?type=item.escalated'))
  t.equal(escalated.length, 1)
})
