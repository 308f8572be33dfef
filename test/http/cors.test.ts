import { readConfig } from '../../src/config.js'
import { createTestApp, itemIn, type Json } from '../helpers/app.js'
import { routesOf } from '../helpers/routes.js'
import { t } from '../helpers/tap.js'

const MAP = 'https://map.example.cn'
const { app, home } = await createTestApp(t, { CORS_ORIGINS: `${MAP}, http://localhost:5173` })
const closed = await createTestApp(t)
const { id } = await itemIn('reported', home)
const key = { authorization: `Bearer ${home.office.key}` }

const ask = async (method: string, url: string, headers: Record<string, string>, of = app) => {
  const answer = await of.inject({ method: method as 'GET', url, headers })
  return { status: answer.statusCode, headers: answer.headers as Json, body: answer.body }
}
const preflight = (url: string, method: string, origin = MAP, of = app) =>
  ask(
    'OPTIONS',
    url,
    { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    of,
  )
const isClosed = (t: Json, answer: { headers: Json }, what: string) => {
  const open = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
  t.same(open, [], what)
}

t.test('a preflight to every route under /v1 allows its method and every header of the API', async (t) => {
  for (const { method, path } of routesOf(app)) {
    const url = path.replaceAll(/\{[^}]+\}/g, id)
    const { status, headers, body } = await preflight(url, method)
    t.match({ status, body }, { status: 204, body: '' }, `${method} ${path}`)
    t.equal(headers['access-control-allow-origin'], MAP)
    t.ok(headers['access-control-allow-methods'].split(', ').includes(method), `${method} ${path}`)
    t.equal(headers['access-control-allow-credentials'], undefined)
  }
  const { headers } = await preflight(`/v1/items/${id}`, 'PATCH', 'http://localhost:5173')
  t.equal(headers['access-control-allow-origin'], 'http://localhost:5173')
  t.match(headers.vary, /Origin/i)
  const sent = headers['access-control-allow-headers'].toLowerCase().split(', ')
  for (const name of [
    ...['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'last-event-id'],
    ...['x-http-method-override', 'tus-resumable', 'upload-length', 'upload-offset', 'upload-metadata'],
  ])
    t.ok(sent.includes(name), name)
})

t.test('answers, refusals too, can be read by an allowed page', async (t) => {
  for (const [url, headers, status] of [
    ['/v1/items', key, 200],
    [`/v1/items/${id}`, key, 200],
    ['/v1/items/none', key, 404],
    ['/v1/items', {}, 401],
    ['/v1/items?limit=0', key, 400],
    ['/v1/none', key, 404],
    ['/v1/ogc', key, 200],
  ] as const) {
    const answer = await ask('GET', url, { ...headers, origin: MAP })
    t.equal(answer.status, status, url)
    t.equal(answer.headers['access-control-allow-origin'], MAP, url)
    t.match(answer.headers.vary, /Origin/i, url)
    const read = answer.headers['access-control-expose-headers'].toLowerCase().split(', ')
    for (const name of [
      'etag',
      'location',
      'link',
      'ratelimit',
      'retry-after',
      'idempotency-replayed',
      'upload-offset',
      'tus-resumable',
    ])
      t.ok(read.includes(name), name)
  }
  const list = await ask('GET', '/v1/items', { ...key, origin: MAP })
  t.match(list.headers.vary, /Accept/, 'what the list itself depends on is kept')
  const plain = await ask('GET', '/v1/items', key)
  t.match(plain.headers.vary, /Origin/i, 'a cache must not give the answer of no origin to one')
})

t.test('other origins get nothing, however alike', async (t) => {
  for (const origin of [
    ...[
      'https://map.example.cn.evil.cn',
      'http://map.example.cn',
      'https://map.example.cn:8443',
      'https://MAP.example.cn',
    ],
    ...['https://evil.cn', 'null', '', 'https://map.example.cn/', 'http://localhost:5174', '*'],
  ]) {
    isClosed(t, await preflight('/v1/items', 'POST', origin), `preflight of ${origin}`)
    isClosed(t, await ask('GET', '/v1/items', { ...key, origin }), `GET of ${origin}`)
  }
  isClosed(t, await preflight('/healthz', 'GET'), 'what is not of the API')
  const nowhere = await preflight('/v1/none', 'GET')
  t.equal(nowhere.status, 404)
  isClosed(t, nowhere, 'an address that is not there')
})

t.test('without the setting there is no cross-origin access but to Open311’s reads', async (t) => {
  const { status, headers } = await preflight('/v1/items', 'POST', MAP, closed.app)
  t.match({ status, allow: headers.allow }, { status: 204, allow: 'GET, HEAD, POST, OPTIONS' }, 'plain OPTIONS')
  isClosed(t, { headers }, 'preflight')
  isClosed(t, await ask('GET', '/v1/items', { origin: MAP }, closed.app), 'GET')
  for (const of of [app, closed.app]) {
    for (const url of ['/open311/v2/discovery.json', '/open311/v2/services.xml', '/open311/v2/requests.json']) {
      const read = await ask('GET', url, { origin: 'https://anybody.example' }, of)
      t.equal(read.headers['access-control-allow-origin'], '*', url)
      const asked = await preflight(url, 'GET', 'https://anybody.example', of)
      t.match(asked, { status: 204, headers: { 'access-control-allow-origin': '*' } }, url)
    }
    isClosed(t, await preflight('/open311/v2/requests.json', 'POST', MAP, of), 'filing by a page')
    isClosed(t, await ask('POST', '/open311/v2/requests.json', { origin: MAP }, of), 'filing by a page')
  }
})

t.test('the setting takes origins and nothing else', async (t) => {
  t.same(readConfig({ CORS_ORIGINS: 'https://a.cn' }).corsOrigins, ['https://a.cn'])
  t.same(readConfig({}).corsOrigins, [])
  for (const value of [
    '*',
    'a.cn',
    'https://a.cn/',
    'https://a.cn/x',
    'https://A.cn',
    'https://a.cn:443',
    'ftp://a.cn',
    'null',
    'https://a.cn,',
    'https://*.a.cn',
  ])
    t.throws(() => readConfig({ CORS_ORIGINS: value }), /CORS_ORIGINS/, value)
})
