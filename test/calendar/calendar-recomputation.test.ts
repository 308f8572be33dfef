import { sql } from 'drizzle-orm'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { DAY_MS, itemIn, type Json, ok, type TestApp } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const FRIDAY = '2026-12-25T01:00:00.000Z'
const [URL_2027, MOVES] = ['/v1/calendar/2027', '/v1/calendar/2027/recomputation']
const off = (...dates: string[]) => ({ days: dates.map((date) => ({ date, kind: 'off', name: '假' })) })
const end = (date: string) => `${date}T15:59:59.999Z`

/** A service on the last Friday of a year after which no calendar is published, and items by their working days. */
async function withItems(t: Parameters<typeof createCheckedApp>[0], ...counts: number[]) {
  const made = await createCheckedApp(t)
  made.clock.now = FRIDAY
  const items: Json[] = []
  for (const workingDays of counts) {
    items.push(await itemIn('remediating', made.home, { order: { dueAt: undefined, workingDays } }))
  }
  return { ...made, items }
}
const now = ({ home }: TestApp, { id }: Json) => ok(home.office.get(`/v1/items/${id}`))
const events = async ({ home }: TestApp, { id }: Json) =>
  (await allPages(home.office, `/v1/items/${id}/events?limit=50`)).filter(
    ({ type }) => type === 'item.deadline_recomputed',
  )

t.test('what a change would move is listed, moved when it is asked for, and not twice', async (t) => {
  const made = await withItems(t, 20, 3, 5, 10)
  const { home, clock, items, db } = made
  const dated = await itemIn('remediating', home, { order: { dueAt: '2027-01-20' } })
  const closed = await itemIn('closed', home, { order: { dueAt: undefined, workingDays: 10 } })
  const listed = await itemIn('listed', home)
  const set = await ok(home.admin.put(URL_2027, off('2027-01-01', '2027-01-04')))
  t.match(set.affected, { total: 4, suspended: 0 })
  t.same(
    set.affected.items.map((move: Json) => [move.id, move.dueAt, move.newDueAt, move.newDueProvisional]),
    [
      [items[2].id, end('2027-01-04'), end('2027-01-05'), false],
      [items[3].id, end('2027-01-11'), end('2027-01-12'), false],
      [items[0].id, end('2027-01-25'), end('2027-01-26'), false],
      [listed.id, end('2027-02-10'), end('2027-02-09'), false],
    ],
    'by deadline; not those that end before, nor dates, nor what is closed',
  )
  const preview = await ok(home.office.get(`${MOVES}?count=true`))
  t.same(preview, { data: set.affected.items, nextCursor: null, total: 4, suspended: 0 })
  t.same(await allPages(home.admin, `${MOVES}?limit=1`), preview.data)
  t.match(await ok(home.office.get('/v1/calendar/2028/recomputation')), { data: [], suspended: 0 })

  clock.advance(1000)
  const done = await home.office.post(MOVES, {}, { 'if-match': '"1"' })
  t.match(done, { status: 200, headers: { etag: '"1"' } })
  t.match(done.body, { year: 2027, version: 1, moved: 4, remaining: 0, suspended: 0 })
  t.same(done.body.items, preview.data)
  const moved = await now(made, items[2])
  t.match(moved, {
    dueAt: end('2027-01-05'),
    dueProvisional: false,
    version: items[2].version + 1,
    updatedAt: clock.now,
  })
  t.equal(moved.assignment.dueAt, end('2027-01-04'), 'the order is as it was given')
  t.match(await now(made, listed), { dueAt: end('2027-02-09'), defaultDueAt: end('2027-02-09') })
  const [event] = await events(made, items[2])
  t.match(event, { at: clock.now, actor: { name: '阜阳 office', role: 'office' } })
  t.match(event.data, {
    ...{ dueAt: end('2027-01-05'), previousDueAt: end('2027-01-04'), provisional: false },
    basis: { from: '2026-12-25', workingDays: 5, stoodMs: 0, calendar: /^2026:cn-[0-9a-f]{8} 2027:v1$/ },
  })
  for (const item of [items[1], dated, closed]) t.same(await now(made, item), item.id === closed.id ? closed : item)
  t.match(await ok(home.office.post(MOVES)), { moved: 0, remaining: 0, items: [] })
  t.equal((await events(made, items[2])).length, 1)
  t.same(await ok(home.office.get(MOVES)), { data: [], nextCursor: null, suspended: 0 })
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('a date that is only certain now is the same deadline, and keeps its ladder', async (t) => {
  const made = await withItems(t, 10)
  const { home, clock, db, items } = made
  clock.now = '2027-01-08T01:00:00.000Z'
  await runTask(ladderTask, taskDeps({ db, clock }))
  const before = await now(made, items[0])
  t.match(before, { escalation: { rung: 'warning_3' }, dueProvisional: true })
  await ok(home.admin.put(URL_2027, off('2027-01-01', '2027-01-30')))
  t.match(await ok(home.office.get(MOVES)), { data: [{ dueAt: before.dueAt, newDueAt: before.dueAt }] })
  t.match(await ok(home.office.post(MOVES)), { moved: 1 })
  t.match(await now(made, items[0]), { dueAt: before.dueAt, dueProvisional: false, escalation: before.escalation })
  await ok(home.admin.put(URL_2027, off('2027-01-01', '2027-01-04', '2027-01-30')))
  t.match(await ok(home.office.post(MOVES)), { moved: 1 })
  t.match(await now(made, items[0]), { dueAt: end('2027-01-12'), escalation: null }, 'a moved one begins anew')
  t.match(await ok(home.admin.put(URL_2027, { days: null })), { affected: { total: 1 } })
  t.match(await ok(home.office.post(MOVES)), { moved: 1 })
  t.match(await now(made, items[0]), { dueAt: before.dueAt, dueProvisional: true }, 'and back')
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('a suspended item stays until its clock runs again, and moves with the time it stood', async (t) => {
  const made = await withItems(t, 5, 6)
  const { home, clock, items } = made
  const url = `/v1/items/${items[0].id}`
  await ok(home.office.post(`${url}/suspension`, { reason: '等待批准' }))
  const set = await ok(home.admin.put(URL_2027, off('2027-01-01', '2027-01-04')))
  t.match(set.affected, { total: 1, suspended: 1, items: [{ id: items[1].id }] })
  t.match(await ok(home.office.get(MOVES)), { data: [{ id: items[1].id }], suspended: 1 })
  t.match(await ok(home.office.post(MOVES)), { moved: 1, remaining: 0, suspended: 1 })
  clock.advance(2 * DAY_MS + 1)
  const resumed = await ok(home.office.post(`${url}/resumption`, {}))
  t.match(resumed, { dueAt: '2027-01-06T16:00:00.000Z' }, 'by the calendar that it was counted by')
  t.match(await ok(home.office.get(MOVES)), { data: [{ newDueAt: '2027-01-07T16:00:00.000Z' }], suspended: 0 })
  t.match(await ok(home.office.post(MOVES)), { moved: 1, suspended: 0 })
  t.match(await now(made, items[0]), { dueAt: '2027-01-07T16:00:00.000Z', dueProvisional: false })
})

t.test('an order that comes back falls back on a default by the old calendar, which is listed then', async (t) => {
  const made = await withItems(t)
  const { home } = made
  const item = await itemIn('assigned', home, { order: { dueAt: '2027-01-20' } })
  await ok(home.admin.put(URL_2027, off('2027-01-01')))
  t.match(await ok(home.office.post(MOVES)), { moved: 0 })
  const back = await ok(home.unitCaller.post(`/v1/items/${item.id}/return`, { reason: '非我单位' }))
  t.match(back, { dueAt: end('2027-02-10'), dueProvisional: true })
  t.match(await ok(home.office.post(MOVES)), { moved: 1, items: [{ newDueAt: end('2027-02-08') }] })
  t.match(await now(made, item), { dueAt: end('2027-02-08'), defaultDueAt: end('2027-02-08') })
})

t.test('many are moved a bounded number at a time, each once, also by several at once', async (t) => {
  const made = await withItems(t, ...Array.from({ length: 12 }, (_, k) => 5 + k))
  const { home, items, db } = made
  await ok(home.admin.put(URL_2027, off('2027-01-01')))
  const first = await home.office.post(MOVES, { limit: 3 }, { 'idempotency-key': 'move-1' })
  t.match(first.body, { moved: 3, remaining: 9 })
  const again = await home.office.post(MOVES, { limit: 3 }, { 'idempotency-key': 'move-1' })
  t.match(again, { headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, first.body, 'a repetition moves nothing')
  const listed = await allPages(home.office, `${MOVES}?limit=2`, async (page) => {
    if (page < 3) t.match(await ok(home.office.post(MOVES, { limit: 1 })), { moved: 1 })
  })
  t.equal(new Set(listed.map(({ id }) => id)).size, 9, 'a list that is paged while it grows shorter skips nothing')
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, k) => ok((k % 2 ? home.office : home.admin).post(MOVES, { limit: 4 }))),
  )
  const moved = answers.reduce((sum, answer) => sum + answer.moved, 0)
  let left = (await ok(home.office.get(`${MOVES}?count=true`))).total
  t.equal(moved + left, 7)
  for (let n = 0; left > 0 && n < 10; n++) left = (await ok(home.office.post(MOVES, { limit: 4 }))).remaining
  t.equal(left, 0)
  for (const item of items) t.equal((await events(made, item)).length, 1, item.code)
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('an item that somebody is changing is passed over, and not lost', async (t) => {
  const made = await withItems(t, 5, 6)
  const { home, db, items } = made
  await ok(home.admin.put(URL_2027, off('2027-01-01')))
  await db.transaction(async (tx) => {
    await tx.execute(sql`select from item where id = ${items[0].id} for no key update`)
    t.match(await ok(home.office.post(MOVES)), { moved: 1, remaining: 1, items: [{ id: items[1].id }] })
  })
  t.match(await ok(home.office.post(MOVES)), { moved: 1, remaining: 0, items: [{ id: items[0].id }] })
})

t.test('nobody moves by a version that they have not seen, and a change waits for who is moving', async (t) => {
  const made = await withItems(t, 5)
  const { home, items } = made
  await ok(home.admin.put(URL_2027, off('2027-01-01')))
  await ok(home.admin.put(URL_2027, off('2027-01-04')))
  refused(t, await home.office.post(MOVES, {}, { 'if-match': '"1"' }), 412, 'stale', { currentVersion: 2 })
  const both = await Promise.all([home.office.post(MOVES), home.admin.put(URL_2027, off('2027-01-01', '2027-01-04'))])
  t.same(
    both.map(({ status }) => status),
    [200, 200],
  )
  const { dueAt } = await now(made, items[0])
  t.ok([end('2027-01-01'), end('2027-01-05')].includes(dueAt), dueAt)
  await ok(home.office.post(MOVES))
  t.match(await now(made, items[0]), { dueAt: end('2027-01-05') })
})

t.test('a clock that went back makes no event before the item’s last', async (t) => {
  const made = await withItems(t, 5)
  const { home, clock, items, db } = made
  clock.now = '2026-12-20T01:00:00.000Z'
  await ok(home.admin.put(URL_2027, off('2027-01-01')))
  t.match(await ok(home.office.post(MOVES)), { moved: 1 })
  t.match(await events(made, items[0]), [{ at: FRIDAY }])
  t.match(await now(made, items[0]), { dueAt: end('2027-01-04'), updatedAt: FRIDAY })
  clock.now = '2029-01-01T00:00:00.000Z'
  await ok(home.admin.put(URL_2027, off('2027-01-04')))
  t.match(await ok(home.office.post(MOVES)), { moved: 1 }, 'it counts from the order’s day, not from now')
  t.match(await now(made, items[0]), { dueAt: end('2027-01-01'), overdue: true })
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('one jurisdiction’s calendar lists and moves nothing of another’s', async (t) => {
  const { home, foreign, clock } = await createCheckedApp(t)
  clock.now = FRIDAY
  const theirs = await itemIn('remediating', foreign, { order: { dueAt: undefined, workingDays: 5 } })
  const ours = await itemIn('remediating', home, { order: { dueAt: undefined, workingDays: 5 } })
  t.match(await ok(home.admin.put(URL_2027, off('2027-01-01'))), { affected: { total: 1, items: [{ id: ours.id }] } })
  t.same(await ok(foreign.office.get(`${MOVES}?count=true`)), { data: [], nextCursor: null, total: 0, suspended: 0 })
  t.match(await ok(foreign.office.post(MOVES)), { moved: 0, version: 0 })
  t.match(await ok(home.office.post(MOVES)), { moved: 1 })
  t.same(await ok(foreign.office.get(`/v1/items/${theirs.id}`)), theirs)
  refused(t, await home.office.get(`${MOVES}?cursor=eA`), 400, 'invalid-request', { pointers: ['/query/cursor'] })
  for (const limit of [0, 1001, 1.5, '3']) {
    refused(t, await home.office.post(MOVES, { limit }), 400, 'invalid-request', { pointers: ['/limit'] })
  }
})
