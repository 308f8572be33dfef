import { createTestApp, filing, ok } from '../helpers/app.js'
import { startWorkerProcess } from '../helpers/node-process.js'
import { createReceiver, subscribe } from '../helpers/receiver.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const ITEMS = 20
const NOTES = 3
/** A lease of a minute ends in two seconds. */
const CLOCK_RATE = 30

t.test('workers that are killed at work lose no delivery and upset no order', async (t) => {
  const made = await createTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' })
  const { home, url, clock } = made
  const receiver = await createReceiver(t, clock)
  receiver.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return {}
  }
  await subscribe(home, receiver)
  for (let n = 0; n < ITEMS; n++) {
    const { id } = await ok(home.inspector.post('/v1/items', filing()))
    for (let k = 0; k < NOTES; k++) await ok(home.office.post(`/v1/items/${id}/notes`, { note: `${k}` }))
  }

  const begun = performance.now()
  const start = () => {
    // A worker's clock begins with its process; the one that takes a dead one's place goes on where that one was.
    const now = Date.parse(clock.now) + (performance.now() - begun) * CLOCK_RATE
    return startWorkerProcess(t, {
      ...{ DATABASE_URL: url, MIGRATE_ON_START: 'false', WEBHOOK_ALLOW_PRIVATE: 'true' },
      ...{ CLOCK_START: new Date(now).toISOString(), CLOCK_RATE: String(CLOCK_RATE) },
    })
  }
  const workers = [await start(), await start()]
  await until(() => receiver.calls.length > (ITEMS * (NOTES + 1)) / 3, 60_000)
  for (const worker of workers) worker.kill('SIGKILL')
  await Promise.all([start(), start()])
  const arrived = () => new Set(receiver.calls.map(({ id }) => id)).size
  await until(() => arrived() === ITEMS * (NOTES + 1), 60_000)

  const versions = new Map<string, number>()
  for (const { body } of receiver.calls) {
    const { itemId, itemVersion } = body.data
    const last = versions.get(itemId) ?? 0
    if (itemVersion !== last && itemVersion !== last + 1) t.fail(`${itemVersion} after ${last}`)
    versions.set(itemId, itemVersion)
  }
  t.equal(versions.size, ITEMS)
  t.ok([...versions.values()].every((version) => version === NOTES + 1))
  const seqs = new Map(receiver.calls.map(({ id, body }) => [id, body.data.seq]))
  t.ok(
    receiver.calls.every(({ id, body }) => seqs.get(id) === body.data.seq),
    'what came twice came under one webhook-id',
  )
  t.comment(`${receiver.calls.length} calls for ${arrived()} deliveries`)
})
