import { PERMISSIONS } from '../../src/domain/access/permissions.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import { type Caller, filing, itemIn, type Json, ok, order, type Stage } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { db, clock, home, foreign, superuser } = made
const { office, inspector, verifier, unitCaller, supervisor } = home
const NOBODY = '01900000-0000-7000-8000-000000000000'
const REASON = { reason: '情况属实' }
const CALL = { source: 'hotline' }

interface Case {
  by: Caller
  stage: Stage
  body?: Json
  /** What is done before, by whom. */
  before?: [Caller, string, Json]
  ifMatch?: boolean
  /** What it is filed with. */
  filing?: Json
}

/** Every kind, with a caller and a status in which it is let. */
const KINDS: Record<string, Case> = {
  correction: { by: inspector, stage: 'reported', body: { address: '水库北侧' }, ifMatch: true },
  listing: { by: office, stage: 'reported', body: { level: 'major', evaluation: '急弯' } },
  dismissal: { by: office, stage: 'reported', body: REASON },
  merge: { by: office, stage: 'reported', body: { into: '', ...REASON } },
  notes: { by: supervisor, stage: 'closed', body: { note: '归档' } },
  // Of an item that another kind has closed at the same place.
  'recurrence-decision': { by: office, stage: 'reported', body: { confirmed: true } },
  assignments: { by: office, stage: 'listed', body: order(home) },
  'lead-official': { by: office, stage: 'closure_requested', body: { leadOfficial: { name: '李敏' }, ...REASON } },
  acceptance: { by: unitCaller, stage: 'assigned' },
  return: { by: unitCaller, stage: 'assigned', body: REASON },
  plan: { by: unitCaller, stage: 'remediating', body: { measures: '加装护栏', budgetFen: 100 } },
  'progress-reports': { by: unitCaller, stage: 'remediating', body: { percent: 60, note: '立柱已打设' } },
  'extension-requests': { by: unitCaller, stage: 'remediating', body: { dueAt: '2026-06-30', ...REASON } },
  'extension-decision': {
    by: office,
    stage: 'remediating',
    body: { approved: true },
    before: [unitCaller, 'extension-requests', { dueAt: '2026-06-30', ...REASON }],
  },
  suspension: { by: office, stage: 'remediating', body: REASON },
  resumption: { by: office, stage: 'remediating', before: [office, 'suspension', REASON] },
  'closure-requests': { by: unitCaller, stage: 'remediating', body: { summary: '已完成' } },
  'closure-decision': { by: verifier, stage: 'closure_requested', body: { approved: false, findings: '缺 8 米' } },
  rechecks: { by: verifier, stage: 'closed', body: { passed: false, findings: '护栏被撞损' } },
  reopening: { by: office, stage: 'closed', body: REASON },
  supervision: { by: supervisor, stage: 'listed', body: { tier: 'city', ...REASON } },
  'supervision-end': {
    by: supervisor,
    stage: 'listed',
    body: { tier: 'city', ...REASON },
    before: [office, 'supervision', { tier: 'city', ...REASON }],
  },
  'hotline-answers': { by: office, stage: 'reported', filing: CALL, body: { answer: '已告知' } },
  satisfaction: {
    by: office,
    stage: 'closed',
    filing: CALL,
    body: { rating: 'satisfied' },
    before: [office, 'hotline-answers', {}],
  },
}

const batch = (caller: Caller, commands: Json[], more: Json = {}, headers: Record<string, string> = {}) =>
  caller.post('/v1/items/batch', { commands, ...more }, headers)
const done = async (caller: Caller, commands: Json[], more: Json = {}) => ok(batch(caller, commands, more))
const note = (item: Json, text = '备注') => ({ kind: 'notes', item: item.id ?? item, body: { note: text } })
const versionOf = async (item: Json): Promise<number> => (await ok(office.get(`/v1/items/${item.id}`))).version
const headOf = async (): Promise<number> => (await ok(home.auditor.get('/v1/ledger'))).seq

t.test('a batch knows every kind', async (t) => {
  const { oneOf } = (made.app.swagger() as Json).components.schemas.BatchCommand
  t.equal(oneOf.length, Object.keys(KINDS).length + 1)
  const answer = await batch(office, [{ kind: 'closing', item: NOBODY, body: {} }])
  refused(t, answer, 400, 'invalid-request', { pointers: ['/commands/0/kind'] })
})

for (const atomic of [true, false]) {
  t.test(`each command answers what its own route answers (atomic: ${atomic})`, async (t) => {
    for (const [kind, { by, stage, body, before, ifMatch }] of Object.entries(KINDS)) {
      const more = { filing: KINDS[kind]?.filing }
      const [alone, among] = [await itemIn(stage, home, more), await itemIn(stage, home, more)]
      if (before !== undefined) {
        const [who, noun, what] = before
        for (const { id } of [alone, among]) await ok(who.post(`/v1/items/${id}/${noun}`, what))
      }
      const version = await versionOf(alone)
      const given = kind === 'merge' ? { ...body, into: (await itemIn('listed', home)).code } : body
      const tag = { 'if-match': `"${version}"` }
      const single =
        kind === 'correction'
          ? await by.patch(`/v1/items/${alone.id}`, given, tag)
          : await by.post(`/v1/items/${alone.id}/${kind}`, given, tag)
      const command = { kind, item: among.code, ifMatch: `"${version}"`, ...(given && { body: given }) }
      const { results, ...counts } = await done(by, [command], { atomic })
      t.same(counts, { done: 1, refused: 0 }, kind)
      t.match(results, [{ status: single.status, etag: single.headers.etag }], kind)
      const plain = (item: Json, { id, code }: Json) =>
        JSON.stringify(item)
          .replaceAll(id, 'id')
          .replaceAll(code, 'code')
          .replace(/"mergedFrom":\[[^\]]*\]/, '')
          // By then there is more at the place than there was.
          .replace(/"suspectedRecurrenceOf":(null|\{[^}]*\})/, '')
      t.equal(plain(results[0].item, among), plain(single.body, alone), kind)

      const again = await (kind === 'correction'
        ? by.patch(`/v1/items/${alone.id}`, given, tag)
        : by.post(`/v1/items/${alone.id}/${kind}`, given, tag))
      t.equal(again.status, 412, kind)
      const refusal = await batch(by, [command], { atomic })
      const problem = atomic ? refusal.body : refusal.body.results[0].problem
      if (atomic) refused(t, refusal, 412, 'stale', { pointers: ['/commands/0/ifMatch'] })
      else t.same(problem, again.body, kind)
      if (ifMatch === true) {
        const { body: result } = await batch(by, [{ ...command, ifMatch: undefined }], { atomic })
        t.equal(atomic ? result.code : result.results[0].problem.code, 'precondition-required')
      }
    }
  })

  t.test(`a filing answers what its own route answers (atomic: ${atomic})`, async (t) => {
    const single = await inspector.post('/v1/items', filing())
    const { results } = await done(inspector, [{ kind: 'filing', body: filing() }], { atomic })
    const [{ item, ...rest }] = results
    t.same(rest, { status: 201, etag: single.headers.etag, location: `/v1/items/${item.id}` })
    t.same(
      { ...item, id: '', code: '', reportedAt: '', updatedAt: '', possibleDuplicates: [] },
      { ...single.body, id: '', code: '', reportedAt: '', updatedAt: '', possibleDuplicates: [] },
    )
    t.equal(Number(item.code.slice(5)), Number(single.body.code.slice(5)) + 1, 'with the next code')
  })
}

t.test('each has its own result, and one that is refused holds up none', async (t) => {
  const [a, b] = [await itemIn('reported', home), await itemIn('closed', home)]
  const head = await headOf()
  const commands = [
    { kind: 'listing', item: a.code, body: { level: 'general' } },
    { kind: 'listing', item: b.id, body: { level: 'general' } },
    { kind: 'listing', item: a.id, ifMatch: '"1"', body: { level: 'general' } },
    { kind: 'acceptance', item: a.id },
    { kind: 'assignments', item: a.id, body: order({ unit: NOBODY }) },
    { kind: 'filing', body: filing({ area: '999999' }) },
    { kind: 'correction', item: a.id, body: { address: '别处' } },
    note(NOBODY),
    { kind: 'assignments', item: a.id, ifMatch: '"2"', body: order(home) },
  ]
  const { results, ...counts } = await done(office, commands)
  t.same(counts, { done: 2, refused: 7 })
  const statuses = results.map((result: Json) => [result.status, result.problem?.code ?? result.item.status])
  t.same(statuses, [
    [200, 'listed'],
    [409, 'wrong-status'],
    [412, 'stale'],
    [403, 'forbidden'],
    [400, 'invalid-request'],
    [400, 'invalid-request'],
    [428, 'precondition-required'],
    [404, 'not-found'],
    [200, 'assigned'],
  ])
  t.match(results[1].problem, {
    itemStatus: 'closed',
    allowedEvents: ['item.rechecked', 'item.reopened', 'item.noted'],
  })
  t.match(results[4].problem, { errors: [{ pointer: '/responsibleUnit' }] })
  t.match(results[8], { etag: '"3"', item: { version: 3 } })
  t.equal(await headOf(), head + 2)
})

t.test('all or nothing: the first refusal is the answer, and nothing has happened', async (t) => {
  const [a, b] = [await itemIn('reported', home), await itemIn('closed', home)]
  const list = (item: Json) => ({ kind: 'listing', item: item.id, body: { level: 'general' } })
  const cases: [Json, number, string, string][] = [
    [list(b), 409, 'wrong-status', '/commands/2'],
    [{ ...list(b), ifMatch: '"9"' }, 412, 'stale', '/commands/2/ifMatch'],
    [{ kind: 'acceptance', item: a.id }, 403, 'forbidden', '/commands/2/kind'],
    [note(NOBODY), 404, 'not-found', '/commands/2/item'],
    [{ kind: 'merge', item: a.id, body: { into: NOBODY, ...REASON } }, 400, 'invalid-request', '/commands/2/body/into'],
    [
      { kind: 'assignments', item: a.id, body: order({ unit: NOBODY }) },
      400,
      'invalid-request',
      '/commands/2/body/responsibleUnit',
    ],
    [{ kind: 'filing', body: filing({ area: '999999' }) }, 400, 'invalid-request', '/commands/2/body/area'],
    [{ kind: 'filing', body: { title: '无处', area: '341225' } }, 400, 'invalid-request', '/commands/2/body'],
    [{ kind: 'correction', item: a.id, body: { title: '新' } }, 428, 'precondition-required', '/commands/2/ifMatch'],
  ]
  const before = await possessions()
  for (const [bad, status, code, pointer] of cases) {
    const key = { 'idempotency-key': `atomic-${pointer}-${code}` }
    const commands = [list(a), { kind: 'filing', body: filing() }, bad]
    refused(t, await batch(office, commands, { atomic: true }, key), status, code, { pointers: [pointer] })
    t.equal(await possessions(), before, `${pointer}: nothing has happened`)
  }
  const right = await done(office, [list(a), { kind: 'filing', body: filing() }, note(b)], { atomic: true })
  t.match(right, { done: 3, refused: 0 })
  const filed = right.results[1].item
  const last = await ok(inspector.post('/v1/items', filing()))
  t.equal(Number(last.code.slice(5)), Number(filed.code.slice(5)) + 1, 'and no code is missing')
})

t.test('a later command sees what an earlier one did to the same item', async (t) => {
  for (const atomic of [true, false]) {
    const { id } = await itemIn('reported', home)
    const commands = [
      { kind: 'listing', item: id, ifMatch: '"1"', body: { level: 'general' } },
      { kind: 'assignments', item: id, ifMatch: '"2"', body: order(home) },
      { kind: 'notes', item: id, ifMatch: '"3"', body: { note: '已电话通知' } },
    ]
    const { results } = await done(office, commands, { atomic })
    t.same(
      results.map(({ item }: Json) => [item.version, item.status]),
      [
        [2, 'listed'],
        [3, 'assigned'],
        [4, 'assigned'],
      ],
    )
    const { data } = await ok(office.get(`/v1/items/${id}/events`))
    t.same(
      data.map(({ type, itemVersion }: Json) => [type, itemVersion]),
      [
        ['item.reported', 1],
        ['item.listed', 2],
        ['item.assigned', 3],
        ['item.noted', 4],
      ],
    )
    t.match(await ok(office.get(`/v1/items/${id}?asOf=${clock.now}`)), { version: 4 })
  }
})

t.test('the events of an atomic batch stand together in the ledger', async (t) => {
  const items = await Promise.all(Array.from({ length: 4 }, () => itemIn('reported', home)))
  const head = await headOf()
  await Promise.all([
    done(
      office,
      items.map((item) => ({ kind: 'listing', item: item.id, body: { level: 'general' } })),
      { atomic: true },
    ),
    ...Array.from({ length: 6 }, () => ok(inspector.post('/v1/items', filing()))),
  ])
  const { data } = await ok(home.auditor.get(`/v1/events?after=${head}`))
  const listed = data.flatMap(({ type, itemId }: Json, n: number) => (type === 'item.listed' ? [[n, itemId]] : []))
  t.same(
    listed.map(([, id]: Json) => id),
    items.map(({ id }) => id),
    'in the order of the commands',
  )
  t.equal(listed[3][0] - listed[0][0], 3, 'with nothing between')
})

t.test('a call that is malformed is refused as a whole, and says where', async (t) => {
  const item = await itemIn('reported', home)
  const good = note(item)
  const at = (bad: Json) => [...Array.from({ length: 7 }, () => good), bad]
  const cases: [Json, string[]][] = [
    [at({ ...good, body: { note: 'x', more: 1 } }), ['/commands/7/body/more']],
    [at({ ...good, body: {} }), ['/commands/7/body/note']],
    [at({ kind: 'notes', item: item.id }), ['/commands/7/body']],
    [at({ kind: 'notes', body: good.body }), ['/commands/7/item']],
    [at({ ...good, more: 1 }), ['/commands/7/more']],
    [at({ ...good, ifMatch: '3' }), ['/commands/7/ifMatch']],
    [at({ kind: 'filing', item: item.id, body: filing() }), ['/commands/7/item']],
    [
      at({ kind: 'assignments', item: item.id, body: { ...order(home), coUnits: [home.unit, home.unit] } }),
      ['/commands/7/body/coUnits'],
    ],
    [at({ kind: 'note', item: item.id, body: {} }), ['/commands/7/kind']],
    [at(null), ['/commands/7']],
    [at({ ...good, body: { note: 'a\u0000b' } }), ['/commands/7/body/note']],
    [[], ['/commands']],
    [Array.from({ length: 501 }, () => good), ['/commands']],
    ['x', ['/commands']],
  ]
  for (const [commands, pointers] of cases) {
    refused(t, await batch(office, commands), 400, 'invalid-request', { pointers })
  }
  refused(t, await office.post('/v1/items/batch', {}), 400, 'invalid-request', { pointers: ['/commands'] })
  refused(t, await batch(office, [good], { atomic: 'yes' }), 400, 'invalid-request', { pointers: ['/atomic'] })
  refused(t, await batch(office, [good], { all: true }), 400, 'invalid-request', { pointers: ['/all'] })
  t.equal(await versionOf(item), 1, 'nothing was done')
})

t.test('five hundred commands of more than a megabyte are taken, nine megabytes are not', async (t) => {
  const item = await itemIn('reported', home)
  const long = '长'.repeat(800)
  const commands = Array.from({ length: 500 }, (_, n) => note(item, `${n} ${long}`))
  t.match(await done(office, commands, { atomic: true }), { done: 500, refused: 0 })
  t.equal(await versionOf(item), 501)
  const huge = Array.from({ length: 500 }, () => note(item, '长'.repeat(5000).padEnd(18_000, 'x')))
  refused(t, await batch(office, huge), 413, 'too-large')
})

t.test('who may do nothing to an item has no batch; others what their role has', async (t) => {
  const item = await itemIn('listed', home)
  refused(t, await batch(home.auditor, [note(item)]), 403, 'forbidden')
  const roles = ['inspector', 'unit', 'office', 'supervisor', 'admin'] as const
  const any = Object.entries(PERMISSIONS).filter(([action]) => action.startsWith('item.') && action !== 'item.batch')
  for (const role of roles) {
    t.ok(any.some(([action, may]) => action !== 'item.read' && (may as readonly string[]).includes(role)))
  }
  t.match(await done(home.admin, [note(item), { kind: 'dismissal', item: item.id, body: REASON }]), {
    results: [{ status: 200 }, { status: 403, problem: { code: 'forbidden' } }],
  })
})

t.test('what is another’s is not there, in every command', async (t) => {
  const theirs = await itemIn('listed', foreign)
  const local = await home.addCaller('inspector', { area: '341202' })
  const elsewhere = await itemIn('reported', home)
  const cases: [Caller, Json][] = [
    [office, theirs],
    [home.otherUnitCaller, elsewhere],
    [local, elsewhere],
  ]
  const commandsOn = (ref: string) =>
    Object.entries(KINDS).map(([kind, { body = {} }]) => {
      return { kind, item: ref, ifMatch: '*', body: kind === 'merge' ? { ...body, into: ref } : body }
    })
  for (const [caller, item] of cases) {
    const said = async (ref: string) => JSON.stringify((await done(caller, commandsOn(ref))).results)
    const nothing = await said(NOBODY)
    t.same((await said(item.id)).replaceAll(item.id, NOBODY), nothing)
    t.same(
      new Set(JSON.parse(nothing).map(({ problem }: Json) => problem.code)),
      new Set(['not-found', 'forbidden']),
      'to each role what it may do is not there, and the rest is not its to do',
    )
  }
  for (const command of commandsOn(theirs.id)) {
    const { status, body } = await batch(office, [command], { atomic: true })
    t.ok(status === 404 || status === 403, `${command.kind}: ${status}`)
    t.notMatch(JSON.stringify(body), theirs.code)
  }
  const into = { kind: 'merge', item: elsewhere.id, body: { into: theirs.id, ...REASON } }
  t.match(await done(office, [into]), { results: [{ status: 400, problem: { errors: [{ pointer: '/into' }] } }] })
})

t.test('the same call again is answered the same, and does nothing', async (t) => {
  for (const atomic of [false, true]) {
    const item = await itemIn('reported', home)
    const key = { 'idempotency-key': `again-${atomic}` }
    const commands = [note(item), { kind: 'filing', body: filing() }]
    if (!atomic) commands.push({ kind: 'acceptance', item: item.id } as never)
    const first = await batch(office, commands, { atomic }, key)
    t.equal(first.status, 200)
    const head = await headOf()
    await ok(office.post(`/v1/items/${item.id}/notes`, { note: '之后' }))
    const again = await batch(office, commands, { atomic }, key)
    t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' } })
    t.same(again.body, first.body)
    t.equal(await headOf(), head + 1)
    refused(t, await batch(office, [note(item)], { atomic }, key), 422, 'key-reused')
    refused(t, await batch(office, commands, { atomic: !atomic }, key), 422, 'key-reused')
  }
})

t.test('twenty of the same call at once act once', async (t) => {
  for (const atomic of [false, true]) {
    const items = await Promise.all(Array.from({ length: 5 }, () => itemIn('reported', home)))
    const key = { 'idempotency-key': `at-once-${atomic}` }
    const send = () =>
      batch(
        office,
        items.map((item) => note(item)),
        { atomic },
        key,
      )
    const answers = await Promise.all(Array.from({ length: 20 }, send))
    const good = answers.filter(({ status }) => status === 200)
    t.ok(good.length > 0)
    for (const { body } of good) t.same(body, good[0]?.body)
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      t.match(
        { status, code: body.code },
        status === 429 ? { code: 'too-many-requests' } : { status: 409, code: 'key-in-use' },
      )
    }
    for (const item of items) t.equal(await versionOf(item), 2)
  }
})

t.test('batches on the same items, each in another order, wait for each other and never for ever', async (t) => {
  const items = await Promise.all(Array.from({ length: 30 }, () => itemIn('listed', home)))
  const shuffled = (n: number) => items.map((_, k) => items[(k * 7 + n * 11) % items.length])
  const deadlocks = async () =>
    Number(
      (await superuser.query('select deadlocks from pg_stat_database where datname = current_database()')).rows[0]
        .deadlocks,
    )
  const before = await deadlocks()
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) => {
      const list = n % 2 === 0 ? shuffled(n) : shuffled(n).reverse()
      return batch(
        office,
        list.map((item) => note(item, `第 ${n} 批`)),
        { atomic: n < 4 },
      )
    }),
  )
  for (const { status, body } of answers) t.match({ status, body }, { status: 200, body: { done: 30, refused: 0 } })
  for (const item of items) t.equal(await versionOf(item), item.version + 5)
  await superuser.query('select pg_stat_force_next_flush()')
  t.equal(await deadlocks(), before, 'the database had to end none')
})

t.test('merges in batches lock what they merge into as well', async (t) => {
  const targets = await Promise.all([itemIn('listed', home), itemIn('listed', home)])
  const [a, b] = [await itemIn('reported', home), await itemIn('reported', home)]
  const merge = (item: Json, target: Json) => ({ kind: 'merge', item: item.id, body: { into: target.code, ...REASON } })
  const [one, two] = await Promise.all([
    batch(office, [merge(a, targets[0]), note(targets[1])], { atomic: true }),
    batch(office, [merge(b, targets[1]), note(targets[0])], { atomic: true }),
  ])
  t.match([one.status, two.status], [200, 200])
  t.match(await ok(office.get(`/v1/items/${targets[0].id}`)), { version: 4, mergedFrom: [a.id] })
})

t.test('after all that the ledger and the items agree', async (t) => {
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
  t.match(await verifyItems(db, home.id), { ok: true })
})

/** Items, ledger and records, as text. */
async function possessions(): Promise<string> {
  const { rows } = await superuser.query(`
    select (select string_agg(i::text, '|' order by id) from item i), (select max(seq) from event),
      (select count(*) from item_past), (select string_agg(c::text, '|') from item_counter c), (select count(*) from idempotency_key)`)
  return JSON.stringify(rows)
}
