import { isKnown } from '../../src/http/etag.js'
import { createTestApp, itemIn, ok } from '../helpers/app.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createTestApp(t)
const { office, admin } = home

t.test('a tag that a proxy has weakened, or a list of tags, names the version all the same', async (t) => {
  for (const header of ['W/"1"', '"1"', '"7", W/"1"', 'W/"9" , "1"', '"1","1"', '*']) {
    const { id } = await itemIn('reported', home)
    const answer = await office.patch(`/v1/items/${id}`, { title: '标线磨损' }, { 'if-match': header })
    t.match(answer, { status: 200, headers: { etag: '"2"' } }, header)
    t.match(await office.post(`/v1/items/${id}/notes`, { note: '已核实' }, { 'if-match': 'W/"2"' }), { status: 200 })
    const batch = { commands: [{ kind: 'notes', item: id, ifMatch: 'W/"3"', body: { note: '再核' } }] }
    t.match(await ok(office.post('/v1/items/batch', batch)), { results: [{ status: 200 }] })
  }
  const [unit] = (await ok(admin.get('/v1/units'))).data
  const read = await admin.get(`/v1/units/${unit.id}`)
  if (read.headers.etag !== undefined) {
    const weak = await admin.patch(
      `/v1/units/${unit.id}`,
      { name: unit.name },
      { 'if-match': `W/${read.headers.etag}` },
    )
    t.equal(weak.status, 200, 'units too')
  }
})

t.test('a tag of another version is stale, weak or not', async (t) => {
  const { id } = await itemIn('reported', home)
  for (const header of ['W/"2"', '"2"', '"0", W/"3"', '""', 'W/"11"'])
    t.match(
      await office.patch(`/v1/items/${id}`, { title: 'x' }, { 'if-match': header }),
      { status: 412, body: { code: 'stale' } },
      header,
    )
})

t.test('what is no list of tags is a faulty request, not a stale one', async (t) => {
  const { id } = await itemIn('reported', home)
  for (const header of ['1', 'w/"1"', '"1', 'W/1', '"1" "2"', '*, "1"', '"a b"', ',']) {
    const answer = await office.patch(`/v1/items/${id}`, { title: 'x' }, { 'if-match': header })
    t.match(answer, { status: 400, body: { errors: [{ pointer: '/headers/if-match' }] } }, header)
  }
})

t.test('what the caller has is compared weakly, in lists too', async (t) => {
  const has = (header: string, etag = '"a"') => isKnown({ headers: { 'if-none-match': header } }, etag)
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', '*', ' * ']) t.equal(has(header), true, header)
  for (const header of ['"b"', 'a', '"A"', 'W/"ab"', '']) t.equal(has(header), false, header)
  t.equal(has('"a"', 'W/"a"'), true)
  const first = await app.inject('/openapi.json')
  const { etag } = first.headers
  for (const header of [String(etag), `W/${etag}`, `"x", W/${etag}`])
    t.equal((await app.inject({ url: '/openapi.json', headers: { 'if-none-match': header } })).statusCode, 304, header)
})
