import { type Caller, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { ndjsonRows } from '../helpers/files.js'
import { type Test, t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { app, home, clock } = made
const { office, auditor, inspector } = home

const SECRET = '移交前的内部备注'
const typesOf = (events: readonly Json[]) => events.map(({ type }) => type)
const count = (from: string, to: string, note: string) => ({ from, to, accidents: 1, deaths: 0, injuries: 0, note })

/** An item that was in another area, with a note, a count, a suspended clock and its papers, and was then moved to 341225. */
async function movedItem(): Promise<{ id: string; before: string; seq: number }> {
  const { id } = await ok(inspector.post('/v1/items', filing({ area: '341202', title: '旧地点' })))
  const url = `/v1/items/${id}`
  await ok(office.post(`${url}/notes`, { note: SECRET }))
  await ok(inspector.post(`${url}/accident-counts`, count('2025-01-01', '2025-07-01', SECRET)))
  await ok(office.post(`${url}/listing`, { level: 'general' }))
  await ok(office.post(`${url}/documents`, { kind: 'item_file' }))
  const before = clock.now
  const { seq } = await ok(auditor.get('/v1/ledger'))
  clock.advance(60_000)
  const { version } = await ok(office.get(url))
  await ok(office.patch(url, { area: '341225' }, { 'if-match': `"${version}"` }))
  await ok(office.post(`${url}/notes`, { note: '移交后' }))
  await ok(inspector.post(`${url}/accident-counts`, count('2025-07-01', '2026-01-01', '移交后')))
  await ok(office.post(`${url}/documents`, { kind: 'item_file' }))
  return { id, before, seq }
}

/** The item's events as a caller is told them, by the page. */
const eventsFor = (caller: Caller, id: string, query = '') => allPages(caller, `/v1/items/${id}/events?limit=2${query}`)

async function hidesTheRest(t: Test, caller: Caller, { id, before, seq }: { id: string; before: string; seq: number }) {
  const url = `/v1/items/${id}`
  const shown = await eventsFor(caller, id)
  t.same(typesOf(shown).slice(0, 2), ['item.corrected', 'item.noted'])
  t.notMatch(JSON.stringify(shown), SECRET)
  const { data } = await ok(caller.get(`${url}/diff?limit=200`))
  t.same(
    data.map(({ seq: at }: Json) => at),
    shown.map(({ seq: at }) => at),
    'the diff shows the same events',
  )
  for (const asOf of [before, `seq:${seq}`]) {
    refused(t, await caller.get(`${url}?asOf=${asOf}`), 404, 'not-found')
    t.same(await eventsFor(caller, id, `&asOf=${asOf}`), [], `events as of ${asOf}`)
    t.same((await ok(caller.get(`${url}/accident-counts?asOf=${asOf}`))).data, [])
    refused(t, await caller.get(`${url}/deadline?asOf=${asOf}`), 404, 'not-found')
  }
  const counts = (await ok(caller.get(`${url}/accident-counts`))).data
  t.match(counts, [{ note: '移交后', inForce: true }])
  t.equal(counts.length, 1)
  const story = await ok(caller.get(`${url}/deadline`))
  t.match(story, { kind: 'default', givenBy: null })
}

t.test('what happened to an item before it came into a caller’s area is shown to them nowhere', async (t) => {
  const moved = await movedItem()
  const url = `/v1/items/${moved.id}`
  for (const role of ['inspector', 'supervisor'] as const) {
    const there = await home.addCaller(role, { area: '341225' })
    await hidesTheRest(t, there, moved)
    t.same((await ok(there.get(`/v1/documents?item=${moved.id}`))).data, [], 'nor in its whole files')
    const former = await home.addCaller(role, { area: '341202' })
    for (const path of [url, `${url}/events`, `${url}/diff`, `${url}/accident-counts`]) {
      refused(t, await former.get(path), 404, 'not-found')
    }
  }
  const all = await eventsFor(office, moved.id)
  t.same(typesOf(all).slice(0, 3), ['item.reported', 'item.noted', 'item.accidents_counted'], 'the office sees all')
  t.same(await eventsFor(auditor, moved.id), all)
  t.equal((await ok(office.get(`/v1/documents?item=${moved.id}`))).data.length, 2)
  t.match(await ok(office.get(`${url}/deadline`)), { givenBy: { type: 'item.listed' } })
  const { data } = await ok(office.get(`/v1/documents?item=${moved.id}`))
  const there = await home.addCaller('inspector', { area: '341225' })
  for (const { id } of data) {
    refused(t, await there.get(`/v1/documents/${id}`), 404, 'not-found')
    refused(t, await there.get(`/v1/documents/${id}/file`), 404, 'not-found')
  }
})

t.test('the feed of a limited supervisor has the same events of an item as its own ledger', async (t) => {
  const { id } = await movedItem()
  const there = await home.addCaller('supervisor', { area: '341225' })
  const own = (await eventsFor(there, id)).map(({ seq }) => seq)
  const ofItem = (rows: readonly Json[]) => rows.filter(({ itemId }) => itemId === id).map(({ seq }) => seq)
  t.same(ofItem((await ok(there.get('/v1/events?limit=200'))).data), own)
  const headers = { authorization: `Bearer ${there.key}`, accept: 'application/x-ndjson' }
  const bytes = (await app.inject({ url: '/v1/events', headers })).rawPayload
  t.same(ofItem(ndjsonRows({ status: 200, headers: {}, bytes } as Json)), own)
})

t.test('a unit’s part of an item begins when it is given the item', async (t) => {
  const item = await itemIn('listed', home)
  const url = `/v1/items/${item.id}`
  await ok(office.post(`${url}/notes`, { note: SECRET }))
  await ok(office.post(`${url}/assignments`, order(home, { responsibleUnit: home.otherUnit })))
  await ok(home.otherUnitCaller.post(`${url}/return`, { reason: '前一单位的理由' }))
  const { seq } = await ok(auditor.get('/v1/ledger'))
  await ok(office.post(`${url}/assignments`, order(home)))
  await ok(home.unitCaller.post(`${url}/acceptance`))
  const shown = await eventsFor(home.unitCaller, item.id)
  t.same(typesOf(shown), ['item.assigned', 'item.accepted'])
  t.same(await eventsFor(home.unitCaller, item.id, `&asOf=seq:${seq}`), [])
  const first = await eventsFor(home.otherUnitCaller, item.id)
  t.same(typesOf(first), ['item.assigned', 'item.returned', 'item.assigned', 'item.accepted'], 'it keeps its sight')
  const limited = await ok(home.unitCaller.get(`${url}/events?limit=1`))
  t.equal(limited.data[0].seq, shown[0].seq, 'a page of one is the first that is theirs')
  t.ok(limited.nextCursor)
  await ok(office.post(`${url}/documents`, { kind: 'assignment_order' }))
  await ok(office.post(`${url}/documents`, { kind: 'item_file' }))
  const kinds = async (caller: Caller) =>
    (await ok(caller.get(`/v1/documents?item=${item.id}`))).data.map(({ kind }: Json) => kind)
  t.same(await kinds(home.unitCaller), ['assignment_order'], 'the whole file tells what was before')
  t.same(await kinds(office), ['item_file', 'assignment_order'])
})

t.test('an item that goes and comes back shows what happened while it was there', async (t) => {
  const { id } = await ok(inspector.post('/v1/items', filing({ area: '341225' })))
  const url = `/v1/items/${id}`
  const there = await home.addCaller('inspector', { area: '341225' })
  const move = async (area: string) => {
    const { version } = await ok(office.get(url))
    await ok(office.patch(url, { area }, { 'if-match': `"${version}"` }))
  }
  await move('341202')
  await ok(office.post(`${url}/notes`, { note: SECRET }))
  await move('341225101')
  t.same(typesOf(await eventsFor(there, id)), ['item.reported', 'item.corrected'])
  t.same(
    (await eventsFor(there, id)).map(({ itemVersion }) => itemVersion),
    [1, 4],
  )
})
