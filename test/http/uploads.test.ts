import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Actor } from '../../src/domain/access/permissions.js'
import { createPersonLimit } from '../../src/http/concurrency.js'
import { ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { beginUpload, metadataOf, partsOf, photo, sendEvidence, tus } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'
import { until } from '../helpers/until.js'

const { app, home, superuser } = await createCheckedApp(t, { BODY_SILENCE_S: '1', BODY_LEAST_BYTES_PER_S: '1000' })
const { inspector, verifier, office, unitCaller } = home
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo

interface Open {
  socket: Socket
  answer: () => string
}

/** Opens a connection and sends the beginning of a request, and no more of it. */
async function begin(head: string, first: string | Buffer = ''): Promise<Open> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  await once(socket, 'connect')
  socket.write(`${head}\r\nhost: x\r\naccept-language: en\r\n\r\n`)
  socket.write(first)
  return { socket, answer: () => answer }
}

const FORM = 'content-type: multipart/form-data; boundary=b\r\ncontent-length: 1000000'
const PART = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nxxxx'
const form = (key: string, path = '/v1/evidence', part = PART) =>
  begin(`POST ${path} HTTP/1.1\r\nauthorization: Bearer ${key}\r\n${FORM}`, part)
const statusOf = ({ answer }: Open) => Number(/^HTTP\/1.1 (\d+)/.exec(answer())?.[1])

t.test('one person’s connections, however many, do not take the places of others', async (t) => {
  const opened = await Promise.all(Array.from({ length: 40 }, () => form(inspector.key)))
  t.equal((await sendEvidence(app, verifier, partsOf(await photo(1)))).status, 201)
  await until(() => opened.every((one) => one.answer() !== ''), 30_000)
  const refusedOnes = opened.filter((one) => statusOf(one) === 429)
  const late = opened.filter((one) => statusOf(one) === 408)
  t.equal(refusedOnes.length + late.length, 40)
  t.ok(refusedOnes.length > 0)
  t.match(refusedOnes[0]?.answer(), /retry-after: \d+[\s\S]*You are sending 4 files already/i)
  t.ok(late.length >= 4, 'and those that had places lose them when nothing comes')
  t.match(late[0]?.answer(), /application\/problem\+json[\s\S]*"code":"too-slow"[\s\S]*came too slowly/)
  t.match(late[0]?.answer(), /connection: close/i)
  t.equal((await sendEvidence(app, inspector, partsOf(await photo(2)))).status, 201)
  for (const { socket } of opened) socket.destroy()
})

t.test('four at once are all that one person has, and two of a file', async (t) => {
  const turns = createPersonLimit(4)
  const actor = { id: 'a', jurisdiction: { id: 'j' } } as unknown as Actor
  const end: (() => void)[] = []
  const work = () => new Promise<void>((resolve) => end.push(resolve))
  const begun = ['a', 'b', 'c', undefined].map((file) => turns(actor, work, file))
  for (const file of ['d', undefined]) await t.rejects(turns(actor, work, file), { code: 'too-many-requests' })
  begun.push(turns(actor, work, 'a'))
  await t.rejects(turns(actor, work, 'a'), { code: 'too-many-requests' }, 'a third time the same')
  begun.push(turns({ ...actor, id: 'b' }, work), turns({ ...actor, jurisdiction: { id: 'k' } } as Actor, work))
  for (const one of end) one()
  await Promise.all(begun)
  await turns(actor, async () => {}, 'd')
})

t.test('all kinds of file count together', async (t) => {
  const upload = await beginUpload(app, office, { length: 1000, kind: 'before' })
  const bearer = `authorization: Bearer ${office.key}`
  const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  const opened = [
    await form(office.key),
    await form(office.key, '/v1/imports', PART.replace('"file"', '"mapping"')),
    await begin(
      `PUT /v1/document-templates/item_file HTTP/1.1\r\n${bearer}\r\ncontent-type: ${WORD}\r\ncontent-length: 1000`,
      'PK',
    ),
    await begin(
      `PATCH /v1/evidence-uploads/${upload} HTTP/1.1\r\n${bearer}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: 1000`,
      'x',
    ),
  ]
  await until(async () => (await sendEvidence(app, office, partsOf(await photo(3)))).status === 429)
  await until(() => opened.every((one) => one.answer() !== ''))
  t.same(opened.map(statusOf), [408, 408, 408, 408])
  t.match(await tus(app, office, 'HEAD', `/${upload}`), { status: 200, headers: { 'upload-offset': '1' } })
  t.equal((await sendEvidence(app, office, partsOf(await photo(3)))).status, 201)
  await tus(app, office, 'DELETE', `/${upload}`)
})

t.test('a body that drips is ended too, and so is JSON that does not come', async (t) => {
  const bearer = `authorization: Bearer ${inspector.key}`
  const drip = await form(inspector.key)
  const json = await begin(
    `POST /v1/items HTTP/1.1\r\n${bearer}\r\ncontent-type: application/json\r\ncontent-length: 1000`,
    '{"title":',
  )
  const refusedOne = await begin(
    'POST /v1/items HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 1000',
    '{"title":',
  )
  const dripping = setInterval(() => drip.socket.write('x'), 300)
  t.teardown(() => clearInterval(dripping))
  await until(() => statusOf(drip) === 408 && statusOf(json) === 408)
  t.match(json.answer(), /"code":"too-slow"/)
  t.equal(statusOf(refusedOne), 401, 'what is refused before it has come is answered at once')
  await until(() => refusedOne.socket.destroyed)
})

t.test('who goes on with a file shares its place, while its old connection is not yet known to be dead', async (t) => {
  const sent = await photo(4)
  const ids = []
  for (let n = 0; n < 4; n++) ids.push(await beginUpload(app, unitCaller, { length: sent.length, kind: 'after' }))
  const old = await Promise.all(
    ids.map((id) =>
      begin(
        `PATCH /v1/evidence-uploads/${id} HTTP/1.1\r\nauthorization: Bearer ${unitCaller.key}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: ${sent.length}`,
      ),
    ),
  )
  const id = ids[0] ?? ''
  const offset = async () => Number((await tus(app, unitCaller, 'HEAD', `/${id}`)).headers['upload-offset'])
  const answer = await tus(app, unitCaller, 'PATCH', `/${id}`, { 'upload-offset': `${await offset()}` }, sent)
  t.equal(answer.status, 204)
  t.match(await ok(unitCaller.get(`/v1/evidence/${id}`)), { kind: 'after' })
  for (const { socket } of old) socket.destroy()
  for (const other of ids.slice(1)) await tus(app, unitCaller, 'DELETE', `/${other}`)
})

t.test('sixty beginnings at once give no more uploads than one person may have', async (t) => {
  const headers = { 'upload-length': '10', 'upload-metadata': metadataOf({ kind: 'after' }) }
  const begun: string[] = []
  for (let round = 0; round < 8; round++) {
    const answers = await Promise.all(Array.from({ length: 60 }, () => tus(app, verifier, 'POST', '', headers)))
    for (const { status, headers: answered } of answers) {
      t.ok(status === 201 || status === 429, `${status}`)
      if (status === 201) begun.push(answered.location?.split('/').at(-1) ?? '')
    }
  }
  t.equal(begun.length, 20)
  refused(t, await tus(app, verifier, 'POST', '', headers), 429, 'too-many-requests')
  for (const id of begun) await tus(app, verifier, 'DELETE', `/${id}`)
})

t.test('forms at once give no more unused evidence than one person may have', async (t) => {
  const sender = await home.addCaller('inspector', { name: '上传人' })
  const first = await ok(sendEvidence(app, sender, partsOf(await photo(8))))
  await superuser.query(
    `insert into evidence select (json_populate_record(e, json_build_object('id', gen_random_uuid()))).*
     from evidence e, generate_series(1, 197) where e.id = $1`,
    [first.id],
  )
  const answers = await Promise.all(
    [9, 9, 9, 9].map(async (seed) => sendEvidence(app, sender, partsOf(await photo(seed)))),
  )
  t.same(answers.map(({ status }) => status).sort(), [201, 201, 429, 429])
})

t.test('an extension of tus that there is not is refused by its header', async (t) => {
  const good = { 'upload-length': '10', 'upload-metadata': metadataOf({ kind: 'after' }) }
  const concat = { ...good, 'upload-concat': 'partial' }
  refused(t, await tus(app, inspector, 'POST', '', concat), 400, 'invalid-request', {
    pointers: ['/headers/upload-concat'],
  })
  const wrong: Record<string, string>[] = [
    { ...good, 'upload-concat': 'final;/v1/evidence-uploads/a /v1/evidence-uploads/b' },
    { ...good, 'upload-concat': '' },
    { ...good, 'upload-checksum': 'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=' },
    { ...good, 'upload-defer-length': '1' },
    { 'upload-metadata': good['upload-metadata'], 'upload-defer-length': '2' },
    { 'upload-metadata': good['upload-metadata'] },
    { ...good, 'upload-length': '1e3' },
    { ...good, 'upload-length': '0x10' },
    { ...good, 'upload-metadata': 'kind YWZ0ZXI=,kind YWZ0ZXI=' },
    { ...good, 'upload-metadata': 'kind YWZ0ZXI=, ,' },
    { ...good, 'upload-metadata': ',' },
    { ...good, 'upload-metadata': '__proto__ YWZ0ZXI=' },
    { ...good, 'upload-offset': 'x' },
  ]
  for (const headers of wrong) {
    const { status, body } = await tus(app, inspector, 'POST', '', headers)
    t.match({ status, body }, { status: 400, body: { code: 'invalid-request', detail: /./ } }, JSON.stringify(headers))
  }
  const id = await beginUpload(app, inspector, { length: 10, kind: 'before' })
  for (const headers of [{ 'upload-checksum': 'md5 x' }, { 'upload-concat': 'partial' }, {}] as Record<
    string,
    string
  >[]) {
    const offset = Object.keys(headers).length === 0 ? '-1' : '0'
    const answer = await tus(
      app,
      inspector,
      'PATCH',
      `/${id}`,
      { 'upload-offset': offset, ...headers },
      Buffer.from('x'),
    )
    refused(t, answer, 400, 'invalid-request')
  }
  await tus(app, inspector, 'DELETE', `/${id}`)
})

t.test('bytes may come with the beginning', async (t) => {
  const sent = await photo(5)
  const headers = {
    ...{ 'upload-length': `${sent.length}`, 'upload-metadata': metadataOf({ kind: 'after' }) },
    'content-type': 'application/offset+octet-stream',
  }
  const answer = await tus(app, inspector, 'POST', '', headers, sent)
  t.match(answer, { status: 201, headers: { 'upload-offset': `${sent.length}` } })
  t.match(await ok(inspector.get(`/v1/evidence/${answer.headers.location?.split('/').at(-1)}`)), { kind: 'after' })
})

t.test('a type that is not taken is refused before the file is sent', async (t) => {
  const begin = (more: Record<string, string>) =>
    tus(app, inspector, 'POST', '', {
      'upload-length': '10',
      'upload-metadata': metadataOf({ kind: 'after', ...more }),
    })
  const wrong: Record<string, string>[] = [
    { filetype: 'image/heic' },
    { filetype: 'image/HEIF' },
    { filetype: 'video/mp4' },
    { type: 'image/gif' },
    { filename: 'IMG_0001.HEIC' },
    { filename: 'a.docx', filetype: 'application/octet-stream' },
    { name: 'x.mov' },
    { filetype: 'text/html; charset=utf-8' },
  ]
  for (const more of wrong) {
    const answer = await begin(more)
    refused(t, answer, 415, 'unsupported-media-type')
    t.match(answer.body.detail, /JPEG, PNG or WebP image or a PDF; what came is (image|video|text|\.)/)
  }
  const right: Record<string, string>[] = [
    { filetype: 'image/jpeg', filename: 'IMG_0001.HEIC' },
    { filetype: 'image/jpg' },
    { filename: 'a.JPG' },
    { filetype: '' },
    { filetype: 'application/octet-stream', filename: 'IMG.0001' },
    { filename: 'Scan (2).pdf' },
  ]
  for (const more of right) {
    const { status, headers } = await begin(more)
    t.equal(status, 201, JSON.stringify(more))
    await tus(app, inspector, 'DELETE', `/${headers.location?.split('/').at(-1)}`)
  }
  const heic = { ...partsOf(await photo(6)).at(-1), name: 'file', content: await photo(6), type: 'image/heic' }
  const answer = await sendEvidence(app, inspector, [{ name: 'kind', content: 'after' }, heic])
  refused(t, answer, 415, 'unsupported-media-type')
  t.match(answer.body.detail, /what came is image\/heic/)
})
