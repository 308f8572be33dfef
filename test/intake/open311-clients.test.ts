import { createTestApp, itemIn, type Json, ok } from '../helpers/app.js'
import { channelKey, FORM, open311, readWithoutKey } from '../helpers/open311.js'
import { t } from '../helpers/tap.js'

const { app, home, clock } = await createTestApp(t, {
  OPEN311_REQUESTS_PER_MINUTE: '1000000',
  OPEN311_FILINGS_PER_MINUTE: '1000000',
})
const key = await channelKey(home, 'public')
const citizen = open311(app, key)
await readWithoutKey(home, true)

const PLACE = { service_code: 'lighting', lat: '32.9', long: '115.8' }
const LINKS = ['https://a.example/1.jpg', 'https://a.example/2.jpg', 'https://a.example/3.jpg']
const itemOf = async (id: string): Promise<Json> => ok(home.office.get(`/v1/items/${id}`))
const filed = (answer: { status: number; body: Json; text: string }) => {
  t.equal(answer.status, 200, answer.text)
  return String(answer.body[0].service_request_id)
}

/** A multipart form as phones send it. */
function multipart(parts: readonly (readonly [string, string | Buffer, { file?: string; type?: string }?])[]) {
  const boundary = 'xxBOUNDARYxx'
  const bytes = parts.flatMap(([name, value, { file, type } = {}]) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n`,
    ),
    Buffer.from(type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return {
    payload: Buffer.concat([...bytes, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'accept-language': 'en' },
  }
}
const sendParts = (parts: Parameters<typeof multipart>[0], more: Record<string, string> = {}) => {
  const { payload, headers } = multipart(parts)
  return citizen.send('POST', '/requests.json', { payload }, { ...headers, ...more })
}

t.test('all links to pictures are kept, however a client repeats them', async (t) => {
  for (const [what, query] of [
    ['the name again', LINKS.map((link) => `media_url=${encodeURIComponent(link)}`)],
    ['as a list', LINKS.map((link) => `media_url[]=${encodeURIComponent(link)}`)],
    ['as a numbered list', LINKS.map((link, n) => `media_url[${n}]=${encodeURIComponent(link)}`)],
    ['with an empty one', [...LINKS.map((link) => `media_url=${encodeURIComponent(link)}`), 'media_url=']],
    ['one of them twice', [...LINKS, LINKS[0] ?? ''].map((link) => `media_url=${encodeURIComponent(link)}`)],
  ] as const) {
    const form = new URLSearchParams({ api_key: key, ...PLACE, description: what })
    const id = filed(await citizen.send('POST', '/requests.json', { payload: `${form}&${query.join('&')}` }, FORM))
    t.equal((await itemOf(id)).mediaUrl, LINKS.join('\n'), what)
    t.equal((await citizen.get(`/requests/${id}.json`)).body[0].media_url, LINKS[0], 'the specification has one')
  }
  const one = filed(await citizen.post({ ...PLACE, description: 'one', media_url: LINKS[0] ?? '' }))
  t.equal((await itemOf(one)).mediaUrl, LINKS[0])
  const bad = await citizen.send(
    'POST',
    '/requests.json',
    {
      payload: `api_key=${key}&service_code=lighting&lat=32.9&long=115.8&media_url=${LINKS[0]}&media_url=javascript:x`,
    },
    FORM,
  )
  t.match(bad, { status: 400, body: [{ code: 400, description: /media_url/ }] })
  const many = Array.from({ length: 21 }, (_, n) => `media_url=https://a.example/${n}`).join('&')
  t.match(
    await citizen.send(
      'POST',
      '/requests.json',
      { payload: `api_key=${key}&service_code=lighting&lat=32.9&long=115.8&${many}` },
      FORM,
    ),
    { status: 400 },
  )
})

t.test('a multipart form is the same form; its files are not kept, and the answer says so', async (t) => {
  const fields = [
    ['api_key', key],
    ['service_code', 'lighting'],
    ['lat', '32.9'],
    ['long', '115.8'],
    ['description', '路灯不亮，多部件'],
    ['media_url', LINKS[0] ?? ''],
    ['media_url', LINKS[1] ?? ''],
    ['attribute[road]', 'S315'],
    ['attribute[chainage]', 'K1+000'],
    ['email', ''],
  ] as const
  const plain = await sendParts(fields)
  const item = await itemOf(filed(plain))
  t.match(item, {
    description: '路灯不亮，多部件',
    road: 'S315',
    mediaUrl: LINKS.slice(0, 2).join('\n'),
    source: 'public',
  })
  t.notMatch(plain.body[0].service_notice, /files/)
  const again = await sendParts(fields)
  t.match(
    again,
    { status: 200, headers: { 'idempotency-replayed': 'true' }, body: plain.body },
    'sent again, it is one item',
  )

  const photo = ['media', Buffer.alloc(300_000, 7), { file: 'x.jpg', type: 'image/jpeg' }] as const
  const withFile = await sendParts([
    ...fields.filter(([name]) => name !== 'description'),
    ['description', '有照片'],
    photo,
    ['media', Buffer.alloc(0), { file: '', type: 'application/octet-stream' }],
  ])
  t.match(withFile.body[0].service_notice, /files of the form were not kept.*media_url/)
  t.match(await itemOf(filed(withFile)), { description: '有照片', road: 'S315' })
})

t.test('a multipart form that is none, or too much, is refused in words', async (t) => {
  const cut = multipart([
    ['api_key', key],
    ['service_code', 'lighting'],
  ])
  const refused = async (answer: Promise<{ status: number; body: Json }>, status: number, words: RegExp) =>
    t.match(await answer, { status, body: [{ code: status, description: words }] })
  await refused(
    citizen.send('POST', '/requests.json', { payload: cut.payload.subarray(0, 60) }, cut.headers),
    400,
    /cannot be read/,
  )
  await refused(
    citizen.send('POST', '/requests.json', { payload: 'x' }, { ...cut.headers, 'content-type': 'multipart/form-data' }),
    400,
    /./,
  )
  await refused(
    sendParts([
      ['api_key', key],
      ['description', 'x'.repeat(70_000)],
    ]),
    413,
    /too large/,
  )
  await refused(sendParts(Array.from({ length: 130 }, (_, n) => [`f${n}`, 'x'] as const)), 400, /Too many/)
  await refused(
    sendParts([
      ['api_key', key],
      ['service_code', 'lighting'],
      ['address_string', 'a\0b'],
    ]),
    400,
    /U\+0000/,
  )
  await refused(
    sendParts([
      ['api_key', key],
      ['service_code', 'lighting'],
      ['address_string', Buffer.from([0xc2, 0xb7, 0xcd, 0xa1, 0xff])],
    ]),
    400,
    /UTF-8/,
  )
  await refused(
    sendParts([
      ['api_key', 'ol_test_none'],
      ['service_code', 'lighting'],
    ]),
    403,
    /./,
  )
})

t.test('a body of another type is told which types are taken', async (t) => {
  const json = JSON.stringify({ api_key: key, ...PLACE })
  for (const [type, payload] of [
    ['application/json', json],
    ['text/plain', 'x'],
    ['application/xml', '<x/>'],
  ] as const) {
    const answer = await citizen.send(
      'POST',
      '/requests.json',
      { payload },
      { 'content-type': type, 'accept-language': 'en' },
    )
    t.match(
      answer,
      { status: 415, body: [{ code: 415, description: /application\/x-www-form-urlencoded, multipart\/form-data/ }] },
      type,
    )
    t.match(answer.body[0].description, type, 'and what came')
    t.notMatch(answer.body[0].description, /takes .*json;/)
  }
  const items = await home.office.post('/v1/items', 'x', { 'content-type': 'text/plain' })
  t.match(items, { status: 415, body: { detail: 'This takes application/json; it came as “text/plain”.' } })
  const { id } = await itemIn('reported', home)
  const patch = await home.office.patch(`/v1/items/${id}`, 'x', { 'content-type': 'application/xml', 'if-match': '*' })
  t.match(patch, { status: 415, body: { detail: /merge-patch\+json, application\/json/ } })
  const chinese = await home.office.post('/v1/items', 'x', { 'content-type': 'text/plain', 'accept-language': 'zh-CN' })
  t.equal(chinese.body.detail, '接收 application/json，收到的是“text/plain”。')
})

t.test('whoever asks what has changed gets that, and nothing that has not', async (t) => {
  const old = filed(await citizen.post({ ...PLACE, description: '很久以前的' }))
  clock.advance(200 * 86_400_000)
  const before = clock.now
  const quiet = filed(await citizen.post({ ...PLACE, description: '没有变化的' }))
  clock.advance(86_400_000)
  const moment = clock.now
  await ok(home.office.post(`/v1/items/${old}/listing`, { level: 'general' }))
  clock.advance(86_400_000)
  const ids = async (query: Record<string, string>) => {
    const answer = await citizen.get('/requests.json', query)
    t.equal(answer.status, 200, answer.text)
    return answer.body.map((request: Json) => request.service_request_id)
  }
  t.same(await ids({ updated_after: moment }), [old], 'however long ago it was filed')
  t.ok((await ids({ updated_after: before })).includes(quiet))
  t.notOk((await ids({ updated_before: before })).includes(old))
  t.same(await ids({ updated_after: moment, updated_before: moment }), [old], 'both ends are in it')
  t.same(await ids({ updated_after: clock.now }), [])
  t.same(await ids({ updated_after: moment, start_date: before }), [], 'with a date of filing too, both hold')
  t.same(await ids({ updated_after: moment, status: 'closed' }), [])
  t.ok((await ids({})).includes(quiet), 'without it, what was filed lately')
  // Merged into another, it changes with the other.
  const twin = filed(await citizen.post({ ...PLACE, description: '重复的' }))
  await ok(home.office.post(`/v1/items/${twin}/merge`, { into: old, reason: '重复上报' }))
  clock.advance(86_400_000)
  const later = clock.now
  await ok(home.office.post(`/v1/items/${old}/notes`, { note: '已现场查看' }))
  t.same((await ids({ updated_after: later })).sort(), [old, twin].sort(), 'a merged one, and what it went into')
  for (const [name, value] of [
    ['updated_after', 'yesterday'],
    ['updated_before', '2026-13-01T00:00:00Z'],
    ['updated_after', '2026-02-30T00:00:00Z'],
    ['start_date', '1'],
  ] as const)
    t.match(
      await citizen.get('/requests.json', { [name]: value }),
      { status: 400, body: [{ description: new RegExp(name) }] },
      value,
    )
  t.match(await citizen.get('/requests.json', { updated_after: later, updated_before: before }), { status: 400 })
  t.same(
    await ids({ updated_after: moment, what_is_this: 'x' }),
    await ids({ updated_after: moment }),
    'unknown parameters are let be',
  )
  const blank = await app.inject(
    `/open311/v2/requests.json?api_key=${key}&updated_after=${moment.replace('Z', ' 00:00').replace(/\.\d+/, '')}`,
  )
  t.equal(blank.statusCode, 200, 'a + that came as a blank')
})

t.test(
  'a parameter that is said twice the same way is said once, and one that is not is refused by name',
  async (t) => {
    const twice = await app.inject(`/open311/v2/requests.json?api_key=${key}&api_key=${key}&status=open`)
    t.equal(twice.statusCode, 200)
    const other = await app.inject(`/open311/v2/requests.json?api_key=${key}&page=1&page=2`)
    t.match([other.statusCode, other.json()], [400, [{ description: /page/ }]])
    const form = `api_key=${key}&service_code=lighting&lat=32.9&lat=33.9&long=115.8`
    t.match(await citizen.send('POST', '/requests.json', { payload: form }, FORM), {
      status: 400,
      body: [{ description: /lat/ }],
    })
  },
)
