import { createTestApp, filing, itemIn, type Json, ok } from '../helpers/app.js'
import { createClient, isRefused } from '../helpers/client.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createTestApp(t)
const { id } = await itemIn('reported', home)
const { send, post } = createClient(app, home.office.key)

t.test('what cannot be stored as text is refused where it stands', async (t) => {
  for (const [what, text] of [
    ['U+0000', '\\u0000'],
    ['a lone high surrogate', '\\ud83d'],
    ['a lone low one', '\\ude00x'],
  ] as const) {
    const { title, ...rest } = filing()
    const more = JSON.stringify(rest).slice(1)
    await isRefused(t, post('/v1/items', `{"title":"弯道${text}","description":"x",${more}`), 400, '/title', what)
    await isRefused(t, post('/v1/items', `{"title":"x","${text}":1,${more}`), 400, undefined, `${what} in a name`)
    await isRefused(
      t,
      post(`/v1/items/${id}/notes`, `{"note":{"a":["${text}"]}}`),
      400,
      '/note/a/0',
      `${what} deep inside`,
    )
  }
  await isRefused(t, send('GET', '/v1/items?q=%00'), 400, '/query/q')
  await isRefused(t, send('GET', '/v1/items/2026%00'), 400, '/params/id')
  for (const path of ['/v1/items/%ED%A0%80', '/v1/items/%', '/v1/items/%zz', '/v1/%c0%ae/items'])
    await isRefused(t, send('GET', path), 400)
  for (const query of ['q=%ED%A0%80', 'q=%ff', '%ff=1', 'q=%'])
    t.ok((await send('GET', `/v1/items?${query}`)).status < 500, query)
  t.match(
    await ok(home.inspector.post('/v1/items', filing({ title: '表情 🚧 \u2028' }))),
    { title: '表情 🚧' },
    'whole characters are fine',
  )
})

t.test('a body that is not UTF-8 is refused, not stored with its characters replaced', async (t) => {
  const gbk = Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xcd, 0xe4, 0xb5, 0xc0]), Buffer.from('"}')])
  await isRefused(t, post(`/v1/items/${id}/notes`, gbk), 400)
  const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"note":"带 BOM"}')])
  t.match(await post(`/v1/items/${id}/notes`, bom), { status: 200 })
})

t.test('a body that is no JSON object of ours is refused', async (t) => {
  const bodies = [
    '{',
    '{"title":',
    '[]',
    '"x"',
    '5',
    'null',
    'true',
    'undefined',
    "{'title':'x'}",
    '{"title":"x",}',
    'NaN',
    '\u0001',
  ]
  for (const body of bodies) await isRefused(t, post('/v1/items', body), 400, undefined, body)
  await isRefused(t, post('/v1/items', ''), 400, '/title', 'none at all')
  for (const key of ['__proto__', 'constructor']) {
    await isRefused(
      t,
      post('/v1/items', JSON.stringify(filing()).replace('{', `{"${key}":{"prototype":{"x":1}},`)),
      400,
      undefined,
      key,
    )
    await isRefused(t, post('/v1/items', `{"location":{"${key}":{"prototype":1}}}`), 400, undefined, `${key} inside`)
  }
  t.equal(({} as Json).x, undefined)
  for (const deep of [
    '['.repeat(200_000),
    '{"note":'.repeat(60_000),
    `{"note":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ]) {
    await isRefused(t, post(`/v1/items/${id}/notes`, deep), 400, undefined, 'a bomb')
  }
})

t.test('a field or parameter that is unknown is refused by its name', async (t) => {
  await isRefused(t, post('/v1/items', filing({ titel: 'x' })), 400, '/titel')
  await isRefused(t, post('/v1/items', filing({ location: { lon: 115, lat: 32, alt: 5 } })), 400, '/location/alt')
  await isRefused(t, post('/v1/items', filing({ 'a/b~c': 1 })), 400, '/a~1b~0c')
  for (const path of [
    '/v1/items',
    `/v1/items/${id}`,
    `/v1/items/${id}/events`,
    '/v1/me',
    '/v1/units',
    '/v1/areas',
    '/v1/categories',
    '/v1/calendar',
    '/v1/reports/overdue',
  ]) {
    await isRefused(t, send('GET', `${path}?overdeu=true`), 400, '/query/overdeu', path)
  }
  await isRefused(t, post('/v1/items?dryRun=true', filing()), 400, '/query/dryRun', 'also on a command')
  await isRefused(t, post(`/v1/items/${id}/notes?silent=1`, { note: 'x' }), 400, '/query/silent')
  for (const query of ['limit=1&limit=2', 'area=34&area=35', 'sort=dueAt&sort=-dueAt']) {
    await isRefused(t, send('GET', `/v1/items?${query}`), 400, `/query/${query.split('=')[0]}`, query)
  }
  t.match(await send('GET', '/v1/items?status=listed&status=closed'), { status: 200 }, 'what may be repeated')
})

t.test('numbers beyond all measure are refused', async (t) => {
  for (const number of ['1e400', '-1e400', '1e308', '9007199254740993', '1.5', '-1']) {
    await isRefused(
      t,
      post('/v1/items', `{"title":"x","area":"341225","road":"S315","startChainageM":${number}}`),
      400,
      '/startChainageM',
      number,
    )
  }
  for (const number of ['1e400', '181', '-180.1', '"115"']) {
    await isRefused(
      t,
      post('/v1/items', `{"title":"x","area":"341225","location":{"lon":${number},"lat":32}}`),
      400,
      '/location/lon',
      number,
    )
  }
  for (const limit of ['0', '201', '-1', '1e2x', '1.5', 'NaN', '9'.repeat(400), '']) {
    await isRefused(t, send('GET', `/v1/items?limit=${limit}`), 400, '/query/limit', limit)
  }
})

t.test('another content type is refused', async (t) => {
  for (const type of [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'image/png',
    'x',
  ]) {
    await isRefused(t, post('/v1/items', JSON.stringify(filing()), { 'content-type': type }), 415, undefined, type)
  }
  t.match(await post('/v1/items', filing(), { 'content-type': 'application/json; charset=utf-8' }), { status: 201 })
})

t.test('whatever is sent to whatever address, the service does not fail', async (t) => {
  const { paths } = app.swagger() as Json
  const bodies = [
    '{}',
    '[]',
    'null',
    '{"note":{}}',
    '{"reason":[]}',
    '{"level":"\\u0000"}',
    '{"dueAt":"2026-02-30"}',
    '{"x":1e999}',
  ]
  const ids = [id, '2026-000001', "x' or 1=1 --", '%F0%9F%98%80', '..%2f..', '00000000-0000-0000-0000-000000000000']
  let sent = 0
  for (const [template, methods] of Object.entries<Json>(paths)) {
    for (const method of Object.keys(methods)) {
      for (const [k, body] of bodies.entries()) {
        const path = template.replace(/\{[^}]+\}/g, encodeURI(ids[k % ids.length] ?? id).replaceAll('%25', '%'))
        for (const caller of [home.office, home.admin, home.unitCaller]) {
          const isRead = method === 'get'
          const answer = await send(
            method.toUpperCase(),
            isRead ? `${path}?cursor=${body}&limit=1` : path,
            isRead ? undefined : body,
            { authorization: `Bearer ${caller.key}` },
          )
          t.ok(answer.status < 500, `${method} ${path} ${body} answers ${answer.status}`)
          sent++
        }
      }
    }
  }
  t.ok(sent > 500, `${sent} requests`)
})
