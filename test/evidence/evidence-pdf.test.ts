import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { faultOfPdf } from '../../src/evidence/pdf-check.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { partsOf, pdf, sendEvidence } from '../helpers/evidence.js'
import { t } from '../helpers/tap.js'

const { app, home } = await createCheckedApp(t)
const { inspector } = home

const CATALOG = '<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>'

/** A PDF of these objects, from 1 on. */
function pdfOf(objects: (string | Buffer)[], trailer = '', before = '%PDF-1.7\n'): Buffer {
  const pages = ['<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>']
  const [catalog = CATALOG, ...rest] = objects
  const body = [catalog, ...pages, ...rest].map((object, k) =>
    Buffer.concat([Buffer.from(`${k + 1} 0 obj\n`), Buffer.from(object as string), Buffer.from('\nendobj\n')]),
  )
  const all = Buffer.concat([Buffer.from(before), ...body])
  const end = `xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 9${trailer}>>\nstartxref\n${all.length}\n%%EOF\n`
  return Buffer.concat([all, Buffer.from(end)])
}

const withObject = (object: string | Buffer) => pdfOf([CATALOG, object])
const withCatalog = (entries: string, ...objects: string[]) =>
  pdfOf([`<</Type/Catalog/Pages 2 0 R ${entries}>>`, ...objects])

/** A stream with objects in it. */
function packed(objects: string[], { filter = '/FlateDecode', more = '', pack = deflateSync } = {}): Buffer {
  let offset = 0
  const head = objects.map((object, k) => {
    const pair = `${20 + k} ${offset}`
    offset += object.length + 1
    return pair
  })
  const first = `${head.join(' ')} `
  const content = pack(Buffer.from(first + objects.join('\n')))
  const dictionary = `<</Type/ObjStm/N ${objects.length}/First ${first.length}/Filter ${filter}/Length ${content.length}${more}>>stream\n`
  return Buffer.concat([Buffer.from(dictionary), content, Buffer.from('\nendstream')])
}

const JS = '<</Type/Action/S/JavaScript/JS(app.alert\\(1\\))>>'
const ESCAPED = JS.replace('JavaScript', 'J#61vaScr#69pt').replace('/JS(', '/#4a#53(')
const ACTIVE: Record<string, Buffer> = {
  'a script by a name that is written with numbers': withObject(ESCAPED),
  'a script by its key alone': withObject('<</#4AS(x)>>'),
  'a script in a packed stream': withObject(packed([ESCAPED])),
  'a script in a packed stream behind others': withObject(packed(['<</A 1>>', '[1 2]', ESCAPED])),
  'a script in a packed stream that is not packed': withObject(
    packed([ESCAPED], { filter: 'null', pack: (b) => b as never }),
  ),
  'a script in a packed stream without its type': withObject(
    Buffer.from(packed([ESCAPED]).toString('latin1').replace('/Type/ObjStm', '/Type/XXXXXX'), 'latin1'),
  ),
  'a script that came with a later version': Buffer.concat([pdfOf([]), withObject(ESCAPED)]),
  'a script that a later version took out': Buffer.concat([withObject(ESCAPED), pdfOf([])]),
  'a script in a stream that looks like a picture': withObject(
    `<</Length 99>>stream\n12 0 obj ${ESCAPED} endobj\nendstream`,
  ),
  'a script behind a bracket that is never closed': pdfOf([], '', `%PDF-1.7\n(\n9 0 obj${ESCAPED}endobj\n`),
  'a script in a comment that no reader takes for one': pdfOf([], '', `%PDF-1.7\n% 9 0 obj${ESCAPED}endobj\n`),
  'a form that is a program': withCatalog('/AcroForm<</X#46A 9 0 R>>'),
  'a form that is sent': withObject('<</S/SubmitForm/F(http://x.example)>>'),
  'a form that is sent, by its escaped name': withObject('<</S/Submit#46orm/F(http://x.example)>>'),
  'data that come in': withObject('<</S/ImportData/F(a)>>'),
  'a program': withObject('<</S/L#61unch/F(cmd.exe)>>'),
  'another file': withObject('<</S/GoToR/F(\\\\\\\\evil\\\\share\\\\x.pdf)/D[0/Fit]>>'),
  'a film': withObject('<</S/Rendition/OP 0>>'),
  'a picture in three dimensions': withObject('<</Type/Annot/Subtype/3D>>'),
  'an address that opens by itself': withCatalog('/OpenAction<</S/URI/URI(http://x.example)>>'),
  'an address that opens by itself, somewhere else': withCatalog(
    '/OpenAction 4 0 R',
    '<</S/URI/URI(http://x.example)>>',
  ),
  'an address that opens after a page': withCatalog(
    '/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[4 0 R]>>',
    '<</S/URI/URI(http://x)>>',
  ),
  'an address that opens with a page': withObject('<</Type/Page/AA<</O<</S/URI/URI(http://x.example)>>>>>>'),
  'an address that is a script': withObject('<</S/URI/URI(javascr\\151pt:alert\\(1\\))>>'),
  'an address that is a file': withObject('<</S/URI/URI(file:///c:/windows/x.exe)>>'),
  'an address of another machine': withObject('<</S/URI/URI(\\\\\\\\evil\\\\share)>>'),
  'an address in hexadecimal': withObject(`<</S/URI/URI<${Buffer.from('javascript:x').toString('hex')}>>>`),
}
const EMBEDDED: Record<string, Buffer> = {
  'a file': withObject('<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream'),
  'a file, by its escaped name': withObject('<</Type/Embedded#46ile/Length 1>>stream\nx\nendstream'),
  'a list of files': withCatalog('/Names<</EmbeddedFiles 9 0 R>>'),
  'a file that is named': withObject('<</Type/Filespec/F(a)/EF<</F 9 0 R>>>>'),
  'a file on a page': withObject('<</Subtype/FileAttachment>>'),
  'a file in a packed stream': withObject(packed(['<</EF<</F 9 0 R>>>>'])),
}
const HIDDEN: Record<string, Buffer> = {
  'objects that are encrypted': withObject(
    Buffer.concat([Buffer.from('<</Type/ObjStm/N 1/First 5/Filter/FlateDecode>>stream\n'), Buffer.alloc(200, 7)]),
  ),
  'objects packed as none are': withObject(packed([ESCAPED], { filter: '[/ASCII85Decode/FlateDecode]' })),
  'objects that a program packed': withObject(packed([ESCAPED], { more: '/DecodeParms<</Predictor 12>>' })),
  'a bomb': withObject(packed(['x'.repeat(70 * 1_048_576)])),
  'a nest': withObject('['.repeat(10_000)),
}
const HARMLESS: Record<string, Buffer> = {
  'a paper': pdf('x'),
  'a page to begin with': pdfOf([]),
  'a page to begin with, by an action': withCatalog('/OpenAction<</S/GoTo/D[3 0 R/FitH null]>>'),
  'a page to begin with, somewhere else': withCatalog(
    '/OpenAction 4 0 R',
    '<</Type/Action/S/GoTo/D[3 0 R/XYZ 0 842 1]>>',
  ),
  'a page to begin with, in a packed stream': pdfOf([
    '<</Type/Catalog/Pages 2 0 R/OpenAction 20 0 R>>',
    packed(['<</S/GoTo/D[3 0 R/Fit]>>']),
  ]),
  'a reader that is told to print': withCatalog('/OpenAction<</S/Named/N/Print>>'),
  'an action on a page that leads to another': withObject('<</Type/Page/AA<</O<</S/GoTo/D[3 0 R/Fit]>>>>>>'),
  'a link': withObject('<</Subtype/Link/A<</S/URI/URI(https://www.example.com/a?b=c:d)>>>>'),
  'a link without a scheme': withObject('<</S/URI/URI(www.example.com:8080/x)>>'),
  'a link to somebody': withObject('<</S/URI/URI(mailto:a@example.com)>>'),
  'a signature': withCatalog('/AcroForm<</SigFlags 3/Fields[4 0 R]>>', '<</FT/Sig/V<</Type/Sig/ByteRange[0 1 2 3]>>>>'),
  'a structure': withObject('<</Type/StructElem/S/P/K[<</Type/StructElem/S/Link>>]>>'),
  'text that speaks of it': withObject('<</Length 30>>stream\n(see /JS and /EF, /AA /XFA) Tj\nendstream'),
  'words that speak of it': withObject('<</Title(/JS /EmbeddedFile /S/SubmitForm)>>'),
  'bytes that look like names': withObject(
    Buffer.concat([
      Buffer.from('<</Length 60>>stream\n'),
      Buffer.from('\x00/JS \x01/AA\xff/EF ', 'latin1'),
      Buffer.from('\nendstream'),
    ]),
  ),
  'encrypted strings': pdfOf([CATALOG, '<</S/URI/URI(\x01:\x02\\\\)>>'], '/Encrypt 5 0 R'),
  'packed objects of no harm': withObject(packed(['<</Type/Font>>', '[1 2 3]', '(x)'])),
}

t.test('a PDF that does something is refused, however it is written', async (t) => {
  for (const [name, file] of Object.entries(ACTIVE)) t.equal(faultOfPdf(file), 'active', name)
  for (const [name, file] of Object.entries(EMBEDDED)) t.equal(faultOfPdf(file), 'embedded', name)
  for (const [name, file] of Object.entries(HIDDEN)) t.equal(faultOfPdf(file), 'hidden', name)
  const cases = [
    [ACTIVE['a script in a packed stream'], /has scripts, or starts programs/],
    [EMBEDDED['a file, by its escaped name'], /has other files in it/],
    [HIDDEN['a bomb'], /cannot be looked into/],
  ] as const
  for (const [file, said] of cases) {
    const answer = await sendEvidence(app, inspector, partsOf(file ?? Buffer.alloc(0)))
    refused(t, answer, 400, 'invalid-request', { pointers: ['/file'] })
    t.match(answer.body.errors[0].detail, said)
  }
})

t.test('a PDF that only says where to begin is taken', async (t) => {
  for (const [name, file] of Object.entries(HARMLESS)) t.equal(faultOfPdf(file), undefined, name)
  for (const file of [pdfOf([]), HARMLESS['a page to begin with, in a packed stream'] ?? pdf('')]) {
    t.equal((await sendEvidence(app, inspector, partsOf(file, { kind: 'document' }))).status, 201)
  }
})

t.test('what copiers put before and after a PDF is let be', async (t) => {
  const paper = pdf('copied')
  const after = (tail: string | Buffer) => Buffer.concat([paper, Buffer.from(tail as string)])
  const before = (head: string | Buffer) => Buffer.concat([Buffer.from(head as string), paper])
  const taken: Record<string, Buffer> = {
    '512 zeros': after(Buffer.concat([Buffer.from('\n'), Buffer.alloc(512)])),
    '4,845 zeros': after(Buffer.alloc(4_845)),
    'a hundred thousand zeros': after(Buffer.alloc(100_000)),
    'empty lines': after('\r\n\r\n   \n'),
    'a word': after('\nscanned by model X'),
    'a word and zeros': after(Buffer.concat([Buffer.from('end of job\n'), Buffer.alloc(4_845)])),
    '900 bytes': after('x'.repeat(900)),
    'printer language': before('\x1b%-12345X@PJL JOB\n@PJL ENTER LANGUAGE=PDF\n'),
    'zeros before': before(Buffer.alloc(1_000)),
    'a byte order mark': before('\ufeff'),
    'an empty line before': before('\r\n'),
  }
  for (const [name, file] of Object.entries(taken)) {
    const { status, body } = await sendEvidence(app, inspector, partsOf(file, { kind: 'document' }))
    t.match(
      { status, body },
      { status: 201, body: { mediaType: 'application/pdf' } },
      `${name}: ${JSON.stringify(body)}`,
    )
  }
  const refusedOnes: Record<string, Buffer> = {
    'no end': paper.subarray(0, -8),
    'an end that is too far': after('x'.repeat(1_100)),
    'zeros in its place': Buffer.concat([paper.subarray(0, 100), Buffer.alloc(5_000)]),
    'a page after it': after('<script>alert(1)</script>'),
  }
  for (const [name, file] of Object.entries(refusedOnes)) {
    t.equal((await sendEvidence(app, inspector, partsOf(file))).status, 400, name)
  }
})

t.test('whatever bytes come, a PDF is judged, in time that grows with its length', async (t) => {
  const piece = fc.constantFrom(
    ...[
      '1 0 obj',
      'endobj',
      '<<',
      '>>',
      '[',
      ']',
      '(',
      ')',
      '/S',
      '/JS',
      '/A#',
      '#',
      '%',
      '\n',
      'stream\n',
      'endstream',
    ],
    ...['<', '>', '4 0 R', '\\', '\\9', '/Type/ObjStm', '/First 4', '/N 2', 'trailer', '-', '1.', '\0', '{', '}'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 100 }), (pieces) => {
      faultOfPdf(Buffer.from(pieces.join(''), 'latin1'))
      return true
    }),
    { numRuns: 300 },
  )
  const full = (unit: string) => Buffer.from(unit.repeat(Math.floor((2 * 1_048_576) / unit.length)), 'latin1')
  for (const unit of [
    '1 0 obj',
    '1 0 obj(',
    '1 0 obj[',
    '1 0 obj<<',
    '(',
    '<',
    '/',
    '%',
    ' ',
    '1 0 obj %',
    'trailer<<',
    'obj',
    '#41',
  ]) {
    const before = process.cpuUsage().user
    faultOfPdf(full(unit))
    const ms = (process.cpuUsage().user - before) / 1000
    t.ok(ms < 4_000, `${unit}: ${ms} ms`)
  }
})
