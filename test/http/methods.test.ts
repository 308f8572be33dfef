import { readFileSync } from 'node:fs'
import { createTestApp, itemIn, type Json } from '../helpers/app.js'
import { createClient, isRefused } from '../helpers/client.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createTestApp(t)
const { id } = await itemIn('reported', home)
await app.listen({ port: 0 })
const { send, raw } = createClient(app, home.office.key)
const anybody = createClient(app, 'ol_test_none')

const document = JSON.parse(readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')) as Json
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
/** A path as the document writes it, with something in the place of each parameter. */
const filled = (path: string) => path.replaceAll(/\{[^}]+\}/g, id)

t.test('every path of the document answers OPTIONS with its methods, and other methods with 405', async (t) => {
  for (const [path, operations] of Object.entries<Json>(document.paths)) {
    const url = filled(path)
    const documented = METHODS.filter((method) => operations[method.toLowerCase()] !== undefined)
    const isOpen311 = path.startsWith('/open311/')
    if (operations.options === undefined) {
      const { status, headers, body } = await anybody.send('OPTIONS', url)
      t.equal(status, 204, `OPTIONS ${url}`)
      t.equal(body, '')
      const allowed = String(headers.allow).split(', ')
      for (const method of documented) t.ok(allowed.includes(method), `${url} allows ${method}`)
      t.ok(allowed.includes('OPTIONS'))
      t.equal(allowed.includes('HEAD'), allowed.includes('GET'))
    }
    for (const method of METHODS) {
      const { status, headers, body } = await anybody.send(method, url)
      if (documented.includes(method)) t.not(status, 405, `${method} ${url}`)
      else if (status === 405) {
        t.ok(headers.allow, `${method} ${url} says what is allowed`)
        if (isOpen311) t.match(headers['content-type'], /json|xml/)
        else t.match(body, { code: 'method-not-allowed', type: '/problems/method-not-allowed', status: 405 })
      } else {
        // Another path of the document takes it, where this one's last word stands in the place of a parameter.
        const others = Object.keys(document.paths).filter((other) => {
          const pattern = new RegExp(`^${other.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
          return other !== path && pattern.test(url) && document.paths[other][method.toLowerCase()] !== undefined
        })
        t.not(others.length, 0, `${method} ${url} is ${status}`)
      }
    }
  }
})

t.test('405 names the methods in words and in Allow, for the good key and for none', async (t) => {
  for (const caller of [anybody, { send }]) {
    const answer = await caller.send('PUT', '/v1/items', '{}')
    t.match(answer, {
      status: 405,
      headers: { allow: 'GET, HEAD, POST, OPTIONS' },
      body: { code: 'method-not-allowed' },
    })
    t.match(answer.body.detail, 'PUT cannot be done here; GET, HEAD, POST, OPTIONS can.')
  }
  await isRefused(t, send('DELETE', `/v1/items/${id}`), 405)
  await isRefused(
    t,
    send('DELETE', '/v1/items/01a20118-6a10-7c3e-9f65-2f4b7c1d8e90'),
    405,
    undefined,
    'one that is not there',
  )
  await isRefused(t, send('PATCH', '/v1/events', '{}'), 405)
  await isRefused(t, send('POST', '/openapi.json', '{}'), 405)
  await isRefused(t, send('POST', '/healthz', '{}'), 405)
  await isRefused(t, send('DELETE', '/v1/ogc/collections'), 405)
  await isRefused(t, raw('TRACE /v1/items HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), 405, undefined, 'TRACE')
  await isRefused(t, raw('PROPFIND /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), 405, undefined, 'PROPFIND')
  const chinese = await send('PUT', '/v1/items', '{}', { 'accept-language': 'zh-CN' })
  t.equal(chinese.body.detail, '该地址不支持 PUT，支持：GET, HEAD, POST, OPTIONS。')
  const xml = await send('DELETE', '/open311/v2/requests.xml')
  t.match(xml, { status: 405, headers: { 'content-type': /^text\/xml/, allow: 'GET, HEAD, POST, OPTIONS' } })
  t.match(xml.body, /<errors><error><code>405<\/code>/)
  t.match(await send('PUT', '/open311/v2/services.json', '{}'), { status: 405, body: [{ code: 405 }] })
  t.match(await send('GET', '/open311/v2/none.json'), { status: 404, body: [{ code: 404 }] })
})

t.test('a path that leads nowhere is refused as a problem, and is no fault of the service', async (t) => {
  const nowhere = [
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/docs/static/..\\..\\package.json',
    '/docs/static/..%5c..%5cpackage.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/%2e%2e%2f%2e%2e%2fpackage.json',
    '/docs/static/....//....//package.json',
    '/docs/static/%252e%252e/package.json',
    '/docs/static/%00',
    '/docs/static/swagger-ui.css%00.js',
    '/docs/static/.htaccess',
    '/docs/static/none.js',
    '/docs/static//etc/passwd',
    '/docs/static/%zz',
    '/docs/static/%c3%28',
    '/docs/static/%e0%80%af',
    `/docs/static/${'a'.repeat(10_000)}`,
    `/docs/static/${'../'.repeat(3000)}package.json`,
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/none',
    '/%',
    '/v1/items/%',
    '/v1/items/%ff',
    '/v1/%00',
    '/..%2f..%2fetc/passwd',
    '/v1//items',
    '/evidence/%2e%2e%2f',
    '/unsubscribe/%00',
    '/unsubscribe/..%2f..',
    '/open311/v2/%2e%2e/x',
  ]
  for (const path of nowhere) {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await anybody.send(method, path)
      t.ok(answer.status === 404 || answer.status === 400, `${method} ${path.slice(0, 60)} is ${answer.status}`)
      if (method === 'GET' && !path.startsWith('/open311'))
        t.match(answer.headers['content-type'], /^application\/problem\+json/, path.slice(0, 60))
    }
  }
  const range = await send('GET', '/docs/static/swagger-ui.css', undefined, { range: 'bytes=99999999-' })
  t.ok([200, 416].includes(range.status), `a range that is not there: ${range.status}`)
  t.not((await send('GET', '/docs/static/swagger-ui.css', undefined, { 'if-match': '"x"' })).status, 500)
  t.not(
    (
      await send('GET', '/docs/static/swagger-ui.css', undefined, {
        'if-unmodified-since': 'Mon, 01 Jan 1990 00:00:00 GMT',
      })
    ).status,
    500,
  )
})

t.test('the whole URL, as a proxy’s client sends it, is the path that it ends with', async (t) => {
  const ask = (line: string) =>
    raw(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${home.office.key}\r\n\r\n`)
  t.match(await ask('GET http://list.example.cn/healthz'), { status: 200, body: { status: 'ok' } })
  t.match(await ask('GET HTTP://list.example.cn:8080/v1/items?limit=1'), { status: 200 })
  await isRefused(t, ask('GET http://list.example.cn/none'), 404)
  await isRefused(t, ask('GET http://list.example.cn/docs/static/%2e%2e/%2e%2e/package.json'), 404)
  await isRefused(t, ask('GET none'), 400)
  await isRefused(t, ask('GET //etc/passwd'), 404)
  const star = ask('OPTIONS *').catch((err) => err)
  t.match(await star, SyntaxError, 'the service’s own OPTIONS has no body')
})
