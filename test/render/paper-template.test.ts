import { buffer } from 'node:stream/consumers'
import { XMLParser } from 'fast-xml-parser'
import { ZipFile } from 'yazl'
import { FORMS } from '../../src/documents/forms/index.js'
import { shippedTemplate } from '../../src/documents/forms/template.js'
import { VOCABULARIES } from '../../src/documents/vocabulary.js'
import { DOCUMENT_KINDS, DOCUMENT_NAMES } from '../../src/domain/item/document.js'
import { Rejection } from '../../src/domain/rejection.js'
import { cleanWordFile } from '../../src/render/word-parts.js'
import { checkPlaceholders } from '../../src/render/word-tags.js'
import { ownTemplate } from '../../src/render/word-template.js'
import { wordTemplateOf } from '../../templates/maker/template.js'
import { edited, partsOf, remade } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const OWNER = { title: '交办单', issuer: '阜阳市安委办', issuedAt: null }
const builtIn = await ownTemplate(await shippedTemplate('assignment_order'), OWNER)
const parts = await partsOf(builtIn)
const [RELS, TYPES, MAIN] = ['word/_rels/document.xml.rels', '[Content_Types].xml', 'word/document.xml'] as const
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

async function zip(files: Record<string, string | Buffer>): Promise<Buffer> {
  const archive = new ZipFile()
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content as string), name)
  archive.end()
  return buffer(archive.outputStream)
}

/** The same bytes with a name in the place of another of its length. */
function renamed(file: Buffer, from: string, to: string): Buffer {
  return Buffer.from(file.toString('latin1').replaceAll(from, to), 'latin1')
}

const withRelation = (kind: string, more: string) => {
  const relation = `<Relationship Id="r9" Type="${OFFICE}/${kind}" Target="http://x.example/" ${more}/>`
  return remade(builtIn, { [RELS]: (parts[RELS] ?? '').replace('</Relationships>', `${relation}</Relationships>`) })
}
const withXml = (xml: string) => edited(builtIn, '<w:body>', `<w:body>${xml}`)
const field = (inner: string) =>
  `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>${inner}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
const code = (text: string) => `<w:r><w:instrText>${text}</w:instrText></w:r>`
const macroType = (parts[TYPES] ?? '').replace('wordprocessingml.document.main', 'ms-word.document.macroEnabled.main')

/** A bomb that says that it is small: in the central directory its size is put to a hundred bytes. */
async function liar(): Promise<Buffer> {
  const file = await remade(builtIn, { 'word/bomb.xml': Buffer.alloc(5_000_000) })
  const size = Buffer.alloc(4)
  size.writeUInt32LE(5_000_000)
  const small = Buffer.alloc(4)
  small.writeUInt32LE(100)
  return Buffer.from(file.toString('latin1').replaceAll(size.toString('latin1'), small.toString('latin1')), 'latin1')
}

const HOSTILE: [string, Promise<Buffer> | Buffer, RegExp][] = [
  ['no archive', Buffer.from('not a zip at all'), /no Word file/],
  ['an archive that is no Word file', zip({ 'a.xml': '<a/>' }), /no Word file/],
  ['a file cut off', builtIn.subarray(0, builtIn.length - 100), /no Word file/],
  ['a zip bomb', remade(builtIn, { 'word/bomb.xml': Buffer.alloc(9_000_000) }), /bomb.xml is too large/],
  ['a zip bomb that says it is small', liar(), /no Word file/],
  ['many parts', zip(Object.fromEntries(Array.from({ length: 301 }, (_, k) => [`${k}.xml`, '']))), /too many parts/],
  [
    'a part twice',
    renamed(await remade(builtIn, { 'WORD/styleX.xml': '' }), 'WORD/styleX.xml', 'WORD/styles.xml'),
    /is there twice/,
  ],
  [
    'a name that leads out',
    renamed(await remade(builtIn, { 'aa/aa/x.xml': '' }), 'aa/aa/x.xml', '../../x.xml'),
    /no Word file/,
  ],
  ['macros', remade(builtIn, { 'word/vbaProject.bin': 'x' }), /vbaProject.bin has macros/],
  ['a type with macros', remade(builtIn, { [TYPES]: macroType }), /Content_Types\].xml has macros/],
  ['an embedded object', remade(builtIn, { 'word/embeddings/oleObject1.xml': '' }), /oleObject1.xml has macros/],
  ['a program', remade(builtIn, { 'word/media/run.exe': 'MZ' }), /run.exe is nothing that a template needs/],
  ['a remote template', withRelation('attachedTemplate', 'TargetMode="External"'), /rels refers to .* outside/],
  ['a remote picture', withRelation('image', "TargetMode = 'External'"), /rels refers to .* outside/],
  ['a remote picture in disguise', withRelation('image', 'TargetMode="Exter&#110;al"'), /rels refers to .* outside/],
  ['another file whole', withRelation('aFChunk', ''), /rels has macros/],
  [
    'a file of this machine',
    edited(builtIn, '<w:document', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document'),
    /document.xml has a DTD/,
  ],
  ['UTF-16', remade(builtIn, { 'word/settings.xml': Buffer.from('\ufeff<!DOCTYPE x>', 'utf16le') }), /no XML in UTF-8/],
  [
    'another encoding',
    remade(builtIn, { 'word/settings.xml': '<?xml version="1.0" encoding="UTF-7"?><a/>' }),
    /has a DTD/,
  ],
  ['a chunk', withXml('<w:altChunk r:id="r9"/>'), /document.xml has macros/],
  ['an object under another prefix', withXml('<老:object/>'), /document.xml has macros/],
  ['a field that runs', withXml(field(code('DDEAUTO c:\\\\x'))), /field DDEAUTO/],
  ['a field in pieces', withXml(field(code('DD') + code('EAUTO x'))), /field DDEAUTO/],
  ['a field within a field', withXml(field(field(code('PAGE')) + code('INCLUDETEXT x'))), /field INCLUDETEXT/],
  ['a field under another prefix', withXml(field(code('LINK x')).replaceAll('w:', 'x:')), /field LINK/],
  ['a simple field', withXml('<w:fldSimple w:instr=" INCLUDEPICTURE http://x.example/"/>'), /field INCLUDEPICTURE/],
  ['a simple field that hides', withXml('<w:fldSimple w:a=">" w:instr="DDE x"/>'), /field DDE/],
  ['a field in CDATA', withXml(field(code('<![CDATA[DDE x]]>'))), /CDATA/],
]

for (const [name, file, reason] of HOSTILE) {
  t.test(`${name} is refused`, async (t) => {
    const err = await cleanWordFile(await file).then(
      () => undefined,
      (why: unknown) => why,
    )
    if (!(err instanceof Rejection)) throw new Error(`${name} was taken`)
    t.equal(err.code, 'invalid-request')
    t.match(err.words.en, reason)
    t.match(err.words.zh, /模板被拒绝|不是 Word 文件/)
  })
}

t.test('page numbers, pictures and fonts are no danger, and the file comes back with the same parts', async (t) => {
  const file = await remade(builtIn, {
    ...{ 'word/media/logo.png': 'PNG', 'word/fonts/font1.odttf': 'font' },
    [MAIN]: (parts[MAIN] ?? '').replace(
      '<w:body>',
      `<w:body>${field(code(' NUMPAGES '))}<w:fldSimple w:instr="PAGE"/>`,
    ),
  })
  t.same(await partsOf(await cleanWordFile(file)), await partsOf(file))
})

t.test('every template of the service’s own is taken, and has only placeholders that there are', async () => {
  for (const kind of DOCUMENT_KINDS) {
    const template = await ownTemplate(await shippedTemplate(kind), OWNER)
    await checkPlaceholders(await cleanWordFile(template), VOCABULARIES[kind])
  }
})

t.test('the templates that are shipped are made of the forms (npm run templates)', async (t) => {
  for (const kind of DOCUMENT_KINDS) {
    const owner = { title: DOCUMENT_NAMES[kind].zh, issuer: '', issuedAt: null }
    // The same parts; how well they are packed is for each version of zlib to say.
    const made = await partsOf(await ownTemplate(await wordTemplateOf(FORMS[kind]), owner))
    t.same(await partsOf(await shippedTemplate(kind)), made, kind)
  }
})

t.test(
  'a template is its owner’s: the head is as large as their name lets it, and they stand in the properties',
  async (t) => {
    const sizesOf = async (issuer: string) => {
      const { [MAIN]: xml = '' } = await partsOf(
        await ownTemplate(await shippedTemplate('talk_notice'), { ...OWNER, issuer }),
      )
      return [...xml.matchAll(/<w:color w:val="C80000"\/><w:sz w:val="(\d+)"\/><w:szCs w:val="(\d+)"\/>/g)].map(
        ([, ...sizes]) => sizes,
      )
    }
    t.same(await sizesOf('阜阳市安委办'), [['84', '84']])
    t.same(await sizesOf('阜阳市道路交通安全委员会办公室阜阳市公安局'), [['40', '40']])
    const owner = { title: '<题>&"', issuer: '甲\u0007 & 乙', issuedAt: '2026-11-27T01:30:00.000Z' }
    const { 'docProps/core.xml': properties = '' } = await partsOf(await ownTemplate(builtIn, owner))
    const { 'cp:coreProperties': said } = new XMLParser({ htmlEntities: true }).parse(properties, true)
    t.match(said, { 'dc:title': '<题>&"', 'dc:creator': '甲 & 乙', 'cp:lastModifiedBy': '甲 & 乙' })
    t.match(properties, '>2026-11-27T01:30:00.000Z</dcterms:created>')
  },
)
