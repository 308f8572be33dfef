import { type Caller, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, clock } = await createCheckedApp(t)
const { inspector, office, verifier } = home

/** Corrects the version that the caller has just read. */
async function correct(caller: Caller, item: Json, patch: unknown) {
  const { headers } = await caller.get(`/v1/items/${item.id}`)
  return caller.patch(`/v1/items/${item.id}`, patch, { 'if-match': headers.etag ?? '"1"' })
}
const filed = (more: Json = {}) => ok(inspector.post('/v1/items', filing(more)))

t.test('a correction is a merge patch: what it names is replaced, null removes, the rest stays', async (t) => {
  const item = await filed({ description: '旧', risk: 'road', address: '旧址', direction: 'up' })
  clock.advance(60_000)
  const changes = { title: '新标题', description: null, risk: null, direction: null, address: '新址', source: 'media' }
  const answer = await correct(inspector, item, { ...changes, area: '341225101', category: null })
  t.match(answer, { status: 200, headers: { etag: '"2"' } })
  const effect = { ...changes, area: '341225101', category: null, version: 2, updatedAt: clock.now }
  t.same(effectOf(item, answer.body), effect)
  const { data } = await ok(inspector.get(`/v1/items/${item.id}/events`))
  t.same(
    data[1].data,
    { changes: { ...changes, area: '341225101', category: null } },
    'the ledger has just the changes',
  )
})

t.test('a place is corrected in all its forms', async (t) => {
  const item = await filed()
  const steps: [Json, Json][] = [
    [{ road: '国道220' }, { road: 'G220' }],
    [{ chainage: 'K2+900~K2+100' }, { startChainageM: 2100, endChainageM: 2900, chainage: 'K2+100~K2+900' }],
    [{ startChainageM: 'K2+200' }, { startChainageM: 2200, chainage: 'K2+200~K2+900' }],
    [{ endChainageM: 2200 }, { endChainageM: 2200, chainage: 'K2+200' }],
    [{ location: { lon: 115.6, lat: 32.6 } }, { location: { lon: 115.6, lat: 32.6 } }],
    [
      { road: null, chainage: null },
      { road: null, startChainageM: null, endChainageM: null, chainage: null },
    ],
    [
      { location: null, address: '桥头' },
      { location: null, address: '桥头' },
    ],
  ]
  let before = item
  for (const [patch, expected] of steps) {
    const { body } = await correct(inspector, item, patch)
    t.same(effectOf(before, body), { ...expected, version: before.version + 1 }, JSON.stringify(patch))
    before = body
  }
  const refusals: [string, Json][] = [
    ['', { address: null }],
    ['/road', { chainage: 'K1' }],
    ['/endChainageM', { road: 'G220', startChainageM: 5 }],
    ['/area', { area: '341621' }],
    ['/category', { category: 'no_such' }],
  ]
  for (const [pointer, patch] of refusals) {
    refused(t, await correct(inspector, item, patch), 400, 'invalid-request', { pointers: [pointer] })
  }
  t.same((await ok(inspector.get(`/v1/items/${item.id}`))).version, before.version, 'a refusal leaves no trace')
})

t.test('only descriptive fields can be corrected', async (t) => {
  const item = await filed()
  const others = [
    'status',
    'level',
    'dueAt',
    'code',
    'version',
    'assignment',
    'foundAt',
    'externalId',
    'reportedBy',
    'suspended',
  ]
  for (const field of others) {
    refused(t, await correct(office, item, { [field]: 'x' }), 400, 'invalid-request', { pointers: [`/${field}`] })
  }
  for (const field of ['title', 'area', 'source']) {
    refused(t, await correct(office, item, { [field]: null }), 400, 'invalid-request', { pointers: [`/${field}`] })
  }
})

t.test('a correction that changes nothing makes no new version and no event', async (t) => {
  const item = await filed({ location: { lon: 115.6, lat: 32.6 } })
  const same = { title: item.title, road: 's315', chainage: '12+345', location: item.location, risk: null }
  for (const patch of [same, {}, undefined]) {
    const answer = await correct(inspector, item, patch)
    t.match(answer, { status: 200, headers: { etag: '"1"' } })
    t.same(effectOf(item, answer.body), {})
  }
  t.equal((await ok(inspector.get(`/v1/items/${item.id}/events`))).data.length, 1)
})

t.test('a correction says which version it corrects', async (t) => {
  const item = await filed()
  const url = `/v1/items/${item.code}`
  refused(t, await inspector.patch(url, { title: '甲' }), 428, 'precondition-required')
  t.match(await inspector.patch(url, { title: '甲' }, { 'if-match': '"1"' }), { status: 200, headers: { etag: '"2"' } })
  refused(t, await inspector.patch(url, { title: '乙' }, { 'if-match': '"1"' }), 412, 'stale', { currentVersion: 2 })
  refused(t, await inspector.patch(url, { title: '乙' }, { 'if-match': '"3"' }), 412, 'stale', { currentVersion: 2 })
  t.match(await inspector.patch(url, { title: '丙' }, { 'if-match': '*' }), {
    status: 200,
    body: { title: '丙', version: 3 },
  })
  for (const tag of ['1', '"1', 'W/1']) {
    const answer = await inspector.patch(url, { title: '丁' }, { 'if-match': tag })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/headers/if-match'] })
  }
  for (const tag of ['"x"', '"1", "2"', '"33"']) {
    refused(t, await inspector.patch(url, { title: '丁' }, { 'if-match': tag }), 412, 'stale', { currentVersion: 3 })
  }
  const racers = await Promise.all(
    Array.from({ length: 8 }, (_, k) => inspector.patch(url, { title: `第 ${k}` }, { 'if-match': '"3"' })),
  )
  t.equal(racers.filter((answer) => answer.status === 200).length, 1, 'of eight that saw one version, one corrects it')
  for (const answer of racers.filter(({ status }) => status !== 200)) refused(t, answer, 412, 'stale')
})

t.test('the filer and the office correct, another inspector does not', async (t) => {
  const item = await filed()
  refused(t, await correct(verifier, item, { title: '甲' }), 403, 'not-filer')
  t.equal((await correct(inspector, item, { title: '乙' })).status, 200)
  t.equal((await correct(office, item, { title: '丙' })).status, 200)
  const local = await home.addCaller('inspector', { area: '341225' })
  const own = await ok(local.post('/v1/items', filing()))
  refused(t, await correct(local, own, { area: '341202' }), 403, 'outside-area')
  t.equal((await correct(office, own, { area: '341202' })).status, 200)
  refused(t, await local.get(`/v1/items/${own.id}`), 404, 'not-found')
})

t.test('an item is corrected while it is open, and never after it is closed, dismissed or merged', async (t) => {
  for (const stage of ['reported', 'listed', 'assigned', 'remediating', 'closure_requested'] as const) {
    const item = await itemIn(stage, home)
    const { status, body } = await correct(inspector, item, { address: '新址' })
    t.match({ status, body }, { status: 200, body: { address: '新址', status: stage } })
  }
  for (const stage of ['closed', 'dismissed', 'merged'] as const) {
    const item = await itemIn(stage, home)
    refused(t, await correct(office, item, { address: '新址' }), 409, 'wrong-status', { itemStatus: stage })
  }
})

t.test('the category that an evaluation gave can be replaced, but not removed', async (t) => {
  const item = await itemIn('listed', home)
  refused(t, await correct(office, item, { category: null }), 400, 'invalid-request', { pointers: ['/category'] })
  t.match(await correct(office, item, { category: 'lighting' }), { status: 200, body: { category: 'lighting' } })
})
