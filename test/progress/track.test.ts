import { itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, clock } = await createCheckedApp(t)
const { office, unitCaller, supervisor } = home
const DUE = '2026-04-30T15:59:59.999Z'

const remediating = () => itemIn('remediating', home)
const read = (item: Json) => ok(office.get(`/v1/items/${item.id}`))
const lastEvent = async (item: Json) => (await ok(office.get(`/v1/items/${item.id}/events`))).data.at(-1)
const unitId = (await ok(unitCaller.get('/v1/me'))).id
const officeId = (await ok(office.get('/v1/me'))).id
const supervisorId = (await ok(supervisor.get('/v1/me'))).id

/** What every change of `item` changes besides its own. */
const stamp = (item: Json) => ({ version: item.version + 1, updatedAt: clock.now })

t.test('the unit plans its measures, what they cost and how people are protected meanwhile', async (t) => {
  const item = await remediating()
  clock.advance(1000)
  const plan = { measures: '护栏 120 米', budgetFen: 12_000_000, interimProtection: '临时水马' }
  const done = { at: clock.now, by: unitId }
  const planned = await ok(unitCaller.post(`/v1/items/${item.id}/plan`, plan))
  t.same(effectOf(item, planned), { plan: { ...plan, ...done }, ...stamp(item) })
  t.match(await lastEvent(item), { type: 'item.planned', data: plan })
  const again = await ok(unitCaller.post(`/v1/items/${item.id}/plan`, { measures: '改为挡墙' }))
  t.same(
    again.plan,
    { measures: '改为挡墙', budgetFen: null, interimProtection: null, ...done },
    'a new plan replaces it',
  )
})

t.test('the unit reports how far it is and what it has spent', async (t) => {
  const item = await remediating()
  clock.advance(1000)
  const report = { percent: 60, note: '立柱已打设', spentFen: 6_500_000 }
  const done = { at: clock.now, by: unitId }
  const reported = await ok(unitCaller.post(`/v1/items/${item.id}/progress-reports`, report))
  t.same(effectOf(item, reported), { progress: { ...report, ...done }, ...stamp(item) })
  const full = await ok(unitCaller.post(`/v1/items/${item.id}/progress-reports`, { percent: 100, note: '完成' }))
  t.match(full, { status: 'remediating', progress: { percent: 100, spentFen: null } }, 'done is not closed')
})

t.test('what a command is given wrong is named', async (t) => {
  const { id } = await remediating()
  const wrong: [typeof office, string, Json, string[]][] = [
    [unitCaller, 'plan', {}, ['/measures']],
    [unitCaller, 'plan', { measures: '无', budgetFen: -1 }, ['/budgetFen']],
    [unitCaller, 'plan', { measures: '无', budgetFen: 1.5 }, ['/budgetFen']],
    [unitCaller, 'plan', { measures: '无', budgetFen: 2 ** 53 }, ['/budgetFen']],
    [unitCaller, 'plan', { measures: '无', budget: 5 }, ['/budget']],
    [unitCaller, 'progress-reports', {}, ['/note', '/percent']],
    [unitCaller, 'progress-reports', { percent: 101, note: '无' }, ['/percent']],
    [unitCaller, 'progress-reports', { percent: -1, note: '无' }, ['/percent']],
    [unitCaller, 'progress-reports', { percent: 99.5, note: '无' }, ['/percent']],
    [unitCaller, 'progress-reports', { percent: '60', note: '无' }, ['/percent']],
    [unitCaller, 'extension-requests', {}, ['/dueAt', '/reason']],
    [unitCaller, 'extension-requests', { dueAt: 'later', reason: '雨' }, ['/dueAt']],
    [office, 'extension-decision', {}, ['/approved']],
    [office, 'extension-decision', { approved: 'yes' }, ['/approved']],
    [office, 'suspension', {}, ['/reason']],
    [office, 'resumption', { reason: '' }, ['/reason']],
    [office, 'supervision', {}, ['/reason', '/tier']],
    [office, 'supervision', { tier: 'national', reason: '坠车' }, ['/tier']],
    [office, 'supervision-end', {}, ['/reason']],
  ]
  for (const [caller, noun, body, pointers] of wrong) {
    refused(t, await caller.post(`/v1/items/${id}/${noun}`, body), 400, 'invalid-request', { pointers })
  }
})

t.test('an extension waits for the office, and the deadline holds until it has decided', async (t) => {
  const item = await remediating()
  const url = `/v1/items/${item.id}`
  clock.advance(1000)
  const asked = { dueAt: '2026-06-30', reason: '连续降雨' }
  for (const dueAt of ['2026-04-30', '2026-04-29', '2026-03-01', '2200-01-01']) {
    const answer = await unitCaller.post(`${url}/extension-requests`, { ...asked, dueAt })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/dueAt'] })
  }
  refused(t, await office.post(`${url}/extension-decision`, { approved: true }), 409, 'wrong-status')
  const pending = await ok(unitCaller.post(`${url}/extension-requests`, asked))
  const extension = { dueAt: '2026-06-30T15:59:59.999Z', reason: '连续降雨', at: clock.now, by: unitId }
  t.same(effectOf(item, pending), { extension, extensionPending: true, ...stamp(item) })
  const twice = await unitCaller.post(`${url}/extension-requests`, { ...asked, dueAt: '2026-07-31' })
  refused(t, twice, 409, 'wrong-status', { itemStatus: 'remediating' })

  const before = await read(item)
  clock.advance(1000)
  const decided = await ok(office.post(`${url}/extension-decision`, { approved: true, reason: '属实' }))
  const effect = { dueAt: extension.dueAt, extension: null, extensionPending: false }
  t.same(effectOf(before, decided), { ...effect, ...stamp(before) })
  t.equal(decided.assignment.dueAt, DUE, 'the order keeps the deadline that it gave')
  t.match(await lastEvent(item), { data: { approved: true, dueAt: extension.dueAt, reason: '属实' } })
})

t.test('the office refuses an extension, or names another date', async (t) => {
  const item = await remediating()
  const url = `/v1/items/${item.id}`
  const ask = () => ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-06-30', reason: '降雨' }))
  await ask()
  const named = await office.post(`${url}/extension-decision`, { approved: false, dueAt: '2026-05-31' })
  refused(t, named, 400, 'invalid-request', { pointers: ['/dueAt'] })
  const refusal = await ok(office.post(`${url}/extension-decision`, { approved: false, reason: '工期充足' }))
  t.match(refusal, { dueAt: DUE, extension: null, extensionPending: false })
  t.match(await lastEvent(item), { data: { approved: false, dueAt: null, reason: '工期充足' } })
  await ask()
  const early = await office.post(`${url}/extension-decision`, { approved: true, dueAt: '2026-04-30' })
  refused(t, early, 400, 'invalid-request', { pointers: ['/dueAt'] })
  const other = await ok(office.post(`${url}/extension-decision`, { approved: true, dueAt: '2026-05-15' }))
  t.match(other, { dueAt: '2026-05-15T15:59:59.999Z', extensionPending: false })
})

t.test('an extension may still be decided when closure has been applied for', async (t) => {
  const item = await remediating()
  const url = `/v1/items/${item.id}`
  await ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-06-30', reason: '降雨' }))
  await ok(unitCaller.post(`${url}/closure-requests`, { summary: '完成' }))
  const decided = await ok(office.post(`${url}/extension-decision`, { approved: true }))
  t.match(decided, { status: 'closure_requested', dueAt: '2026-06-30T15:59:59.999Z', extensionPending: false })
})

t.test('suspension stops the clock, and resumption moves the deadline by exactly the time it stood', async (t) => {
  for (const stage of ['assigned', 'remediating', 'closure_requested'] as const) {
    const item = await itemIn(stage, home)
    const url = `/v1/items/${item.id}`
    clock.advance(1000)
    refused(t, await office.post(`${url}/resumption`), 409, 'wrong-status', { itemStatus: stage })
    const stood = await ok(office.post(`${url}/suspension`, { reason: '等待铁路窗口' }))
    const suspension = { reason: '等待铁路窗口', at: clock.now, by: officeId }
    t.same(effectOf(item, stood), { suspended: true, suspension, ...stamp(item) }, stage)
    refused(t, await office.post(`${url}/suspension`, { reason: '再' }), 409, 'wrong-status')
    clock.advance(3 * 86_400_000 + 12_345)
    const resumed = await ok(office.post(`${url}/resumption`, {}))
    const dueAt = new Date(Date.parse(DUE) + 3 * 86_400_000 + 12_345).toISOString()
    t.same(effectOf(stood, resumed), { suspended: false, suspension: null, dueAt, ...stamp(stood) })
    t.match(await lastEvent(item), { type: 'item.resumed', data: { reason: null, dueAt } })
  }
  for (const stage of ['reported', 'listed', 'closed', 'dismissed', 'merged'] as const) {
    const item = await itemIn(stage, home)
    const answer = await office.post(`/v1/items/${item.id}/suspension`, { reason: '等待' })
    refused(t, answer, 409, 'wrong-status', { itemStatus: stage })
  }
})

t.test('each time the clock stands counts', async (t) => {
  const item = await remediating()
  const url = `/v1/items/${item.id}`
  for (const ms of [1, 0, 7_200_000]) {
    await ok(office.post(`${url}/suspension`, { reason: '等待' }))
    clock.advance(ms)
    await ok(office.post(`${url}/resumption`, { reason: '恢复' }))
    clock.advance(500)
  }
  t.equal((await read(item)).dueAt, new Date(Date.parse(DUE) + 7_200_001).toISOString())
})

t.test('supervision is ordered at a tier, changed, and ended, by a supervisor or the office', async (t) => {
  const item = await itemIn('listed', home)
  const url = `/v1/items/${item.id}`
  clock.advance(1000)
  refused(t, await office.post(`${url}/supervision-end`, { reason: '无' }), 409, 'wrong-status')
  const county = await ok(supervisor.post(`${url}/supervision`, { tier: 'county', reason: '坠车' }))
  const supervision = { tier: 'county', reason: '坠车', at: clock.now, by: supervisorId }
  t.same(effectOf(item, county), { supervision, ...stamp(item) })
  for (const tier of ['city', 'province']) {
    t.match(await ok(office.post(`${url}/supervision`, { tier, reason: '升级' })), {
      supervision: { tier, by: officeId },
    })
  }
  const before = await read(item)
  clock.advance(1000)
  const stale = await supervisor.post(`${url}/supervision-end`, { tier: 'city', reason: '主体完成' })
  refused(t, stale, 400, 'invalid-request', { pointers: ['/tier'] })
  const ended = await ok(supervisor.post(`${url}/supervision-end`, { tier: 'province', reason: '主体完成' }))
  t.same(effectOf(before, ended), { supervision: null, ...stamp(before) })
  t.match(await lastEvent(item), { type: 'item.supervision_ended', data: { reason: '主体完成' } })
})

t.test('only what is on account is supervised, and closing ends it', async (t) => {
  for (const stage of ['listed', 'assigned', 'remediating', 'closure_requested'] as const) {
    const item = await itemIn(stage, home)
    const answer = await office.post(`/v1/items/${item.id}/supervision`, { tier: 'city', reason: '坠车' })
    t.match(answer, { status: 200, body: { status: stage, supervision: { tier: 'city' } } })
    if (stage !== 'closure_requested') continue
    const decision = { approved: true, findings: '合格' }
    t.equal((await ok(home.verifier.post(`/v1/items/${item.id}/closure-decision`, decision))).supervision, null)
  }
  for (const stage of ['reported', 'closed', 'dismissed', 'merged'] as const) {
    const item = await itemIn(stage, home)
    const answer = await office.post(`/v1/items/${item.id}/supervision`, { tier: 'city', reason: '坠车' })
    refused(t, answer, 409, 'wrong-status', { itemStatus: stage })
  }
})

t.test('a unit plans, reports and asks while it remediates, and in no other status', async (t) => {
  const acts: [string, Json][] = [
    ['plan', { measures: '护栏' }],
    ['progress-reports', { percent: 1, note: '进场' }],
    ['extension-requests', { dueAt: '2026-12-31', reason: '雨' }],
  ]
  for (const stage of ['assigned', 'closure_requested', 'closed'] as const) {
    const { id } = await itemIn(stage, home)
    for (const [noun, body] of acts) {
      refused(t, await unitCaller.post(`/v1/items/${id}/${noun}`, body), 409, 'wrong-status', { itemStatus: stage })
    }
  }
})
