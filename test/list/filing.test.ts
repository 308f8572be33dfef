import { filing, type Json, ok, START } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const DAY_MS = 86_400_000
const { home, foreign, clock } = await createCheckedApp(t)
const { inspector, office } = home
const file = (more: Json = {}) => inspector.post('/v1/items', filing(more))

t.test('a filing with every field is kept as it was given', async (t) => {
  const me = await ok(inspector.get('/v1/me'))
  const answer = await inspector.post('/v1/items', {
    title: '  临水弯道无护栏 ',
    description: '弯道外侧临水库，无护栏。\n夜间无照明。',
    category: 'roadside_protection',
    risk: 'road',
    source: 'hotline',
    area: '341225101',
    road: 'S315',
    direction: 'up',
    chainage: 'K12+345~K12+900',
    location: { lon: 115.5953, lat: 32.6584 },
    address: '方集镇 幸福路口',
    foundAt: '2026-03-01T20:30:00+08:00',
    externalSystem: '12345',
    externalId: 'W-2026-77',
  })
  t.match(answer, { status: 201, headers: { etag: '"1"', location: `/v1/items/${answer.body.id}` } })
  t.same(answer.body, {
    ...{ closurePoints: null, verifications: [], suspectedRecurrenceOf: null, carriageway: null },
    ...{ id: answer.body.id, code: '2026-000001', version: 1, status: 'reported' },
    ...{ title: '临水弯道无护栏', description: '弯道外侧临水库，无护栏。\n夜间无照明。' },
    ...{ level: null, category: 'roadside_protection', risk: 'road', source: 'hotline', area: '341225101' },
    ...{ road: 'S315', direction: 'up', startChainageM: 12345, endChainageM: 12900, chainage: 'K12+345~K12+900' },
    ...{ location: { lon: 115.5953, lat: 32.6584 }, address: '方集镇 幸福路口' },
    ...{ externalSystem: '12345', externalId: 'W-2026-77', foundAt: '2026-03-01T12:30:00.000Z' },
    ...{ channel: null, mediaUrl: null },
    hotline: { ticket: null, answerWanted: true, firstAnswer: null, satisfaction: null },
    ...{ reportedAt: START, reportedBy: { id: me.id, name: me.name }, listedAt: null, evaluation: null },
    ...{ defaultDueAt: null, assignment: null, dueAt: null, dueProvisional: false, escalation: null },
    ...{ onAccount: false, overdue: false, overdueDays: 0, dueSoon: false },
    ...{ suspended: false, suspension: null, extensionPending: false, extension: null, supervision: null },
    ...{ plan: null, progress: null, closureRequest: null, closedAt: null, closedBy: null, closureFindings: null },
    ...{ recheck: null, dismissalReason: null, mergedInto: null, mergedFrom: [], updatedAt: START },
    ...{ escalation: null, evidence: [] },
  })
  for (const ref of [answer.body.id, answer.body.code, answer.body.id.toUpperCase()]) {
    const read = await office.get(`/v1/items/${ref}`)
    t.match(read, { status: 200, headers: { etag: '"1"' } })
    t.same(read.body, answer.body, `reads the same as ${ref}`)
  }
})

t.test('what a filing leaves out is null, and its source is an inspection', async (t) => {
  const item = await ok(inspector.post('/v1/items', { title: '路口无灯', area: '341202', address: '颍河路' }))
  t.match(item, { source: 'inspection', description: null, category: null, risk: null, road: null, direction: null })
  t.match(item, { startChainageM: null, endChainageM: null, chainage: null, location: null, foundAt: null })
})

t.test('the office files too, in its own name', async (t) => {
  const me = await ok(office.get('/v1/me'))
  const item = await ok(office.post('/v1/items', filing()))
  t.same(item.reportedBy, { id: me.id, name: me.name })
})

t.test('every field that is wrong is named', async (t) => {
  const wrong: [string, Json][] = [
    ['/title', { title: '   ' }],
    ['/title', { title: 'x'.repeat(201) }],
    ['/title', { title: 7 }],
    ['/title', { title: null }],
    ['/title', { title: 'a\u0000b' }],
    ['/description', { description: 'x'.repeat(5001) }],
    ['/category', { category: 'no_such_category' }],
    ['/risk', { risk: 'weather' }],
    ['/source', { source: 'rumour' }],
    ['/area', { area: '999999' }],
    ['/area', { area: '3412' }],
    ['/area', { area: '34122510100' }],
    ['/area', { area: '000000' }],
    ['/area', { area: '341621' }],
    ['/area', { area: '340000' }],
    ['/direction', { direction: 'left' }],
    ['/address', { address: 'x'.repeat(301) }],
    ['/externalId', { externalId: '' }],
    ['/externalId', { externalSystem: '12345' }],
    ['/status', { status: 'closed' }],
    ['/a~1b~0c', { 'a/b~c': 1 }],
  ]
  for (const [pointer, more] of wrong) {
    refused(t, await file(more), 400, 'invalid-request', { pointers: [pointer] })
  }
  const many = await inspector.post('/v1/items', { titel: 'typo', risk: 'weather', address: '某处' })
  refused(t, many, 400, 'invalid-request', { pointers: ['/area', '/risk', '/titel', '/title'] })
  refused(t, await inspector.post('/v1/items'), 400, 'invalid-request', { pointers: ['/area', '/title'] })
})

t.test('what is no JSON is refused', async (t) => {
  for (const body of ['{', '"text"', '[]', '{"title":"\\ud800","area":"341225","address":"a"}']) {
    refused(t, await inspector.post('/v1/items', body), 400, 'invalid-request')
  }
  refused(
    t,
    await inspector.post('/v1/items', 'title=x', { 'content-type': 'text/plain' }),
    415,
    'unsupported-media-type',
  )
})

t.test('a hazard may have been found up to 30 days ago, and not in the future', async (t) => {
  const at = (ms: number) => new Date(Date.parse(clock.now) + ms).toISOString()
  t.match(await file({ foundAt: at(-30 * DAY_MS) }), { status: 201, body: { foundAt: at(-30 * DAY_MS) } })
  for (const ahead of [1, 60_000, 180_000, 300_000]) {
    const { status, body } = await file({ foundAt: at(ahead) })
    t.match(
      { status, foundAt: body.foundAt },
      { status: 201, foundAt: clock.now },
      'a fast clock is no error; nothing is found after it is filed',
    )
  }
  const far = await file({ foundAt: at(300_001) })
  t.match(far.body.errors[0].detail, at(300_001), 'the refusal names the time that came')
  t.match(far.body.errors[0].detail, clock.now, 'and the server’s')
  for (const foundAt of [
    at(-30 * DAY_MS - 1),
    at(300_001),
    '2026-03-01',
    '2026-03-01T08:00:00',
    '2026-02-30T08:00:00Z',
  ]) {
    refused(t, await file({ foundAt }), 400, 'invalid-request', { pointers: ['/foundAt'] })
  }
})

t.test('an inspector who is limited to an area files only there', async (t) => {
  const local = await home.addCaller('inspector', { area: '341225' })
  t.equal((await local.post('/v1/items', filing({ area: '341225' }))).status, 201)
  t.equal((await local.post('/v1/items', filing({ area: '341225101' }))).status, 201)
  for (const area of ['341202', '341200']) {
    refused(t, await local.post('/v1/items', filing({ area })), 403, 'outside-area')
  }
})

t.test('an external id is filed once in its system, and the refusal names the item that has it', async (t) => {
  const first = await ok(file({ externalId: 'A-1', externalSystem: 'hotline' }))
  const named = { itemId: first.id, itemCode: first.code }
  refused(t, await file({ externalId: 'A-1', externalSystem: 'hotline' }), 409, 'duplicate-external-id', named)
  t.equal(
    (await file({ externalId: 'A-1', externalSystem: 'patrol' })).status,
    201,
    'another system has its own numbers',
  )
  const bare = await ok(file({ externalId: 'A-1' }))
  refused(t, await file({ externalId: 'A-1' }), 409, 'duplicate-external-id', { itemId: bare.id, itemCode: bare.code })
  const elsewhere = filing({ area: '341621', externalId: 'A-1', externalSystem: 'hotline' })
  t.equal((await foreign.inspector.post('/v1/items', elsewhere)).status, 201, 'so has another jurisdiction')

  const local = await home.addCaller('inspector', { area: '341202' })
  const blind = await local.post('/v1/items', filing({ area: '341202', externalId: 'A-1', externalSystem: 'hotline' }))
  refused(t, blind, 409, 'duplicate-external-id', { itemId: undefined, itemCode: undefined })
  t.notMatch(JSON.stringify(blind.body), first.code, 'who may not see the item does not learn which it is')
})

t.test('ten filings of one external id at the same moment make one item', async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => file({ externalId: 'RACE', externalSystem: 'hotline' })),
  )
  const [made, ...more] = answers.filter((answer) => answer.status === 201)
  t.equal(more.length, 0)
  for (const answer of answers.filter((other) => other !== made)) {
    refused(t, answer, 409, 'duplicate-external-id', { itemId: made?.body.id, itemCode: made?.body.code })
  }
  const { total } = await ok(office.get('/v1/items?count=true&q=临水弯道'))
  const { body: last } = await file()
  t.equal(last.code, `2026-${String(total + 2).padStart(6, '0')}`, 'refused filings leave no gap in the codes')
})

t.test('codes are gap-free under parallel filing, and begin anew with the local year', async (t) => {
  const before = await ok(file())
  const codes = (await Promise.all(Array.from({ length: 20 }, () => ok(file())))).map((item) => item.code)
  const from = Number(before.code.slice(5))
  t.same(
    codes.sort(),
    Array.from({ length: 20 }, (_, k) => `2026-${String(from + k + 1).padStart(6, '0')}`),
  )
  clock.now = '2026-12-31T15:59:59.999Z'
  t.match(await ok(file()), { code: `2026-${String(from + 21).padStart(6, '0')}` })
  clock.now = '2026-12-31T16:00:00.000Z'
  t.match(await ok(file()), { code: '2027-000001' }, 'it is New Year in Shanghai')
  t.match(await ok(foreign.inspector.post('/v1/items', filing({ area: '341621' }))), { code: '2027-000001' })
})

t.test('a filing that is repeated with its key is answered again and files nothing', async (t) => {
  const key = { 'idempotency-key': 'phone-1' }
  const first = await inspector.post('/v1/items', filing(), key)
  const again = await inspector.post('/v1/items', filing(), key)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true', location: first.headers.location } })
  t.same(effectOf(first.body, again.body), {})
  refused(t, await inspector.post('/v1/items', filing({ title: '另一处' }), key), 422, 'key-reused')
  t.not((await ok(home.verifier.post('/v1/items', filing(), key))).id, first.body.id, 'another caller has other keys')
  refused(t, await inspector.post('/v1/items', filing(), { 'idempotency-key': 'two words' }), 400, 'invalid-request', {
    pointers: ['/headers/idempotency-key'],
  })
})
