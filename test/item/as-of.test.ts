import fc from 'fast-check'
import { type Caller, DAY_MS, filing, itemIn, ok, order, type TestApp } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'
import { aStep, requestFor, type Step, type World } from '../helpers/walk-http.js'

const STEPS = 30
const PAIRS = 5

/** What somebody was answered at a moment. */
interface Recorded {
  at: string
  caller: Caller
  url: string
  status: number
  body: string
}

/** What is asked after every step; of the items, the one that the step was about. */
function questions({ home }: TestApp, local: Caller): { caller: Caller; urls: string[] }[] {
  const report = '/v1/reports/overdue?limit=200'
  const list = '/v1/items?limit=200&count=true'
  return [
    { caller: home.office, urls: [list, `${list}&overdue=true&sort=dueAt`, report, `${report}&groupBy=unit`] },
    { caller: home.unitCaller, urls: [`${list}&sort=-updatedAt`, `${report}&groupBy=level`] },
    { caller: local, urls: [`${list}&onAccount=true&supervision=false&unit=${home.unit}`] },
    { caller: home.office, urls: ['/v1/reports/progress?groupBy=level', '/v1/reports/units', '/v1/reports/forecast'] },
    { caller: home.unitCaller, urls: ['/v1/reports/progress', '/v1/reports/lead-officials'] },
    { caller: local, urls: ['/v1/reports/progress?groupBy=unit', '/v1/reports/areas?level=general'] },
  ]
}

/** Leads five pairs of items through a random history, and records what was answered after each step. */
async function history(test: TestApp, steps: readonly [number, Step][]): Promise<Recorded[]> {
  const { home, foreign, clock } = test
  const local = await home.addCaller('supervisor', { area: '341202' })
  const callers: World['callers'] = {
    ...{ office: home.office, inspector: home.inspector, verifier: home.verifier, supervisor: home.supervisor },
    ...{ unit: home.unitCaller, otherUnit: home.otherUnitCaller, auditor: home.auditor, admin: home.admin },
    ...{ foreignOffice: foreign.office, foreignInspector: foreign.inspector, foreignUnit: foreign.unitCaller },
    ...{ unitInspector: home.verifier, farInspector: home.inspector, farSupervisor: local },
  }
  const worlds: World[] = []
  for (let k = 0; k < PAIRS; k++) {
    const items = [
      await ok(home.inspector.post('/v1/items', filing())),
      await itemIn('remediating', home, { filing: { area: '341202' } }),
    ]
    worlds.push({ now: () => clock.now, units: [home.unit, home.otherUnit], callers, items })
  }
  const records: Recorded[] = []
  const record = async (caller: Caller, url: string) => {
    const { status, body } = await caller.get(url)
    records.push({ at: clock.now, caller, url, status, body: JSON.stringify(body) })
  }
  for (const [pair, step] of steps) {
    clock.advance(Math.abs(step.elapsedMs) + 1)
    const world = worlds[pair] as World
    const item = world.items[step.item]
    const { who, command, body } = requestFor(step, world)
    const url = `/v1/items/${item.id}`
    const headers = { 'if-match': '*' }
    await (command === '' ? callers[who].patch(url, body, headers) : callers[who].post(`${url}/${command}`, body))
    for (const k of [0, 1]) world.items[k] = await ok(home.office.get(`/v1/items/${world.items[k].id}`))
    for (const caller of [home.office, home.otherUnitCaller]) await record(caller, url)
    await record(home.office, `${url}/events?limit=200`)
    // Also a moment at which nothing happened: what is computed from the clock must be of then.
    if (step.again) clock.advance(Math.abs(step.elapsedMs) * 2 + 1)
    for (const { caller, urls } of questions(test, local)) for (const asked of urls) await record(caller, asked)
  }
  clock.advance(100 * DAY_MS)
  return records
}

t.test('whatever was answered at a moment is answered again as of that moment, to the byte', async (t) => {
  const step = fc.tuple(fc.nat(PAIRS - 1), aStep)
  const steps = fc.array(step, { minLength: STEPS, maxLength: STEPS })
  let records: Recorded[] = []
  const holds = async (walk: [number, Step][]) => {
    const test = await createCheckedApp(t)
    records = await history(test, walk)
    for (const { at, caller, url, status, body } of records) {
      const asked = `${url}${url.includes('?') ? '&' : '?'}asOf=${at}`
      const then = await caller.get(asked)
      if (then.status === status && JSON.stringify(then.body) === body) continue
      throw new Error(`${asked}\nthen ${status} ${body}\nnow  ${then.status} ${JSON.stringify(then.body)}`)
    }
  }
  await fc.assert(fc.asyncProperty(steps, holds), { numRuns: 1, endOnFailure: true })
  const different = new Set(records.map(({ caller, url, body }) => `${caller.key} ${url} ${body}`))
  t.equal(records.length, STEPS * 17)
  t.ok(different.size > records.length / 4, `${different.size} of ${records.length} answers differ from one another`)
})

const { home, clock } = await createCheckedApp(t)
const { office } = home

t.test('the past has its borders', async (t) => {
  clock.advance(1000)
  const filed = await ok(home.inspector.post('/v1/items', filing()))
  const moments = [clock.now]
  clock.advance(1000)
  await ok(office.post(`/v1/items/${filed.id}/listing`, { level: 'major' }))
  moments.push(clock.now)
  clock.advance(1000)
  const url = `/v1/items/${filed.code}`
  const at = async (asOf: string) => (await ok(office.get(`${url}?asOf=${encodeURIComponent(asOf)}`))).status
  const [wasFiled = '', wasListed = ''] = moments
  const before = (instant: string) => new Date(Date.parse(instant) - 1).toISOString()
  t.equal(await at(wasFiled), 'reported', 'a state begins with its moment')
  t.equal(await at(before(wasListed)), 'reported', 'and ends before the next')
  t.equal(await at(wasListed), 'listed')
  t.equal(await at('2026-03-02T09:00:02.000+08:00'), 'listed', 'any offset will do')
  t.equal(await at(clock.now), 'listed', 'the present is the last of the past')
  t.match(await office.get(`${url}?asOf=${wasFiled}`), { headers: { etag: '"1"' } }, 'the version is of then')
  const early = before(wasFiled)
  refused(t, await office.get(`${url}?asOf=${early}`), 404, 'not-found')
  t.match(await ok(office.get(`/v1/items?count=true&asOf=${early}`)), { data: [], total: 0 })
  t.match(await ok(office.get(`/v1/reports/overdue?groupBy=unit&asOf=${early}`)), { groups: [], total: 0, asOf: early })
  t.equal((await ok(office.get(`${url}/events?asOf=${wasFiled}`))).data.length, 1)
  t.same((await ok(office.get(`/v1/items?asOf=1990-01-01T00:00:00Z`))).data, [])
})

t.test('nobody knows how things will stand', async (t) => {
  const { id } = await ok(home.inspector.post('/v1/items', filing()))
  const urls = [
    '/v1/items',
    `/v1/items/${id}`,
    `/v1/items/${id}/events`,
    '/v1/reports/overdue',
    '/v1/reports/overdue?groupBy=unit',
    '/v1/reports/progress',
    '/v1/reports/units',
    '/v1/reports/forecast',
  ]
  const future = new Date(Date.parse(clock.now) + 1).toISOString()
  for (const url of urls) {
    for (const asOf of [future, '2999-01-01T00:00:00Z', '2026-03-01', 'yesterday', '2026-03-01T00:00:00', '']) {
      const answer = await office.get(`${url}${url.includes('?') ? '&' : '?'}asOf=${asOf}`)
      refused(t, answer, 400, 'invalid-request', { pointers: ['/query/asOf'] })
    }
  }
})

t.test('a unit’s past begins with its assignment', async (t) => {
  const { otherUnitCaller: unit, otherUnit } = home
  const item = await itemIn('listed', home)
  const before = clock.now
  clock.advance(DAY_MS)
  await ok(office.post(`/v1/items/${item.id}/assignments`, order({ unit: otherUnit })))
  const since = clock.now
  clock.advance(DAY_MS)
  const url = `/v1/items/${item.id}`
  t.match(await ok(unit.get(`${url}?asOf=${since}`)), { status: 'assigned' })
  refused(t, await unit.get(`${url}?asOf=${before}`), 404, 'not-found')
  t.equal((await allPages(unit, `/v1/items?asOf=${since}`)).length, 1)
  t.equal((await allPages(unit, `/v1/items?asOf=${before}`)).length, 0)
  t.match(await ok(office.get(`${url}?asOf=${before}`)), { status: 'listed' })
})
