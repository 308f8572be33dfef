import { itemIn, type Json, ok } from '../helpers/app.js'
import { draft, issue, publish } from '../helpers/bulletins.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { t } from '../helpers/tap.js'

const { home, foreign, clock } = await createCheckedApp(t)
const { office, unitCaller, otherUnitCaller, supervisor, admin } = home
const colleague = await home.addCaller('unit', { unit: home.unit })
const local = await home.addCaller('supervisor', { area: '341202', name: '分管副区长' })

// The bureau of transport has an item, the bureau of highways has none; a third unit that has one is no longer active.
await itemIn('assigned', home)
const gone = await ok(admin.post('/v1/units', { name: '撤销的单位' }))
await itemIn('assigned', home, { order: { responsibleUnit: gone.id } })
await ok(admin.patch(`/v1/units/${gone.id}`, { active: false }))
await itemIn('assigned', foreign)

const bulletin = await publish(home, { kind: 'on_demand', title: '专项通报' })
const url = `/v1/bulletins/${bulletin.id}`
const receipts = () => ok(home.auditor.get(`${url}/receipts`))
const names = (rows: Json[]) => rows.map(({ unit, person }) => (unit ?? person).name)

t.test('every active unit that it counts and every supervisor is to confirm', async (t) => {
  const list = await receipts()
  t.match(list, { recipients: 3, received: 0, confirmed: [] })
  t.same(names(list.outstanding), ['阜阳交通运输局', '分管副区长', '阜阳 supervisor'])
})

t.test('they are told, with the number and the title', async (t) => {
  const { data } = await ok(unitCaller.get('/v1/notices'))
  const notice = data.find(({ kind }: Json) => kind === 'bulletin')
  t.match(notice, { details: { bulletinId: bulletin.id, number: bulletin.number, title: '专项通报' } })
  t.match(notice, { item: null, label: { zh: `通报 ${bulletin.number} 专项通报` } })
  const kinds = async (caller: typeof office) =>
    (await ok(caller.get('/v1/notices'))).data.map(({ kind }: Json) => kind)
  t.ok((await kinds(supervisor)).includes('bulletin'))
  t.notOk((await kinds(otherUnitCaller)).includes('bulletin'))
})

t.test('whoever of a unit confirms does so for all of it, once', async (t) => {
  clock.advance(60_000)
  const at = clock.now
  t.match(await ok(unitCaller.get(url)), { receivedAt: null })
  const receipt = await ok(colleague.post(`${url}/receipt`))
  t.match(receipt, { recipient: 'unit', unit: { id: home.unit }, person: null, receivedAt: at })
  const seq = async () => (await ok(home.auditor.get('/v1/ledger'))).seq
  const head = await seq()
  clock.advance(60_000)
  t.same(await ok(unitCaller.post(`${url}/receipt`)), receipt, 'again is no error, and nothing happens')
  t.same(await ok(colleague.post(`${url}/receipt`)), receipt)
  t.equal(await seq(), head)
  t.match(await ok(unitCaller.get(url)), { receivedAt: at })
  t.match(await ok(unitCaller.get('/v1/bulletins')), { data: [{ id: bulletin.id, receivedAt: at }] })
  t.match(await ok(otherUnitCaller.get(url)), { receivedAt: null })
  const { data } = await ok(home.auditor.get('/v1/events?type=bulletin.received'))
  t.match(data, [{ at, data: { id: bulletin.id, number: bulletin.number, unit: home.unit } }])
  const notices = (await ok(unitCaller.get('/v1/notices'))).data
  t.match(
    notices.find(({ kind }: Json) => kind === 'bulletin'),
    { receivedAt: at },
    'and is not asked for the notice’s receipt too',
  )
})

t.test('who has not confirmed is listed; supervisors confirm each for himself', async (t) => {
  await ok(local.post(`${url}/receipt`))
  const list = await receipts()
  t.match(list, { recipients: 3, received: 2 })
  t.same([names(list.outstanding), names(list.confirmed)], [['阜阳 supervisor'], ['阜阳交通运输局', '分管副区长']])
  t.match(await ok(supervisor.get(url)), { receivedAt: null })
  await ok(supervisor.post(`${url}/receipt`))
  t.match(await receipts(), { received: 3, outstanding: [] })
})

t.test('whoever was not asked may confirm too, and shows as who has', async (t) => {
  t.match(await ok(otherUnitCaller.post(`${url}/receipt`)), { unit: { id: home.otherUnit } })
  t.match(await ok(office.post(`${url}/receipt`)), { recipient: 'office', unit: null, person: null })
  t.match(await receipts(), { recipients: 5, received: 5, outstanding: [] })
})

t.test('two of a unit at the same moment are one receipt', async (t) => {
  const { id } = await issue(home, await draft(home, { kind: 'on_demand' }))
  const sent = [unitCaller, colleague, unitCaller, colleague].map((who) => who.post(`/v1/bulletins/${id}/receipt`))
  const answers = await Promise.all(sent)
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]))
  const { data } = await ok(home.auditor.get('/v1/events?type=bulletin.received&limit=200'))
  t.equal(data.filter((event: Json) => event.data.id === id).length, 1)
})

t.test('nobody confirms what another jurisdiction issued, nor asks who did', async (t) => {
  for (const caller of [foreign.unitCaller, foreign.office, foreign.supervisor]) {
    refused(t, await caller.post(`${url}/receipt`), 404, 'not-found')
  }
  refused(t, await foreign.auditor.get(`${url}/receipts`), 404, 'not-found')
  refused(t, await unitCaller.get(`${url}/receipts`), 403, 'forbidden')
})
