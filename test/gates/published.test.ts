import { readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createTestApp } from '../helpers/app.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createTestApp(t, { OPEN_REQUESTS_PER_MINUTE: '40' })
const committed = JSON.parse(readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8'))
const PATHS = ['/openapi.json', '/docs/json', '/docs/yaml']
let address = 0
/** From an address of its own, so that one test's requests are not another's. */
const get = (url: string, headers: Record<string, string> = {}, remoteAddress = `10.0.0.${++address}`) =>
  app.inject({ url, headers, remoteAddress })

t.test('the document is the committed one, in every coding, under a tag of its own in each', async (t) => {
  const tags = new Set<string>()
  for (const [accept, coding, read] of [
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip;q=0.5, br;q=0', 'gzip', gunzipSync],
    ['', undefined, (bytes: Buffer) => bytes],
    ['identity', undefined, (bytes: Buffer) => bytes],
    ['zstd', undefined, (bytes: Buffer) => bytes],
  ] as const) {
    for (const path of PATHS) {
      const answer = await get(path, { 'accept-encoding': accept })
      t.equal(answer.statusCode, 200)
      t.equal(answer.headers['content-encoding'], coding, `${path} ${accept}`)
      t.same(JSON.parse(read(answer.rawPayload).toString()), committed)
      t.match(answer.headers.etag, /^"[\w-]+"$/)
      t.match(answer.headers, { 'cache-control': /max-age/, vary: /Accept-Encoding/ })
      t.equal(Number(answer.headers['content-length']), answer.rawPayload.length)
      tags.add(String(answer.headers.etag))
    }
  }
  t.equal(tags.size, 3)
})

t.test('whoever has it is told so and sent nothing', async (t) => {
  const { etag = '' } = (await get('/openapi.json', { 'accept-encoding': 'br' })).headers
  for (const path of PATHS) {
    const answer = await get(path, { 'if-none-match': String(etag), 'accept-encoding': 'gzip' })
    t.match({ status: answer.statusCode, length: answer.rawPayload.length }, { status: 304, length: 0 }, path)
  }
  t.equal((await get('/openapi.json', { 'if-none-match': '"other"' })).statusCode, 200)
})

t.test('it comes as JSON unless its own type, of its version, is asked for', async (t) => {
  const typeOf = async (accept: string) => String((await get('/openapi.json', { accept })).headers['content-type'])
  for (const accept of [
    ...['', '*/*', 'application/json', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/html'],
    'application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json',
  ])
    t.match(await typeOf(accept), /^application\/json/, accept)
  for (const accept of ['application/vnd.oai.openapi+json;version=3.1', 'application/vnd.oai.openapi+json'])
    t.match(await typeOf(accept), /^application\/vnd\.oai\.openapi\+json/, accept)
})

t.test('what is open to everybody is counted by address, and what looks after the service is not', async (t) => {
  const from = '10.9.9.9'
  const paths = [
    ...PATHS,
    '/docs',
    '/',
    '/none',
    '/v1/none',
    '/docs/static/swagger-ui.css',
    '/docs/static/%2e%2e/x',
    '/evil.php',
  ]
  for (let k = 0; k < 40; k++)
    t.not((await get(paths[k % paths.length] ?? '', {}, from)).statusCode, 429, `request ${k}`)
  for (const path of paths) {
    const answer = await get(path, { 'accept-language': 'en' }, from)
    t.equal(answer.statusCode, 429, path)
    t.match(answer.json(), { code: 'too-many-requests', detail: /from this address/ })
    const wait = Number(answer.headers['retry-after'])
    t.ok(wait >= 1 && wait <= 60)
  }
  const put = await app.inject({ method: 'PUT', url: '/v1/items', remoteAddress: from })
  t.equal(put.statusCode, 429, 'methods that are not there, too')
  for (let k = 0; k < 50; k++) {
    t.equal((await get('/healthz', {}, from)).statusCode, 200)
    t.equal((await get('/readyz', {}, from)).statusCode, 200)
  }
  const me = await app.inject({
    url: '/v1/me',
    headers: { authorization: `Bearer ${home.office.key}` },
    remoteAddress: from,
  })
  t.equal(me.statusCode, 200, 'who has a key is counted by the key')
  t.equal((await get('/openapi.json')).statusCode, 200, 'another address')
})

t.test('the address itself leads to the reference, which bears the service’s own name', async (t) => {
  t.match(await get('/'), { statusCode: 302, headers: { location: '/docs' } })
  const page = await get('/docs')
  t.match(page.body, /<title>One List 一单四制<\/title>/)
  t.match(page.body, /theme\/mark\.svg/)
  const mark = await get('/docs/static/theme/mark.svg')
  t.match(mark.headers['content-type'], /^image\/svg\+xml/)
  t.match(mark.body, /aria-label="One List"/)
})
