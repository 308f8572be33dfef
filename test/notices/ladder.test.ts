import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import type { Item } from '../../src/domain/item/item.js'
import { stepsToClimb } from '../../src/domain/item/ladder.js'
import { DEFAULT_RULES, stepsOf } from '../../src/domain/rules.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { createTestApp, DAY_MS, itemIn, type Json, ok, type TestApp } from '../helpers/app.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

/** Noon of a day in the zone, so that a day is a day. */
const noon = (date: string) => `${date}T04:00:00.000Z`

async function sweepOn(made: TestApp, date: string): Promise<void> {
  made.clock.now = noon(date)
  await runTask(ladderTask, taskDeps(made))
}

async function rungsOf(made: TestApp, item: Json): Promise<string[]> {
  const { data } = await ok(made.home.office.get(`/v1/items/${item.id}/events?limit=200`))
  return data
    .filter(({ type }: Json) => type === 'item.escalated')
    .map(({ at, data: { rung } }: Json) => `${at.slice(5, 10)} ${rung}`)
}

/** What the ladder, and whoever lets an item lie, is told of. */
async function noticesOf(made: TestApp): Promise<string[]> {
  const { rows } = await made.db.execute<{ line: string }>(sql`
    select coalesce(data ->> 'rung', kind) || ' ' || recipient || case when cancelled_at is null then '' else ' cancelled' end as line
    from notice where kind in ('escalation', 'unsigned', 'no_progress') order by created_at, line`)
  return rows.map(({ line }) => line)
}

const due = (dueAt: string) => ({ order: { dueAt } })

t.test('an item climbs every rung on its day, once', async (t) => {
  const made = await createTestApp(t)
  const item = await itemIn('remediating', made.home, due('2026-03-20'))
  for (let day = 0; day < 60; day++) {
    const date = new Date(Date.parse('2026-03-02T00:00:00Z') + day * DAY_MS).toISOString().slice(0, 10)
    await sweepOn(made, date)
    await sweepOn(made, date)
  }
  t.same(await rungsOf(made, item), [
    '03-13 warning_7',
    '03-17 warning_3',
    '03-19 warning_1',
    '03-21 overdue_notice',
    '03-23 supervision_letter',
    '03-27 talk',
    '04-04 bulletin_naming',
    '04-19 accountability_referral',
  ])
  const read = await ok(made.home.office.get(`/v1/items/${item.id}`))
  t.match(read.escalation, { rung: 'accountability_referral', at: '2026-04-19T04:00:00.000Z' })
  t.equal(read.escalation.rungs.length, 8)
  t.ok((await verifyChain(made.db, made.home.id)).ok)
  t.ok((await verifyItems(made.db, made.home.id)).ok)
  const told = await noticesOf(made)
  t.equal(told.filter((line) => line === 'talk unit').length, 1)
  t.equal(told.filter((line) => line === 'talk supervisor').length, 1)
  t.equal(told.filter((line) => line === 'warning_7 office').length, 0)
})

t.test('a schedule that stood still leaves no rung out, and sends no warning that is past', async (t) => {
  const made = await createTestApp(t)
  const item = await itemIn('assigned', made.home, due('2026-03-20'))
  await sweepOn(made, '2026-03-18')
  t.same(await rungsOf(made, item), ['03-18 warning_3'], 'the 7-day warning is past')
  await sweepOn(made, '2026-03-29')
  t.same((await rungsOf(made, item)).slice(1), ['03-29 overdue_notice', '03-29 supervision_letter', '03-29 talk'])
})

t.test('nobody is warned of a day that lay before the deadline was set', async (t) => {
  const made = await createTestApp(t)
  const item = await itemIn('assigned', made.home, due('2026-03-05'))
  await sweepOn(made, '2026-03-02')
  t.same(await rungsOf(made, item), [])
  await sweepOn(made, '2026-03-04')
  t.same(await rungsOf(made, item), ['03-04 warning_1'])
})

t.test('a moved deadline begins a new ladder and cancels what was not sent', async (t) => {
  const made = await createTestApp(t)
  const { home, clock } = made
  const item = await itemIn('remediating', home, due('2026-03-20'))
  const url = `/v1/items/${item.id}`
  await sweepOn(made, '2026-03-21')
  await ok(home.unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-03-30', reason: '连续降雨' }))
  const extended = await ok(home.office.post(`${url}/extension-decision`, { approved: true }))
  t.equal(extended.escalation, null)
  await sweepOn(made, '2026-03-22')
  const ofLadder = (await noticesOf(made)).filter((line) => !line.startsWith('no_progress'))
  t.same(ofLadder, ['overdue_notice office cancelled', 'overdue_notice unit cancelled'])
  await sweepOn(made, '2026-03-27')
  t.same(await rungsOf(made, item), ['03-21 overdue_notice', '03-27 warning_3'])

  await ok(home.office.post(`${url}/suspension`, { reason: '等待批准' }))
  await sweepOn(made, '2026-04-20')
  t.equal((await rungsOf(made, item)).length, 2, 'the clock stands')
  t.ok((await noticesOf(made)).includes('warning_3 unit cancelled'))
  await ok(home.office.post(`${url}/resumption`))
  await sweepOn(made, '2026-04-24')
  t.same((await rungsOf(made, item)).slice(2), ['04-24 overdue_notice'], 'moved by the days that it stood')

  await ok(home.office.post(`${url}/assignments`, { ...ORDER(made), dueAt: '2026-04-26' }))
  clock.advance(1)
  await sweepOn(made, '2026-04-27')
  t.same((await rungsOf(made, item)).slice(3), ['04-27 overdue_notice'], 'reassigned')
})

t.test('what is off account climbs nothing; reopened, it climbs anew', async (t) => {
  const made = await createTestApp(t)
  const item = await itemIn('closed', made.home, due('2026-03-20'))
  await sweepOn(made, '2026-03-25')
  t.same(await rungsOf(made, item), [])
  const reopened = await ok(made.home.office.post(`/v1/items/${item.id}/reopening`, { reason: '复发' }))
  const day = new Date(Date.parse(reopened.dueAt) + DAY_MS).toISOString().slice(0, 10)
  await sweepOn(made, day)
  t.match(await rungsOf(made, item), [/overdue_notice/])
  t.match(await noticesOf(made), ['overdue_notice office'], 'nobody is assigned: the office is told')
})

t.test('who does not sign, and who reports nothing, is noticed once for each time', async (t) => {
  const made = await createTestApp(t)
  const { home } = made
  const order = due('2026-12-31')
  await itemIn('assigned', home, order)
  // 2 March 2026 is a Monday; three working days after it have passed on Friday.
  await sweepOn(made, '2026-03-05')
  t.same(await noticesOf(made), [])
  await sweepOn(made, '2026-03-06')
  await sweepOn(made, '2026-03-07')
  t.same(await noticesOf(made), ['unsigned office', 'unsigned unit'])
  const working = await itemIn('remediating', home, order)
  await sweepOn(made, '2026-03-21')
  t.equal((await noticesOf(made)).filter((line) => /no_progress/.test(line)).length, 0)
  await sweepOn(made, '2026-03-22')
  await sweepOn(made, '2026-03-23')
  t.equal((await noticesOf(made)).filter((line) => /no_progress/.test(line)).length, 2)
  await ok(home.unitCaller.post(`/v1/items/${working.id}/progress-reports`, { percent: 10, note: '进场' }))
  await sweepOn(made, '2026-03-24')
  t.equal((await noticesOf(made)).filter((line) => /no_progress .* cancelled/.test(line)).length, 2)
  await sweepOn(made, '2026-04-07')
  await sweepOn(made, '2026-04-22')
  t.equal((await noticesOf(made)).filter((line) => /no_progress \w+$/.test(line)).length, 4, 'and again after as long')
})

t.test('the database finds exactly the items that the rules would let climb', async (t) => {
  const made = await createTestApp(t)
  const { db, home } = made
  const steps = stepsOf(DEFAULT_RULES)
  const names = await columns(made)
  const model = await itemIn('remediating', home)
  const day = fc.integer({ min: -40, max: 40 })
  const cases = fc.sample(
    fc.record({
      dueIn: day,
      setIn: fc.integer({ min: -50, max: 0 }),
      hour: fc.integer({ min: 0, max: 23 }),
      climbed: fc.subarray(steps.map(({ rung }) => rung)),
      suspended: fc.boolean(),
    }),
    { numRuns: 300, seed: 7 },
  )
  const at = (days: number, hour: number) =>
    new Date(Date.parse('2026-06-01T00:00:00Z') + days * DAY_MS + hour * 3_600_000).toISOString()
  const now = at(0, 9)
  for (const [k, { dueIn, setIn, hour, climbed, suspended }] of cases.entries()) {
    const escalation = climbed.length === 0 ? null : { rung: climbed.at(-1), at: now, rungs: climbed }
    const suspension = suspended && k % 5 === 0 ? { reason: '等待', at: at(-60, 0), by: home.unit } : null
    const copy = {
      id: `00000000-0000-4000-8000-${String(k).padStart(12, '0')}`,
      code: `2026-9${String(k).padStart(5, '0')}`,
      ...{ due_at: at(dueIn, hour), due_set_at: at(setIn, 8), escalation, suspension },
    }
    await made.superuser.query(
      `insert into item (${names}) select ${names} from (
        select (json_populate_record(i, $1::json)).* from item i where i.id = $2) copy`,
      [JSON.stringify(copy), model.id],
    )
  }
  made.clock.now = now
  const { rows } = await db.execute<
    Pick<Item, 'id' | 'status' | 'dueAt' | 'dueSetAt' | 'escalation' | 'suspension'>
  >(sql`
    select id, status, escalation, suspension, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "dueAt",
      to_char(due_set_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "dueSetAt" from item where code like '2026-9%'`)
  t.equal(rows.length, 300)
  const expected = new Map(
    rows.map((item) => [item.id, stepsToClimb(item, steps, now, 'Asia/Shanghai').map(({ rung }) => rung)]),
  )
  await runTask(ladderTask, taskDeps(made))
  const { rows: climbed } = await db.execute<{ item_id: string; rung: string }>(
    sql`select item_id, data::json ->> 'rung' as rung from event where type = 'item.escalated' order by seq`,
  )
  const actual = new Map<string, string[]>()
  for (const { item_id, rung } of climbed) actual.set(item_id, [...(actual.get(item_id) ?? []), rung])
  for (const [id, rungs] of expected) t.same(actual.get(id) ?? [], rungs, id)
  t.ok([...expected.values()].filter((rungs) => rungs.length > 0).length > 60)
})

async function columns({ db }: TestApp): Promise<string> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select column_name as name from information_schema.columns
    where table_name = 'item' and is_generated = 'NEVER' order by ordinal_position`)
  return rows.map(({ name }) => name).join(', ')
}

const ORDER = ({ home }: TestApp) => ({
  goal: '消除坠车风险',
  leadOfficial: { name: '王建国' },
  responsibleUnit: home.otherUnit,
  completionStandard: '验收合格',
  reward: '加 2 分',
  penalty: '扣 5 分',
})
