import { type Caller, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { inspector, office } = home
const STAGES = [
  'reported',
  'listed',
  'assigned',
  'remediating',
  'closure_requested',
  'closed',
  'dismissed',
  'merged',
] as const
const NOBODY = '01900000-0000-7000-8000-000000000000'

const filed = (more: Json = {}) => ok(inspector.post('/v1/items', filing(more)))
const eventsOf = async (item: Json) => (await ok(office.get(`/v1/items/${item.id}/events`))).data

t.test('an item lives from filing to closure, and its ledger tells how', async (t) => {
  const closed = await itemIn('closed', home)
  t.match(closed, { status: 'closed', code: '2026-000001', version: 6, onAccount: false, overdue: false })
  const events = await eventsOf(closed)
  t.same(
    events.map((event: Json) => event.type),
    ['item.reported', 'item.listed', 'item.assigned', 'item.accepted', 'item.closure_requested', 'item.closed'],
  )
  t.same(
    events.map((event: Json) => event.itemVersion),
    [1, 2, 3, 4, 5, 6],
  )
  t.match(await ok(home.auditor.post('/v1/ledger/verification')), { ok: true })
})

t.test('the office puts an item on account with its evaluation and the deadline of its level', async (t) => {
  for (const [level, dueAt] of [
    ['general', '2026-04-14T15:59:59.999Z'],
    ['major', '2026-05-28T15:59:59.999Z'],
  ] as const) {
    const item = await filed()
    clock.advance(1000)
    const evaluation = { level, category: 'sharp_bend_steep_slope', evaluation: '临水急弯，两起坠车。' }
    const answer = await office.post(`/v1/items/${item.id}/listing`, evaluation)
    t.match(answer, { status: 200, headers: { etag: '"2"' } })
    const due = { defaultDueAt: dueAt, dueAt, onAccount: true }
    const stamp = { version: 2, listedAt: clock.now, updatedAt: clock.now }
    t.same(effectOf(item, answer.body), { status: 'listed', ...evaluation, ...due, ...stamp }, level)
  }
})

t.test('an evaluation keeps the category of the filing, and must name one where it had none', async (t) => {
  const named = await filed({ category: 'lighting' })
  t.match(await ok(office.post(`/v1/items/${named.id}/listing`, { level: 'general' })), { category: 'lighting' })
  const bare = await filed({ category: null })
  const url = `/v1/items/${bare.id}/listing`
  refused(t, await office.post(url, { level: 'general' }), 400, 'invalid-request', { pointers: ['/category'] })
  refused(t, await office.post(url, { level: 'general', category: 'no_such' }), 400, 'invalid-request', {
    pointers: ['/category'],
  })
  refused(t, await office.post(url, {}), 400, 'invalid-request', { pointers: ['/level'] })
  refused(t, await office.post(url, { level: 'huge', dueAt: '2026-12-31' }), 400, 'invalid-request', {
    pointers: ['/dueAt', '/level'],
  })
  t.match(await ok(office.post(url, { level: 'general', category: 'signals' })), { category: 'signals', version: 2 })
})

t.test('the office dismisses what is no hazard, with a reason that stays', async (t) => {
  const item = await filed()
  refused(t, await office.post(`/v1/items/${item.id}/dismissal`, {}), 400, 'invalid-request', { pointers: ['/reason'] })
  clock.advance(1000)
  const dismissed = await ok(office.post(`/v1/items/${item.id}/dismissal`, { reason: '护栏上月已修复' }))
  const stamp = { version: 2, updatedAt: clock.now }
  t.same(effectOf(item, dismissed), { status: 'dismissed', dismissalReason: '护栏上月已修复', ...stamp })
})

t.test('a repeated filing is merged, and the item that stays gains the link', async (t) => {
  const target = await itemIn('remediating', home)
  const [byCode, byId] = [await filed(), await filed()]
  clock.advance(1000)
  const merged = await ok(office.post(`/v1/items/${byCode.code}/merge`, { into: target.code, reason: '同一弯道' }))
  t.same(effectOf(byCode, merged), { status: 'merged', mergedInto: target.id, version: 2, updatedAt: clock.now })
  await ok(office.post(`/v1/items/${byId.id}/merge`, { into: target.id.toUpperCase(), reason: '同一弯道' }))
  const gained = await ok(office.get(`/v1/items/${target.id}`))
  const link = { mergedFrom: [byCode.id, byId.id], version: target.version + 2, updatedAt: clock.now }
  t.same(effectOf(target, gained), link)
  const last = (await eventsOf(target)).at(-1)
  t.match(last, { type: 'item.absorbed', data: { from: byId.id, fromCode: byId.code, reason: '同一弯道' } })
})

t.test('an item is merged into an open one, never into itself, a finished one or none', async (t) => {
  const item = await filed()
  const url = `/v1/items/${item.id}/merge`
  const into = (ref: string) => office.post(url, { into: ref, reason: '重复' })
  const elsewhere = await itemIn('reported', foreign)
  for (const ref of [item.id, item.code, NOBODY, '2026-999999', elsewhere.id]) {
    refused(t, await into(ref), 400, 'invalid-request', { pointers: ['/into'] })
  }
  for (const stage of ['closed', 'dismissed', 'merged'] as const) {
    const target = await itemIn(stage, home)
    refused(t, await into(target.code), 409, 'merge-refused', { itemStatus: stage, itemCode: target.code })
  }
  refused(t, await office.post(url, {}), 400, 'invalid-request', { pointers: ['/into', '/reason'] })
  t.same(effectOf(item, await ok(office.get(`/v1/items/${item.id}`))), {}, 'a refusal leaves no trace')
  const listed = await itemIn('listed', home)
  const late = await office.post(`/v1/items/${listed.id}/merge`, { into: item.id, reason: '重复' })
  refused(t, late, 409, 'wrong-status', { itemStatus: 'listed' })
})

t.test('two items that are merged into each other at once do not both vanish', async (t) => {
  const [a, b] = [await filed(), await filed()]
  const answers = await Promise.all([
    office.post(`/v1/items/${a.id}/merge`, { into: b.id, reason: '重复' }),
    office.post(`/v1/items/${b.id}/merge`, { into: a.id, reason: '重复' }),
  ])
  t.same(answers.map(({ status }) => status).sort(), [200, 409])
})

t.test('a note is added in every status, and changes nothing but the version', async (t) => {
  for (const stage of STAGES) {
    const item = await itemIn(stage, home)
    clock.advance(1000)
    const noted = await ok(home.supervisor.post(`/v1/items/${item.id}/notes`, { note: '周五现场会' }))
    t.same(effectOf(item, noted), { version: item.version + 1, updatedAt: clock.now }, stage)
    t.match((await eventsOf(item)).at(-1), { type: 'item.noted', data: { note: '周五现场会' } })
  }
  const item = await filed()
  for (const note of [undefined, '', '  ', 'x'.repeat(5001)]) {
    const answer = await office.post(`/v1/items/${item.id}/notes`, { note })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/note'] })
  }
})

t.test('a command may say which version it means', async (t) => {
  const item = await filed()
  const url = `/v1/items/${item.id}`
  const note = (tag: string) => office.post(`${url}/notes`, { note: '备注' }, { 'if-match': tag })
  t.match(await note('"1"'), { status: 200, headers: { etag: '"2"' } })
  refused(t, await note('"1"'), 412, 'stale', { currentVersion: 2 })
  t.match(await note('W/"2"'), { status: 200, headers: { etag: '"3"' } })
  t.match(await note('*'), { status: 200, headers: { etag: '"4"' } })
  refused(t, await note('2'), 400, 'invalid-request', { pointers: ['/headers/if-match'] })
  const stale = await office.post(`${url}/listing`, { level: 'general' }, { 'if-match': '"3"' })
  refused(t, stale, 412, 'stale', { currentVersion: 4 })
  const merge = await office.post(`${url}/merge`, { into: NOBODY, reason: '重复' }, { 'if-match': '"3"' })
  refused(t, merge, 412, 'stale', { currentVersion: 4 })
  t.match(await office.get(url), { status: 200, headers: { etag: '"4"' }, body: { version: 4, status: 'reported' } })
})

t.test('what the status does not allow is refused with what it does', async (t) => {
  const only: [string, Caller, Json, (typeof STAGES)[number][]][] = [
    ['listing', office, { level: 'general' }, ['reported']],
    ['dismissal', office, { reason: '非隐患' }, ['reported']],
    ['merge', office, { into: (await filed()).id, reason: '重复' }, ['reported']],
  ]
  const ANY = ['item.noted']
  const allowed: Partial<Record<(typeof STAGES)[number], string[]>> = {
    listed: [
      ...['item.absorbed', 'item.accidents_counted', 'item.assigned', 'item.corrected', 'item.deadline_recomputed'],
      ...['item.escalated', 'item.noted', 'item.supervised'],
    ],
    closed: ['item.accidents_counted', 'item.noted', 'item.rechecked', 'item.reopened'],
    dismissed: ANY,
    merged: ANY,
  }
  for (const stage of STAGES.filter((status) => status !== 'reported')) {
    const item = await itemIn(stage, home)
    for (const [noun, caller, body] of only) {
      const answer = await caller.post(`/v1/items/${item.id}/${noun}`, body)
      refused(t, answer, 409, 'wrong-status', { itemStatus: stage })
      t.match(answer.body.detail, `Item ${item.code} is ${stage}`)
      const expected = allowed[stage]
      if (expected !== undefined) t.same([...answer.body.allowedEvents].sort(), expected, `allowed when ${stage}`)
    }
  }
})

t.test('an item that is not there is not found, by any name', async (t) => {
  for (const ref of [NOBODY, '2026-999999', '2026-1', 'x', '%20', "'"]) {
    refused(t, await office.get(`/v1/items/${ref}`), 404, 'not-found')
    refused(t, await office.get(`/v1/items/${ref}/events`), 404, 'not-found')
    refused(t, await office.post(`/v1/items/${ref}/notes`, { note: '备注' }), 404, 'not-found')
  }
  refused(t, await office.get(`/v1/items/${'9'.repeat(41)}`), 400, 'invalid-request', { pointers: ['/params/id'] })
  refused(t, await office.get('/v1/items/2026-000001?fields=code'), 400, 'invalid-request', {
    pointers: ['/query/fields'],
  })
})

t.test('problems speak the caller’s language, Chinese by default', async (t) => {
  const url = `/v1/items/${(await itemIn('dismissed', home)).id}/listing`
  const say = async (language: string) =>
    (await office.post(url, { level: 'general' }, { 'accept-language': language })).body
  t.match(await say('en-GB,en;q=0.9'), { title: 'Not allowed in this status', detail: /is dismissed/ })
  for (const language of ['zh-CN', 'zh', 'fr', '*', 'zh-TW, en;q=0.1']) {
    t.match(await say(language), { title: '当前状态不允许', detail: /当前状态为 dismissed/ }, language)
  }
  const wrong = await office.post(url, { level: 'huge' }, { 'accept-language': 'zh-CN' })
  t.match(wrong.body.errors, [{ pointer: '/level', detail: /[一-龥]/ }])
})
