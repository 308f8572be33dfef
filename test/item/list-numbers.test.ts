import { callerOf, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { channelKey } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const at = await createCheckedApp(t)
const { home, foreign, clock } = at
const { office, inspector } = home
const NUMBER = 'FY20261130000123456789'

const file = (more: Json) => ok(inspector.post('/v1/items', filing(more)))
const filed = await file({ title: '来电', externalSystem: '12345', externalId: NUMBER })
const called = await file({ title: '热线', source: 'hotline', hotline: { ticket: 'RX-778899' }, externalId: 'OTHER-1' })
const narrow = await file({ title: 'G105 路口（东）' })
const wide = await file({ title: 'Ｇ１０５　路口(东)' })
await ok(foreign.inspector.post('/v1/items', filing({ area: '341621', externalSystem: '12345', externalId: NUMBER })))
const then = clock.now
clock.advance(60_000)
for (const { id } of [filed, called, narrow, wide])
  await ok(office.post(`/v1/items/${id}/listing`, { level: 'general' }))

const found = async (query: string, caller = office): Promise<string[]> => {
  const codes: string[] = (await ok(caller.get(`/v1/items?${query}`))).data.map((item: Json) => item.code)
  return codes.sort()
}
const of = (...items: Json[]) => items.map(({ code }) => code).sort()
const q = (text: string) => `q=${encodeURIComponent(text)}`

t.test(
  'an item is found by its number in another system, whole by externalId and in any part by q, now and in the past',
  async (t) => {
    for (const past of ['', `&asOf=${then}`]) {
      t.same(await found(`externalId=${NUMBER}${past}`), of(filed))
      t.same(await found(`externalSystem=12345${past}`), of(filed))
      t.same(await found(`externalSystem=12345&externalId=${NUMBER}${past}`), of(filed))
      for (const part of [NUMBER, '123456789', 'fy2026', 'ＦＹ２０２６１１３０'])
        t.same(await found(q(part) + past), of(filed), part)
      t.same(await found(q('RX-778899') + past), of(called), 'a ticket of the hotline')
      t.same(await found(q('778899 热线') + past), of(called))
    }
    t.same(await found('externalId=FY2026'), [], 'a part is no whole number')
    t.same(await found(`externalSystem=other&externalId=${NUMBER}`), [])
  },
)

t.test('the same holds wherever items are filtered, and each caller finds only what they may see', async (t) => {
  const view = await ok(office.post('/v1/views', { name: '12345', filter: { externalSystem: '12345' } }))
  t.same(await found(`view=${view.id}`), of(filed))
  const { groups } = await ok(office.get('/v1/reports/progress?groupBy=area&externalSystem=12345'))
  t.same(
    groups.map((group: Json) => group.listed),
    [1],
  )
  t.equal((await ok(office.get(`/v1/ogc/collections/items/items?externalId=${NUMBER}`))).numberMatched, 1)
  t.same(await found(q(NUMBER), home.unitCaller), [], 'a unit that has nothing to do with it')
  t.same(await found(`externalId=${NUMBER}`, home.unitCaller), [])
  const elsewhere = await home.addCaller('inspector', { area: '341202' })
  t.same(await found(q(NUMBER), elsewhere), [])
  t.same(await found(`externalId=${NUMBER}`, elsewhere), [])
  t.equal((await found(q(NUMBER), foreign.office)).length, 1, 'another jurisdiction finds its own')
  const channel = callerOf(at.app, await channelKey(home, 'hotline'))
  refused(t, await channel.get(`/v1/items?externalId=${NUMBER}`), 403, 'forbidden')
  refused(t, await office.get('/v1/items?externalId='), 400, 'invalid-request', { pointers: ['/query/externalId'] })
})

t.test('text is found in any width, on both sides, now and in the past', async (t) => {
  for (const past of ['', `&asOf=${then}`]) {
    for (const text of [
      'G105',
      'Ｇ１０５',
      'g105',
      'ｇ１０５ 路口',
      'G105　路口',
      '路口(东)',
      '路口（东）',
      'G1\u200b05',
    ]) {
      t.same(await found(q(text) + past), of(narrow, wide), text)
    }
  }
  t.same(await found(q('G106')), [])
  t.same(await found(q('路口〔东〕')), [])
})

t.test('what was kept before the index was changed is found as well', async (t) => {
  const item = await itemIn('listed', home, { filing: { title: '旧隐患' } })
  await at.superuser.query(`update item set description = 'Ｓ３１５　Ｋ１２' where id = $1`, [item.id])
  t.same(await found(q('s315 k12 旧隐患')), of(item))
})
