import type { AddressInfo } from 'node:net'
import { createTestApp, type Json, ok } from '../helpers/app.js'
import { follow, followOverSocket, pagesOf } from '../helpers/follow.js'
import { t } from '../helpers/tap.js'
import { injectFailures, SHARED, writersOf } from '../helpers/writers.js'

const made = await createTestApp(t)
const { app, superuser, home, foreign } = made

t.test('under 16 writers', async (t) => {
  await app.listen({ port: 0 })
  const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  await injectFailures(superuser)
  const supervisor = await home.addCaller('supervisor', { area: '341225' })
  let writing = true
  const isDone = (seen: number, head: number) => !writing && seen === head
  const readers = Promise.all([
    follow(home.auditor, 'limit=200&wait=1', isDone),
    followOverSocket(base, home.auditor.key, isDone),
    follow(foreign.auditor, 'limit=3&wait=1', isDone),
    follow(home.office, 'limit=5&wait=1&type=item.reported&type=item.listed', isDone),
    follow(supervisor, 'limit=5&wait=1', isDone),
    followOverSocket(base, home.office.key, isDone),
  ])
  const writers = await Promise.all([writersOf(made, home, 10), writersOf(made, foreign, 6)])
  const acts = writers.flat()
  writing = false
  const [inProcess, overSocket, ofForeign, ofTypes, ofArea, ofOffice] = await readers

  t.test('the feed is dense, in order, and the same for everybody who follows it', async (t) => {
    for (const [feed, at] of [
      [inProcess, home],
      [ofForeign, foreign],
    ] as const) {
      const { seq } = await ok(at.auditor.get('/v1/ledger'))
      t.same(
        feed.map((e) => e.seq),
        Array.from({ length: seq }, (_, k) => k + 1),
        `${at.id}: 1 to ${seq}`,
      )
      t.same(new Set(feed.map((e) => e.jurisdiction)), new Set([at.id]))
      t.match(await ok(at.auditor.post('/v1/ledger/verification')), { ok: true, checked: seq })
    }
    t.same(overSocket, inProcess, 'over a socket in small pages')
    const ndjson: string = await ok(home.auditor.get('/v1/events', { accept: 'application/x-ndjson' }))
    t.same(
      ndjson
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      inProcess,
      'as NDJSON',
    )
    t.same(await pagesOf(home.auditor, 'limit=7'), inProcess, 'page by page afterwards')
  })

  t.test('the office is told of every event, and of people only that there was one', async (t) => {
    t.same(ofOffice, inProcess.map(withoutPeople))
    t.ok(ofOffice.some((e) => e.data === null) && ofOffice.some((e) => e.data !== null), 'some, not all')
  })

  t.test('a filter passes nothing over', async (t) => {
    t.same(
      ofTypes,
      inProcess.filter((e) => ['item.reported', 'item.listed'].includes(e.type)),
    )
  })

  t.test('a supervisor of an area sees its items’ events, and of those of no item what they may read', async (t) => {
    const inArea = new Set(
      (await superuser.query(`select id from item where area like '341225%'`)).rows.map(({ id }) => id),
    )
    const expected = inProcess.filter((e) => (e.itemId === null ? !isOfPeople(e) : inArea.has(e.itemId)))
    t.ok(expected.length > 0 && expected.length < inProcess.length, 'some, not all')
    t.same(ofArea, expected)
  })

  t.test('every acknowledged act is in the feed once, and nothing else', async (t) => {
    for (const { expected, answer } of acts) {
      t.ok(expected.includes(answer.status), `${answer.status} is one of ${expected}: ${JSON.stringify(answer.body)}`)
      if (answer.status === 500) t.match(answer.body, { code: 'internal', detail: /quote the requestId/ })
    }
    const [acknowledged, refused] = [
      acts.filter(({ answer }) => answer.status < 300),
      acts.filter(({ answer }) => answer.status >= 300),
    ]
    t.ok(acknowledged.length > 100 && refused.length > 100, 'some were done, some were not')
    const byWriters = [...inProcess, ...ofForeign].filter((e) => e.at >= '2026-12' && e.itemId !== null)
    t.same(
      byWriters.map((e) => `${e.itemId} ${e.itemVersion}`).sort(),
      acknowledged.map(({ answer }) => `${answer.body.id} ${answer.body.version}`).sort(),
    )
  })

  t.test('codes are gap-free in each jurisdiction and year, whatever failed', async (t) => {
    for (const at of [home, foreign]) {
      for (const year of ['2026', '2027']) {
        const { rows } = await superuser.query(
          'select code from item where jurisdiction_id = $1 and code like $2 order by code',
          [at.id, `${year}-%`],
        )
        t.ok(rows.length > 5, `${at.id} has items of ${year}`)
        t.same(
          rows.map(({ code }) => code),
          rows.map((_, k) => `${year}-${String(k + 1).padStart(6, '0')}`),
        )
      }
    }
  })

  t.test('an item’s versions are dense and its times never go back, though the clock did', async (t) => {
    const byItem = groupsOf(
      inProcess.filter((e) => e.itemId !== null),
      (e) => e.itemId,
    )
    const shared = Object.values(byItem).filter((events) => (events?.length ?? 0) > 5)
    t.equal(shared.length, SHARED)
    for (const events of Object.values(byItem) as Json[][]) {
      t.same(
        events.map((e) => e.itemVersion),
        events.map((_, k) => k + 1),
      )
      t.same(
        events.map((e) => e.at),
        events.map((e) => e.at).sort(),
      )
    }
  })
})

function groupsOf<T>(all: readonly T[], keyOf: (one: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {}
  for (const one of all) {
    const group = groups[keyOf(one)] ?? []
    groups[keyOf(one)] = group
    group.push(one)
  }
  return groups
}

/** An event for a reader without permission to read people. */
function withoutPeople(event: Json): Json {
  if (!isOfPeople(event)) return event
  return { ...event, data: null, salt: null, actor: { ...event.actor, name: null } }
}

function isOfPeople({ type }: Json): boolean {
  return /^(person|key)\./.test(type)
}
