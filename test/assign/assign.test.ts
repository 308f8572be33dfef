import { filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { createCheckedApp, effectOf, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { inspector, office, unitCaller, otherUnitCaller, admin } = home
const NOBODY = '01900000-0000-7000-8000-000000000000'

const listed = () => itemIn('listed', home)
const assign = (item: Json, more: Json = {}) => office.post(`/v1/items/${item.id}/assignments`, order(home, more))
const idOf = async (caller: typeof office) => (await ok(caller.get('/v1/me'))).id
const lastEvent = async (item: Json) => (await ok(office.get(`/v1/items/${item.id}/events`))).data.at(-1)

t.test('an assignment gives the item an owner with every element, and its deadline', async (t) => {
  const item = await listed()
  clock.advance(1000)
  const answer = await assign(item, { coUnits: [home.otherUnit.toUpperCase()] })
  t.match(answer, { status: 200, headers: { etag: '"3"' } })
  const dueAt = '2026-04-30T15:59:59.999Z'
  const elements = { ...order(home), coUnits: [home.otherUnit], dueAt }
  const assignment = { ...elements, assignedAt: clock.now, assignedBy: await idOf(office), acceptedAt: null }
  const effect = { status: 'assigned', assignment, dueAt, version: 3, updatedAt: clock.now }
  t.same(effectOf(item, answer.body), effect)
  const event = await lastEvent(item)
  t.same(event.data, { ...elements, provisional: false, workingDays: null })
  t.equal(event.type, 'item.assigned')
})

t.test('no item counts as assigned while an element is missing', async (t) => {
  const item = await listed()
  const elements = ['goal', 'leadOfficial', 'responsibleUnit', 'completionStandard', 'dueAt', 'reward', 'penalty']
  for (const element of elements) {
    for (const value of [undefined, null, '', '  ']) {
      const answer = await assign(item, { [element]: value })
      refused(t, answer, 400, 'invalid-request')
      t.equal(answer.body.errors[0].pointer, `/${element}`, `${element}: ${value}`)
    }
  }
  const none = await office.post(`/v1/items/${item.id}/assignments`, {})
  refused(t, none, 400, 'invalid-request', { pointers: elements.map((element) => `/${element}`) })
  t.same(effectOf(item, await ok(office.get(`/v1/items/${item.id}`))), {}, 'the item is as it was')
})

t.test('an element that is wrong is named', async (t) => {
  const item = await listed()
  const closed = await ok(admin.post('/v1/units', { name: '已撤并的局' }))
  await ok(admin.patch(`/v1/units/${closed.id}`, { active: false }))
  const wrong: [string, Json][] = [
    ['/leadOfficial', { leadOfficial: '王建国' }],
    ['/leadOfficial/name', { leadOfficial: { title: '副县长' } }],
    ['/leadOfficial/phone', { leadOfficial: { name: '王建国', phone: '138' } }],
    ...[NOBODY, closed.id, foreign.unit].map((unit): [string, Json] => ['/responsibleUnit', { responsibleUnit: unit }]),
    ['/responsibleUnit', { responsibleUnit: '交通局' }],
    ['/coUnits/1', { coUnits: [home.otherUnit, foreign.unit] }],
    ['/coUnits/0', { coUnits: [closed.id] }],
    ['/coUnits', { coUnits: [home.unit] }],
    ['/coUnits', { coUnits: [home.otherUnit, home.otherUnit] }],
    ['/coUnits', { coUnits: 7 }],
    ['/dueAt', { dueAt: '2026-03-01' }],
    ['/dueAt', { dueAt: clock.now }],
    ['/dueAt', { dueAt: '2026-02-30' }],
    ['/dueAt', { dueAt: '2026-12-31T12:00:00' }],
    ['/dueAt', { dueAt: '2127-01-01' }],
    ['/workingDays', { workingDays: 5 }],
    ['/workingDays', { dueAt: undefined, workingDays: 0 }],
    ['/workingDays', { dueAt: undefined, workingDays: 1.5 }],
    ['/workingDays', { dueAt: undefined, workingDays: 2001 }],
    ['/priority', { priority: 1 }],
  ]
  for (const [pointer, more] of wrong) {
    refused(t, await assign(item, more), 400, 'invalid-request', { pointers: [pointer] })
  }
})

t.test('a deadline given as a date is the end of that day in the jurisdiction’s zone', async (t) => {
  const deadlines: [string, string][] = [
    ['2026-12-31', '2026-12-31T15:59:59.999Z'],
    ['2026-03-02', '2026-03-02T15:59:59.999Z'],
    ['2026-12-31T12:00:00+08:00', '2026-12-31T04:00:00.000Z'],
    ['2026-12-31T12:00:00.1239z', '2026-12-31T12:00:00.123Z'],
  ]
  const item = await listed()
  for (const [dueAt, expected] of deadlines) {
    t.match(await ok(assign(item, { dueAt })), { dueAt: expected, assignment: { dueAt: expected } }, dueAt)
  }
})

t.test('working days are counted over the Chinese calendar', async (t) => {
  const item = await listed()
  clock.now = '2026-09-17T15:59:59.999Z'
  t.match(await ok(assign(item, { dueAt: undefined, workingDays: 1 })), { dueAt: '2026-09-18T15:59:59.999Z' })
  // Friday 18 September 2026 in Shanghai. Sunday the 20th is worked, 25 to 27 September and 1 to 7 October are off,
  // Saturday 10 October is worked.
  clock.now = '2026-09-17T16:00:00.000Z'
  const counted: [number, string][] = [
    [1, '2026-09-20'],
    [5, '2026-09-24'],
    [6, '2026-09-28'],
    [8, '2026-09-30'],
    [9, '2026-10-08'],
    [11, '2026-10-10'],
    [12, '2026-10-12'],
  ]
  for (const [workingDays, date] of counted) {
    const dueAt = `${date}T15:59:59.999Z`
    const assigned = await ok(assign(item, { dueAt: undefined, workingDays }))
    t.match(assigned, { dueAt, dueProvisional: false, assignment: { dueAt } }, `${workingDays}`)
    t.match((await lastEvent(item)).data, { workingDays, provisional: false, dueAt })
  }
  clock.now = '2026-12-29T01:00:00.000Z'
  t.match(await ok(assign(item, { dueAt: undefined, workingDays: 2 })), { dueProvisional: false })
  const beyond = await ok(assign(item, { dueAt: undefined, workingDays: 3 }))
  t.match(beyond, { dueAt: '2027-01-04T15:59:59.999Z', dueProvisional: true }, 'New Year’s Day is off by law')
  t.match(await ok(assign(item, { dueAt: '2027-06-30' })), { dueProvisional: false }, 'a date that is given is certain')
  clock.now = '2027-01-10T00:00:00.000Z'
})

t.test('the responsible unit signs, and nobody else', async (t) => {
  const item = await ok(assign(await listed(), { dueAt: '2027-03-31', coUnits: [home.otherUnit] }))
  const url = `/v1/items/${item.id}/acceptance`
  refused(t, await otherUnitCaller.post(url), 403, 'not-responsible')
  const colleague = await home.addCaller('unit', { unit: home.unit, name: '同事' })
  refused(t, await unitCaller.post(url, { by: 'me' }), 400, 'invalid-request', { pointers: ['/by'] })
  clock.advance(1000)
  const accepted = await ok(colleague.post(url))
  const assignment = { ...item.assignment, acceptedAt: clock.now }
  t.same(effectOf(item, accepted), { status: 'remediating', assignment, version: 4, updatedAt: clock.now })
  refused(t, await unitCaller.post(url), 409, 'wrong-status', { itemStatus: 'remediating' })
})

t.test('the unit gives an order back with its reason, and the item waits for another', async (t) => {
  const before = await listed()
  const item = await ok(assign(before, { dueAt: '2027-01-31' }))
  const url = `/v1/items/${item.id}/return`
  refused(t, await unitCaller.post(url, {}), 400, 'invalid-request', { pointers: ['/reason'] })
  clock.advance(1000)
  const returned = await ok(unitCaller.post(url, { reason: '非我单位职责' }))
  t.same(
    effectOf(before, returned),
    { version: 4, updatedAt: clock.now },
    'as it was listed, with its default deadline',
  )
  t.match(await lastEvent(item), { type: 'item.returned', data: { unit: home.unit, reason: '非我单位职责' } })
  refused(t, await unitCaller.post(url, { reason: '再退' }), 409, 'wrong-status', { itemStatus: 'listed' })
  const again = await ok(assign(item, { responsibleUnit: home.otherUnit, dueAt: '2027-02-28' }))
  t.match(again, { status: 'assigned', assignment: { responsibleUnit: home.otherUnit } })
  const signed = await itemIn('remediating', home, { order: { dueAt: '2027-03-31' } })
  const late = await unitCaller.post(`/v1/items/${signed.id}/return`, { reason: '太晚' })
  refused(t, late, 409, 'wrong-status', { itemStatus: 'remediating' })
})

t.test(
  'an item is reassigned to another unit, which begins anew; the former still sees it and cannot act',
  async (t) => {
    const first = await itemIn('remediating', home, { order: { dueAt: '2027-03-31' } })
    const url = `/v1/items/${first.id}`
    refused(t, await otherUnitCaller.get(url), 404, 'not-found')
    await ok(unitCaller.post(`${url}/plan`, { measures: '加装护栏' }))
    await ok(unitCaller.post(`${url}/progress-reports`, { percent: 30, note: '进场' }))
    await ok(unitCaller.post(`${url}/extension-requests`, { dueAt: '2027-05-31', reason: '降雨' }))
    await ok(office.post(`${url}/suspension`, { reason: '等待' }))
    const before = await ok(office.post(`${url}/supervision`, { tier: 'city', reason: '坠车' }))
    clock.advance(1000)
    const dueAt = '2027-04-30T15:59:59.999Z'
    const after = await ok(assign(first, { responsibleUnit: home.otherUnit, dueAt: '2027-04-30' }))
    const assigned = { assignedAt: clock.now, assignedBy: await idOf(office), acceptedAt: null }
    const elements = { ...order(home), responsibleUnit: home.otherUnit, coUnits: [], dueAt }
    const gone = {
      plan: null,
      progress: null,
      extension: null,
      extensionPending: false,
      suspension: null,
      suspended: false,
    }
    const stamp = { dueAt, version: before.version + 1, updatedAt: clock.now }
    const effect = { status: 'assigned', assignment: { ...elements, ...assigned }, ...gone, ...stamp }
    t.same(effectOf(before, after), effect, 'supervision stays, the rest goes')

    t.same((await unitCaller.get(url)).body, after)
    t.equal((await ok(unitCaller.get(`${url}/events`))).data.at(-1).type, 'item.assigned')
    t.match((await ok(unitCaller.get('/v1/items?limit=200'))).data, [{ id: first.id }])
    const acts: [string, Json][] = [
      ['acceptance', {}],
      ['return', { reason: '退' }],
      ['plan', { measures: '无' }],
      ['progress-reports', { percent: 1, note: '无' }],
      ['extension-requests', { dueAt: '2027-12-31', reason: '无' }],
      ['closure-requests', { summary: '无' }],
    ]
    for (const [noun, body] of acts) refused(t, await unitCaller.post(`${url}/${noun}`, body), 403, 'not-responsible')
    t.equal((await unitCaller.post(`${url}/notes`, { note: '材料已移交' })).status, 200)
    t.equal((await otherUnitCaller.post(`${url}/acceptance`)).status, 200)
  },
)

t.test('a unit that helps reports progress, and does nothing else of the owner’s', async (t) => {
  const item = await itemIn('remediating', home, { order: { dueAt: '2027-03-31', coUnits: [home.otherUnit] } })
  const url = `/v1/items/${item.id}`
  const percent = await ok(otherUnitCaller.post(`${url}/progress-reports`, { percent: 40, note: '标志已装' }))
  t.match(percent.progress, { percent: 40, by: await idOf(otherUnitCaller) })
  const acts: [string, Json][] = [
    ['plan', { measures: '无' }],
    ['extension-requests', { dueAt: '2027-12-31', reason: '无' }],
    ['closure-requests', { summary: '无' }],
    ['return', { reason: '退' }],
  ]
  for (const [noun, body] of acts)
    refused(t, await otherUnitCaller.post(`${url}/${noun}`, body), 403, 'not-responsible')
})

t.test('an item is assigned when it is listed, assigned or remediating, and in no other status', async (t) => {
  for (const stage of ['listed', 'assigned', 'remediating'] as const) {
    const item = await itemIn(stage, home, { order: { dueAt: '2027-03-31' } })
    t.match(await assign(item, { dueAt: '2027-04-30' }), { status: 200, body: { status: 'assigned' } }, stage)
  }
  for (const stage of ['reported', 'closure_requested', 'closed', 'dismissed', 'merged'] as const) {
    const item = await itemIn(stage, home, { order: { dueAt: '2027-03-31' } })
    refused(t, await assign(item, { dueAt: '2027-04-30' }), 409, 'wrong-status', { itemStatus: stage })
  }
})

t.test('an inactive unit is given nothing new, and finishes what it has', async (t) => {
  const unit = await ok(admin.post('/v1/units', { name: '临时指挥部' }))
  const member = await home.addCaller('unit', { unit: unit.id })
  const filed = await ok(inspector.post('/v1/items', filing()))
  await ok(office.post(`/v1/items/${filed.id}/listing`, { level: 'general' }))
  await ok(assign(filed, { responsibleUnit: unit.id, dueAt: '2027-03-31' }))
  await ok(admin.patch(`/v1/units/${unit.id}`, { active: false }))
  t.equal((await member.post(`/v1/items/${filed.id}/acceptance`)).status, 200)
  const again = await assign(filed, { responsibleUnit: unit.id, dueAt: '2027-03-31' })
  refused(t, again, 400, 'invalid-request', { pointers: ['/responsibleUnit'] })
})
