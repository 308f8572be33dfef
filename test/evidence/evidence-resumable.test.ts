import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Upload } from 'tus-js-client'
import { ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { beginUpload, keptFiles, metadataOf, photo, tus } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const made = await createCheckedApp(t)
const { app, home, foreign } = made
const { inspector, unitCaller, verifier } = home
const partial = async () =>
  (await readdir(`${made.dataDir}/uploads`, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) =>
    entry.isFile(),
  )

t.test('the protocol says what of it is supported', async (t) => {
  const { status, headers } = await tus(app, inspector, 'OPTIONS', '')
  t.equal(status, 204)
  t.match(headers, {
    ...{ 'tus-version': '1.0.0', 'tus-max-size': `${25 * 1_048_576}` },
    'tus-extension': /creation.*termination/,
  })
})

t.test('a file comes in pieces, and is evidence under the upload’s own id', async (t) => {
  const sent = await photo(21, { at: '2026:03:01 09:20:00' })
  const id = await beginUpload(app, inspector, { length: sent.length, kind: 'before', filename: '../../etc/passwd' })
  const half = Math.floor(sent.length / 2)
  const first = await tus(app, inspector, 'PATCH', `/${id}`, { 'upload-offset': '0' }, sent.subarray(0, half))
  t.match(first, { status: 204, headers: { 'upload-offset': `${half}`, 'tus-resumable': '1.0.0' } })
  t.match(await tus(app, inspector, 'HEAD', `/${id}`), {
    status: 200,
    headers: { 'upload-offset': `${half}`, 'upload-length': `${sent.length}`, 'cache-control': 'no-store' },
  })
  t.match(await tus(app, inspector, 'GET', `/${id}`), { body: { offset: half, length: sent.length, complete: false } })
  refused(t, await inspector.get(`/v1/evidence/${id}`), 404, 'not-found')
  const wrong = await tus(app, inspector, 'PATCH', `/${id}`, { 'upload-offset': '3' }, sent.subarray(half))
  refused(t, wrong, 409, 'upload-conflict')
  const last = await tus(app, inspector, 'PATCH', `/${id}`, { 'upload-offset': `${half}` }, sent.subarray(half))
  t.match(last, { status: 204, headers: { 'upload-offset': `${sent.length}` } })
  t.match(await ok(inspector.get(`/v1/evidence/${id}`)), { id, kind: 'before', takenAt: '2026-03-01T01:20:00.000Z' })

  const whole = { status: 200, headers: { 'upload-offset': `${sent.length}`, 'upload-length': `${sent.length}` } }
  t.match(await tus(app, inspector, 'HEAD', `/${id}`), whole, 'whoever lost the last answer asks')
  t.match(await tus(app, inspector, 'PATCH', `/${id}`, { 'upload-offset': `${sent.length}` }), { status: 204 })
  t.same(await partial(), [], 'nothing is left of the upload')
})

t.test('an upload is its sender’s alone', async (t) => {
  const id = await beginUpload(app, inspector, { length: 10, kind: 'before' })
  for (const caller of [verifier, unitCaller, foreign.inspector]) {
    for (const method of ['HEAD', 'GET', 'PATCH', 'DELETE'] as const) {
      const { status } = await tus(
        app,
        caller,
        method,
        `/${id}`,
        { 'upload-offset': '0' },
        method === 'PATCH' ? Buffer.from('x') : undefined,
      )
      t.equal(status, 404, method)
    }
  }
  t.match(await tus(app, inspector, 'HEAD', `/${id}`), { status: 200, headers: { 'upload-offset': '0' } })
  t.match(await tus(app, inspector, 'DELETE', `/${id}`), { status: 204 })
  t.equal((await tus(app, inspector, 'HEAD', `/${id}`)).status, 404)
})

t.test('what is wrong is refused at the beginning', async (t) => {
  const begin = (headers: Record<string, string>) => tus(app, inspector, 'POST', '', headers)
  const good = { 'upload-length': '10', 'upload-metadata': metadataOf({ kind: 'after' }) }
  refused(t, await begin({ ...good, 'upload-length': `${25 * 1_048_576 + 1}` }), 413, 'too-large')
  refused(t, await begin({ ...good, 'upload-length': '-1' }), 400, 'invalid-request')
  refused(t, await begin({ ...good, 'upload-metadata': 'kind ***' }), 400, 'invalid-request')
  refused(t, await begin({ ...good, 'upload-metadata': metadataOf({ kind: 'x' }) }), 400, 'invalid-request', {
    pointers: ['/kind'],
  })
  refused(t, await begin({ 'upload-length': '10' }), 400, 'invalid-request', { pointers: ['/kind'] })
  refused(t, await begin({ ...good, 'tus-resumable': '0.2.2' }), 412, 'tus-version')
  const id = await beginUpload(app, inspector, { length: 10, kind: 'before' })
  const json = { 'upload-offset': '0', 'content-type': 'application/json' }
  refused(t, await tus(app, inspector, 'PATCH', `/${id}`, json, Buffer.from('{}')), 415, 'unsupported-media-type')
  const long = await tus(app, inspector, 'PATCH', `/${id}`, { 'upload-offset': '0' }, Buffer.alloc(11))
  refused(t, long, 413, 'too-large')
  await tus(app, inspector, 'DELETE', `/${id}`)
})

t.test('a file that is refused leaves nothing of its upload behind', async (t) => {
  const before = await keptFiles(made)
  const text = Buffer.from('PK\x03\x04 this is no picture at all')
  const id = await beginUpload(app, inspector, { length: text.length, kind: 'before' })
  refused(
    t,
    await tus(app, inspector, 'PATCH', `/${id}`, { 'upload-offset': '0' }, text),
    415,
    'unsupported-media-type',
  )
  t.equal((await tus(app, inspector, 'HEAD', `/${id}`)).status, 404)
  t.same(await partial(), [])
  t.same(await keptFiles(made), before)
})

t.test('a beginning that is repeated under its key is the same upload', async (t) => {
  const headers = { 'upload-length': '10', 'upload-metadata': metadataOf({ kind: 'after' }), 'idempotency-key': 'k-1' }
  const first = await tus(app, inspector, 'POST', '', headers)
  const again = await tus(app, inspector, 'POST', '', headers)
  t.match(again, { status: 201, headers: { location: first.headers.location, 'idempotency-replayed': 'true' } })
  refused(t, await tus(app, inspector, 'POST', '', { ...headers, 'upload-length': '11' }), 422, 'key-reused')
  await tus(app, inspector, 'DELETE', `/${first.headers.location?.split('/').at(-1)}`)
})

t.test('nobody begins more than they end', async (t) => {
  const ids = []
  for (let n = 0; n < 20; n++) ids.push(await beginUpload(app, verifier, { length: 10, kind: 'before' }))
  const one = { 'upload-length': '10', 'upload-metadata': metadataOf({ kind: 'after' }) }
  refused(t, await tus(app, verifier, 'POST', '', one), 429, 'too-many-requests')
  t.equal((await tus(app, inspector, 'POST', '', one)).status, 201, 'others are others')
  for (const id of ids) await tus(app, verifier, 'DELETE', `/${id}`)
})

t.test('a client of the protocol goes on where its connection broke', async (t) => {
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const sent = await photo(22, { format: 'png', width: 900, height: 700 })
  const id = await beginUpload(app, inspector, { length: sent.length, kind: 'after' })
  const cut = 20_000
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `PATCH /v1/evidence-uploads/${id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${inspector.key}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: ${sent.length}\r\n\r\n`,
  )
  socket.write(sent.subarray(0, cut))
  const isThere = async () => (await tus(app, inspector, 'GET', `/${id}`)).body.offset === cut
  await until(isThere)
  socket.resetAndDestroy()

  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(sent, {
      uploadUrl: `${address}/v1/evidence-uploads/${id}`,
      headers: { authorization: `Bearer ${inspector.key}` },
      chunkSize: 50_000,
      retryDelays: [50, 200, 1000],
      onSuccess: () => resolve(),
      onError: reject,
    })
    upload.start()
  })
  t.match(await ok(inspector.get(`/v1/evidence/${id}`)), { kind: 'after', width: 900, mediaType: 'image/png' })

  const other = await photo(23)
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(other, {
      endpoint: `${address}/v1/evidence-uploads`,
      headers: { authorization: `Bearer ${unitCaller.key}` },
      metadata: { kind: 'during', filename: 'IMG_0001.JPG', filetype: 'image/jpeg' },
      onSuccess: () => resolve(upload.url ?? ''),
      onError: reject,
    })
    upload.start()
  })
  t.match(await ok(unitCaller.get(`/v1/evidence/${url.split('/').at(-1)}`)), { kind: 'during' })
  await delay(0)
})
