import { createTestApp, DAY_MS, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { allPages, refused } from '../helpers/checked.js'
import { fileOf, workbookOf } from '../helpers/files.js'
import { importCsv, mappingFor, rowsOf } from '../helpers/import.js'
import { type Test, t } from '../helpers/tap.js'
import { writersOf } from '../helpers/writers.js'

const made = await createTestApp(t)
const { home, foreign, clock, superuser } = made
const { office, auditor } = home
const LIST = '/v1/items?limit=200&sort=reportedAt'

/** Which items there were, in which versions, by the events up to a seq. */
function versionsAt(events: readonly Json[], seq: number): string[] {
  const about = events.filter((event) => event.itemId !== null && event.seq <= seq)
  const versions = new Map(about.map((event) => [event.itemId, event.itemVersion]))
  return [...versions].map(([id, version]) => `${id} ${version}`).sort()
}

/** Events enough for whole blocks, then writers whose clocks go hours back and forth; the list is read while they write. */
async function history(): Promise<{ events: Json[]; read: Map<number, Json[]> }> {
  await importCsv(made, office, mappingFor('before'), rowsOf(280))
  const read = new Map<number, Json[]>()
  let isWriting = true
  const reading = (async () => {
    while (isWriting && read.size < 6) {
      const { seq } = await ok(auditor.get('/v1/ledger'))
      read.set(seq, await allPages(office, `${LIST}&asOf=seq:${seq}`))
    }
  })()
  await Promise.all([writersOf(made, home, 10), writersOf(made, foreign, 6)])
  isWriting = false
  await reading
  clock.now = '2026-12-31T16:00:00.000Z'
  await importCsv(made, office, mappingFor('after'), rowsOf(280))
  clock.now = '2027-03-01T00:00:00.000Z'
  return { events: await allPages(auditor, '/v1/events?limit=200'), read }
}

t.test('the state after an event is that of the ledger, whatever the clocks said', async (t) => {
  const { events, read } = await history()
  const backwards = events.filter((event, k) => k > 0 && event.at < events[k - 1]?.at)
  t.ok(backwards.length > 20, `${backwards.length} of ${events.length} events went back in time`)
  t.ok(read.size > 3, `the list was read at ${read.size} seqs while others wrote`)
  const { rows } = await superuser.query(`select count(*)::int as n from event_block where jurisdiction_id = $1`, [
    home.id,
  ])
  t.equal(rows[0].n, Math.floor(events.length / 512), 'every whole block has its row')
  const seqs = new Set([0, 1, 511, 512, 513, events.length])
  for (let k = 0; k < 8; k++) seqs.add(1 + Math.floor((k * events.length) / 8))
  for (const { seq } of backwards.slice(0, 8)) for (const near of [seq - 1, seq]) seqs.add(near)
  for (const seq of seqs) await isLedger(t, events, seq, await allPages(office, `${LIST}&asOf=seq:${seq}`))
  for (const [seq, items] of read) {
    await isLedger(t, events, seq, items)
    const again = await allPages(office, `${LIST}&asOf=seq:${seq}`)
    t.equal(JSON.stringify(again), JSON.stringify(items), 'and it does not change')
  }
})

async function isLedger(t: Test, events: readonly Json[], seq: number, items: readonly Json[]): Promise<void> {
  const versions = versionsAt(events, seq)
  t.equal(
    items
      .map(({ id, version }) => `${id} ${version}`)
      .sort()
      .join('\n'),
    versions.join('\n'),
    `seq ${seq}`,
  )
  const { total } = await ok(office.get(`/v1/items?count=true&limit=1&asOf=seq:${seq}`))
  t.equal(total, versions.length)
  // The one item is found in another way than the list.
  for (const item of items.slice(-3)) t.same(await ok(office.get(`/v1/items/${item.code}?asOf=seq:${seq}`)), item)
}

t.test('every way of asking knows seqs', async (t) => {
  const item = await itemIn('remediating', home, { order: { dueAt: '2027-03-02' } })
  clock.advance(5 * DAY_MS)
  await ok(office.post(`/v1/items/${item.id}/notes`, { note: '催办' }))
  const { seq } = await ok(auditor.get('/v1/ledger'))
  const noted = clock.now
  clock.advance(10 * DAY_MS)
  await ok(office.post(`/v1/items/${item.id}/notes`, { note: '再催' }))
  const asOf = `asOf=seq:${seq}`
  const url = `/v1/items/${item.id}`
  t.match(await ok(office.get(`${url}?${asOf}`)), { version: 5, overdueDays: 4 }, 'the clock is the event’s')
  t.match(await office.get(`${url}?asOf=seq:${seq - 1}`), { headers: { etag: '"4"' }, body: { overdue: false } })
  t.equal((await ok(office.get(`${url}/events?${asOf}`))).data.length, 5)
  const report = await ok(office.get(`/v1/reports/overdue?${asOf}&unit=${home.unit}&limit=200`))
  t.equal(report.asOf, noted)
  t.match(
    report.items.find(({ id }: Json) => id === item.id),
    { version: 5, overdueDays: 4 },
  )
  const grouped = await ok(office.get(`/v1/reports/overdue?${asOf}&groupBy=unit`))
  t.equal(grouped.asOf, noted)
  const lines = async (path: string) =>
    (await ok(office.get(path, { accept: 'application/x-ndjson' })))
      .trimEnd()
      .split('\n')
      .map((line: string) => JSON.parse(line))
  t.same(await lines(`/v1/items?sort=dueAt&${asOf}`), await allPages(office, `/v1/items?sort=dueAt&limit=200&${asOf}`))
  t.same(await lines(`/v1/reports/overdue?${asOf}`), await allPages(office, `/v1/reports/overdue?limit=200&${asOf}`))
  const first = await ok(office.get(`/v1/items?limit=1&${asOf}`))
  t.equal(
    (await office.get(`/v1/items?limit=1&asOf=seq:0${seq}&cursor=${first.nextCursor}`)).status,
    200,
    'one spelling',
  )
  const other = await office.get(`/v1/items?limit=1&asOf=seq:${seq + 1}&cursor=${first.nextCursor}`)
  refused(t, other, 400, 'invalid-request', { pointers: ['/query/cursor'] })
})

t.test('before the first event there was nothing, and after the last there is nothing yet', async (t) => {
  const { seq } = await ok(auditor.get('/v1/ledger'))
  t.match(await ok(office.get('/v1/items?count=true&asOf=seq:0')), { data: [], total: 0 })
  t.match(await ok(office.get('/v1/reports/overdue?groupBy=unit&asOf=seq:0')), { groups: [], total: 0 })
  const { id } = (await ok(office.get('/v1/items?limit=1'))).data[0]
  refused(t, await office.get(`/v1/items/${id}?asOf=seq:0`), 404, 'not-found')
  t.same((await ok(office.get(`/v1/items/${id}/events?asOf=seq:0`))).data, [])
  for (const url of ['/v1/items', `/v1/items/${id}`, `/v1/items/${id}/events`, '/v1/reports/overdue']) {
    const ahead = await office.get(`${url}?asOf=seq:${seq + 1}`)
    refused(t, ahead, 400, 'invalid-request', { pointers: ['/query/asOf'] })
    t.match(ahead.body.errors, [{ detail: `The ledger ends at seq ${seq}.` }])
    for (const wrong of ['seq:', 'seq:-1', 'seq:1.5', 'seq:x', 'seq:1234567890123456', 'SEQ:1', '12']) {
      refused(t, await office.get(`${url}?asOf=${wrong}`), 400, 'invalid-request', { pointers: ['/query/asOf'] })
    }
  }
})

t.test('where the ledger ends is told to those who may read it, and to nobody else', async (t) => {
  const { id } = await itemIn('assigned', home, { order: { dueAt: '2027-12-31' } })
  const { seq, hash } = await ok(auditor.get('/v1/ledger'))
  const urls = [`/v1/items?`, `/v1/items/${id}?`, `/v1/items/${id}/events?`, '/v1/reports/overdue?']
  const questions = [...urls.map((url) => `${url}asOf=seq:999999999999`), `/v1/items/${id}/diff?from=seq:999999999999`]
  for (const url of questions) {
    for (const caller of [home.unitCaller, home.inspector, home.admin]) {
      const answer = await caller.get(url)
      refused(t, answer, 400, 'invalid-request')
      t.notMatch(JSON.stringify([answer.headers, answer.body]), new RegExp(`\\b${seq}\\b`), url)
    }
    t.match(JSON.stringify((await office.get(url)).body), `${seq}`)
  }
  const covers = await Promise.all(
    [home.unitCaller, home.inspector, home.admin, office].map(async (caller) => {
      const { lines } = await workbookOf(await fileOf(made.app, caller, '/v1/items', 'xlsx'))
      return JSON.stringify(lines)
    }),
  )
  t.same(
    covers.map((text) => text.includes(hash)),
    [false, false, false, true],
  )
})

t.test('a seq opens nobody’s eyes', async (t) => {
  const item = await ok(home.inspector.post('/v1/items', filing({ area: '341225' })))
  const { seq } = await ok(auditor.get('/v1/ledger'))
  await ok(office.post(`/v1/items/${item.id}/listing`, { level: 'general' }))
  await ok(office.post(`/v1/items/${item.id}/assignments`, order({ unit: home.otherUnit }, { dueAt: '2027-12-31' })))
  const head = (await ok(auditor.get('/v1/ledger'))).seq
  const unit = home.otherUnitCaller
  t.match(await ok(unit.get(`/v1/items/${item.id}?asOf=seq:${head}`)), { status: 'assigned' })
  refused(t, await unit.get(`/v1/items/${item.id}?asOf=seq:${seq}`), 404, 'not-found')
  const elsewhere = await home.addCaller('supervisor', { area: '341202' })
  refused(t, await elsewhere.get(`/v1/items/${item.id}?asOf=seq:${seq}`), 404, 'not-found')
  const theirs = (await ok(foreign.office.get('/v1/items?limit=1'))).data[0]
  for (const asOf of [1, seq, head]) {
    refused(t, await office.get(`/v1/items/${theirs.id}?asOf=seq:${asOf}`), 404, 'not-found')
    const seen = await allPages(office, `/v1/items?limit=200&asOf=seq:${asOf}`)
    t.notOk(seen.some(({ id }) => id === theirs.id))
  }
})
