import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DOCUMENT_KINDS } from '../../src/domain/item/document.js'
import { createTestApp, itemIn, type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { edited, fileOf, issue, paragraphsOf, partsOf, remade, sendTemplate, WORD } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const converter = await startConverter()
const { app, home, foreign } = await createCheckedApp(t, { DOCUMENT_CONVERTER_URL: converter.url })
const { office, admin } = home
const builtIn = (await fileOf(app, office, '/v1/document-templates/assignment_order')).bytes
const send = (file: Buffer, headers?: Record<string, string>) =>
  sendTemplate(app, office, 'assignment_order', file, headers)

/** Answers as Gotenberg does, as the test tells it to. */
async function startConverter() {
  const state = { status: 200, body: '%PDF-1.7 converted', asked: 0 }
  const server = createServer((request, response) => {
    state.asked++
    request.resume().on('end', () => response.writeHead(state.status).end(state.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
}

t.test('every kind has a template of the service’s own, which an office can send back as it is', async (t) => {
  const { data } = await ok(office.get('/v1/document-templates'))
  t.same(
    data.map(({ kind }: Json) => kind),
    DOCUMENT_KINDS,
  )
  for (const { kind, version, builtIn: isOwn, placeholders } of data) {
    t.match({ version, isOwn }, { version: 0, isOwn: true })
    const { bytes, headers } = await fileOf(app, office, `/v1/document-templates/${kind}`)
    t.match(headers, { 'content-type': WORD, etag: '"0"' })
    const used = new Set((await paragraphsOf(bytes)).join('').match(/\{[#/]?[^{}[ ]+/g))
    t.ok(used.size > 3 && placeholders.length > 3, kind)
    const answer = await sendTemplate(app, admin, kind, bytes)
    t.match(
      answer,
      { status: 200, headers: { etag: '"1"' }, body: { version: 1, builtIn: false } },
      JSON.stringify(answer.body),
    )
    t.match((await office.delete(`/v1/document-templates/${kind}`)).body, { version: 2, builtIn: true, sha256: null })
  }
})

t.test('papers are made from the office’s Word file, and a PDF of that by the converter', async (t) => {
  const own = await edited(builtIn, '收到本交办单后，请及时签收', '（阜阳版）请于三日内签收')
  const set = await send(own, { 'if-match': '"2"' })
  t.match(set, { status: 200, body: { version: 3, builtIn: false, setBy: { name: '阜阳 office' } } })
  refused(t, (await send(builtIn, { 'if-match': '"2"' })) as never, 412, 'stale')
  const item = await itemIn('assigned', home)
  const paper = await issue(home, item, { kind: 'assignment_order' })
  t.match(paper, { templateVersion: 3, files: [{ format: 'docx' }, { format: 'pdf' }] })
  const said = await paragraphsOf((await fileOf(app, office, `/v1/documents/${paper.id}/file?format=docx`)).bytes)
  t.ok(said.some((line) => line.includes('（阜阳版）请于三日内签收')))
  t.ok(said.includes(paper.number))
  const pdf = await fileOf(app, office, `/v1/documents/${paper.id}/file?format=pdf`)
  t.equal(pdf.bytes.toString(), '%PDF-1.7 converted')
  const kept = await fileOf(app, office, '/v1/document-templates/assignment_order')
  t.same(await partsOf(kept.bytes), await partsOf(own), 'GET gives the office’s own back')
  const first = await fileOf(app, office, '/v1/document-templates/assignment_order?version=0')
  t.notOk((await paragraphsOf(first.bytes)).join('').includes('阜阳版'))
  refused(t, await office.get('/v1/document-templates/assignment_order?version=9'), 404, 'not-found')
})

t.test('while the converter is away nothing is issued and no number is lost', async (t) => {
  const item = await itemIn('assigned', home)
  const url = `/v1/items/${item.id}/documents`
  for (const wrong of [
    { status: 500, body: '%PDF-1.7' },
    { status: 200, body: '<html>' },
  ]) {
    Object.assign(converter, wrong)
    const answer = await office.post(url, { kind: 'assignment_order' })
    refused(t, answer, 503, 'converter-away')
    t.ok(Number(answer.headers['retry-after']) > 0)
  }
  Object.assign(converter, { status: 200, body: '%PDF-1.7 converted' })
  t.equal((await issue(home, item, { kind: 'assignment_order' })).number, '安办交〔2026〕2号')
  const { data } = await ok(office.get(`/v1/items/${item.id}/events`))
  t.equal(data.filter(({ type }: Json) => type === 'item.document_issued').length, 1)
})

t.test('without a converter there is the Word file alone, and 406 says why', async (t) => {
  const bare = await createTestApp(t)
  const own = (await fileOf(bare.app, bare.home.office, '/v1/document-templates/item_file')).bytes
  t.equal((await sendTemplate(bare.app, bare.home.office, 'item_file', own)).status, 200)
  const paper = await issue(bare.home, await itemIn('listed', bare.home), { kind: 'item_file' })
  t.same(
    paper.files.map(({ format }: Json) => format),
    ['docx'],
  )
  const answer = await bare.home.office.get(`/v1/documents/${paper.id}/file?format=pdf`)
  refused(t, answer, 406, 'not-acceptable')
  t.match(answer.body.detail, /DOCUMENT_CONVERTER_URL/)
  t.equal((await fileOf(bare.app, bare.home.office, `/v1/documents/${paper.id}/file`)).status, 200)
})

t.test('a template is set once: the same again is no new version', async (t) => {
  const own = await edited(builtIn, '及时签收', '尽快签收')
  const first = await send(own)
  const again = await send(own)
  t.equal(again.body.version, first.body.version)
  const { data } = await ok(home.auditor.get('/v1/events?type=document_template.changed&limit=200'))
  const versions = data.filter((e: Json) => e.data.kind === 'assignment_order').map((e: Json) => e.data.version)
  t.same(versions, [...new Set(versions)])
  t.match(data.at(-1).data, { kind: 'assignment_order', version: first.body.version, sha256: first.body.sha256 })
  t.match(
    (await ok(foreign.office.get('/v1/document-templates'))).data[0],
    { builtIn: true },
    'each jurisdiction has its own',
  )
})

t.test('what is wrong with a placeholder is said, and which it is', async (t) => {
  const cases: [string, RegExp][] = [
    ['{隐患名字}', /“\{隐患名字\}” is no placeholder of this paper; there are: .*隐患名称/],
    ['{要求}', /“\{要求\}” is no placeholder/],
    ['{其他要求}', /is a list: write \{#其他要求\}/],
    ['{#其他要求}{要求}', /“\{#其他要求\}” is never closed/],
    ['{/其他要求}', /“\{\/其他要求\}” closes what was not opened/],
    ['{#联系人}{/联系电话}', /should be \{\/联系人\}/],
    ['{#其他要求}{#其他要求}{/}{/}', /is a list within a list/],
    ['{文号', /is a brace without its other half/],
    ['{}', /“\{\}” is no placeholder/],
    ['{__proto__}', /“\{__proto__\}” is no placeholder/],
    ['{constructor.constructor}', /is no placeholder/],
    ['{文号 [x: y]}', /has options that cannot be read/],
  ]
  for (const [text, said] of cases) {
    const answer = await send(await edited(builtIn, '收到本交办单后，', text))
    refused(t, answer as never, 400, 'invalid-request')
    t.ok(
      answer.body.errors.some(({ detail }: Json) => said.test(detail)),
      `${text}: ${JSON.stringify(answer.body.errors)}`,
    )
  }
  const photos = await sendTemplate(
    app,
    office,
    'closure_form',
    await edited(builtIn, '收到本交办单后，', '{#过程}{内容}{/过程}'),
  )
  t.match(photos.body.errors[0].detail, /#过程/, 'what another kind of paper has')
})

t.test('a hostile file is refused, and nothing of it is kept', async (t) => {
  const before = await ok(office.get('/v1/document-templates'))
  for (const [file, said] of [
    [Buffer.from('not a zip at all'), /no Word file/],
    [Buffer.alloc(0), /no Word file/],
    [await remade(builtIn, { 'word/bomb.xml': Buffer.alloc(30_000_000) }), /too large when unpacked/],
    [await remade(builtIn, { 'word/vbaProject.bin': 'x' }), /has macros/],
  ] as const) {
    t.match(await send(file), { status: 400, body: { code: 'invalid-request', detail: said } })
  }
  t.equal((await send(Buffer.alloc(2 * 1_048_576 + 1))).status, 413, 'one byte over')
  const asType = (type: string) => sendTemplate(app, office, 'assignment_order', builtIn, { 'content-type': type })
  for (const type of ['application/msword', 'application/json', 'text/plain']) t.equal((await asType(type)).status, 415)
  t.equal((await sendTemplate(app, office, 'letter', builtIn)).status, 400)
  t.same(await ok(office.get('/v1/document-templates')), before)
})
