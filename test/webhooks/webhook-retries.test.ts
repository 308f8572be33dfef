import { sql } from 'drizzle-orm'
import { RETRY_DELAYS_S } from '../../src/webhooks/schedule.js'
import { sweepTask } from '../../src/webhooks/sweep-task.js'
import { DAY_MS, filing, type Json, ok, type TestApp, type TestJurisdiction } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { createReceiver, deliverAll, deliveriesOf, subscribe } from '../helpers/receiver.js'
import { type Test, t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

async function createApp(t: Test) {
  const made = await createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
  return { ...made, receiver: await createReceiver(t, made.clock) }
}
const file = (at: TestJurisdiction) => ok(at.inspector.post('/v1/items', filing()))

/** Lets time pass to the next attempts until nothing is pending. */
async function toTheEnd(made: TestApp, at: TestJurisdiction, subscription: string): Promise<void> {
  for (let round = 0; round < 50; round++) {
    await deliverAll(made)
    const pending = await deliveriesOf(at, subscription, '&state=pending')
    const next = pending
      .map(({ nextAttemptAt }) => nextAttemptAt)
      .sort()
      .at(-1)
    if (next === undefined) return
    made.clock.now = next
  }
  throw new Error('it does not end')
}

const deadNotices = async (at: TestJurisdiction): Promise<Json[]> =>
  (await ok(at.office.get('/v1/notices?kind=delivery_dead'))).data

t.test(
  'a delivery that fails is tried by the schedule, given up after the last time, and the office is told',
  async (t) => {
    const made = await createApp(t)
    const { home, clock, receiver } = made
    receiver.answer = () => ({ status: 503, body: '稍后再来'.repeat(1000) })
    const subscription = await subscribe(home, receiver, { url: `${receiver.url}?token=of-the-receiver` })
    await file(home)
    await toTheEnd(made, home, subscription.id)

    const [dead] = await deliveriesOf(home, subscription.id, '&state=dead')
    t.match(dead, { state: 'dead', finishedAt: clock.now, nextAttemptAt: null })
    t.match(dead.attempts[0], { number: 1, status: 503, answer: /^稍后再来/, error: null })
    t.equal(dead.attempts[0].answer.length, 1000, 'the beginning of the answer')
    const times = dead.attempts.map(({ at }: Json) => Date.parse(at) / 1000)
    const delays = times.slice(1).map((time: number, k: number) => time - times[k])
    t.equal(delays.length, RETRY_DELAYS_S.length)
    for (const [k, planned] of RETRY_DELAYS_S.entries()) {
      t.ok(Math.abs(delays[k] - planned) <= planned * 0.1 + 0.001, `${delays[k]} s is about ${planned} s`)
    }
    t.notSame(delays, RETRY_DELAYS_S, 'not to the second')
    t.equal(new Set(receiver.calls.map(({ id }) => id)).size, 1, 'with one webhook-id')
    t.ok(
      receiver.calls.every(({ verifiedWith }) => verifiedWith.length === 1),
      'each signed for its time',
    )

    const notices = await deadNotices(home)
    t.match(notices, [
      { recipient: 'office', item: null, details: { subscription: subscription.id, delivery: dead.id, status: 503 } },
    ])
    t.notMatch(JSON.stringify(notices), 'of-the-receiver')
    t.same(await ok(made.foreign.office.get('/v1/notices?kind=delivery_dead')), { data: [], nextCursor: null })
  },
)

t.test('many that are given up on one day make one notice', async (t) => {
  const made = await createApp(t)
  const { home, receiver } = made
  receiver.answer = () => ({ status: 500 })
  const { id } = await subscribe(home, receiver)
  for (let n = 0; n < 12; n++) await file(home)
  await toTheEnd(made, home, id)
  t.equal((await deliveriesOf(home, id, '&state=dead')).length, 12)
  t.equal((await deadNotices(home)).length, 1)
})

t.test('any answer but 2xx is a failure, also a redirect, which nobody follows', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver } = made
  const elsewhere = await createReceiver(t, clock)
  const { id } = await subscribe(home, receiver)
  const statuses = [301, 302, 307, 308, 400, 401, 404, 500]
  let n = 0
  receiver.answer = () => ({ status: statuses[n++] ?? 200, headers: { location: elsewhere.url } })
  for (const _ of statuses) await file(home)
  await deliverAll(made)
  const failed = await deliveriesOf(home, id, '&state=pending')
  t.same(failed.map(({ attempts }) => attempts[0].status).sort(), statuses)
  t.same(elsewhere.calls, [])
  for (const status of [200, 201, 202, 204]) {
    receiver.answer = () => ({ status })
    await file(home)
    await deliverAll(made)
    t.match((await deliveriesOf(home, id)).at(-1), { state: 'succeeded', attempts: [{ status }] })
  }
})

t.test('no answer is a failure that says why', async (t) => {
  const made = await createApp(t)
  const { home, receiver } = made
  const { id } = await subscribe(home, receiver, { url: 'http://127.0.0.1:1/' })
  await file(home)
  await deliverAll(made)
  t.match(await deliveriesOf(home, id), [{ attempts: [{ status: null, answer: null, error: /ECONNREFUSED/ }] }])
})

t.test('an answer is kept whatever it is made of', async (t) => {
  const made = await createApp(t)
  const { home, receiver } = made
  receiver.answer = () => ({ body: `a\0b${'😀'.repeat(600)}` })
  const { id } = await subscribe(home, receiver)
  await file(home)
  await deliverAll(made)
  t.match(await deliveriesOf(home, id), [{ state: 'succeeded', attempts: [{ answer: /^a\uFFFDb😀+.?$/u }] }])
})

t.test('Retry-After is honoured, for this delivery and for the receiver’s others, and bounded', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver } = made
  const { id } = await subscribe(home, receiver)
  receiver.answer = () => ({ status: 429, headers: { 'retry-after': '600' } })
  await file(home)
  await deliverAll(made)
  const asked = clock.now
  await file(home)
  clock.advance(599_000)
  await deliverAll(made)
  t.equal(receiver.calls.length, 1, 'it is left alone for as long as it asked')
  receiver.answer = () => ({ status: 500, headers: { 'retry-after': '999999999' } })
  clock.advance(1_000)
  await deliverAll(made)
  t.equal(receiver.calls.length, 3)
  const [first, second] = await deliveriesOf(home, id, '&state=pending')
  t.equal(first.attempts[1].at, new Date(Date.parse(asked) + 600_000).toISOString())
  for (const { nextAttemptAt } of [first, second]) {
    t.equal(Date.parse(nextAttemptAt), Date.parse(clock.now) + DAY_MS, 'but for no longer than a day')
  }
  receiver.answer = () => ({})
  await file(home)
  await deliverAll(made)
  t.equal(receiver.calls.length, 4, 'a 500 speaks for its own delivery')
})

t.test('410 ends the subscription, says so in the ledger, and tells the office', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver } = made
  receiver.answer = () => ({ status: 410 })
  const { id } = await subscribe(home, receiver)
  await file(home)
  await file(home)
  await deliverAll(made)
  const { headers, body } = await home.office.get(`/v1/subscriptions/${id}`)
  t.match(body, { active: false, disabledAt: clock.now, version: 2 })
  const { data: events } = await ok(home.auditor.get('/v1/events?limit=200&type=subscription.disabled'))
  t.match(events, [{ actor: { role: 'system' }, data: { id, url: receiver.url, types: ['item.*'], active: false } }])
  t.equal((await deadNotices(home)).length, 1)
  const calls = receiver.calls.length
  await file(home)
  clock.advance(DAY_MS)
  await deliverAll(made)
  t.equal(receiver.calls.length, calls, 'it is not called again')

  receiver.answer = () => ({})
  await ok(home.office.patch(`/v1/subscriptions/${id}`, { active: true }, { 'if-match': String(headers.etag) }))
  t.match(await ok(home.office.get(`/v1/subscriptions/${id}`)), { active: true, disabledAt: null })
  await file(home)
  await deliverAll(made)
  t.equal(receiver.calls.length, calls + 1, 'until the office switches it on again')
})

t.test('one delivery is sent again by hand, whatever became of it, and its schedule begins anew', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver } = made
  receiver.answer = () => ({ status: 500 })
  const { id } = await subscribe(home, receiver)
  await file(home)
  await toTheEnd(made, home, id)
  const [dead] = await deliveriesOf(home, id)
  const retry = `/v1/subscriptions/${id}/deliveries/${dead.id}/retry`
  const key = { 'idempotency-key': 'again-1' }
  const answer = await home.office.post(retry, undefined, key)
  t.match(answer, { status: 202, body: { id: dead.id, state: 'pending', nextAttemptAt: clock.now, finishedAt: null } })
  await deliverAll(made)
  t.match(await home.office.post(retry, undefined, key), { status: 202, headers: { 'idempotency-replayed': 'true' } })
  await deliverAll(made)
  t.match(await deliveriesOf(home, id), [{ state: 'pending', attempts: { length: 11 } }], 'once, though asked twice')
  clock.advance(6_000)
  receiver.answer = () => ({})
  await deliverAll(made)
  t.match(await deliveriesOf(home, id), [{ state: 'succeeded', attempts: { length: 12 } }])

  await ok(home.office.post(retry))
  await deliverAll(made)
  t.match(await ok(home.office.get(retry.replace('/retry', ''))), { state: 'succeeded', attempts: { length: 13 } })
  t.equal(new Set(receiver.calls.map((call) => call.id)).size, 1)
})

t.test('all that failed since a time are sent again, in order for each item', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver } = made
  receiver.answer = () => ({ status: 500 })
  const { id } = await subscribe(home, receiver)
  const old = await file(home)
  await toTheEnd(made, home, id)
  clock.advance(1_000)
  const since = clock.now
  const item = await file(home)
  for (const text of ['一', '二']) await ok(home.office.post(`/v1/items/${item.id}/notes`, { note: text }))
  await toTheEnd(made, home, id)
  const waiting = await file(home)
  await deliverAll(made)
  await ok(home.office.post(`/v1/subscriptions/${id}/test-delivery`))
  await deliverAll(made)
  receiver.calls.length = 0
  receiver.answer = () => ({})
  t.same(await ok(home.office.post(`/v1/subscriptions/${id}/retries`, { since })), { retried: 4 })
  await deliverAll(made)
  const arrived = receiver.calls.map(({ body }) => `${body.data.itemCode} ${body.data.itemVersion}`)
  t.same(
    arrived.filter((one) => one.startsWith(item.code)),
    [1, 2, 3].map((version) => `${item.code} ${version}`),
  )
  t.ok(arrived.includes(`${waiting.code} 1`))
  const dead = await deliveriesOf(home, id, '&state=dead')
  t.same(
    dead.map((one) => one.itemCode),
    [old.code, null],
    'what failed before is left, and a test',
  )
  t.same(await ok(home.office.post(`/v1/subscriptions/${id}/retries`, { since })), { retried: 0 })
})

t.test('what is sent again waits for what is on its way for the same item', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver } = made
  const { id } = await subscribe(home, receiver)
  const item = await file(home)
  await deliverAll(made)
  await ok(home.office.post(`/v1/items/${item.id}/notes`, { note: '一' }))
  const [first] = await deliveriesOf(home, id)
  let retried: Json
  let onTheWay = 0
  receiver.answer = async () => {
    t.equal(++onTheWay, 1)
    retried ??= await ok(home.office.post(`/v1/subscriptions/${id}/deliveries/${first.id}/retry`))
    onTheWay--
    return {}
  }
  await deliverAll(made)
  t.ok(retried.nextAttemptAt > clock.now, 'the other might be lost with its worker; then it would be a minute')
  t.same(
    receiver.calls.map(({ body }) => body.data.itemVersion),
    [1, 2, 1],
  )

  await ok(home.office.post(`/v1/items/${item.id}/notes`, { note: '二' }))
  let itself: Json
  receiver.answer = async ({ id: delivery }) => {
    itself ??= await ok(home.office.post(`/v1/subscriptions/${id}/deliveries/${delivery}/retry`))
    return {}
  }
  await deliverAll(made)
  t.ok(itself.nextAttemptAt > clock.now)
  t.equal(receiver.calls.length, 4, 'and what is on its way itself is left to end')
  t.match(await ok(home.office.get(`/v1/subscriptions/${id}/deliveries/${itself.id}`)), { state: 'succeeded' })
})

t.test('a test delivery is sent on demand, once, and shows what was answered', async (t) => {
  const made = await createApp(t)
  const { home, receiver } = made
  const { id } = await subscribe(home, receiver, { types: ['bulletin.*'] })
  receiver.answer = () => ({ status: 410, body: 'not here' })
  const { status, headers, body } = await home.office.post(`/v1/subscriptions/${id}/test-delivery`)
  t.match([status, body], [202, { type: 'webhook.test', seq: null, itemId: null, state: 'pending' }])
  await deliverAll(made)
  t.match(receiver.calls, [
    { id: body.id, verifiedWith: { length: 1 }, body: { type: 'webhook.test', data: { jurisdiction: 'fuyang' } } },
  ])
  t.match(await ok(home.office.get(String(headers.location))), {
    state: 'dead',
    attempts: [{ status: 410, answer: 'not here' }],
  })
  t.match(await ok(home.office.get(`/v1/subscriptions/${id}`)), { active: true }, 'it tests, and has no consequences')
  t.same(await deadNotices(home), [])
  receiver.answer = () => ({})
  await ok(home.office.post(`/v1/subscriptions/${id}/test-delivery`))
  await deliverAll(made)
  t.same(
    (await deliveriesOf(home, id)).map(({ state }) => state),
    ['dead', 'succeeded'],
  )
})

t.test('nothing is sent by hand to a subscription that is not active', async (t) => {
  const made = await createApp(t)
  const { home, receiver } = made
  const { id } = await subscribe(home, receiver)
  await file(home)
  await deliverAll(made)
  const [{ id: delivery }] = (await deliveriesOf(home, id)) as [Json]
  await ok(home.office.patch(`/v1/subscriptions/${id}`, { active: false }, { 'if-match': '*' }))
  const url = `/v1/subscriptions/${id}`
  const since = '2026-01-01T00:00:00Z'
  refused(t, await home.office.post(`${url}/test-delivery`), 409, 'not-active')
  refused(t, await home.office.post(`${url}/retries`, { since }), 409, 'not-active')
  refused(t, await home.office.post(`${url}/deliveries/${delivery}/retry`), 409, 'not-active')
})

t.test('what was delivered is swept away after a month, what was given up after three', async (t) => {
  const made = await createApp(t)
  const { home, clock, receiver, db } = made
  receiver.answer = ({ body }) => ({
    status: body.data.itemCode === '2026-000001' || body.type === 'item.noted' ? 500 : 200,
  })
  const { id } = await subscribe(home, receiver, { types: ['item.reported'] })
  const paused = await subscribe(home, receiver, { types: ['item.noted'] })
  const [item] = [await file(home), await file(home)]
  await ok(home.office.post(`/v1/items/${item.id}/notes`, { note: '备注' }))
  await deliverAll(made)
  await ok(home.office.patch(`/v1/subscriptions/${paused.id}`, { active: false }, { 'if-match': '*' }))
  await toTheEnd(made, home, id)

  const states = async (of: string) => (await deliveriesOf(home, of)).map(({ state }) => state)
  const sweep = () => runTask(sweepTask, taskDeps(made))
  t.equal(await sweep(), 2, 'one job for each jurisdiction')
  t.equal(await sweep(), 0, 'and not again within the hour')
  t.same(await states(id), ['dead', 'succeeded'])
  clock.advance(31 * DAY_MS)
  await sweep()
  t.same(await states(id), ['dead'])
  t.same(await states(paused.id), ['pending'])
  clock.advance(60 * DAY_MS)
  await sweep()
  t.same(await states(id), [])
  t.same(await states(paused.id), [], 'and what waited for somebody who does not come back')
  t.same((await db.execute(sql`select from webhook_attempt`)).rows, [])
})
