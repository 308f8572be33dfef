import type { AddressInfo } from 'node:net'
import { Upload } from 'tus-js-client'
import { createTestApp, itemIn, type Json, ok } from '../helpers/app.js'
import { createClient, isRefused } from '../helpers/client.js'
import { beginUpload, photo } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'

const { app, home, foreign } = await createTestApp(t)
const { office, admin, inspector, unitCaller } = home
await app.listen({ port: 0 })
const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
const MERGE = 'application/merge-patch+json'

/** Over the wire, since a server that answers to the wrong method would say too much or too little there. */
async function over(key: string, method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'x-http-method-override': method, ...type, ...more },
    body: body === undefined ? null : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
  })
  const text = await answer.text()
  const headers = Object.fromEntries(answer.headers)
  return {
    status: answer.status,
    headers,
    body: (/json/.test(`${headers['content-type']}`) ? JSON.parse(text) : text) as Json,
  }
}

t.test('a POST that says PATCH corrects an item, by the rules of PATCH', async (t) => {
  const { id, version } = await itemIn('reported', home)
  const path = `/v1/items/${id}`
  const patch = { title: '桥头路缘石缺失' }
  t.match(await over(office.key, 'PATCH', path, patch), { status: 428, body: { code: 'precondition-required' } })
  t.match(await over(office.key, 'PATCH', path, patch, { 'if-match': '"77"' }), {
    status: 412,
    body: { code: 'stale' },
  })
  t.match(await over(unitCaller.key, 'PATCH', path, patch, { 'if-match': `"${version}"` }), { status: /40[34]/ })
  t.match(await over(foreign.office.key, 'PATCH', path, patch, { 'if-match': `"${version}"` }), { status: 404 })
  t.match(await over('ol_test_none', 'PATCH', path, patch, { 'if-match': `"${version}"` }), { status: 401 })
  const done = await over(office.key, 'patch', path, patch, { 'if-match': `"${version}"`, 'content-type': MERGE })
  t.match(done, { status: 200, body: { title: patch.title, version: version + 1 } })
  t.match(await ok(office.get(path)), { title: patch.title })
})

t.test('a POST that says PUT sets rules, and one that says DELETE revokes a key', async (t) => {
  const { version: _1, setBy: _2, setAt: _3, ...rules } = await ok(admin.get('/v1/rules'))
  const set = await over(admin.key, 'PUT', '/v1/rules', { ...rules, receiptDays: 5 })
  t.match(set, { status: 200, body: { receiptDays: 5 } })
  t.match(await over(office.key, 'PUT', '/v1/rules', rules), { status: 403 }, 'the right is that of PUT')
  const [{ id }] = (await ok(admin.get('/v1/api-keys'))).data.filter((key: Json) => key.role === 'auditor')
  t.match(await over(office.key, 'DELETE', `/v1/api-keys/${id}`), { status: 403 })
  t.equal((await over(admin.key, 'DELETE', `/v1/api-keys/${id}`)).status, 204)
  t.match(await home.auditor.get('/v1/me'), { status: 401 })
})

t.test('a repetition is the same request, whichever way its method was said', async (t) => {
  const { id, version } = await itemIn('reported', home)
  const headers = { 'if-match': `"${version}"`, 'idempotency-key': 'override-1' }
  const first = await over(office.key, 'PATCH', `/v1/items/${id}`, { title: '标线磨损' }, headers)
  t.equal(first.status, 200)
  const again = await office.patch(`/v1/items/${id}`, { title: '标线磨损' }, headers)
  t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' }, body: first.body })
})

t.test('an upload goes on by POST, as tus has it', async (t) => {
  const sent = await photo(31)
  const id = await beginUpload(app, inspector, { length: sent.length, kind: 'before' })
  const path = `/v1/evidence-uploads/${id}`
  const tus = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' }
  const half = Math.floor(sent.length / 2)
  const one = await over(inspector.key, 'PATCH', path, sent.subarray(0, half), { ...tus, 'upload-offset': '0' })
  t.match(one, { status: 204, headers: { 'upload-offset': `${half}` } })
  const stands = await over(inspector.key, 'HEAD', path, undefined, { 'tus-resumable': '1.0.0' })
  t.match(stands, { status: 200, headers: { 'upload-offset': `${half}`, 'upload-length': `${sent.length}` } })
  t.match(await over(unitCaller.key, 'HEAD', path), { status: 404 }, 'it is still its sender’s alone')
  t.equal(
    (await over(inspector.key, 'PATCH', path, sent.subarray(half), { ...tus, 'upload-offset': `${half}` })).status,
    204,
  )
  t.match(await ok(inspector.get(`/v1/evidence/${id}`)), { id, kind: 'before' })
  const other = await beginUpload(app, inspector, { length: 10, kind: 'before' })
  t.equal((await over(inspector.key, 'DELETE', `/v1/evidence-uploads/${other}`, undefined, tus)).status, 204)
})

t.test('the tus client of the others finishes where PATCH does not pass', async (t) => {
  const sent = await photo(32)
  const done = await new Promise((resolve, reject) => {
    const upload = new Upload(sent, {
      ...{ endpoint: `${base}/v1/evidence-uploads`, overridePatchMethod: true, chunkSize: 4000, retryDelays: [] },
      ...{ headers: { authorization: `Bearer ${inspector.key}` }, metadata: { kind: 'after' } },
      ...{ onSuccess: () => resolve(upload.url), onError: reject },
    })
    upload.start()
  })
  t.match(await ok(inspector.get(`/v1/evidence/${String(done).split('/').at(-1)}`)), { kind: 'after' })
})

t.test('an override that means nothing is refused, and nothing is done', async (t) => {
  const { id } = await itemIn('reported', home)
  const { send } = createClient(app, office.key)
  const pointer = '/headers/x-http-method-override'
  for (const method of [
    'GET',
    'POST',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PATCH, PUT',
    'x',
    '',
    '__proto__',
    'constructor',
  ]) {
    const override = { 'x-http-method-override': method }
    await isRefused(t, send('POST', `/v1/items/${id}/notes`, '{"note":"已核实"}', override), 400, pointer, method)
  }
  for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS'] as const) {
    const sent = await send(method, `/v1/items/${id}`, undefined, { 'x-http-method-override': 'DELETE' })
    t.equal(sent.status, 400, method)
  }
  t.match(await ok(office.get(`/v1/items/${id}`)), { version: 1 }, 'nothing was done')
  const same = { 'x-http-method-override': 'PATCH', 'if-match': '"1"' }
  t.match(await send('PATCH', `/v1/items/${id}`, '{"title":"坑槽"}', same), { status: 200 }, 'PATCH that says PATCH')
  t.match(
    await send('GET', '/healthz', undefined, { 'x-http-method-override': 'DELETE' }),
    { status: 200 },
    'not of ours',
  )
})
