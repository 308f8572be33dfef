import { PgDialect } from 'drizzle-orm/pg-core'
import { neighboursOf } from '../../src/item/recurrence.js'
import { scoresTask } from '../../src/scores/task.js'
import { DAY_MS, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

const made = await createCheckedApp(t)
const { home, foreign, clock, superuser } = made
const { office, inspector, unitCaller, auditor, admin } = home

/** Each test has a road of its own. */
let roads = 100
const road = () => `G${roads++}`
const file = (caller: typeof office, more: Json) => ok(caller.post('/v1/items', filing(more)))
const closedAt = (more: Json) => itemIn('closed', home, { filing: more, order: { dueAt: '2029-12-31' } })
const read = (caller: typeof office, { id }: Json) => ok(caller.get(`/v1/items/${id}`))
const decide = (caller: typeof office, { id }: Json, confirmed: boolean) =>
  caller.post(`/v1/items/${id}/recurrence-decision`, { confirmed, reason: '同一护栏' })

t.test('a filing at the place of an open item is told of it, and is on the list all the same', async (t) => {
  const place = { road: road(), chainage: 'K5+000' }
  const first = await file(inspector, place)
  t.notOk('possibleDuplicates' in first)
  const second = await file(inspector, { ...place, chainage: 'K5+060' })
  const { id, code, status, title } = first
  t.same(second.possibleDuplicates, [{ id, code, status, title, distanceM: 60 }])
  t.notOk('possibleDuplicates' in (await read(office, second)), 'it is the filing’s answer')
  t.notOk('possibleDuplicates' in (await file(inspector, { ...place, chainage: 'K5+161' })))
  t.notOk('possibleDuplicates' in (await file(inspector, { ...place, category: 'signals' })))
})

t.test('points are compared as the crow flies', async (t) => {
  const point = (lon: number) => ({ road: null, chainage: null, location: { lon, lat: 32.9 } })
  const first = await file(inspector, point(115.1))
  const near = await file(inspector, point(115.101))
  t.match(near.possibleDuplicates, [{ id: first.id, distanceM: 93 }])
  t.notOk('possibleDuplicates' in (await file(inspector, point(115.103))))
})

t.test('one may ask before filing', async (t) => {
  const place = { road: road(), chainage: 'K7+000' }
  const ask = (query: Record<string, string>, caller = inspector) =>
    caller.get(`/v1/possible-duplicates?${new URLSearchParams(query)}`)
  const query = { ...place, category: 'roadside_protection' }
  const nothing = { possibleDuplicates: [], suspectedRecurrenceOf: null }
  t.same(await ok(ask(query)), nothing)
  const old = await closedAt(place)
  const open = await file(inspector, place)
  t.match(await ok(ask(query)), {
    possibleDuplicates: [{ id: open.id, distanceM: 0 }],
    suspectedRecurrenceOf: { id: old.id, status: 'closed' },
  })
  t.same(await ok(ask(query, foreign.inspector)), nothing)
  const count = async () => (await superuser.query('select count(*) from item')).rows[0].count
  const before = await count()
  await ok(ask({ lon: '115.8', lat: '32.9', datum: 'gcj02' }))
  t.equal(await count(), before)
  refused(t, await ask({}), 400, 'invalid-request', { pointers: ['/query/chainage'] })
  refused(t, await ask({ lon: '115.8' }), 400, 'invalid-request', { pointers: ['/query/lat'] })
  refused(t, await ask({ ...place, chainage: '?' }), 400, 'invalid-request', { pointers: ['/query/chainage'] })
  refused(t, await ask({ ...query, category: 'x' }), 400, 'invalid-request', { pointers: ['/query/category'] })
})

t.test('what was struck off and is filed again is suspected, and the office says whether it is so', async (t) => {
  const place = { road: road(), chainage: 'K9+000' }
  const old = await closedAt(place)
  clock.advance(30 * DAY_MS)
  const again = await file(inspector, { ...place, chainage: 'K9+020' })
  const { id, code } = old
  t.same(again.suspectedRecurrenceOf, { id, code, distanceM: 20, confirmed: false })
  refused(t, await decide(inspector, again, true), 403, 'forbidden')
  refused(t, await office.post(`/v1/items/${again.id}/recurrence-decision`, {}), 400, 'invalid-request', {
    pointers: ['/confirmed'],
  })
  clock.advance(1000)
  t.match(await ok(decide(office, again, true)), {
    version: again.version + 1,
    suspectedRecurrenceOf: { id, code, distanceM: 20, confirmed: true },
  })
  refused(t, await decide(office, again, false), 409, 'no-recurrence')
  const then = new Date(Date.parse(clock.now) - 500).toISOString()
  const was = await ok(office.get(`/v1/items/${again.id}?asOf=${then}`))
  t.match(was.suspectedRecurrenceOf, { id, confirmed: false }, 'then it was not decided')
  const [decided, recurred] = (
    await ok(office.get('/v1/events?limit=200&type=item.recurred&type=item.recurrence_decided'))
  ).data
  t.match(decided, { itemId: again.id, data: { confirmed: true, reason: '同一护栏' } })
  t.match(recurred, { itemId: id, seq: decided.seq + 1 })
  t.same(recurred.data, { link: decided.data.link }, 'and neither says which the other is')
  const events = JSON.stringify(await ok(unitCaller.get(`/v1/items/${old.id}/events`)))
  t.notOk(events.includes(again.id) || events.includes(again.code))
})

t.test('what the office refuses is nothing any more, and is not suspected again', async (t) => {
  const place = { road: road(), chainage: 'K9+000' }
  const old = await closedAt(place)
  const again = await file(inspector, place)
  t.match(await ok(decide(office, again, false)), { suspectedRecurrenceOf: null })
  t.equal((await read(office, old)).version, old.version, 'it does not count against the old one')
  refused(t, await decide(office, await file(inspector, { road: road() }), true), 409, 'no-recurrence')
})

t.test(
  'only the same category within the rules’ months is suspected, and what the evaluation finds counts',
  async (t) => {
    const place = { road: road(), chainage: 'K9+000' }
    const old = await closedAt(place)
    t.equal((await file(inspector, { ...place, category: 'signals' })).suspectedRecurrenceOf, null)
    const uncategorised = await file(inspector, { ...place, category: undefined })
    t.equal(uncategorised.suspectedRecurrenceOf, null)
    const listing = { level: 'general', category: 'roadside_protection' }
    const listed = await ok(office.post(`/v1/items/${uncategorised.id}/listing`, listing))
    t.match(listed, { suspectedRecurrenceOf: { id: old.id } })
    clock.advance(366 * DAY_MS)
    t.equal((await file(inspector, place)).suspectedRecurrenceOf, null)
  },
)

t.test('nobody learns of an item that they may not see, by a warning or by a link', async (t) => {
  const place = { road: road(), chainage: 'K3+000' }
  const old = await closedAt(place)
  const open = await file(inspector, place)
  const far = await home.addCaller('inspector', { area: '341202', name: '颍州排查员' })
  const filed = await file(far, { ...place, area: '341202' })
  t.notOk('possibleDuplicates' in filed)
  t.equal(filed.suspectedRecurrenceOf, null)
  const query = new URLSearchParams({ ...place, category: 'roadside_protection' })
  const asked = await ok(far.get(`/v1/possible-duplicates?${query}`))
  t.match(asked, { possibleDuplicates: [{ id: filed.id }], suspectedRecurrenceOf: null })
  t.equal(asked.possibleDuplicates.length, 1, 'its own alone')
  t.match(await read(office, filed), { suspectedRecurrenceOf: { id: old.id } }, 'the office sees it')
  await ok(decide(office, filed, true))
  const seen = JSON.stringify([await read(far, filed), await ok(far.get(`/v1/items/${filed.id}/events`))])
  for (const { id, code } of [old, open]) t.notOk(seen.includes(id) || seen.includes(code))
  const theirs = await ok(foreign.inspector.post('/v1/items', filing({ ...place, area: '341621' })))
  t.notOk('possibleDuplicates' in theirs)
  t.equal(theirs.suspectedRecurrenceOf, null)
})

t.test('a confirmed recurrence counts against the closure: in the reports, and in the unit’s points', async (t) => {
  const progress = async () => ok(office.get('/v1/reports/progress?from=2026-01-01&to=2028-01-01'))
  const place = { road: road(), chainage: 'K9+000' }
  const old = await closedAt(place)
  const again = await file(inspector, place)
  const before = await progress()
  await ok(decide(office, again, true))
  const { recurrent, rates, reopened } = await progress()
  t.equal(recurrent, before.recurrent + 1)
  t.equal(reopened, before.reopened, 'it is not on account again')
  t.equal(rates.recurrence.numerator, before.rates.recurrence.numerator + 1)
  t.equal(rates.recurrence.denominator, before.rates.recurrence.denominator)
  await runTask(scoresTask, taskDeps(made))
  const { data } = await ok(office.get(`/v1/scores?item=${old.id}&limit=200`))
  const [entry] = data.filter(({ rule }: Json) => rule === 'recheck_failed')
  t.match(entry, { points: -3, unit: { id: home.unit }, cause: { type: 'item.recurred' } })
})

t.test('what has been reopened since has counted already', async (t) => {
  const place = { road: road(), chainage: 'K9+000' }
  const old = await closedAt(place)
  const again = await file(inspector, place)
  const reopened = await ok(office.post(`/v1/items/${old.id}/reopening`, { reason: '重现' }))
  await ok(decide(office, again, true))
  t.equal((await read(office, old)).version, reopened.version)
})

t.test('what the public files is looked for too, and the public is told of nothing', async (t) => {
  const old = await closedAt({ road: null, chainage: null, location: { lon: 115.4, lat: 32.7 } })
  const citizen = open311(made.app, await channelKey(home, 'public'))
  const place = { service_code: 'roadside_protection', lat: '32.7', long: '115.4', description: '护栏又坏了' }
  const answer = await citizen.post(place)
  t.equal(answer.status, 200, answer.text)
  t.notOk(answer.text.includes(old.id) || answer.text.includes(old.code))
  const { data } = await ok(office.get('/v1/items?source=public'))
  t.match(data, [{ suspectedRecurrenceOf: { id: old.id, distanceM: 0 } }])
})

t.test('a jurisdiction may look for nothing', async (t) => {
  await ok(admin.put('/v1/rules', { ...(await ok(admin.get('/v1/rules'))), recurrence: null }))
  const place = { road: road(), chainage: 'K9+000' }
  await closedAt(place)
  await file(inspector, place)
  const filed = await file(inspector, place)
  t.notOk('possibleDuplicates' in filed)
  t.equal(filed.suspectedRecurrenceOf, null)
})

t.test('what lies near is found by an index each way', async (t) => {
  const actor = { ...home.system, role: 'office' as const }
  const spot = {
    category: 'lighting',
    area: '341225',
    road: 'G9',
    direction: null,
    startChainageM: 5,
    endChainageM: 5,
    lon: 115,
    lat: 32,
  }
  const search = neighboursOf(actor, spot, { withinM: 100, months: 12 }, clock.now)
  if (search === undefined) throw new Error('there is nothing to search')
  const { sql, params } = new PgDialect().sqlToQuery(search)
  const client = await superuser.connect()
  await client.query('set enable_seqscan = off')
  const { rows } = await client.query(`explain ${sql}`, params)
  await client.query('reset enable_seqscan')
  client.release()
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  t.match(plan, /item_by_location/)
  t.notMatch(plan, /Seq Scan/)
})

t.test('the ledger says all of it', async (t) => {
  t.match(await ok(auditor.post('/v1/ledger/verification')), { ok: true })
})
