import { createTestApp } from '../helpers/app.js'
import { createClient, isRefused } from '../helpers/client.js'
import { t } from '../helpers/tap.js'

const MEGABYTE = 1_048_576
const { app, home } = await createTestApp(t)
await app.listen({ port: 0 })
const { send, post, raw } = createClient(app, home.office.key)

t.test('what is too large is refused before it is read', async (t) => {
  const filler = (bytes: number) => `{"title":"${'x'.repeat(bytes - 12)}"}`
  await isRefused(t, post('/v1/items', filler(MEGABYTE + 1)), 413)
  await isRefused(t, post('/v1/items', filler(MEGABYTE)), 400, '/title', 'a megabyte is read, and its title too long')
  await isRefused(t, send('GET', `/v1/items/${'9'.repeat(101)}`), 400, undefined, 'a long id')
  await isRefused(t, send('GET', `/v1/items?q=${'x'.repeat(5_000)}`), 400, '/query/q')
  await isRefused(t, raw(`GET /v1/items?q=${'x'.repeat(30_000)} HTTP/1.1\r\nHost: x\r\n\r\n`), 431)
  await isRefused(t, raw(`GET /v1/items HTTP/1.1\r\nHost: x\r\nX-Much: ${'x'.repeat(30_000)}\r\n\r\n`), 431)
})

t.test('what is no HTTP of ours is refused as a problem all the same', async (t) => {
  const broken = [
    'GET /v1/items HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b\r\n\r\n',
    'FOO /v1/items HTTP/1.1\r\nHost: x\r\n\r\n',
    'hello\r\n\r\n',
    'GET  HTTP/1.1\r\n\r\n',
  ]
  for (const request of broken) await isRefused(t, raw(request), 400, undefined, request)
  await isRefused(
    t,
    raw('POST /v1/items HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    400,
    undefined,
    'two lengths',
  )
})

t.test('an address that is not there is refused, whatever the method', async (t) => {
  for (const [method, path] of [
    ['GET', '/v2/items'],
    ['POST', '/v1/items/x/y/z'],
    ['OPTIONS', '/v1/none'],
    ['PUT', '/v1'],
  ] as const) {
    await isRefused(t, send(method, path, method === 'GET' ? undefined : '{}'), 404, undefined, `${method} ${path}`)
  }
  t.match(
    await send('HEAD', '/v1/items', undefined, { authorization: '' }),
    { status: 401 },
    'HEAD asks who is there, too',
  )
  t.match(await send('HEAD', '/v1/items'), { status: 200 })
})

t.test('a token that is none is refused with the way to show one', async (t) => {
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Basic eDp5',
    `Bearer ${home.office.key}x`,
    home.office.key,
    'Bearer a b',
    `Bearer ${'x'.repeat(9_000)}`,
    'Bearer clé',
    'Bearer ol_live_x',
  ]) {
    const answer = await send('GET', '/v1/me', undefined, { authorization })
    t.match(
      answer,
      { status: 401, headers: { 'www-authenticate': 'Bearer realm="one-list"' }, body: { code: 'unauthenticated' } },
      authorization,
    )
  }
})

t.test('titles come in the language that is asked for, codes in none', async (t) => {
  const titleIn = async (language: string) =>
    (await send('GET', '/v1/items/none', undefined, { 'accept-language': language })).body
  for (const language of ['en', 'en-US,en;q=0.9', 'fr, en;q=0.5', 'EN'])
    t.match(await titleIn(language), { title: 'Not found', code: 'not-found' }, language)
  for (const language of [
    'zh-CN',
    'zh',
    'zh-Hans-CN',
    '',
    'fr',
    '*',
    'zh;q=1, en;q=0.5',
    'x'.repeat(5_000),
    ';;;q=,',
  ]) {
    t.match(await titleIn(language), { title: '未找到', code: 'not-found' }, language.slice(0, 20))
  }
})

t.test('a request’s id is kept if it is one, and made if not', async (t) => {
  const idOf = async (given: string) =>
    (await send('GET', '/healthz', undefined, { 'x-request-id': given })).headers['x-request-id']
  for (const given of ['abc-123', 'A'.repeat(64), '01a2.b_c-d']) t.equal(await idOf(given), given)
  for (const given of ['', 'a b', 'A'.repeat(65), '<script>', 'é', 'a\tb'])
    t.match(await idOf(given), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}$/, given)
})

const PROTECTION = {
  'content-security-policy':
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
}

t.test('every answer carries the headers that keep a browser from harm', async (t) => {
  for (const path of ['/v1/items', '/v1/none', '/healthz', '/v1/items?limit=0']) {
    const { headers } = await send('GET', path)
    t.has(headers, PROTECTION, path)
    t.equal(headers['x-powered-by'], undefined)
  }
})

t.test('who asks too often waits, and nobody else', async (t) => {
  const { app, home } = await createTestApp(t, { RATE_LIMIT_PER_MINUTE: '5' })
  for (const left of [4, 3, 2, 1, 0]) {
    const { status, headers } = await home.office.get('/v1/items')
    t.equal(status, 200)
    t.equal(headers['ratelimit-policy'], '"default";q=5;w=60')
    t.match(headers.ratelimit, new RegExp(`^"default";r=${left};t=\\d+$`))
    t.equal(headers['x-ratelimit-limit'], undefined)
  }
  for (const refused of [home.office.get('/v1/items'), home.office.post('/v1/items', {})]) {
    const answer = await refused
    t.match(answer, {
      status: 429,
      body: { type: '/problems/too-many-requests', code: 'too-many-requests', title: 'Too many requests' },
    })
    t.match(answer.headers, { 'content-type': 'application/problem+json; charset=utf-8', ratelimit: /r=0/ })
    const wait = Number(answer.headers['retry-after'])
    t.ok(wait >= 1 && wait <= 60, `wait ${wait} s`)
  }
  t.match(await home.inspector.get('/v1/items'), { status: 200 }, 'another person')
  for (let k = 0; k < 10; k++) t.match(await app.inject('/healthz'), { statusCode: 200 }, 'who looks after the service')
  const guess = () => app.inject({ url: '/v1/me', headers: { authorization: 'Bearer ol_test_guess' } })
  for (let k = 0; k < 5; k++) t.equal((await guess()).statusCode, 401)
  t.equal((await guess()).statusCode, 429, 'who guesses keys, by their address')
})
