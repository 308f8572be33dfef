// Alone: it measures how long the event loop stands still.
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { ZipFile } from 'yazl'
import { readXml, XmlFault } from '../../src/render/word-xml.js'
import { itemIn } from '../helpers/app.js'
import { createCheckedApp, refused } from '../helpers/checked.js'
import { edited, fileOf, issue, paragraphsOf, partsOf, remade, sendTemplate } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const { app, home, superuser } = await createCheckedApp(t)
const { office } = home
const KIND = 'item_file'
const builtIn = (await fileOf(app, office, `/v1/document-templates/${KIND}`)).bytes
const send = (file: Buffer) => sendTemplate(app, office, KIND, file)
/** As large as one part may be. */
const BYTES = 8 * 1_048_576 - 1_000

const TYPES =
  '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'

async function wordFile(xml: string): Promise<Buffer> {
  const archive = new ZipFile()
  archive.addBuffer(Buffer.from(TYPES), '[Content_Types].xml')
  archive.addBuffer(Buffer.from(xml), 'word/document.xml')
  archive.end()
  return buffer(archive.outputStream)
}

function shapesOf(bytes: number): Record<string, string> {
  const full = (unit: string) => unit.repeat(Math.floor(bytes / unit.length))
  return {
    'tags that are never closed': full('<fldChar '),
    'tags that are never closed, in an element': `<d>${full('<instrText ')}`,
    'simple fields that are never closed': `<d>${full('<fldSimple ')}`,
    'texts that are never closed': `<d>${full('<w:t')}`,
    braces: `<d><t>${full('{')}</t></d>`,
    placeholders: `<d><t>${full('{}')}</t></d>`,
    comments: `<d>${full('<!--')}`,
    ampersands: `<d>${full('&')}`,
    'a quotation mark': `<d a="${full('x')}`,
    'quotation marks': `<d>${full('<a b="')}`,
    depth: full('<a>'),
    'one attribute again and again': `<d ${full('a="" ')}/>`,
    elements: `<d>${full('<a/>')}</d>`,
    'fields in fields': `<d>${full('<fldChar fldCharType="begin"/>')}</d>`,
    'CDATA in CDATA': `<d>${full('<![CDATA[')}`,
    'a DTD': `<!DOCTYPE ${full('x[')}`,
    'a name': `<${full('a')}`,
  }
}
const SHAPES = shapesOf(BYTES)

t.test('a template of 8 MB is looked at while everybody else is answered', async (t) => {
  for (const name of ['tags that are never closed', 'braces'] as const) {
    const file = await wordFile(SHAPES[name] ?? '')
    let longestMs = 0
    let isOver = false
    const answer = send(file).finally(() => {
      isOver = true
    })
    while (!isOver) {
      const askedAt = performance.now()
      if ((await app.inject({ url: '/healthz' })).statusCode !== 200) t.fail('/healthz')
      longestMs = Math.max(longestMs, performance.now() - askedAt)
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.match(await answer, { status: 400, body: { code: 'invalid-request', detail: /./ } }, name)
    t.ok(longestMs < 2_000, `${name}: /healthz took ${longestMs} ms`)
  }
})

t.test('a part is read in time that grows with its length', async (t) => {
  const msOf = (xml: string) => {
    const before = process.cpuUsage().user
    try {
      readXml(xml, {})
    } catch (err) {
      if (!(err instanceof XmlFault)) throw err
    }
    return (process.cpuUsage().user - before) / 1000
  }
  const eighths = shapesOf(BYTES / 8)
  for (const [name, xml] of Object.entries(SHAPES)) {
    const [eighth, whole] = [Math.min(msOf(eighths[name] ?? ''), msOf(eighths[name] ?? '')), msOf(xml)]
    // Eight times as long takes eight times as long; sixty-four times, were it read again for each of its parts.
    t.ok(whole < Math.max(24 * eighth, 500), `${name}: ${eighth} ms for 1 MB, ${whole} ms for 8 MB`)
  }
})

t.test('whatever tags come in whatever order, a part is read or refused, at once', async () => {
  const piece = fc.constantFrom(
    ...['<w:p>', '</w:p>', '<w:fldChar w:fldCharType="begin"/>', '<w:instrText>', '</w:instrText>', 'PAGE', '{', '}'],
    ...[
      '<',
      '>',
      '&',
      '&amp;',
      '&#x0;',
      '"',
      "'",
      '<!--',
      '-->',
      '<?x',
      '?>',
      '<![CDATA[',
      ']]>',
      ' a="',
      '/>',
      '\u0000',
    ],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      try {
        readXml(pieces.join(''), {})
      } catch (err) {
        return err instanceof XmlFault
      }
      return true
    }),
    { numRuns: 200 },
  )
})

t.test('a name that every object has is no placeholder', async (t) => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', '__defineGetter__']) {
    for (const text of [`{#${name}}x{/${name}}`, `{#${name}}{文号}{/}`, `{${name}}`, `{#过程}{${name}}{/过程}`]) {
      const answer = await send(
        await edited(builtIn, '<w:t xml:space="preserve">', `<w:t xml:space="preserve">${text}`),
      )
      refused(t, answer as never, 400, 'invalid-request')
      t.match(answer.body.errors[0].detail, /is no placeholder/, text)
    }
  }
})

t.test('what cannot be filled in is refused when it is sent, not when a paper is issued', async (t) => {
  const row = (text: string) => `<w:tr><w:tc><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:tc></w:tr>`
  const half = `<w:tbl>${row('{#过程}{内容}')}</w:tbl><w:p><w:r><w:t>{/过程}</w:t></w:r></w:p>`
  const answer = await send(await edited(builtIn, '<w:body>', `<w:body>${half}`))
  t.ok(answer.status === 400 || answer.status === 200, `${answer.status}`)
  if (answer.status === 200) await issue(home, await itemIn('listed', home), { kind: KIND })
  await office.delete(`/v1/document-templates/${KIND}`)
})

t.test('what is no well-formed XML is refused, in whichever part it is', async (t) => {
  const cases: [string, string, RegExp][] = [
    ['word/document.xml', '<w:document><w:body>', /document.xml is no well-formed XML .*unclosed tag/],
    ['word/styles.xml', '<a></b>', /styles.xml is no well-formed XML/],
    ['word/settings.xml', '', /settings.xml is no well-formed XML/],
    ['docProps/app.xml', '<a b=c/>', /app.xml is no well-formed XML/],
    ['word/_rels/document.xml.rels', '<Relationships>', /rels is no well-formed XML/],
    ['word/x.xml', '<a/><b/>', /x.xml is no well-formed XML/],
    ['word/x.xml', '<a>&nope;</a>', /x.xml is no well-formed XML/],
    ['word/x.xml', '<a b="1" b="2"/>', /x.xml is no well-formed XML/],
    ['word/x.xml', '<a:b/>', /x.xml is no well-formed XML .*unbound prefix: a/],
    ['word/x.xml', '<a><b xmlns:c="d"/><c:e/></a>', /x.xml is no well-formed XML .*unbound prefix: c/],
    ['word/x.xml', '<a b:c=""/>', /x.xml is no well-formed XML .*unbound prefix: b/],
  ]
  for (const [part, xml, said] of cases) {
    t.match(
      await send(await remade(builtIn, { [part]: xml })),
      { status: 400, body: { detail: said } },
      `${part} ${xml}`,
    )
  }
})

t.test('a relation leads to another part of the file, and to nothing else', async (t) => {
  const outside = [
    ...['http://x.example/a.png', 'file:///c:/a.png', '\\\\evil\\share\\x.png', '//evil/share/x.png', '/../../x.png'],
    ...[
      '../../../etc/passwd',
      'media/none.png',
      'HTTP&#58;//x.example/',
      'media\\..\\..\\x.png',
      '%2e%2e/%2e%2e/x.png',
    ],
    ...['C:\\a.png', 'ftp://x/', 'mhtml:http://x!y', 'media/%zz.png', ''],
  ]
  const relation = (target: string, more = '') =>
    `<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="${target}" ${more}/></Relationships>`
  const withRelation = async (text: string) => {
    const rels = 'word/_rels/document.xml.rels'
    const before = (await partsOf(builtIn))[rels] ?? ''
    return remade(builtIn, { 'word/media/a.png': 'PNG', [rels]: before.replace('</Relationships>', text) })
  }
  for (const target of outside) {
    const answer = await send(await withRelation(relation(target)))
    t.match(answer, { status: 400, body: { detail: /document.xml.rels refers to/ } }, target)
  }
  for (const target of ['media/a.png', '/word/media/a.png', './media/a.png', '../word/media/A.png']) {
    for (const mode of ['', 'TargetMode="Internal"']) {
      t.equal((await send(await withRelation(relation(target, mode)))).status, 200, target)
    }
  }
  for (const mode of ['External', 'external', ' External ', 'Elsewhere']) {
    const answer = await send(await withRelation(relation('media/a.png', `TargetMode="${mode}"`)))
    t.match(answer, { status: 400, body: { detail: /refers to .* outside/ } }, mode)
  }
  for (const xml of ['<v:imagedata src="http://x.example/a.png"/>', '<v:imagedata o:href="file:///a"/>']) {
    const answer = await send(await edited(builtIn, '<w:body>', `<w:body>${xml}`))
    t.match(answer, { status: 400, body: { detail: /document.xml refers to .* outside/ } }, xml)
  }
  await office.delete(`/v1/document-templates/${KIND}`)
})

t.test('a stored template that cannot be filled in stops its papers alone, and takes no number', async (t) => {
  const item = await itemIn('listed', home)
  const before = await issue(home, item, { kind: KIND })
  const rows = Array.from({ length: 1_200_000 }, () => '<w:r/>').join('')
  const large = `<w:p><w:r><w:t>{#过程}</w:t></w:r></w:p><w:p>${rows}</w:p><w:p><w:r><w:t>{/过程}</w:t></w:r></w:p>`
  // As an earlier version may have taken it.
  const file = await edited(builtIn, '<w:body>', `<w:body>${large}`)
  await superuser.query(
    `insert into document_template (jurisdiction_id, kind, version, file, sha256, set_at, set_by)
     select 'fuyang', $1, 100, $2, sha256($2), now(), id from person where jurisdiction_id = 'fuyang' limit 1`,
    [KIND, file],
  )
  const answer = office.post(`/v1/items/${item.id}/documents`, { kind: KIND })
  t.equal((await app.inject({ url: '/healthz' })).statusCode, 200)
  refused(t, await answer, 409, 'template-unusable')
  await office.delete(`/v1/document-templates/${KIND}`)
  const after = await issue(home, item, { kind: KIND })
  const numberOf = ({ number }: { number: string }) => Number(/(\d+)号/.exec(number)?.[1])
  t.equal(numberOf(after), numberOf(before) + 1)
  t.ok((await paragraphsOf((await fileOf(app, office, `/v1/documents/${after.id}/file?format=docx`)).bytes)).length > 3)
})
