import { type Caller, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, clock } = await createCheckedApp(t)
const { office } = home
const DAY_MS = 86_400_000
/** The last millisecond of 10 March in Shanghai. */
const DUE = '2026-03-10T15:59:59.999Z'

const at = (instant: string, ms = 0) => {
  clock.now = new Date(Date.parse(instant) + ms).toISOString()
}
const read = (item: Json, caller: Caller = office) => ok(caller.get(`/v1/items/${item.id}`))
const due = async (item: Json) => {
  const { overdue, overdueDays, dueSoon } = await read(item)
  return { overdue, overdueDays, dueSoon }
}
/** Whether lists, counts and the report agree with the item on whether it is overdue. */
async function listedAsOverdue(item: Json): Promise<boolean[]> {
  const has = (rows: Json[]) => rows.some(({ id }) => id === item.id)
  const yes = await ok(office.get('/v1/items?overdue=true&limit=200'))
  const no = await ok(office.get('/v1/items?overdue=false&limit=200'))
  const report = await ok(office.get('/v1/reports/overdue?limit=200'))
  return [has(yes.data), !has(no.data), has(report.items)]
}
const ordered = (dueAt: string) => itemIn('remediating', home, { order: { dueAt } })

t.test('an item is overdue from the first moment after the last millisecond of its deadline', async (t) => {
  const item = await ordered('2026-03-10')
  for (const ms of [-DAY_MS, -1, 0]) {
    at(DUE, ms)
    t.same(await due(item), { overdue: false, overdueDays: 0, dueSoon: true }, `${ms} ms`)
    t.same(await listedAsOverdue(item), [false, false, false])
  }
  at(DUE, 1)
  t.same(await due(item), { overdue: true, overdueDays: 1, dueSoon: false })
  t.same(await listedAsOverdue(item), [true, true, true])
})

t.test('days overdue are counted by the local calendar', async (t) => {
  at('2026-03-02T01:00:00.000Z')
  const endOfDay = await ordered('2026-03-10')
  const noon = await ordered('2026-03-10T12:00:00+08:00')
  const days: [string, number, number][] = [
    ['2026-03-10T04:00:00.000Z', 0, 0],
    ['2026-03-10T04:00:00.001Z', 0, 1],
    ['2026-03-10T16:00:00.000Z', 1, 1],
    ['2026-03-11T15:59:59.999Z', 1, 1],
    ['2026-03-11T16:00:00.000Z', 2, 2],
    ['2026-03-17T15:59:59.999Z', 7, 7],
    ['2026-03-17T16:00:00.000Z', 8, 8],
    ['2027-03-10T15:00:00.000Z', 365, 365],
  ]
  for (const [now, ofDay, ofNoon] of days) {
    at(now)
    t.same([(await read(endOfDay)).overdueDays, (await read(noon)).overdueDays], [ofDay, ofNoon], now)
  }
})

t.test('a deadline is near in its last seven days', async (t) => {
  at('2026-03-02T01:00:00.000Z')
  const item = await ordered('2026-03-10')
  for (const [ms, dueSoon] of [
    [-7 * DAY_MS - 1, false],
    [-7 * DAY_MS, false],
    [-7 * DAY_MS + 1, true],
    [0, true],
    [1, false],
  ] as const) {
    at(DUE, ms)
    t.equal((await read(item)).dueSoon, dueSoon, `${ms} ms`)
  }
})

t.test('a suspended item is neither overdue nor near, and resumed it has the time it had left', async (t) => {
  at(DUE, -DAY_MS)
  const item = await itemIn('remediating', home, { order: { dueAt: '2026-03-10' } })
  const url = `/v1/items/${item.id}`
  await ok(office.post(`${url}/suspension`, { reason: '等待' }))
  t.same(await due(item), { overdue: false, overdueDays: 0, dueSoon: false })
  at(DUE, 30 * DAY_MS)
  t.same(await due(item), { overdue: false, overdueDays: 0, dueSoon: false })
  t.same(await listedAsOverdue(item), [false, false, false])
  await ok(office.post(`${url}/resumption`))
  at(DUE, 31 * DAY_MS)
  t.same(await due(item), { overdue: false, overdueDays: 0, dueSoon: true })
  at(DUE, 31 * DAY_MS + 1)
  t.same(await due(item), { overdue: true, overdueDays: 1, dueSoon: false })
})

t.test('an item that was overdue before it was suspended is overdue again when the clock runs', async (t) => {
  at('2026-03-02T01:00:00.000Z')
  const item = await ordered('2026-03-10')
  at(DUE, 3 * DAY_MS)
  t.match(await due(item), { overdue: true, overdueDays: 3 })
  await ok(office.post(`/v1/items/${item.id}/suspension`, { reason: '等待' }))
  t.match(await due(item), { overdue: false, overdueDays: 0 })
  at(DUE, 13 * DAY_MS)
  await ok(office.post(`/v1/items/${item.id}/resumption`))
  t.match(await due(item), { overdue: true, overdueDays: 3 }, 'as many days as before')
})

t.test('only what is on account can be overdue', async (t) => {
  at('2026-03-02T01:00:00.000Z')
  const order = { dueAt: '2026-03-10' }
  const stages = ['reported', 'assigned', 'remediating', 'closure_requested', 'closed', 'dismissed', 'merged'] as const
  const items = []
  for (const stage of stages) items.push(await itemIn(stage, home, { order }))
  const listed = await itemIn('listed', home)
  at(DUE, 2 * DAY_MS)
  for (const item of items) {
    const expected = ['assigned', 'remediating', 'closure_requested'].includes(item.status)
    t.match(await due(item), { overdue: expected, overdueDays: expected ? 2 : 0, dueSoon: false }, item.status)
  }
  t.match(await due(listed), { overdue: false }, 'its default deadline is later')
  at('2026-04-14T16:00:00.000Z')
  t.match(await due(listed), { overdue: true, overdueDays: 1 }, 'an item that nobody was given is overdue too')
})

t.test('an extension that is granted late ends the delay', async (t) => {
  at('2026-03-02T01:00:00.000Z')
  const item = await ordered('2026-03-10')
  const url = `/v1/items/${item.id}`
  at(DUE, 2 * DAY_MS)
  await ok(home.unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-03-31', reason: '降雨' }))
  t.match(await due(item), { overdue: true, overdueDays: 2 }, 'asking changes nothing')
  await ok(office.post(`${url}/extension-decision`, { approved: true }))
  t.match(await due(item), { overdue: false, overdueDays: 0 })
})

t.test('the answer of a command says how the item stands at that moment', async (t) => {
  at('2026-03-02T01:00:00.000Z')
  const item = await ordered('2026-03-10')
  at(DUE, 5 * DAY_MS)
  const noted = await ok(office.post(`/v1/items/${item.id}/notes`, { note: '催办' }))
  t.match(noted, { overdue: true, overdueDays: 5 })
})
