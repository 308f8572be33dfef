import type { AddressInfo } from 'node:net'
import { createTestApp, filing, ok } from '../helpers/app.js'
import { createSecondApp } from '../helpers/second-app.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const made = await createTestApp(t)
const { home, foreign } = made

t.test('a wait', async (t) => {
  const { seq } = await ok(home.auditor.get('/v1/ledger'))

  t.test('ends when an event comes', async (t) => {
    const began = performance.now()
    const waiting = ok(home.auditor.get(`/v1/events?after=${seq}&wait=30`))
    const { id, code } = await ok(home.inspector.post('/v1/items', filing()))
    t.match(await waiting, {
      data: [{ seq: seq + 1, type: 'item.reported', itemId: id, itemCode: code }],
      lastSeq: seq + 1,
    })
    t.ok(performance.now() - began < 5_000, 'long before its time')
  })

  t.test('ends empty when its time is over', async (t) => {
    const began = performance.now()
    t.same(await ok(home.auditor.get(`/v1/events?after=${seq + 1}&wait=1`)), {
      data: [],
      nextCursor: null,
      lastSeq: seq + 1,
    })
    t.ok(performance.now() - began >= 990)
  })

  t.test('does not end for what the filter passes over, nor for another jurisdiction’s events', async (t) => {
    const began = performance.now()
    const waiting = ok(home.auditor.get(`/v1/events?after=${seq + 1}&wait=1&type=unit.created`))
    await ok(home.inspector.post('/v1/items', filing()))
    await ok(foreign.inspector.post('/v1/items', filing({ area: '341621' })))
    t.same(await waiting, { data: [], nextCursor: null, lastSeq: seq + 2 }, 'but its lastSeq moves on')
    t.ok(performance.now() - began >= 990)
  })

  t.test('ends at once when the server closes, and no new one begins', async (t) => {
    let waiters = 0
    const { app: closing, watch } = await createSecondApp(t, made, {
      watchWith: (watch) => ({
        ...watch,
        past: (...args) => {
          waiters++
          return watch.past(...args)
        },
      }),
    })
    await closing.listen({ port: 0 })
    const url = `http://127.0.0.1:${(closing.server.address() as AddressInfo).port}/v1/events?after=${seq + 2}&wait=30`
    const headers = { authorization: `Bearer ${home.auditor.key}` }
    const began = performance.now()
    const waiting = Promise.all([fetch(url, { headers }), fetch(url, { headers })])
    await until(() => waiters === 2)
    watch.close()
    for (const answer of await waiting) t.match(await answer.json(), { data: [], lastSeq: seq + 2 })
    t.match(await (await fetch(url, { headers })).json(), { data: [] })
    t.ok(performance.now() - began < 5_000)
  })
})

t.test('the feed is for office, supervisor and auditor', async (t) => {
  for (const caller of [home.unitCaller, home.inspector, home.admin]) {
    t.match(await caller.get('/v1/events'), { status: 403, body: { code: 'forbidden' } })
    t.match(await caller.get('/v1/events', { accept: 'application/x-ndjson' }), { status: 403 })
    t.match(await caller.get('/v1/ledger'), { status: 403 })
  }
  for (const caller of [home.office, home.supervisor, home.auditor])
    t.match(await caller.get('/v1/events'), { status: 200 })
})

t.test('a reader who is ahead of the ledger, and a senseless question, are refused', async (t) => {
  for (const query of [
    'after=999999',
    'after=',
    'after=0x3',
    'after=-1',
    'after=x',
    'limit=0',
    'limit=201',
    'wait=31',
    'wait=-1',
    'type=item.lost',
    'afer=3',
    'after=1.5',
  ]) {
    const pointer = `/query/${query.split('=')[0]}`
    t.match(await home.auditor.get(`/v1/events?${query}`), { status: 400, body: { errors: [{ pointer }] } }, query)
  }
})
