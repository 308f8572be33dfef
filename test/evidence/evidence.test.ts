import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import sharp from 'sharp'
import type { Caller, Json } from '../helpers/app.js'
import { filing, itemIn, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { evidence, fileOf, keptFiles, partsOf, pdf, photo, sendEvidence } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { app, home, foreign, clock } = made
const { inspector, unitCaller, office, verifier } = home
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

t.test('a photo is kept upright and without its metadata, of which time and position become data', async (t) => {
  const sent = await photo(1, { at: '2026:03:01 09:20:00', lon: 115.5901, lat: 32.6607 })
  t.match((await sharp(sent).metadata()).exif?.toString('latin1'), /李强|Phone/, 'the camera names its owner')
  const answer = await sendEvidence(app, inspector, partsOf(sent))
  t.match(answer, { status: 201, headers: { location: `/v1/evidence/${answer.body.id}` } }, JSON.stringify(answer.body))
  const { body } = answer
  t.match(body, { kind: 'before', mediaType: 'image/jpeg', width: 480, height: 360, thumbnail: true, uses: [] })
  t.match(body, { takenAt: '2026-03-01T01:20:00.000Z', takenAtFrom: 'file', locationFrom: 'file', alike: [] })
  t.match(body.location, { lon: 115.5901, lat: 32.6607 })
  t.equal(body.receivedSha256, sha256(sent))
  t.same(await ok(inspector.get(`/v1/evidence/${body.id}`)), body)

  const file = await fileOf(app, inspector, body.id)
  t.equal(sha256(file.bytes), body.sha256)
  t.equal(file.bytes.length, body.bytes)
  const { exif, xmp, iptc, icc, orientation } = await sharp(file.bytes).metadata()
  t.same([exif, xmp, iptc, icc, orientation], [undefined, undefined, undefined, undefined, undefined])
  const small = await sharp((await fileOf(app, inspector, body.id, 'thumbnail')).bytes).metadata()
  t.match(small, { format: 'jpeg', width: 320, height: 240 })
})

t.test('a file is sent to be kept, never to be shown in its place', async (t) => {
  const { id } = await evidence(app, inspector, await photo(2), { kind: 'before' })
  for (const variant of ['file', 'thumbnail'] as const) {
    const { headers, status } = await fileOf(app, inspector, id, variant)
    t.equal(status, 200)
    t.match(headers, {
      'content-disposition': /^attachment; filename="[a-z]+-[0-9a-f-]+\.jpg"$/,
      'x-content-type-options': 'nosniff',
      'content-security-policy': /default-src 'none'; sandbox/,
      'content-type': 'image/jpeg',
      'cache-control': /private/,
    })
    const again = await inspector.get(`/v1/evidence/${id}/${variant}`, { 'if-none-match': headers.etag ?? '' })
    t.match(again, { status: 304, body: '' })
  }
})

t.test('PNG, WebP and PDF are taken; a paper is kept as it came and has no thumbnail', async (t) => {
  for (const format of ['png', 'webp'] as const) {
    t.match(await evidence(app, inspector, await photo(3, { format }), { kind: 'during' }), {
      mediaType: `image/${format}`,
    })
  }
  const sent = pdf('合同')
  const paper = await evidence(app, inspector, sent, { kind: 'document' })
  t.match(paper, { mediaType: 'application/pdf', thumbnail: false, width: null, sha256: sha256(sent), takenAt: null })
  t.same((await fileOf(app, inspector, paper.id)).bytes, sent)
  refused(t, await inspector.get(`/v1/evidence/${paper.id}/thumbnail`), 404, 'not-found')
})

t.test('what the sender says of time and place counts where the file says nothing', async (t) => {
  const said = { kind: 'after', takenAt: '2026-03-01T10:00:00+08:00', lon: '115.5953', lat: '32.6584', datum: 'gcj02' }
  const bare = await evidence(app, inspector, await photo(4), said)
  t.match(bare, { takenAt: '2026-03-01T02:00:00.000Z', takenAtFrom: 'sender', locationFrom: 'sender' })
  t.match(bare.location, { lon: 115.5900129, lat: 32.6606424 })
  const own = await evidence(app, inspector, await photo(5, { at: '2026:02:28 08:00:00', offset: '+09:00' }), said)
  t.match(own, { takenAt: '2026-02-27T23:00:00.000Z', takenAtFrom: 'file', locationFrom: 'sender' })
})

t.test('the same file twice is kept once, in one jurisdiction; another’s is another’s', async (t) => {
  const sent = await photo(6)
  const before = (await keptFiles(made)).length
  const [one, two] = await Promise.all([
    evidence(app, inspector, sent, { kind: 'before' }),
    evidence(app, unitCaller, sent, { kind: 'after' }),
  ])
  t.not(one.id, two.id)
  t.equal(one.sha256, two.sha256)
  t.equal((await keptFiles(made)).length, before + 2, 'the file and its thumbnail')
  const theirs = await evidence(app, foreign.inspector, sent, { kind: 'before' })
  t.same(theirs.alike, [])
  t.equal((await keptFiles(made)).length, before + 4)
})

t.test('a repetition under the same key answers the same, another file under it is refused', async (t) => {
  const headers = { 'idempotency-key': 'phone-7-photo-1' }
  const sent = await photo(7)
  const first = await sendEvidence(app, inspector, partsOf(sent), headers)
  const again = await sendEvidence(app, inspector, partsOf(sent, { kind: 'before' }, 'another-name.jpg'), headers)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.body, first.body)
  refused(t, await sendEvidence(app, inspector, partsOf(await photo(8)), headers), 422, 'key-reused')
  refused(t, await sendEvidence(app, inspector, partsOf(sent, { kind: 'after' }), headers), 422, 'key-reused')
})

t.test('a form that is not this one is refused by what is wrong with it', async (t) => {
  const file = await photo(9)
  const cases: [Parameters<typeof sendEvidence>[2], string[]][] = [
    [partsOf(file, {}), ['/kind']],
    [partsOf(file, { kind: 'later' }), ['/kind']],
    [partsOf(file, { kind: 'before', lon: '115.1' }), ['/lat']],
    [partsOf(file, { kind: 'before', lon: '181', lat: 'x' }), ['/lat', '/lon']],
    [partsOf(file, { kind: 'before', takenAt: 'yesterday' }), ['/takenAt']],
    [partsOf(file, { kind: 'before', title: '照片' }), ['/title']],
    [partsOf(file, { kind: 'before' }).slice(0, 1), ['/file']],
    [partsOf(Buffer.alloc(0)), ['/file']],
    [[...partsOf(file), ...partsOf(file).slice(1)], ['/file']],
    [[...partsOf(file), ...partsOf(file).slice(0, 1)], ['/kind']],
    [partsOf(file, { kind: 'before'.repeat(100) }), ['/kind']],
  ]
  for (const [parts, pointers] of cases) {
    refused(t, await sendEvidence(app, inspector, parts), 400, 'invalid-request', { pointers })
  }
  refused(t, await inspector.post('/v1/evidence', { kind: 'before' }), 415, 'unsupported-media-type')
  t.same(await readdir(`${made.dataDir}/uploads`), [], 'and leaves nothing behind')
})

t.test('before anything refers to it, it is its sender’s and their unit’s', async (t) => {
  const { id } = await evidence(app, unitCaller, await photo(10), { kind: 'after' })
  const colleague = await home.addCaller('unit', { unit: home.unit, name: '同事' })
  const seen: [Caller, number][] = [
    [unitCaller, 200],
    [colleague, 200],
    [home.otherUnitCaller, 404],
    [office, 404],
    [inspector, 404],
    [home.auditor, 404],
    [home.admin, 404],
    [foreign.unitCaller, 404],
  ]
  for (const [caller, status] of seen) {
    for (const path of ['', '/file', '/thumbnail'])
      t.equal((await caller.get(`/v1/evidence/${id}${path}`)).status, status)
    t.equal((await caller.post(`/v1/evidence/${id}/links`, {})).status, status === 200 ? 201 : 404)
  }
})

t.test('once an item refers to it, it is seen by whoever sees an item that does', async (t) => {
  const item = await itemIn('remediating', home)
  const { id } = await evidence(app, unitCaller, await photo(11), { kind: 'during' })
  const report = { percent: 50, note: '施工中', evidence: [id] }
  await ok(unitCaller.post(`/v1/items/${item.id}/progress-reports`, report))
  const { uses } = await ok(verifier.get(`/v1/evidence/${id}`))
  t.match(uses, [{ itemId: item.id, itemCode: item.code, event: 'item.progress_reported', at: clock.now }])
  for (const caller of [office, inspector, home.auditor, home.supervisor, unitCaller]) {
    t.equal((await caller.get(`/v1/evidence/${id}/file`)).status, 200)
  }
  const far = await home.addCaller('inspector', { area: '341202' })
  for (const caller of [far, home.otherUnitCaller, foreign.office]) {
    refused(t, await caller.get(`/v1/evidence/${id}`), 404, 'not-found')
    refused(t, await caller.get(`/v1/evidence/${id}/file`), 404, 'not-found')
  }
})

t.test('a link opens one file for a while, for whoever has it', async (t) => {
  const { id, sha256: hash } = await evidence(app, inspector, await photo(12), { kind: 'before' })
  const link = async (body: Json = {}) => new URL((await ok(inspector.post(`/v1/evidence/${id}/links`, body))).url)
  const open = (url: URL) => app.inject({ url: `${url.pathname}${url.search}` })
  const url = await link()
  const opened = await open(url)
  t.equal(opened.statusCode, 200)
  t.equal(sha256(opened.rawPayload), hash)
  t.match(opened.headers, { 'content-disposition': /^attachment/, 'cross-origin-resource-policy': 'cross-origin' })
  t.equal((await open(await link({ variant: 'thumbnail' }))).headers['content-type'], 'image/jpeg')

  const other = await evidence(app, inspector, await photo(13), { kind: 'before' })
  const me = await ok(inspector.get('/v1/me'))
  const changes: [string, string][] = [
    ['expires', '99999999999'],
    ['variant', 'thumbnail'],
    ['by', (await ok(verifier.get('/v1/me'))).id],
    ['jurisdiction', 'bozhou'],
    ['signature', 'A'.repeat(43)],
    ['signature', ''],
  ]
  for (const [name, value] of changes) {
    const changed = new URL(url)
    changed.searchParams.set(name, value)
    t.match(await open(changed), { statusCode: 404 }, name)
  }
  const moved = new URL(url)
  moved.pathname = `/evidence/${other.id}`
  t.equal((await open(moved)).statusCode, 404)
  clock.advance(600_000)
  t.equal((await open(url)).statusCode, 404, 'it has expired')
  const fresh = await link({ seconds: 3600 })
  t.equal((await open(fresh)).statusCode, 200)
  await ok(home.admin.patch(`/v1/people/${me.id}`, { active: false }))
  t.equal((await open(fresh)).statusCode, 404, 'its maker may see nothing any more')
  await ok(home.admin.patch(`/v1/people/${me.id}`, { active: true }))
  for (const seconds of [29, 3601]) {
    refused(t, await inspector.post(`/v1/evidence/${id}/links`, { seconds }), 400, 'invalid-request')
  }
})

t.test('0, 0 is what a camera without a fix says, and no position', async (t) => {
  const shots: [Buffer, Record<string, string>][] = [
    [await photo(70, { lon: 0, lat: 0 }), {}],
    [await photo(71, { lon: 0.0004, lat: 0 }), {}],
    [await photo(72), { lon: '0', lat: '0' }],
    [await photo(73), { lon: '0.0000001', lat: '0', datum: 'gcj02' }],
  ]
  for (const [bytes, said] of shots) {
    const sent = await evidence(app, inspector, bytes, { kind: 'before', ...said })
    t.match(sent, { location: null, locationFrom: null }, JSON.stringify(said))
    const item = await ok(
      inspector.post('/v1/items', filing({ location: { lon: 115.59, lat: 32.66 }, evidence: [sent.id] })),
    )
    const { warnings } = (await ok(inspector.get(`/v1/items/${item.id}`))).evidence[0]
    t.ok(warnings.includes('no_position') && !warnings.includes('far_from_item'), JSON.stringify(warnings))
  }
})
