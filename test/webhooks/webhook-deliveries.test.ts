import { appendEvents } from '../../src/ledger/act.js'
import { adminEvent } from '../../src/ledger/chain.js'
import { fanOutTask } from '../../src/webhooks/fan-out-task.js'
import { DAY_MS, filing, itemIn, type Json, ok, order, type TestJurisdiction } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { createReceiver, deliverAll, deliveriesOf, LANES, type Received, subscribe } from '../helpers/receiver.js'
import { type Test, t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const createApp = (t: Test) => createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
const file = (at: TestJurisdiction, more = {}) => ok(at.inspector.post('/v1/items', filing(more)))
const note = (at: TestJurisdiction, item: Json, text: string) =>
  ok(at.office.post(`/v1/items/${item.id}/notes`, { note: text }))

t.test('every event that is asked for arrives once, signed, as Standard Webhooks says', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const { id, secret } = await subscribe(home, receiver)
  const item = await itemIn('assigned', home)
  t.equal(await deliverAll(made), 1, 'one job for one subscription')

  const { data: events } = await ok(home.auditor.get('/v1/events?limit=200'))
  const expected = events.filter((event: Json) => event.itemId === item.id)
  t.equal(receiver.calls.length, 3)
  t.strictSame(
    receiver.calls.map(({ body }) => body),
    expected.map(({ salt: _, ...event }: Json) => ({ type: event.type, timestamp: event.at, data: event })),
    'the events as in the feed, in their order, without the salt',
  )
  for (const call of receiver.calls) {
    t.same(call.verifiedWith, [secret])
    t.match(call.headers, {
      'content-type': 'application/json',
      'webhook-timestamp': String(Date.parse(clock.now) / 1000),
      'webhook-signature': /^v1,[A-Za-z0-9+/]{43}=$/,
    })
  }
  const deliveries = await deliveriesOf(home, id)
  t.same(
    deliveries.map((one) => one.id),
    receiver.calls.map((call) => call.id),
  )
  t.match(deliveries[0], {
    ...{ type: 'item.reported', itemId: item.id, itemCode: item.code, state: 'succeeded', nextAttemptAt: null },
    ...{ finishedAt: clock.now, attempts: [{ number: 1, at: clock.now, status: 200, answer: 'ok', error: null }] },
  })
  t.equal(await deliverAll(made), 0)
  t.equal(receiver.calls.length, 3, 'and no more')
})

t.test('a subscription gets what it asks for: types, unit, area, and nothing from before it', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const before = await file(home)
  const [all, closed, unit, area, notices] = await Promise.all(
    Array.from({ length: 5 }, () => createReceiver(t, clock)),
  )
  if (!all || !closed || !unit || !area || !notices) throw new Error('five receivers')
  await subscribe(home, all)
  await subscribe(home, closed, { types: ['item.closed', 'item.accepted'] })
  await subscribe(home, unit, { types: ['item.*', 'notice.*'], unit: home.otherUnit })
  await subscribe(home, area, { area: '341225' })
  await subscribe(home, notices, { types: ['notice.*', 'bulletin.*'] })

  const here = await itemIn('closed', home)
  const there = await file(home, { area: '341202' })
  await ok(home.office.post(`/v1/items/${there.id}/listing`, { level: 'general' }))
  const co = order(home, { coUnits: [home.otherUnit] })
  await ok(home.office.post(`/v1/items/${there.id}/assignments`, co))
  await note(home, before, '补充')
  const late = await createReceiver(t, clock)
  await subscribe(home, late)
  await note(home, before, '再补充')
  await deliverAll(made)

  const types = ({ calls }: { calls: Received[] }) =>
    calls.map(({ body }) => `${body.data.itemCode} ${body.type}`).sort()
  t.equal(all.calls.length, 6 + 3 + 2)
  t.same(
    late.calls.map(({ body }) => body.data.data),
    [{ note: '再补充' }],
    'from its own beginning on, though others wait for what was before',
  )
  t.same(types(closed), [`${here.code} item.accepted`, `${here.code} item.closed`])
  // The unit came to the item with the order; the item's events that were not yet handed out by then are its too.
  t.same(
    types(unit),
    ['item.assigned', 'item.listed', 'item.reported'].map((type) => `${there.code} ${type}`),
  )
  t.same(new Set(area.calls.map(({ body }) => body.data.itemCode)), new Set([before.code, here.code]))
  t.same(notices.calls, [])
})

t.test('what is about no item passes a filter when it names the unit', async (t) => {
  const made = await createApp(t)
  const { home, clock, db } = made
  const [filtered, free] = [await createReceiver(t, clock), await createReceiver(t, clock)]
  await subscribe(home, filtered, { types: ['notice.*'], unit: home.unit })
  await subscribe(home, free, { types: ['notice.*'] })
  await subscribe(home, filtered, { types: ['notice.*'], area: '341225' })
  const sent = (unit: string | null) =>
    adminEvent(home.system, clock.now, {
      type: 'notice.sent',
      data: {
        digest: home.unit,
        recipient: unit === null ? 'office' : 'unit',
        unit,
        count: 1,
        kinds: { escalation: 1 },
      },
    })
  await db.execute(appendEvents(home.id, [sent(home.unit), sent(home.otherUnit), sent(null)]))
  await deliverAll(made)
  t.same(
    filtered.calls.map(({ body }) => body.data.data.unit),
    [home.unit],
  )
  t.equal(free.calls.length, 3)
})

t.test('an item’s events arrive in order: one that fails holds up those after it, and no other item', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const { id } = await subscribe(home, receiver)
  const [stuck, free] = [await file(home), await file(home)]
  for (const text of ['一', '二', '三']) for (const item of [stuck, free]) await note(home, item, text)

  const onTheWay = new Set<string>()
  let isDown = true
  receiver.answer = async ({ body: { data } }) => {
    t.notOk(onTheWay.has(data.itemId), 'never two of one item at once')
    onTheWay.add(data.itemId)
    await new Promise((resolve) => setTimeout(resolve, 5))
    onTheWay.delete(data.itemId)
    return { status: isDown && data.itemId === stuck.id && data.itemVersion === 2 ? 500 : 204 }
  }
  await deliverAll(made)
  const versions = (item: Json) =>
    receiver.calls.filter(({ body }) => body.data.itemId === item.id).map(({ body }) => body.data.itemVersion)
  t.same(versions(free), [1, 2, 3, 4])
  t.same(versions(stuck), [1, 2])
  const waiting = await deliveriesOf(home, id, '&state=pending')
  t.same(
    waiting.map(({ attempts }) => attempts.length),
    [1, 0, 0],
  )

  clock.advance(6_000)
  await deliverAll(made)
  t.same(versions(stuck), [1, 2, 2], 'it is tried again, and those after it still wait')
  isDown = false
  clock.advance(6 * 60_000)
  await deliverAll(made)
  t.same(versions(stuck), [1, 2, 2, 2, 3, 4])
  t.same(await deliveriesOf(home, id, '&state=pending'), [])
})

t.test('an item’s events come on when the one before them is given up', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const { id } = await subscribe(home, receiver)
  const item = await file(home)
  await note(home, item, '一')
  receiver.answer = ({ body }) => ({ status: body.type === 'item.reported' ? 400 : 200 })
  for (let day = 0; day < 6; day++) {
    for (let k = 0; k < 6; k++, clock.advance(DAY_MS / 6)) await deliverAll(made)
  }
  t.match(await deliveriesOf(home, id), [
    { state: 'dead', attempts: { length: 10 } },
    { state: 'succeeded', attempts: { length: 1 } },
  ])
})

t.test('a subscription that is ended or switched off is sent nothing more, not even what waited', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const ended = await subscribe(home, receiver)
  const paused = await subscribe(home, receiver)
  await file(home)
  await runTask(fanOutTask, taskDeps(made))
  t.equal((await home.office.delete(`/v1/subscriptions/${ended.id}`)).status, 204)
  const url = `/v1/subscriptions/${paused.id}`
  await ok(home.office.patch(url, { active: false }, { 'if-match': '"1"' }))
  await file(home)
  t.equal(await deliverAll(made), 0)
  const [lane] = LANES
  const jobs = [ended, paused].map(({ id }) => ({ jurisdiction: home.id, subscription: id }))
  for (const job of jobs) await lane.run(taskDeps(made), job, new AbortController().signal)
  t.same(receiver.calls, [], 'also when a worker had been asked to before')

  await ok(home.office.patch(url, { active: true }, { 'if-match': '"2"' }))
  const after = await file(home)
  await deliverAll(made)
  const codes = receiver.calls.map(({ body }) => body.data.itemCode)
  t.same(codes, ['2026-000001', after.code], 'what waited waits on; what happened meanwhile is not sent')
  t.same(
    receiver.calls.map(({ verifiedWith }) => verifiedWith),
    [[paused.secret], [paused.secret]],
  )
})

t.test('nothing of one jurisdiction goes to the subscriptions of another', async (t) => {
  const made = await createApp(t)
  const { home, foreign, clock } = made
  const [ours, theirs] = [await createReceiver(t, clock), await createReceiver(t, clock)]
  await subscribe(home, ours)
  await subscribe(foreign, theirs)
  await itemIn('listed', home)
  await itemIn('reported', foreign)
  await deliverAll(made)
  t.same(
    ours.calls.map(({ body }) => body.data.jurisdiction),
    ['fuyang', 'fuyang'],
  )
  t.same(
    theirs.calls.map(({ body }) => body.data.jurisdiction),
    ['bozhou'],
  )
})
