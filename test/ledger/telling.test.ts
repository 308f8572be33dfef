import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { recheckTask } from '../../src/close/recheck-task.js'
import { digestTask } from '../../src/notices/digest-task.js'
import { ladderTask } from '../../src/notices/ladder-task.js'
import { type Caller, callerOf, filing, itemIn, type Json, ok, order, type TestApp } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { addContact, reaching, sendAll } from '../helpers/messages.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'
import { runTask, taskDeps } from '../helpers/tasks.js'

// 2 March 2026 is a Monday; the zone is eight hours ahead of UTC.
const at = (date: string, time: string) => new Date(`${date}T${time}:00+08:00`).toISOString()
const REASON = { reason: '情况属实' }
const kindsOf = async (caller: Caller, query = ''): Promise<string[]> =>
  (await ok(caller.get(`/v1/notices?limit=200${query}`))).data.map(({ kind }: Json) => kind)

/** What each side is told while something is done. */
async function toldBy({ home }: TestApp, work: () => Promise<unknown>): Promise<Record<string, string[]>> {
  const sides = {
    ...{ unit: home.unitCaller, other: home.otherUnitCaller, office: home.office, supervisor: home.supervisor },
    ...{ inspector: home.inspector },
  }
  const seen = new Set<string>()
  const look = async () => {
    const told: Record<string, string[]> = {}
    for (const [side, caller] of Object.entries(sides)) {
      const { data } = await ok(caller.get('/v1/notices?limit=200'))
      const fresh = data.filter(({ id }: Json) => !seen.has(id))
      for (const { id } of fresh) seen.add(id)
      if (fresh.length > 0) told[side] = fresh.map(({ kind }: Json) => kind).sort()
    }
    return told
  }
  await look()
  await work()
  return look()
}

async function digests({ db, clock }: TestApp, time: string): Promise<void> {
  clock.now = time
  await runTask(digestTask, taskDeps({ db, clock }))
}

t.test('every act that moves the ball is told to the other side, right after its answer', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const { office, unitCaller, verifier, supervisor } = home
  const item = await itemIn('listed', home, { filing: { area: '341225' } })
  const url = `/v1/items/${item.id}`
  const helped = order(home, { coUnits: [home.otherUnit] })
  const steps: [string, () => Promise<unknown>, Record<string, string[]>][] = [
    [
      'an order',
      () => ok(office.post(`${url}/assignments`, helped)),
      { unit: ['order_given'], other: ['order_given'] },
    ],
    [
      'another order',
      () => ok(office.post(`${url}/assignments`, order(home))),
      { unit: ['order_changed'], other: ['order_withdrawn'] },
    ],
    ['a return', () => ok(unitCaller.post(`${url}/return`, REASON)), { office: ['returned'] }],
    ['it is given again', () => ok(office.post(`${url}/assignments`, order(home))), { unit: ['order_given'] }],
    ['a signature', () => ok(unitCaller.post(`${url}/acceptance`)), { office: ['signed'] }],
    ['a plan', () => ok(unitCaller.post(`${url}/plan`, { measures: '加装护栏' })), { office: ['planned'] }],
    ['progress moves nothing', () => ok(unitCaller.post(`${url}/progress-reports`, { percent: 5, note: '进场' })), {}],
    ['a note moves nothing', () => ok(unitCaller.post(`${url}/notes`, { note: '已电话联系' })), {}],
    [
      'an extension is asked for',
      () => ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-06-30', ...REASON })),
      { office: ['extension_requested'] },
    ],
    [
      'it is refused',
      () => ok(office.post(`${url}/extension-decision`, { approved: false, ...REASON })),
      { unit: ['extension_refused'] },
    ],
    [
      'it is asked for again',
      () => ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-06-30', ...REASON })),
      { office: ['extension_requested'] },
    ],
    [
      'and granted',
      () => ok(office.post(`${url}/extension-decision`, { approved: true })),
      { unit: ['extension_granted'] },
    ],
    ['the clock stands', () => ok(office.post(`${url}/suspension`, REASON)), { unit: ['suspended'] }],
    ['the clock runs again', () => ok(office.post(`${url}/resumption`)), { unit: ['resumed'] }],
    [
      'supervision',
      () => ok(supervisor.post(`${url}/supervision`, { tier: 'city', ...REASON })),
      { unit: ['supervised'], office: ['supervised'] },
    ],
    [
      'its end',
      () => ok(office.post(`${url}/supervision-end`, REASON)),
      { unit: ['supervision_ended'], supervisor: ['supervision_ended'] },
    ],
    [
      'closure is asked for',
      () => ok(unitCaller.post(`${url}/closure-requests`, { summary: '已完成' })),
      { office: ['closure_requested'], inspector: ['verification_due'] },
    ],
    [
      'it is sent back',
      () => ok(verifier.post(`${url}/closure-decision`, { approved: false, findings: '缺 8 米' })),
      { unit: ['closure_rejected'], office: ['closure_rejected'] },
    ],
    [
      'it is asked for again',
      () => ok(unitCaller.post(`${url}/closure-requests`, { summary: '已完成' })),
      { office: ['closure_requested'], inspector: ['verification_due'] },
    ],
    [
      'it is struck off',
      () => ok(verifier.post(`${url}/closure-decision`, { approved: true, findings: '合格' })),
      { unit: ['closed'], office: ['closed'] },
    ],
    ['a recheck finds it well', () => ok(verifier.post(`${url}/rechecks`, { passed: true, findings: '完好' })), {}],
    [
      'a recheck fails',
      () => ok(verifier.post(`${url}/rechecks`, { passed: false, findings: '又缺' })),
      { unit: ['recheck_failed'], office: ['recheck_failed'] },
    ],
  ]
  for (const [name, work, expected] of steps) {
    clock.advance(60_000)
    t.strictSame(await toldBy(made, work), expected, name)
  }
  const { data } = await ok(unitCaller.get('/v1/notices?kind=closure_rejected'))
  t.match(data, [
    {
      label: { zh: '验收退回', en: 'Closure sent back' },
      details: { reason: '缺 8 米' },
      item: { id: item.id },
      wantsReceipt: false,
    },
  ])
  t.match((await ok(unitCaller.get('/v1/notices?kind=order_given'))).data[0], {
    details: { part: 'responsible' },
    wantsReceipt: true,
  })
})

t.test('a merge, a dismissal, a reopening, a recurrence, an appeal: each is told to whom it concerns', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const [target, dismissed, closed] = [
    await itemIn('assigned', home),
    await itemIn('reported', home),
    await itemIn('closed', home, { filing: { road: 'S316' } }),
  ]
  const merging = await itemIn('reported', home)
  const merge = () => ok(home.office.post(`/v1/items/${merging.id}/merge`, { into: target.code, ...REASON }))
  t.strictSame(
    await toldBy(made, merge),
    { inspector: ['merged'] },
    'who filed it; the unit of the other item has its order as it was',
  )
  const dismiss = () => ok(home.office.post(`/v1/items/${dismissed.id}/dismissal`, REASON))
  t.strictSame(await toldBy(made, dismiss), { inspector: ['dismissed'] })
  const [heard] = (await ok(home.inspector.get('/v1/notices?kind=dismissed'))).data
  t.match(heard, {
    recipient: 'person',
    person: { name: '阜阳 inspector' },
    details: REASON,
    item: { status: 'dismissed' },
  })
  t.strictSame(await kindsOf(home.verifier, '&kind=dismissed'), [], 'no other inspector')
  t.notOk((await ok(home.inspector.get('/v1/notices'))).data.some(({ details }: Json) => 'into' in details))
  clock.advance(86_400_000)
  const again = await ok(home.inspector.post('/v1/items', filing({ road: 'S316' })))
  t.ok(again.suspectedRecurrenceOf)
  const decide = () => ok(home.office.post(`/v1/items/${again.id}/recurrence-decision`, { confirmed: true }))
  t.strictSame(await toldBy(made, decide), { unit: ['recurrence_confirmed'] })
  const [recurred] = (await ok(home.unitCaller.get('/v1/notices?kind=recurrence_confirmed'))).data
  t.match(recurred, { item: { id: closed.id }, details: {} })
  t.notMatch(JSON.stringify(recurred), new RegExp(again.id), 'nothing of the new item')
  const reopen = () => ok(home.office.post(`/v1/items/${closed.id}/reopening`, REASON))
  t.strictSame(await toldBy(made, reopen), { unit: ['reopened'] })
  await ok(home.office.post('/v1/scores/computation'))
  const [entry] = (await ok(home.unitCaller.get('/v1/scores'))).data.filter(({ points }: Json) => points < 0)
  const appeal = () => ok(home.unitCaller.post(`/v1/scores/${entry.id}/appeals`, REASON))
  t.strictSame(await toldBy(made, appeal), { office: ['score_appealed'] })
  const uphold = () => ok(home.office.post(`/v1/scores/${entry.id}/appeal-decision`, { approved: true, ...REASON }))
  t.strictSame(await toldBy(made, uphold), { unit: ['score_appeal_decided'] })
})

t.test('of two verifiers the first half is told to the unit and to the office, whose turn it is', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  const rules = await ok(home.admin.get('/v1/rules'))
  const verifiers = { general: 2, major: 2 }
  await ok(home.admin.put('/v1/rules', { ...rules, verification: { ...rules.verification, verifiers } }))
  const item = await itemIn('closure_requested', home)
  const approve = (caller: Caller) => () =>
    ok(caller.post(`/v1/items/${item.id}/closure-decision`, { approved: true, findings: '合格' }))
  const half = ['closure_half_approved']
  t.strictSame(await toldBy(made, approve(home.verifier)), { unit: half, office: half })
  t.strictSame(await toldBy(made, approve(home.office)), { unit: ['closed'] })
})

t.test('an act that is repeated, refused, raced or undone as a whole is told once, or not at all', async (t) => {
  const made = await createCheckedApp(t)
  const { home } = made
  const item = await itemIn('listed', home)
  const url = `/v1/items/${item.id}/assignments`
  const assign = () => home.office.post(url, order(home), { 'idempotency-key': 'once' })
  await ok(assign())
  t.equal((await assign()).headers['idempotency-replayed'], 'true')
  t.strictSame(await kindsOf(home.unitCaller), ['order_given'])
  refused(t, await home.unitCaller.post(`/v1/items/${item.id}/plan`, { measures: '早' }), 409, 'wrong-status')
  t.strictSame(await kindsOf(home.office), [])
  const commands = [
    { kind: 'suspension', item: item.id, body: REASON },
    { kind: 'suspension', item: item.id, body: REASON },
  ]
  t.equal((await home.office.post('/v1/items/batch', { atomic: true, commands })).status, 409)
  t.strictSame(await kindsOf(home.unitCaller), ['order_given'], 'all or nothing')
  await ok(home.office.post('/v1/items/batch', { commands }))
  t.strictSame((await kindsOf(home.unitCaller)).sort(), ['order_given', 'suspended'])
  await ok(home.office.post(`/v1/items/${item.id}/resumption`))
  const answers = await Promise.all([1, 2, 3, 4].map(() => home.unitCaller.post(`/v1/items/${item.id}/acceptance`)))
  t.same(answers.map(({ status }) => status).sort(), [200, 409, 409, 409])
  t.strictSame(await kindsOf(home.office), ['signed'])
})

t.test('a near deadline goes out at once, another with the digest', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  // A Friday evening.
  clock.now = at('2026-03-06', '20:00')
  const [near, far] = [await itemIn('listed', home), await itemIn('listed', home)]
  await ok(home.office.post(`/v1/items/${near.id}/assignments`, order(home, { dueAt: '2026-03-10' })))
  await ok(home.office.post(`/v1/items/${far.id}/assignments`, order(home, { dueAt: '2026-03-11' })))
  const states = async () => {
    const { data } = await ok(home.unitCaller.get('/v1/notices'))
    return Object.fromEntries(data.map(({ item, state }: Json) => [item.id === near.id ? 'near' : 'far', state]))
  }
  t.same(await states(), { near: 'waiting', far: 'waiting' }, 'both are there from the moment they are true')
  await digests(made, at('2026-03-06', '20:01'))
  t.same(await states(), { near: 'sent', far: 'waiting' }, 'two working days ahead is near, three is not')
  await digests(made, at('2026-03-08', '10:00'))
  t.same(await states(), { near: 'sent', far: 'waiting' }, 'nothing else at a weekend')
  await digests(made, at('2026-03-09', '08:30'))
  t.same(await states(), { near: 'sent', far: 'sent' })
  const { data } = await ok(home.auditor.get('/v1/events?type=notice.sent'))
  t.match(
    data.map((event: Json) => [event.at, event.data.recipient, event.data.kinds]),
    [
      [at('2026-03-06', '20:01'), 'unit', { order_given: 1 }],
      [at('2026-03-09', '08:30'), 'unit', { order_given: 1 }],
    ],
  )
})

t.test(
  'the rules say of each kind whether it goes at once, with the digest, or is not told; orders are always told',
  async (t) => {
    const made = await createCheckedApp(t)
    const { home, clock } = made
    const rules = await ok(home.admin.get('/v1/rules'))
    t.equal(rules.notices.signed, 'digest')
    const set = (notices: Json) => home.admin.put('/v1/rules', { ...rules, notices })
    refused(t, await set({ order_given: 'off' }), 400, 'invalid-request', { pointers: ['/notices/order_given'] })
    refused(t, await set({ escalation: 'off' }), 400, 'invalid-request', { pointers: ['/notices/escalation'] })
    const changed = await ok(set({ signed: 'off', returned: 'at_once' }))
    t.match(changed.notices, { signed: 'off', returned: 'at_once', closed: 'digest', order_given: 'digest' })
    t.match(await ok(home.admin.get('/v1/rules?version=0')), { notices: { signed: 'digest' } })
    clock.now = at('2026-03-06', '20:00')
    await itemIn('remediating', home)
    t.strictSame(await kindsOf(home.office), [], 'off is off')
    const item = await itemIn('assigned', home)
    await ok(home.unitCaller.post(`/v1/items/${item.id}/return`, REASON))
    await digests(made, at('2026-03-06', '20:01'))
    t.match((await ok(home.office.get('/v1/notices'))).data, [{ kind: 'returned', state: 'sent' }])
    t.match((await ok(home.unitCaller.get('/v1/notices?state=sent'))).data, [])
  },
)

t.test('what is no longer asked is not sent any more; what happened is', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  clock.now = at('2026-03-06', '20:00')
  const item = await itemIn('closure_requested', home)
  await ok(home.verifier.post(`/v1/items/${item.id}/closure-decision`, { approved: true, findings: '合格' }))
  await digests(made, at('2026-03-09', '08:30'))
  const states = async (caller: Caller) =>
    Object.fromEntries((await ok(caller.get('/v1/notices'))).data.map(({ kind, state }: Json) => [kind, state]))
  t.same(await states(home.inspector), { verification_due: 'cancelled' })
  t.same(await states(home.unitCaller), { order_given: 'cancelled', closed: 'sent' })
  t.same(await states(home.office), { signed: 'sent', closure_requested: 'cancelled', closed: 'sent' })
})

t.test('inspectors are told of what lies in their area, and confirm it; nobody else reads it', async (t) => {
  const made = await createCheckedApp(t)
  const { home, foreign } = made
  const near = await home.addCaller('inspector', { area: '341225' })
  const far = await home.addCaller('inspector', { area: '341202' })
  const item = await itemIn('closure_requested', home, { filing: { area: '341225' } })
  await itemIn('closure_requested', foreign)
  const [notice] = (await ok(near.get('/v1/notices'))).data
  t.match(notice, { kind: 'verification_due', recipient: 'inspector', item: { id: item.id }, unit: null, person: null })
  t.strictSame(
    await kindsOf(near, '&kind=verification_due'),
    ['verification_due'],
    'one, and none of another jurisdiction',
  )
  t.strictSame(await kindsOf(far), [])
  const url = `/v1/notices/${notice.id}/receipt`
  for (const caller of [far, home.unitCaller, home.office, home.supervisor, foreign.inspector]) {
    refused(t, await caller.post(url), 404, 'not-found')
  }
  t.match(await ok(near.post(url)), { state: 'received' })
  t.match((await ok(home.auditor.get('/v1/events?type=notice.received'))).data, [
    { data: { kind: 'verification_due', unit: null } },
  ])
  await ok(home.office.patch(`/v1/items/${item.id}`, { area: '341202' }, { 'if-match': '*' }))
  t.strictSame(await kindsOf(near), [], 'what has moved out of their area is not there')
  t.strictSame(await kindsOf(far), ['verification_due'])
  t.match((await ok(home.inspector.get('/v1/notices?limit=1'))).nextCursor, null)
})

t.test('pages of an inspector’s notices join what is for their side and for them, each once', async (t) => {
  const { home, clock } = await createCheckedApp(t)
  for (let k = 0; k < 3; k++) {
    clock.advance(1000)
    await itemIn('closure_requested', home)
    clock.advance(1000)
    await itemIn('dismissed', home)
  }
  const all = (await ok(home.inspector.get('/v1/notices'))).data
  t.strictSame(
    all.map(({ kind }: Json) => kind),
    Array(3).fill(['dismissed', 'verification_due']).flat(),
  )
  const paged: Json[] = []
  for (let cursor = ''; ; ) {
    const page = await ok(home.inspector.get(`/v1/notices?limit=2${cursor}`))
    paged.push(...page.data)
    if (page.nextCursor === null) break
    cursor = `&cursor=${page.nextCursor}`
  }
  t.strictSame(paged, all)
})

t.test('a recheck that comes due is told to the inspectors as well', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const rules = await ok(home.admin.get('/v1/rules'))
  const rechecks = { share: { general: 100, major: 100 }, units: [], afterDays: 30, withinDays: 20 }
  await ok(home.admin.put('/v1/rules', { ...rules, rechecks }))
  await itemIn('closed', home, { order: { dueAt: '2026-12-31' } })
  for (const now of ['2026-04-02T02:00:00.000Z', '2026-05-02T02:00:00.000Z']) {
    clock.now = now
    await runTask(recheckTask, taskDeps(made))
  }
  t.strictSame(await kindsOf(home.verifier, '&kind=recheck_due'), ['recheck_due'])
  t.strictSame(await kindsOf(home.office, '&kind=recheck_due'), ['recheck_due'])
})

t.test('the hotline hears what became of its calls, and nothing of how', async (t) => {
  const made = await createCheckedApp(t)
  const { app, home } = made
  const key = await channelKey(home, 'hotline')
  const hotline = callerOf(app, key)
  const [other, publicKey] = [callerOf(app, await channelKey(home, 'hotline')), await channelKey(home, 'public')]
  const call = async (ticket: string, by = key): Promise<string> => {
    const { body } = await open311(app, by).post({
      service_code: 'lighting',
      lat: '32.9',
      long: '115.8',
      'attribute[ticket]': ticket,
    })
    return body[0].service_request_id
  }
  const [dismissed, closing, told] = [await call('T-1'), await call('T-2'), await call('T-3', publicKey)]
  for (const id of [dismissed, told]) await ok(home.office.post(`/v1/items/${id}/dismissal`, { reason: '内部意见' }))
  await ok(home.office.post(`/v1/items/${closing}/hotline-answers`, { answer: '三日内核查' }))
  await ok(home.office.post(`/v1/items/${closing}/listing`, { level: 'general', category: 'lighting' }))
  await ok(home.office.post(`/v1/items/${closing}/assignments`, order(home)))
  const { data } = await ok(hotline.get('/v1/notices'))
  t.match(data, [
    { kind: 'caller_answered', item: { id: closing, status: 'listed' } },
    { kind: 'dismissed', item: { id: dismissed, status: 'dismissed' } },
  ])
  await ok(home.unitCaller.post(`/v1/items/${closing}/acceptance`))
  await ok(home.unitCaller.post(`/v1/items/${closing}/closure-requests`, { summary: '已完成' }))
  await ok(home.verifier.post(`/v1/items/${closing}/closure-decision`, { approved: true, findings: '现场意见' }))
  const heard = (await ok(hotline.get('/v1/notices'))).data
  t.strictSame(
    heard.map(({ kind }: Json) => kind),
    ['closed', 'caller_answered', 'dismissed'],
  )
  for (const notice of heard) t.match(notice, { recipient: 'person', details: {}, dueAt: null, unit: null })
  t.notMatch(JSON.stringify(heard), /内部意见|现场意见|交通运输局/)
  t.strictSame(await kindsOf(other), [], 'not what another key filed')
  t.equal((await callerOf(app, publicKey).get('/v1/notices')).status, 403, 'a citizens’ app asks over Open311')
  refused(t, await other.post(`/v1/notices/${heard[0].id}/receipt`), 404, 'not-found')
  t.match(await ok(hotline.post(`/v1/notices/${heard[0].id}/receipt`)), { state: 'received' })
})

t.test(
  'only what puts a duty on a unit and is not confirmed is told to the office, once, and not looked at again',
  async (t) => {
    const made = await createCheckedApp(t)
    const { home, clock, db } = made
    clock.now = at('2026-03-02', '09:00')
    await itemIn('assigned', home)
    const suspended = await itemIn('remediating', home)
    await ok(home.office.post(`/v1/items/${suspended.id}/suspension`, REASON))
    await digests(made, at('2026-03-02', '10:00'))
    for (const day of ['2026-03-06', '2026-03-07']) {
      clock.now = at(day, '09:00')
      await runTask(ladderTask, taskDeps({ db, clock }))
    }
    t.match((await ok(home.office.get('/v1/notices?kind=unreceived'))).data, [
      { details: { kind: 'order_given', unit: home.unit } },
    ])
    t.same(
      (await ok(home.office.get('/v1/notices?unreceived=true&recipient=unit'))).data.map(({ kind }: Json) => kind),
      ['order_given'],
    )
  },
)

t.test('a plan is wanted of a major hazard that was signed for and has none', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock, db, superuser } = made
  const signed = async (level: string) => {
    const item = await itemIn('reported', home)
    await ok(home.office.post(`/v1/items/${item.id}/listing`, { level }))
    await ok(home.office.post(`/v1/items/${item.id}/assignments`, order(home)))
    return ok(home.unitCaller.post(`/v1/items/${item.id}/acceptance`))
  }
  const [major, planned] = [await signed('major'), await signed('major'), await signed('general')]
  await ok(home.unitCaller.post(`/v1/items/${planned.id}/plan`, { measures: '加装护栏' }))
  const wanted = async () => (await ok(home.unitCaller.get('/v1/notices?kind=plan_wanted'))).data
  const sweep = async (date: string) => {
    clock.now = at(date, '12:00')
    await runTask(ladderTask, taskDeps({ db, clock }))
  }
  await sweep('2026-03-09')
  t.same(await wanted(), [], 'five working days after Monday have not passed')
  await superuser.query(`update jurisdiction set plans_wanted_since = '2026-03-05Z'`)
  await sweep('2026-03-10')
  t.same(await wanted(), [], 'what was signed for before the service told of it is let be')
  await superuser.query('update jurisdiction set plans_wanted_since = null')
  await sweep('2026-03-11')
  await sweep('2026-03-12')
  t.match(await wanted(), [{ item: { id: major.id }, state: 'waiting', label: { zh: '待报治理方案' } }])
  await ok(home.unitCaller.post(`/v1/items/${major.id}/plan`, { measures: '加装护栏' }))
  await sweep('2026-03-13')
  t.match(await wanted(), [{ state: 'cancelled' }])
})

t.test('a mail has the heading and the words of its kind, in the language of who reads it', async (t) => {
  const made = await createCheckedApp(t)
  const { home, clock } = made
  const people: Json[] = (await ok(home.admin.get('/v1/people'))).data
  const filer = people.find(({ name }) => name === '阜阳 inspector')?.id
  const contacts = [
    { recipient: 'unit', unit: home.unit, address: 'unit@example.com' },
    { recipient: 'unit', unit: home.unit, address: 'unit-en@example.com', language: 'en' },
    { recipient: 'inspector', area: '341225', address: 'inspectors@example.com' },
    { recipient: 'inspector', area: '341202', address: 'elsewhere@example.com' },
    { recipient: 'person', person: filer, address: 'filer@example.com', language: 'en' },
  ]
  for (const contact of contacts) await addContact(home.office, contact)
  clock.now = at('2026-03-06', '16:00')
  await itemIn('closure_requested', home, { filing: { area: '341225' } })
  const supervised = await itemIn('remediating', home, { filing: { area: '341202' } })
  await ok(home.office.post(`/v1/items/${supervised.id}/supervision`, { tier: 'city', reason: '坠车' }))
  await ok(home.office.post(`/v1/items/${supervised.id}/documents`, { kind: 'assignment_order' }))
  await itemIn('dismissed', home)
  await digests(made, at('2026-03-06', '16:30'))
  const deps = reaching(made, t)
  await sendAll(deps)
  const mails = await readMails(join(deps.config.dataDir, 'mail'))
  t.same([...mails.keys()].sort(), [
    'filer@example.com',
    'inspectors@example.com',
    'unit-en@example.com',
    'unit@example.com',
  ])
  t.match(mails.get('unit@example.com'), /<h3>挂牌督办（1）<\/h3>[\s\S]*市级挂牌督办：坠车[\s\S]*<h3>文书（1）<\/h3>/)
  t.match(
    mails.get('unit-en@example.com'),
    /<h3>Under supervision \(1\)<\/h3>[\s\S]*put under supervision \(city\): 坠车[\s\S]*<h3>Papers \(1\)<\/h3>/,
  )
  t.match(mails.get('inspectors@example.com'), /<h3>待核验（1）<\/h3>/)
  t.match(mails.get('filer@example.com'), /<h3>Dismissed \(1\)<\/h3>[\s\S]*not put on the list: 非隐患/)
  t.notMatch(mails.get('filer@example.com'), /交通运输局/, 'not who works on it')
})

t.test('a contact is of a unit, a person or an area only where that says something', async (t) => {
  const { home, foreign } = await createCheckedApp(t)
  const add = (more: object) =>
    home.office.post('/v1/contacts', { channel: 'email', address: 'a@example.com', ...more })
  const people: Json[] = (await ok(foreign.admin.get('/v1/people'))).data
  const mine: Json[] = (await ok(home.admin.get('/v1/people'))).data
  const idOf = (role: string) => mine.find((person) => person.role === role)?.id
  for (const [body, pointer] of [
    [{ recipient: 'person' }, '/person'],
    [{ recipient: 'office', person: idOf('inspector') }, '/person'],
    [{ recipient: 'person', person: people[0].id }, '/person'],
    [{ recipient: 'person', person: idOf('office') }, '/person'],
    [{ recipient: 'person', person: idOf('inspector'), area: '341202' }, '/area'],
    [{ recipient: 'unit', unit: home.unit, area: '341202' }, '/area'],
  ] as const) {
    refused(t, await add(body), 400, 'invalid-request', { pointers: [pointer] })
  }
  const made = await ok(add({ recipient: 'person', person: idOf('inspector') }))
  t.match(made, { recipient: 'person', person: idOf('inspector'), unit: null })
  refused(t, await add({ recipient: 'person', person: idOf('inspector') }), 409, 'duplicate')
  t.same((await ok(home.office.get(`/v1/contacts?person=${idOf('inspector')}`))).data, [made])
})

/** The HTML of each mail in a folder, by whom it is to. */
async function readMails(folder: string): Promise<Map<string, string>> {
  const mails = await Promise.all(readdirSync(folder).map((file) => PostalMime.parse(readFileSync(join(folder, file)))))
  return new Map(mails.map(({ to, html }) => [to?.[0]?.address ?? '', html ?? '']))
}
