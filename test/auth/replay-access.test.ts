import { type Caller, callerOf, createTestApp, filing, itemIn, type Json, ok, order } from '../helpers/app.js'
import { channelKey, open311 } from '../helpers/open311.js'
import { type Test, t } from '../helpers/tap.js'

const { app, home, foreign, superuser } = await createTestApp(t)
const { office, admin } = home
const WITHHELD = { status: 404, body: { code: 'not-found' } }
const REPLAYED = { headers: { 'idempotency-replayed': 'true' } }

let keys = 0
const newKey = () => ({ 'idempotency-key': `replay-${++keys}` })
const idOf = async (caller: Caller) => (await ok(caller.get('/v1/me'))).id

/** Sends twice what must be done; answers how to send it again. */
async function twice(t: Test, send: () => Promise<Json>) {
  const first = await send()
  t.ok(first.status < 300, JSON.stringify(first.body))
  const again = await send()
  t.match(again, { status: first.status, ...REPLAYED })
  t.same(again.body, first.body, 'a retry is answered the first answer')
  return first
}

async function move(id: string, area: string) {
  await ok(office.patch(`/v1/items/${id}`, { area }, { 'if-match': '*' }))
}

t.test('what was moved out of the caller’s area is not answered again', async (t) => {
  const inspector = await home.addCaller('inspector', { area: '341203' })
  const key = newKey()
  const file = () => inspector.post('/v1/items', filing({ area: '341203' }), key)
  const { body } = await twice(t, file)
  const noteKey = newKey()
  const correct = () =>
    inspector.patch(`/v1/items/${body.id}`, { address: '水库北侧' }, { ...noteKey, 'if-match': '"1"' })
  await twice(t, correct)
  await move(body.id, '341221')
  t.match(await inspector.get(`/v1/items/${body.id}`), WITHHELD)
  for (const send of [file, correct]) {
    const answer = await send()
    t.match(answer, WITHHELD)
    t.notMatch(JSON.stringify(answer), new RegExp(`${body.id}|${body.code}|水库`))
  }
  await move(body.id, '341203')
  t.match(await file(), { status: 201, ...REPLAYED, body }, 'and is once it is back; it was not filed anew')
})

t.test('a key whose person is of another unit, area or role answers what these may see', async (t) => {
  const unitCaller = await home.addCaller('unit', { unit: home.unit })
  const { id } = await itemIn('assigned', home)
  const key = newKey()
  const accept = () => unitCaller.post(`/v1/items/${id}/acceptance`, undefined, key)
  await twice(t, accept)
  const person = await idOf(unitCaller)
  await ok(admin.patch(`/v1/people/${person}`, { unit: home.otherUnit }))
  t.match(await accept(), WITHHELD, 'another unit')
  await ok(admin.patch(`/v1/people/${person}`, { unit: home.unit }))
  t.match(await accept(), { status: 200, ...REPLAYED }, 'the same again')

  const wide = await home.addCaller('inspector')
  const [there, here] = [newKey(), newKey()]
  const fileThere = () => wide.post('/v1/items', filing({ area: '341221' }), there)
  const fileHere = () => wide.post('/v1/items', filing({ area: '341203' }), here)
  await twice(t, fileThere)
  await twice(t, fileHere)
  await ok(admin.patch(`/v1/people/${await idOf(wide)}`, { area: '341203' }))
  t.match(await fileThere(), WITHHELD, 'a smaller area')
  t.match(await fileHere(), { status: 201, ...REPLAYED }, 'what lies in it is answered as before')

  const changed = await home.addCaller('office')
  const noteKey = newKey()
  const note = () => changed.post(`/v1/items/${id}/notes`, { note: '内部' }, noteKey)
  await twice(t, note)
  await ok(admin.patch(`/v1/people/${await idOf(changed)}`, { role: 'unit', unit: home.otherUnit }))
  t.match(await note(), { status: 404 }, 'another role')
})

for (const atomic of [true, false]) {
  t.test(
    `a batch ${atomic ? 'that is one change' : 'of single changes'} is not answered again with what is hidden now`,
    async (t) => {
      const inspector = await home.addCaller('inspector', { area: '341203' })
      const [a, b] = await Promise.all([1, 2].map(() => ok(inspector.post('/v1/items', filing({ area: '341203' })))))
      const key = newKey()
      const correction = { kind: 'correction', body: { address: '水库北侧' }, ifMatch: '"1"' }
      const commands = [a, b].map(({ id }) => ({ ...correction, item: id }))
      const send = () => inspector.post('/v1/items/batch', { atomic, commands }, key)
      t.match(await twice(t, send), { body: { done: 2 } })
      await move(a.id, '341221')
      const answer = await send()
      t.match(answer, WITHHELD)
      t.notMatch(JSON.stringify(answer), new RegExp(`${a.code}|${b.code}`))
      await move(a.id, '341203')
      t.match(await send(), { status: 200, ...REPLAYED, body: { done: 2 } })
    },
  )
}

t.test('a batch that broke off does the rest, and keeps back the answer of what is hidden now', async (t) => {
  const inspector = await home.addCaller('inspector', { area: '341203' })
  const [a, b] = await Promise.all([1, 2].map(() => ok(inspector.post('/v1/items', filing({ area: '341203' })))))
  const key = newKey()
  const correction = { kind: 'correction', body: { address: '水库北侧' }, ifMatch: '"1"' }
  const commands = [a, b].map(({ id }) => ({ ...correction, item: id }))
  const send = () => inspector.post('/v1/items/batch', { atomic: false, commands }, key)
  await ok(send())
  // As after a crash between the first step and the second's record.
  await superuser.query(
    `delete from idempotency_key where key = $1 or (key like '% 1' and created_at = (
    select max(created_at) from idempotency_key where key like '% 1'))`,
    [key['idempotency-key']],
  )
  await move(a.id, '341221')
  const { body } = await send()
  t.match(body, { done: 0, refused: 2, results: [{ status: 404 }, { status: 412 }] })
  t.notMatch(JSON.stringify(body.results[0]), new RegExp(`${a.id}|${a.code}`))
  t.equal((await ok(office.get(`/v1/items/${a.id}`))).version, 3, 'nothing was done twice')
})

t.test('answers from before their items were kept are judged by what they say', async (t) => {
  const inspector = await home.addCaller('inspector', { area: '341203' })
  const sends = [filing({ area: '341203' }), filing({ area: '341203', title: '另一处' })].map((body) => {
    const key = newKey()
    return () => inspector.post('/v1/items', body, key)
  })
  const [moved, kept] = await Promise.all(sends.map(async (send) => (await twice(t, send)).body))
  await superuser.query('update idempotency_key set item_ids = null')
  await move(moved.id, '341221')
  const [first, second] = await Promise.all(sends.map((send) => send()))
  t.match(first, WITHHELD)
  t.match(second, { status: 201, ...REPLAYED, body: kept })
})

t.test('what is no item’s is answered again, also to who sees little', async (t) => {
  const inspector = await home.addCaller('inspector', { area: '341203' })
  const key = newKey()
  await twice(t, () => inspector.post('/v1/views', { name: '本县', filter: {} }, key))
  const unitKey = newKey()
  await twice(t, () => admin.post('/v1/units', { name: '县交通局', kind: 'bureau' }, unitKey))
})

t.test('a channel is told again what channels are told now, whatever was recorded', async (t) => {
  const hotline = callerOf(app, await channelKey(home, 'hotline'))
  const filed = await open311(app, hotline.key).post({ service_code: 'lighting', lat: '32.9', long: '115.8' })
  const id = filed.body[0].service_request_id
  await ok(office.post(`/v1/items/${id}/listing`, { level: 'major', evaluation: '内部意见' }))
  await ok(office.post(`/v1/items/${id}/assignments`, order(home)))
  await ok(office.post(`/v1/items/${id}/hotline-answers`, { answer: '已联系' }))
  const key = newKey()
  const rate = () => hotline.post(`/v1/items/${id}/satisfaction`, { rating: 'satisfied' }, key)
  const { body } = await twice(t, rate)
  // As a service of before recorded it.
  const whole = JSON.stringify(await ok(office.get(`/v1/items/${id}`)))
  t.match(whole, /内部意见/)
  await superuser.query('update idempotency_key set body = $1, item_ids = null where key = $2', [
    whole,
    key['idempotency-key'],
  ])
  t.same((await rate()).body, body)
})

t.test('another jurisdiction’s key of the same name has nothing to do with it', async (t) => {
  const key = newKey()
  const mine = await ok(office.post('/v1/items', filing({ title: '一处' }), key))
  const theirs = await ok(foreign.office.post('/v1/items', filing({ title: '一处', area: '341621' }), key))
  t.not(theirs.id, mine.id)
})
