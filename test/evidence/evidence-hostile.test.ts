// Alone: it measures the memory of its process.
import { readdir } from 'node:fs/promises'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { MAX_FILE_BYTES } from '../../src/evidence/limits.js'
import { type Json, ok } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { keptFiles, partsOf, pdf, photo, sendEvidence } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'

const made = await createCheckedApp(t)
const { app, db, home } = made
const { inspector } = home

/** A ZIP with one empty file of that name, to be appended to something. */
function zip(name: string): Buffer {
  const local = Buffer.alloc(30 + name.length)
  local.write('PK\x03\x04', 'latin1')
  local.writeUInt16LE(name.length, 26)
  local.write(name, 30)
  const central = Buffer.alloc(46 + name.length)
  central.write('PK\x01\x02', 'latin1')
  central.writeUInt16LE(name.length, 28)
  central.write(name, 46)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}

/** A PNG that says it is so large, and whose pixels are so many zeros, packed. */
function png(width: number, height: number, zeros: number, chunks: [string, Buffer][] = []): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const all: [string, Buffer][] = [
    ['IHDR', header],
    ...chunks,
    ['IDAT', deflateSync(Buffer.alloc(zeros))],
    ['IEND', Buffer.alloc(0)],
  ]
  const written = all.map(([type, data]) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32 === undefined ? 0 : crc32(body))
    return Buffer.concat([length, body, sum])
  })
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...written])
}

const good = await photo(1)
const svg = (inner: string) =>
  Buffer.from(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${inner}</svg>`)
const BILLION = 'billion laughs'
const WRONG_TYPE: Record<string, Buffer> = {
  'a script in SVG': svg('<script>alert(1)</script>'),
  'an SVG that reads a file': svg('<image href="file:///etc/passwd" width="9" height="9"/>'),
  [BILLION]: Buffer.from('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>'),
  'a ZIP': zip('a.txt'),
  'an HTML page': Buffer.from('<!doctype html><script>alert(1)</script>'),
  'a GIF with a program in it': Buffer.from('GIF89a/*  */=1;alert(1)//'),
  'an executable': Buffer.from(`MZ${'\0'.repeat(200)}`, 'latin1'),
  'a TIFF': await sharp(good).tiff().toBuffer(),
  'an AVIF': await sharp(good).avif({ effort: 0 }).toBuffer(),
  'text with a picture’s name': Buffer.from('no picture'),
  'one byte': Buffer.from([0xff]),
  'a PDF behind too many other bytes': Buffer.concat([Buffer.alloc(1_020), pdf('x')]),
  'a program with a PDF in it': Buffer.concat([Buffer.from('#!/bin/sh\n'), pdf('x')]),
}
const BROKEN: Record<string, Buffer> = {
  'a JPEG that is a ZIP too': Buffer.concat([good, zip('../../evil.sh')]),
  'a PNG that is a page too': Buffer.concat([
    await photo(2, { format: 'png' }),
    Buffer.from('<script>alert(1)</script>'),
  ]),
  'a JPEG that is a PDF too': Buffer.concat([good, pdf('x')]),
  'a JPEG that is a program too': Buffer.concat([good, Buffer.from('<?php system($_GET["c"]); ?>')]),
  'a PDF that is a ZIP too': Buffer.concat([pdf('x'), zip('a'), Buffer.from('\nstartxref\n0\n%%EOF\n')]),
  'a PDF with a script': pdf('<</Type/Action/S/JavaScript/JS(app.alert\\(1\\))>>'),
  'a PDF that starts a program': pdf('<</S/Launch/F(cmd.exe)>>'),
  'a PDF that was cut off': pdf('x').subarray(0, 120),
  'a JPEG that was cut off': good.subarray(0, Math.floor(good.length / 2)),
  'a JPEG of a header': good.subarray(0, 24),
  'a PNG of a header': (await photo(2, { format: 'png' })).subarray(0, 60),
  'a pixel bomb': png(60_000, 60_000, 1000),
  'a pixel bomb in a strip': png(1, 100_000_000, 1000),
  'more pixels than are taken, by one row': png(8000, 8001, 1000),
  'no pixels': png(0, 10, 10),
  'fewer pixels than it says': png(4000, 4000, 1000),
}

t.test('what is no picture and no paper is refused by its content, whatever its name and type say', async (t) => {
  for (const [name, content] of Object.entries(WRONG_TYPE)) {
    const answer = await sendEvidence(app, inspector, partsOf(content, { kind: 'before' }, 'photo.jpg'))
    refused(t, answer, 415, 'unsupported-media-type')
    t.ok(answer.body.detail, name)
  }
})

t.test('what is several things at once, broken, or a bomb is refused', async (t) => {
  for (const [name, content] of Object.entries(BROKEN)) {
    const started = performance.now()
    const answer = await sendEvidence(app, inspector, partsOf(content))
    t.match(
      answer,
      { status: 400, body: { errors: [{ pointer: '/file' }] } },
      `${name}: ${JSON.stringify(answer.body)}`,
    )
    t.ok(performance.now() - started < 20_000, name)
    // By what its header says, before anything is unpacked.
    if (/bomb|more pixels/.test(name)) t.match(answer.body.errors[0].detail, /has \d+ pixels, more than/, name)
  }
})

t.test('a comment that unpacks to a gigabyte is not unpacked', async (t) => {
  const bomb = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(Buffer.alloc(64 * 1_048_576))])
  const before = process.memoryUsage().rss
  const { status } = await sendEvidence(app, inspector, partsOf(png(2, 2, 14, [['zTXt', bomb]])))
  t.ok([201, 400].includes(status), `${status}`)
  t.ok(process.memoryUsage().rss - before < 300 * 1_048_576)
})

t.test('a name that leads elsewhere leads nowhere', async (t) => {
  for (const name of ['../../../etc/cron.d/x', '..\\..\\x.jpg', '/etc/passwd', 'a\0.jpg', '%2e%2e%2fx.jpg', '']) {
    const answer = await sendEvidence(app, inspector, partsOf(await photo(3), { kind: 'before' }, name))
    t.equal(answer.status, 201, JSON.stringify(answer.body))
    t.notMatch(JSON.stringify(answer.body), /etc|\.\./)
  }
  const names = await keptFiles(made)
  t.ok(
    names.every((name) => /^fuyang\/[0-9a-f]{2}\/[0-9a-f]{64}(\.thumbnail)?$/.test(name)),
    names.join(' '),
  )
})

t.test('a file of the greatest length is looked at, one byte more is not', async (t) => {
  const padded = (length: number) => Buffer.concat([good, Buffer.alloc(length - good.length)])
  t.match(await sendEvidence(app, inspector, partsOf(padded(MAX_FILE_BYTES))), { status: 201 })
  refused(t, await sendEvidence(app, inspector, partsOf(padded(MAX_FILE_BYTES + 1))), 413, 'too-large')
})

t.test('a form that breaks off is refused', async (t) => {
  const boundary = 'a-boundary-of-a-form'
  const start = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`)
  const answer = await app.inject({
    ...{ method: 'POST', url: '/v1/evidence', payload: Buffer.concat([start, good.subarray(0, 500)]) },
    headers: { authorization: `Bearer ${inspector.key}`, 'content-type': `multipart/form-data; boundary=${boundary}` },
  })
  t.match(answer.json(), { status: 400, code: 'invalid-request' })
})

t.test('of all that was refused nothing is left, in the folders or in the database', async (t) => {
  t.same(await readdir(`${made.dataDir}/uploads`), [])
  const { rows } = await db.execute<Json>(`select encode(received_sha256, 'hex') as name from evidence_file`)
  const names = rows.map(({ name }: Json) => `fuyang/${name.slice(0, 2)}/${name}`)
  t.same((await keptFiles(made)).filter((name) => !name.endsWith('.thumbnail')).sort(), names.sort())
  const { rows: unused } = await db.execute<Json>(`select count(*)::int as count from evidence_file f where not exists (
    select from evidence e where e.received_sha256 = f.received_sha256)`)
  t.same(unused, [{ count: 0 }])
  await ok(inspector.get('/v1/me'))
})
