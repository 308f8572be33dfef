import { verifyItems } from '../../src/ledger/verify-items.js'
import { filing, itemIn, type Json, ok } from '../helpers/app.js'
import { allPages, createCheckedApp, refused } from '../helpers/checked.js'
import { importCsv, mappingFor } from '../helpers/import.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { app, home, db, superuser } = made
const { office, inspector } = home
const citizen = open311(app, await channelKey(home, 'public'))

/** Each test has a road of its own. */
let roads = 500
const road = () => `G${roads++}`
const send = (more: Json) => inspector.post('/v1/items', filing(more))
const file = (more: Json) => ok(send(more))
const read = (id: string) => ok(office.get(`/v1/items/${id}`))
const correct = ({ id, version }: Json, patch: Json) =>
  inspector.patch(`/v1/items/${id}`, patch, { 'if-match': `"${version}"` })
const idsOf = (items: Json[]) => items.map(({ id }) => id).sort()

t.test('a chainage with ZK or YK is of one carriageway, and is printed so', async (t) => {
  const forms: [string, Json][] = [
    ['ZK12+345', { carriageway: 'left', startChainageM: 12_345, endChainageM: 12_345, chainage: 'ZK12+345' }],
    ['ＹＫ12+345米', { carriageway: 'right', startChainageM: 12_345, chainage: 'YK12+345' }],
    ['zk12+300~+900', { carriageway: 'left', startChainageM: 12_300, chainage: 'ZK12+300~ZK12+900' }],
    ['K12+345', { carriageway: null, chainage: 'K12+345' }],
  ]
  for (const [chainage, expected] of forms) t.match(await file({ road: road(), chainage }), expected, chainage)
  const ends = await file({ road: road(), chainage: null, startChainageM: 'YK1+000', endChainageM: 'YK2+000' })
  t.match(ends, { carriageway: 'right', chainage: 'YK1+000~YK2+000' })
  const { data } = (await ok(office.get(`/v1/items/${ends.id}/events`))).data[0]
  t.equal(data.carriageway, 'right', 'the ledger has it')
})

t.test('ramps, stretches over two carriageways and slips are refused with words', async (t) => {
  const refusals: [string, RegExp][] = [
    ['AK0+345', /ramp.*address/],
    ['ZRK0+100', /ramp.*address/],
    ['ZK12+300~YK12+900', /one line/],
    ['ZK12+300~K12+900', /one line/],
    ['K0-050', /Not a chainage/],
    ['ZK12+1050', /Not a chainage/],
    ['12345', /Not a chainage/],
  ]
  for (const [chainage, words] of refusals) {
    const answer = await send({ road: 'G105', chainage })
    refused(t, answer, 400, 'invalid-request', { pointers: ['/chainage'] })
    t.match(answer.body.errors[0].detail, words, chainage)
    const form = { service_code: 'lighting', 'attribute[road]': 'G105', 'attribute[chainage]': chainage }
    const public_ = await citizen.post(form)
    t.equal(public_.status, 400, chainage)
    t.match(public_.body[0].description, words, `${chainage}: the same words over Open311`)
  }
  const ends = { road: 'G105', chainage: null, startChainageM: 'ZK1+000', endChainageM: 'YK2+000' }
  refused(t, await send(ends), 400, 'invalid-request', { pointers: ['/endChainageM'] })
})

t.test('a correction moves an item to another carriageway whole, and one end alone does not', async (t) => {
  const item = await file({ road: road(), chainage: 'K3+000~K3+500' })
  refused(t, await correct(item, { endChainageM: 'ZK4+000' }), 400, 'invalid-request', { pointers: ['/endChainageM'] })
  const moved = await ok(correct(item, { chainage: 'ZK3+000~ZK3+500' }))
  t.match(moved, { carriageway: 'left', chainage: 'ZK3+000~ZK3+500' })
  const longer = await ok(correct(moved, { endChainageM: 3900 }))
  t.match(longer, { carriageway: 'left', chainage: 'ZK3+000~ZK3+900' })
  refused(t, await correct(longer, { startChainageM: 'K2+000' }), 400, 'invalid-request', {
    pointers: ['/startChainageM'],
  })
  const back = await ok(correct(longer, { chainage: 'K3+000' }))
  t.match(back, { carriageway: null, chainage: 'K3+000' })
  const right = await ok(correct(back, { chainage: 'YK3+000' }))
  t.match(await ok(correct(right, { chainage: null, address: '桥头' })), { carriageway: null, chainage: null })
  t.match(await verifyItems(db, home.id), { ok: true })
})

t.test('an item from before there were carriageways is of the road’s own line', async (t) => {
  const item = await file({ road: road(), chainage: 'K3+000' })
  const { data } = (await ok(office.get(`/v1/items/${item.id}/events`))).data[0]
  t.notOk('carriageway' in data, 'what has none is chained as ever')
  t.equal((await read(item.id)).carriageway, null)
  const wrong = superuser.query(`update item set carriageway = 'middle' where id = '${item.id}'`)
  await t.rejects(wrong, /item_carriageway/)
})

t.test('a hazard on one carriageway is compared with those on it alone', async (t) => {
  const place = { road: road(), location: null }
  const on: Record<string, Json> = {}
  for (const line of ['K', 'ZK', 'YK']) on[line] = await file({ ...place, chainage: `${line}5+000` })
  for (const line of ['K', 'ZK', 'YK']) {
    t.notOk('possibleDuplicates' in (on[line] ?? {}), line)
    const query = new URLSearchParams({ road: place.road, chainage: `${line}5+020` })
    const { possibleDuplicates } = await ok(inspector.get(`/v1/possible-duplicates?${query}`))
    t.same(idsOf(possibleDuplicates), [on[line]?.id], line)
  }
  const old = await itemIn('closed', home, { filing: { ...place, chainage: 'ZK9+000' } })
  t.equal((await file({ ...place, chainage: 'YK9+010' })).suspectedRecurrenceOf, null)
  t.equal((await file({ ...place, chainage: 'K9+010' })).suspectedRecurrenceOf, null)
  t.match((await file({ ...place, chainage: 'ZK9+010' })).suspectedRecurrenceOf, { id: old.id })
})

t.test('points near each other are one place, but not on the left and the right carriageway', async (t) => {
  const place = { road: road(), location: { lon: 115.9, lat: 32.7 } }
  const left = await file({ ...place, chainage: 'ZK5+000' })
  t.notOk('possibleDuplicates' in (await file({ ...place, chainage: 'YK8+000' })))
  const { possibleDuplicates } = await file({ ...place, chainage: 'K7+000' })
  t.ok(idsOf(possibleDuplicates).includes(left.id), 'the road’s own line may be either’s')
})

t.test('a filter by ZK narrows to the left carriageway, and one by K or metres finds all lines', async (t) => {
  const name = road()
  const [own, left, right] = [
    await file({ road: name, chainage: 'K5+000' }),
    await file({ road: name, chainage: 'ZK5+000' }),
    await file({ road: name, chainage: 'YK5+000' }),
  ]
  const found = async (query: Json) =>
    idsOf(await allPages(office, `/v1/items?${new URLSearchParams({ road: name, ...query })}`))
  const all = idsOf([own, left, right])
  t.same(await found({ chainageFromM: 'K4', chainageToM: 'K6' }), all)
  t.same(await found({ chainageFromM: '4000' }), all)
  t.same(await found({ chainageFromM: 'ZK4', chainageToM: 'ZK6' }), [left?.id])
  t.same(await found({ chainageFromM: 'ZK4', chainageToM: '6000' }), [left?.id])
  t.same(await found({ chainageToM: 'YK5+000' }), [right?.id])
  t.same(await found({ chainageFromM: 'ZK6' }), [])
  for (const to of ['YK6', 'K6']) {
    const query = new URLSearchParams({ road: name, chainageFromM: 'ZK4', chainageToM: to })
    refused(t, await office.get(`/v1/items?${query}`), 400, 'invalid-request', { pointers: ['/query/chainageToM'] })
  }
  const filter = { road: name, chainageFromM: 'ZK4', chainageToM: 'YK6' }
  refused(t, await office.post('/v1/views', { name: '两幅', filter }), 400, 'invalid-request', {
    pointers: ['/filter/chainageToM'],
  })
})

t.test('stretches of the carriageways are sections of their own, and so are their metres', async (t) => {
  const name = road()
  for (const chainage of ['K1+000~K1+500', 'ZK1+200~ZK1+700', 'ZK1+600~ZK1+800', 'YK1+200~YK1+700']) {
    await itemIn('closed', home, { filing: { road: name, chainage } })
  }
  const { groups, total } = await ok(office.get(`/v1/reports/outcomes?groupBy=section&road=${name}`))
  t.same(groups.map(({ key, treated, treatedM }: Json) => [key, treated, treatedM]).sort(), [
    [`${name} K1+000~K1+500`, 1, 500],
    [`${name} YK1+200~YK1+700`, 1, 500],
    [`${name} ZK1+200~ZK1+800`, 2, 600],
  ])
  t.equal(total.treatedM, 1600)
  const { items } = await ok(office.get(`/v1/reports/outcomes?road=${name}&chainageFromM=ZK1`))
  t.same(
    items.map(({ carriageway }: Json) => carriageway),
    ['left', 'left'],
  )
})

t.test('imports and Open311 take a carriageway’s chainage too', async (t) => {
  const name = road()
  const mapping = mappingFor('carriageways', { fields: { road: { constant: name }, chainage: { column: 'at' } } })
  const csv = [
    'id,title,status,reported,closed,address,at',
    'C1,护栏缺失,open,2026-01-05,,王店,ZK1+000左侧',
    'C2,标志缺失,open,2026-01-05,,王店,YK1+000~+500',
    'C3,线形不良,open,2026-01-05,,王店,AK1+000',
  ].join('\n')
  const report = await importCsv(made, office, mapping, csv)
  t.match(report.body, { taken: 2, refused: 1 }, JSON.stringify(report.body))
  const items = await allPages(office, `/v1/items?road=${name}`)
  const shown = items.map(({ externalId, carriageway, chainage, address }) => [
    externalId,
    carriageway,
    chainage,
    address,
  ])
  t.same(shown.sort(), [
    ['C1', 'left', 'ZK1+000', '王店 左侧'],
    ['C2', 'right', 'YK1+000~YK1+500', '王店'],
  ])
  const form = { service_code: 'lighting', 'attribute[road]': name, 'attribute[chainage]': 'YK3+000右侧' }
  const filed = await citizen.post(form)
  t.match(await read(filed.body[0].service_request_id), { carriageway: 'right', chainage: 'YK3+000', address: '右侧' })
  const { body } = await citizen.get(`/requests/${filed.body[0].service_request_id}.json`)
  t.match(body[0].address, /YK3\+000/)
})

t.test('lists in files name the carriageway, in the last column', async (t) => {
  const name = road()
  await file({ road: name, chainage: 'ZK5+000' })
  const answer = await app.inject({
    url: `/v1/items?road=${name}`,
    headers: { authorization: `Bearer ${office.key}`, accept: 'text/csv', 'accept-language': 'zh' },
  })
  const [head = '', row = ''] = answer.body.replace('\ufeff', '').trim().split('\r\n')
  t.match(head, /,分离式路幅$/)
  t.match(row, /,ZK5\+000,.*,左幅$/)
})

t.test('the side that is written with a chainage is kept, in filings and corrections', async (t) => {
  const item = await file({ road: road(), chainage: 'ZK5+000左侧', address: '王店镇' })
  t.equal(item.address, '王店镇 左侧')
  const other = await ok(correct(item, { chainage: 'ZK5+100右侧' }))
  t.match(other, { chainage: 'ZK5+100', address: '王店镇 右侧' }, 'in the place of the one before')
  const both = await ok(correct(other, { chainage: 'K5+100左幅', address: '幸福路口' }))
  t.match(both, { chainage: 'K5+100', address: '幸福路口 左幅' })
  const ends = await ok(correct(both, { startChainageM: 'K5+000左侧', endChainageM: 'K5+200右侧', address: null }))
  t.match(ends, { chainage: 'K5+000~K5+200', address: '左侧至右侧' })
  t.match(await ok(correct(ends, { chainage: 'K5+000' })), { address: '左侧至右侧' })
  const written = await file({ road: road(), chainage: 'K5+000右侧', address: '学校 左侧' })
  t.equal(written.address, '学校 左侧 右侧', 'what the same request says is not taken out')
  const full = await send({ road: road(), chainage: 'K5+000右侧', address: '长'.repeat(299) })
  refused(t, full, 400, 'invalid-request', { pointers: ['/address'] })
  t.match(await verifyItems(db, home.id), { ok: true })
})
