import { type Caller, itemIn, type Json, ok, order, type Stage } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, clock } = await createCheckedApp(t)
const { office, inspector, verifier, unitCaller, admin } = home

const APPROVED = { approved: true, findings: '护栏连续、立柱牢固' }
const REJECTED = { approved: false, findings: '护栏缺 8 米' }
const meOf = async (caller: Caller) => ok(caller.get('/v1/me'))
const read = (item: Json) => ok(office.get(`/v1/items/${item.id}`))
const decide = (caller: Caller, item: Json, decision: Json = APPROVED) =>
  caller.post(`/v1/items/${item.id}/closure-decision`, decision)
const lastEvent = async (item: Json) => (await ok(office.get(`/v1/items/${item.id}/events`))).data.at(-1)
const stamp = (item: Json) => ({ version: item.version + 1, updatedAt: clock.now })

t.test('the unit applies for closure with what it has done', async (t) => {
  const item = await itemIn('remediating', home)
  const url = `/v1/items/${item.id}/closure-requests`
  refused(t, await unitCaller.post(url, {}), 400, 'invalid-request', { pointers: ['/summary'] })
  clock.advance(1000)
  const applied = await ok(unitCaller.post(url, { summary: '护栏 120 米已完成' }))
  const { id: by } = await meOf(unitCaller)
  const closureRequest = { summary: '护栏 120 米已完成', at: clock.now, by }
  t.same(effectOf(item, applied), { status: 'closure_requested', closureRequest, ...stamp(item) })
  refused(t, await unitCaller.post(url, { summary: '再次' }), 409, 'wrong-status', { itemStatus: 'closure_requested' })
})

t.test('somebody else verifies on site, and the item is struck off', async (t) => {
  for (const caller of [verifier, inspector, office]) {
    const item = await itemIn('closure_requested', home)
    clock.advance(1000)
    const closed = await ok(decide(caller, item))
    const { id, name } = await meOf(caller)
    const closure = { closedAt: clock.now, closedBy: { id, name }, closureFindings: APPROVED.findings }
    const effect = { status: 'closed', ...closure, onAccount: false }
    t.same(effectOf(item, { ...closed, dueSoon: item.dueSoon }), { ...effect, ...stamp(item) })
    t.match(await lastEvent(item), { type: 'item.closed', data: { findings: APPROVED.findings } })
  }
})

t.test('closing ends what lay over the status', async (t) => {
  const remediating = await itemIn('remediating', home)
  const url = `/v1/items/${remediating.id}`
  await ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2026-12-31', reason: '雨' }))
  await ok(office.post(`${url}/suspension`, { reason: '等待' }))
  await ok(office.post(`${url}/supervision`, { tier: 'city', reason: '坠车' }))
  await ok(unitCaller.post(`${url}/closure-requests`, { summary: '完成' }))
  const closed = await ok(decide(verifier, remediating))
  t.match(closed, { extension: null, extensionPending: false, suspension: null, suspended: false, supervision: null })
  t.match(closed, { assignment: { responsibleUnit: home.unit }, closureRequest: { summary: '完成' } }, 'the rest stays')
})

t.test('what is struck off while the clock stands is not late for the time it stood', async (t) => {
  const item = await itemIn('closure_requested', home)
  await ok(office.post(`/v1/items/${item.id}/suspension`, { reason: '等待' }))
  clock.advance(7_200_001)
  const closed = await ok(decide(verifier, item))
  t.equal(closed.dueAt, new Date(Date.parse(item.dueAt) + 7_200_001).toISOString())
})

t.test('what is not thoroughly remedied goes back, as often as it takes', async (t) => {
  const item = await itemIn('closure_requested', home)
  for (let round = 0; round < 2; round++) {
    const before = await read(item)
    clock.advance(1000)
    const rejected = await ok(decide(verifier, item, REJECTED))
    t.same(effectOf(before, rejected), { status: 'remediating', closureRequest: null, ...stamp(before) })
    t.match(await lastEvent(item), { type: 'item.closure_rejected', data: { findings: REJECTED.findings } })
    refused(t, await decide(verifier, item), 409, 'wrong-status', { itemStatus: 'remediating' })
    await ok(unitCaller.post(`/v1/items/${item.id}/progress-reports`, { percent: 95, note: '补装' }))
    await ok(unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '再次申请' }))
  }
  t.match(await ok(decide(verifier, item)), { status: 'closed' })
})

t.test('a decision says what was found', async (t) => {
  const item = await itemIn('closure_requested', home)
  const wrong: [Json, string[]][] = [
    [{}, ['/approved', '/findings']],
    [{ approved: true }, ['/findings']],
    [{ approved: false, findings: ' ' }, ['/findings']],
    [{ findings: '合格' }, ['/approved']],
    [{ ...APPROVED, approved: 'true' }, ['/approved']],
    [{ ...APPROVED, closedAt: '2026-01-01T00:00:00Z' }, ['/closedAt']],
  ]
  for (const [decision, pointers] of wrong) {
    refused(t, await decide(verifier, item, decision), 400, 'invalid-request', { pointers })
  }
})

/** A person who can be made another person's role or unit after the fact. */
async function personOf(caller: Caller, patch: Json): Promise<void> {
  const { id } = await meOf(caller)
  await ok(admin.patch(`/v1/people/${id}`, patch))
}

t.test('four eyes: nobody of the units that did the work decides, in whatever role', async (t) => {
  const item = await itemIn('remediating', home, { order: { coUnits: [home.otherUnit] } })
  await ok(unitCaller.post(`/v1/items/${item.id}/closure-requests`, { summary: '完成' }))
  const involved = [
    await home.addCaller('inspector', { unit: home.unit, name: '本单位排查员' }),
    await home.addCaller('office', { unit: home.unit, name: '借调安委办' }),
    await home.addCaller('inspector', { unit: home.otherUnit, name: '配合单位排查员' }),
  ]
  for (const caller of involved) {
    for (const decision of [APPROVED, REJECTED]) refused(t, await decide(caller, item, decision), 403, 'four-eyes')
  }
  for (const caller of [unitCaller, home.otherUnitCaller]) refused(t, await decide(caller, item), 403, 'forbidden')
  t.match(await read(item), { status: 'closure_requested', closedBy: null })
  const elsewhere = await ok(admin.post('/v1/units', { name: '交警支队' }))
  const other = await home.addCaller('inspector', { unit: elsewhere.id, name: '第三单位排查员' })
  t.match(await ok(decide(other, item)), { status: 'closed' })
})

t.test('four eyes: whoever applied does not decide, also after a change of role and unit', async (t) => {
  const applicant = await home.addCaller('unit', { unit: home.unit, name: '申请人' })
  const item = await itemIn('remediating', home)
  await ok(applicant.post(`/v1/items/${item.id}/closure-requests`, { summary: '完成' }))
  await personOf(applicant, { role: 'inspector', unit: null })
  refused(t, await decide(applicant, item), 403, 'four-eyes')
  await personOf(applicant, { role: 'office', unit: home.otherUnit })
  refused(t, await decide(applicant, item), 403, 'four-eyes')
  const closed = await ok(decide(verifier, item))
  const recheck = await applicant.post(`/v1/items/${closed.id}/rechecks`, { passed: true, findings: '完好' })
  refused(t, recheck, 403, 'four-eyes')
  const other = await itemIn('closure_requested', home, { order: { responsibleUnit: home.unit } })
  t.equal((await decide(applicant, other)).status, 200, 'what somebody else applied for is another matter')
})

t.test('a recheck that passes leaves the item closed, with what was found', async (t) => {
  const item = await itemIn('closed', home)
  const url = `/v1/items/${item.id}/rechecks`
  refused(t, await inspector.post(url, {}), 400, 'invalid-request', { pointers: ['/findings', '/passed'] })
  clock.advance(1000)
  const { id: by } = await meOf(inspector)
  const passed = await ok(inspector.post(url, { passed: true, findings: '完好' }))
  t.same(effectOf(item, passed), { recheck: { passed: true, findings: '完好', at: clock.now, by }, ...stamp(item) })
  t.match(await ok(inspector.post(url, { passed: true, findings: '仍完好' })), { recheck: { findings: '仍完好' } })
})

/** What an item that is on account again has lost. */
const UNCLOSED = {
  ...{ status: 'listed', onAccount: true, assignment: null, closureRequest: null },
  ...{ closedAt: null, closedBy: null, closureFindings: null },
}

t.test('a recheck that fails puts the item on account again, to be assigned anew', async (t) => {
  const item = await itemIn('closed', home)
  clock.now = '2026-09-17T16:00:00.000Z'
  const { id: by } = await meOf(office)
  const failed = await ok(office.post(`/v1/items/${item.id}/rechecks`, { passed: false, findings: '护栏被撞' }))
  const recheck = { passed: false, findings: '护栏被撞', at: clock.now, by }
  // 30 working days from 18 September 2026, over Mid-Autumn and National Day.
  const dueAt = '2026-11-05T15:59:59.999Z'
  const due = { dueAt, defaultDueAt: dueAt, listedAt: clock.now }
  t.same(effectOf(item, failed), { ...UNCLOSED, ...due, recheck, ...stamp(item) })
  const again = await ok(office.post(`/v1/items/${item.id}/assignments`, order(home, { dueAt: '2026-12-31' })))
  t.match(again, { status: 'assigned', recheck: { passed: false } })
})

t.test('a closed item is reopened with a reason', async (t) => {
  const item = await itemIn('closed', home, { order: { dueAt: '2026-12-31' } })
  const url = `/v1/items/${item.id}/reopening`
  refused(t, await office.post(url, {}), 400, 'invalid-request', { pointers: ['/reason'] })
  clock.advance(1000)
  const reopened = await ok(office.post(url, { reason: '隐患重现' }))
  const { dueAt } = reopened
  const due = { dueAt, listedAt: clock.now }
  t.same(effectOf(item, reopened), { ...UNCLOSED, ...due, ...stamp(item) })
  t.match(await lastEvent(item), { type: 'item.reopened', data: { reason: '隐患重现', dueAt, provisional: false } })
  t.equal(reopened.level, 'general', 'its level stays')
  refused(t, await office.post(url, { reason: '再次' }), 409, 'wrong-status', { itemStatus: 'listed' })
  t.match(await home.unitCaller.get(`/v1/items/${item.id}`), { status: 200 }, 'the unit still sees what it did')
})

t.test('closure is decided when it is asked for, recheck and reopening follow closure', async (t) => {
  const only: [string, Caller, Json, Stage[]][] = [
    ['closure-decision', verifier, APPROVED, ['closure_requested']],
    ['closure-decision', verifier, REJECTED, ['closure_requested']],
    ['rechecks', verifier, { passed: true, findings: '完好' }, ['closed']],
    ['rechecks', verifier, { passed: false, findings: '损坏' }, ['closed']],
    ['reopening', office, { reason: '重现' }, ['closed']],
  ]
  const stages: Stage[] = [
    'reported',
    'listed',
    'assigned',
    'remediating',
    'closure_requested',
    'closed',
    'dismissed',
    'merged',
  ]
  for (const stage of stages) {
    const item = await itemIn(stage, home, { order: { dueAt: '2026-12-31' } })
    for (const [noun, caller, body, from] of only.filter(([, , , statuses]) => !statuses.includes(stage))) {
      const answer = await caller.post(`/v1/items/${item.id}/${noun}`, body)
      refused(t, answer, 409, 'wrong-status', { itemStatus: stage })
      t.ok(answer.body.allowedEvents.includes('item.noted'), `${noun} ${from}`)
    }
  }
})
