import { sql } from 'drizzle-orm'
import { OutsideError } from '../../src/http/guarded-fetch.js'
import { createDeliverTasks } from '../../src/webhooks/deliver-task.js'
import { fanOutTask } from '../../src/webhooks/fan-out-task.js'
import { filing, type Json, ok, type TestJurisdiction } from '../helpers/app.js'
import { createCheckedApp } from '../helpers/checked.js'
import { createReceiver, deliverAll, deliveriesOf, LANES, lanesWith, subscribe } from '../helpers/receiver.js'
import { type Test, t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'
import { until } from '../helpers/until.js'

const createApp = (t: Test) => createCheckedApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
const file = (at: TestJurisdiction, more = {}) => ok(at.inspector.post('/v1/items', filing(more)))
const note = (at: TestJurisdiction, item: Json, text: string) =>
  ok(at.office.post(`/v1/items/${item.id}/notes`, { note: text }))

t.test('a receiver that never answers delays nobody else', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const [silent, quick] = [await createReceiver(t, clock), await createReceiver(t, clock)]
  silent.answer = () => undefined
  const { id } = await subscribe(home, silent)
  await subscribe(home, quick)
  for (let n = 0; n < 10; n++) await file(home)
  const deps = taskDeps(made)
  await runTask(fanOutTask, deps)

  const lanes = lanesWith(1_500)
  const [lane, slowLane] = lanes
  const jobs = await lane.due(deps)
  t.equal(jobs.length, 2, 'each has a job of its own')
  const running = Promise.all(jobs.map(({ data }) => lane.run(deps, data, new AbortController().signal)))
  await until(() => quick.calls.length === 10)
  t.match(await deliveriesOf(home, id), [{ attempts: [] }], 'all arrived while the other was still waited for')
  await running
  t.match((await deliveriesOf(home, id))[0], { attempts: [{ status: null, error: /no answer in 1500 ms/ }] })

  await file(home)
  await runTask(fanOutTask, deps)
  t.same((await lane.due(deps)).length, 1, 'from then on it is called beside')
  t.same(
    (await slowLane.due(deps)).map(({ data }) => data.subscription),
    [id],
  )
  silent.answer = () => ({})
  clock.advance(10_000)
  await deliverAll(made, lanes)
  t.same((await deliveriesOf(home, id, '&state=pending')).length, 0)
  await file(home)
  await runTask(fanOutTask, deps)
  t.same((await lane.due(deps)).length, 2, 'until it answers well')
  t.same(await slowLane.due(deps), [])
})

t.test('a worker that is killed after sending has its deliveries sent again, with the same webhook-id', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const { id } = await subscribe(home, receiver)
  await file(home)
  const deps = taskDeps(made)
  await runTask(fanOutTask, deps)
  // The answer reaches a worker that is no longer there.
  const [dying] = createDeliverTasks(async (url, outgoing) => {
    await fetch(url, { method: 'POST', headers: outgoing.headers, body: outgoing.body })
    throw new Error('killed')
  })
  await t.rejects(runTask(dying, deps), /killed/)
  t.match(await deliveriesOf(home, id), [{ state: 'pending', attempts: [] }])
  t.equal(await deliverAll(made), 0, 'not at once: it might still be at work')
  clock.advance(60_000)
  await deliverAll(made)
  t.equal(receiver.calls.length, 2)
  t.equal(receiver.calls[0]?.id, receiver.calls[1]?.id)
  t.same(receiver.calls[0]?.raw, receiver.calls[1]?.raw)
  t.match(await deliveriesOf(home, id), [{ state: 'succeeded', attempts: { length: 1 } }])
})

t.test('a worker that wakes up late does not undo what another has said', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const { id } = await subscribe(home, receiver)
  await file(home)
  const deps = taskDeps(made)
  await runTask(fanOutTask, deps)
  let wake = () => {}
  const asleep = new Promise<void>((resolve) => {
    wake = resolve
  })
  const [late] = createDeliverTasks(async () => {
    await asleep
    return { status: 500, headers: {}, body: 'late' }
  })
  const [job] = await late.due(deps)
  const sleeping = late.run(deps, job?.data ?? {}, new AbortController().signal)
  const isLeased = sql`select from webhook_delivery where leased_until is not null`
  await until(async () => (await made.db.execute(isLeased)).rows.length > 0)
  clock.advance(60_000)
  await deliverAll(made)
  wake()
  await sleeping
  t.match(await deliveriesOf(home, id), [{ state: 'succeeded', attempts: [{ status: 200 }] }])
})

t.test('a worker that is told to stop gives back what it has not sent', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  const { id } = await subscribe(home, receiver)
  await file(home)
  const deps = taskDeps(made)
  await runTask(fanOutTask, deps)
  const stop = new AbortController()
  const [stopped] = createDeliverTasks(async () => {
    stop.abort()
    throw new OutsideError('broken off')
  })
  const [job] = await stopped.due(deps)
  await stopped.run(deps, job?.data ?? {}, stop.signal)
  t.match(await deliveriesOf(home, id), [{ state: 'pending', attempts: [], nextAttemptAt: clock.now }])
  await deliverAll(made)
  t.match(await deliveriesOf(home, id), [{ state: 'succeeded' }])
})

t.test('many workers hand out and deliver each event once, while items are changing', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receivers = await Promise.all([createReceiver(t, clock), createReceiver(t, clock), createReceiver(t, clock)])
  for (const receiver of receivers) await subscribe(home, receiver)
  const deps = taskDeps(made)
  const isDone = { writing: false }
  const write = async () => {
    for (let n = 0; n < 8; n++) {
      const item = await file(home)
      for (const text of ['一', '二', '三']) await note(home, item, text)
    }
  }
  const work = async () => {
    while (!isDone.writing) {
      await runTask(fanOutTask, deps)
      await runTask(LANES[0], deps)
      await runTask(LANES[1], deps)
    }
  }
  const workers = [work(), work(), work(), work()]
  await Promise.all([write(), write(), write()])
  isDone.writing = true
  await Promise.all(workers)
  await deliverAll(made)
  for (const receiver of receivers) {
    const seqs = receiver.calls.map(({ body }) => body.data.seq)
    t.equal(seqs.length, 3 * 8 * 4)
    t.equal(new Set(seqs).size, seqs.length, 'none twice')
    const last = new Map<string, number>()
    for (const { body } of receiver.calls) {
      const { itemId, itemVersion } = body.data
      if (itemVersion !== (last.get(itemId) ?? 0) + 1) t.fail(`${itemId} ${itemVersion} after ${last.get(itemId)}`)
      last.set(itemId, itemVersion)
    }
    t.ok(receiver.calls.every(({ verifiedWith }) => verifiedWith.length === 1))
  }
})

t.test('a subscription that is made while others write misses nothing from its beginning on', async (t) => {
  const made = await createApp(t)
  const { home, clock } = made
  const receiver = await createReceiver(t, clock)
  await subscribe(home, receiver, { types: ['bulletin.*'] })
  const deps = taskDeps(made)
  let isWriting = true
  const fanOut = async () => {
    while (isWriting) await runTask(fanOutTask, deps)
  }
  const write = async () => {
    for (let n = 0; n < 40; n++) await file(home)
  }
  const subscribeAll = async () => {
    const ids: string[] = []
    for (let n = 0; n < 10; n++) ids.push((await subscribe(home, receiver)).id)
    return ids
  }
  const working = [fanOut(), fanOut()]
  const [ids] = await Promise.all([subscribeAll(), write(), write()])
  isWriting = false
  await Promise.all(working)
  await runTask(fanOutTask, deps)
  const { rows } = await made.db.execute<{ id: string; missing: number }>(sql`
    select c.data::json ->> 'id' as id, (select count(*)::int from event e
      where e.jurisdiction_id = c.jurisdiction_id and e.type = 'item.reported' and e.seq > c.seq and not exists (
        select from webhook_delivery d where d.jurisdiction_id = c.jurisdiction_id and d.seq = e.seq
          and d.subscription_id::text = c.data::json ->> 'id')) as missing
    from event c where c.type = 'subscription.created'`)
  t.same(
    rows.filter(({ id }) => ids.includes(id)).map(({ missing }) => missing),
    ids.map(() => 0),
  )
})
