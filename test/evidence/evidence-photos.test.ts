import sharp from 'sharp'
import { ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { beginUpload, evidence, partsOf, photo, sendEvidence, tus } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'

const { app, home, clock } = await createCheckedApp(t)
const { inspector } = home
const WORDS = '<?php <script>alert(1)</script><html> javascript:x <svg > <iframe %PDF-1.4'

/** A segment of a JPEG, at its beginning. */
function withSegment(jpeg: Buffer, marker: number, content: string): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from(content, 'latin1'), jpeg.subarray(2)])
}

t.test('a photo whose end marker is missing is taken, since all of it is there', async (t) => {
  const [jpeg, png] = [await photo(1), await photo(2, { format: 'png' })]
  const progressive = await sharp(await photo(3))
    .jpeg({ progressive: true })
    .toBuffer()
  const cases: [string, Buffer][] = [
    ['a JPEG without its end', jpeg.subarray(0, -2)],
    ['a JPEG with half of its end', jpeg.subarray(0, -1)],
    ['a progressive JPEG without its end', progressive.subarray(0, -2)],
    ['a PNG without its end', png.subarray(0, -12)],
    ['a JPEG with zeros behind it', Buffer.concat([jpeg, Buffer.alloc(5_000)])],
    ['a JPEG with a second picture behind it', Buffer.concat([jpeg, await photo(4)])],
  ]
  for (const [name, file] of cases) {
    const { status, body } = await sendEvidence(app, inspector, partsOf(file))
    t.match({ status, body }, { status: 201, body: { width: 480, height: 360 } }, `${name}: ${JSON.stringify(body)}`)
  }
  const broken: [string, Buffer][] = [
    ['a JPEG without the end of its picture', jpeg.subarray(0, -5)],
    ['a progressive JPEG without its last scan', progressive.subarray(0, -200)],
    ['a PNG without the end of its picture', png.subarray(0, -20)],
    ['half a JPEG', jpeg.subarray(0, jpeg.length / 2)],
    ['half a PNG', png.subarray(0, png.length / 2)],
  ]
  for (const [name, file] of broken) {
    const answer = await sendEvidence(app, inspector, partsOf(file))
    t.match(answer, { status: 400, body: { errors: [{ pointer: '/file' }] } }, name)
  }
})

t.test('what a picture’s metadata say is no matter: nothing of them is kept', async (t) => {
  const jpeg = await photo(5)
  const cases: [string, Buffer][] = [
    ['a comment', withSegment(jpeg, 0xfe, WORDS)],
    ['XMP', withSegment(jpeg, 0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${WORDS}</x:xmpmeta>`)],
    ['another program’s part', withSegment(jpeg, 0xed, WORDS)],
    [
      'EXIF',
      await sharp(jpeg)
        .withExif({ IFD0: { ImageDescription: WORDS, Software: WORDS } })
        .jpeg()
        .toBuffer(),
    ],
    [
      'EXIF of a PNG',
      await sharp(jpeg)
        .withExif({ IFD0: { ImageDescription: WORDS } })
        .png()
        .toBuffer(),
    ],
    [
      'EXIF of a WebP',
      await sharp(jpeg)
        .withExif({ IFD0: { ImageDescription: WORDS } })
        .webp()
        .toBuffer(),
    ],
  ]
  for (const [name, file] of cases) {
    const { status, body } = await sendEvidence(app, inspector, partsOf(file))
    t.equal(status, 201, `${name}: ${JSON.stringify(body)}`)
    const answer = await app.inject({
      ...{ url: `/v1/evidence/${body.id}/file`, headers: { authorization: `Bearer ${inspector.key}` } },
    })
    t.notOk(answer.rawPayload.includes('alert(1)'), name)
  }
  const behind = await sendEvidence(app, inspector, partsOf(Buffer.concat([jpeg, Buffer.from(WORDS)])))
  refused(t, behind, 400, 'invalid-request', { pointers: ['/file'] })
})

t.test('a link ends with the key that made it', async (t) => {
  const { id } = await evidence(app, inspector, await photo(6), { kind: 'before' })
  const me = await ok(inspector.get('/v1/me'))
  const key = async (expiresAt?: string) =>
    ok(
      home.admin.post('/v1/api-keys', {
        person: me.id,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      }),
    )
  const linkBy = async (secret: string) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/evidence/${id}/links`,
      headers: { authorization: `Bearer ${secret}` },
      payload: { seconds: 3600 },
    })
    return new URL(answer.json().url)
  }
  const statusOf = async (url: URL) => (await app.inject({ url: `${url.pathname}${url.search}` })).statusCode
  const revoked = await key()
  const expiring = await key(new Date(Date.parse(clock.now) + 600_000).toISOString())
  const [first, second, own] = [
    await linkBy(revoked.secret),
    await linkBy(expiring.secret),
    await linkBy(inspector.key),
  ]
  for (const url of [first, second, own]) t.equal(await statusOf(url), 200)
  const without = new URL(first)
  without.searchParams.delete('key')
  const other = new URL(first)
  other.searchParams.set('key', own.searchParams.get('key') ?? '')
  for (const url of [without, other]) t.equal(await statusOf(url), 404, 'the key is signed')
  await ok(home.admin.delete(`/v1/api-keys/${revoked.id}`))
  t.equal(await statusOf(first), 404, 'the key was revoked')
  clock.advance(601_000)
  t.equal(await statusOf(second), 404, 'the key has expired')
  t.equal(await statusOf(own), 200)
})

t.test('a resumable upload goes on where only GET and POST pass', async (t) => {
  const sent = await photo(7)
  const id = await beginUpload(app, inspector, { length: sent.length, kind: 'after' })
  const as = (method: string, headers: Record<string, string> = {}, payload?: Buffer) =>
    tus(app, inspector, 'POST', `/${id}`, { 'x-http-method-override': method, ...headers }, payload)
  const patch = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
  t.match(await as('PATCH', patch, sent.subarray(0, 100)), { status: 204, headers: { 'upload-offset': '100' } })
  t.match(await as('HEAD'), { status: 200, headers: { 'upload-offset': '100', 'upload-length': `${sent.length}` } })
  t.match(await as('PATCH', { ...patch, 'upload-offset': '100' }, sent.subarray(100)), { status: 204 })
  t.match(await ok(inspector.get(`/v1/evidence/${id}`)), { kind: 'after' })
  const given = await beginUpload(app, inspector, { length: 10, kind: 'after' })
  const ended = await tus(app, inspector, 'POST', `/${given}`, { 'x-http-method-override': 'DELETE' })
  t.equal(ended.status, 204)
  t.equal((await tus(app, inspector, 'HEAD', `/${given}`)).status, 404)
})
