import fc from 'fast-check'
import type { Tx } from '../../src/db/client.js'
import type { DocumentRequest } from '../../src/documents/document-request.js'
import { FORMS } from '../../src/documents/forms/index.js'
import { shippedTemplate } from '../../src/documents/forms/template.js'
import { makeFiles } from '../../src/documents/make.js'
import { documentValues } from '../../src/documents/values.js'
import { VOCABULARIES } from '../../src/documents/vocabulary.js'
import { placeText, standingText, yuanText } from '../../src/documents/words.js'
import { DOCUMENT_KINDS, ITEM_DOCUMENT_KINDS } from '../../src/domain/item/document.js'
import { DEFAULT_RULES } from '../../src/domain/rules.js'
import { type Block, paragraph } from '../../src/render/blocks.js'
import { openFonts } from '../../src/render/fonts.js'
import { pdfOf } from '../../src/render/pdf.js'
import { runsOf } from '../../src/render/pdf-text.js'
import { cleanText, filled, scopesOf, type Values } from '../../src/render/values.js'
import { wordFileOf } from '../../src/render/word-file.js'
import { ownTemplate } from '../../src/render/word-template.js'
import { wordTemplateOf } from '../../templates/maker/template.js'
import { itemIn } from '../helpers/domain.js'
import { paragraphsOf, partsOf } from '../helpers/papers.js'
import { t } from '../helpers/tap.js'

const fonts = openFonts(undefined)
const ABOUT = { title: '交办单', issuer: '阜阳市安委办', issuedAt: '2026-11-27T01:30:00.000Z' }
/** What people write, and what others do. */
const NASTY = [
  ...[
    '{文号}',
    '{#其他要求}{要求}{/其他要求}',
    '{隐患名称} [loopOver: "row"]',
    '</w:t></w:r></w:p><w:p/>',
    ']]>&amp;<!--',
  ],
  ...[
    '$&$1\\n',
    '第一行\n第二行',
    '𬭚㛃䶮𠙶堃',
    '🙂👨‍👩‍👧🇨🇳',
    '\u0000\u0007\u001b[31m',
    '\ud800',
    '‮fdp.exe',
    'a'.repeat(300),
  ],
]

async function wordOf(blocks: readonly Block[], values: Values): Promise<string[]> {
  return paragraphsOf(await wordFileOf(await ownTemplate(await wordTemplateOf(blocks), ABOUT), values))
}

t.test('what a paper is filled in with is text, whatever it looks like', async (t) => {
  const blocks = [paragraph('body', '甲{隐患名称}乙{文号}丙'), paragraph('body', '{要求}', '其他要求')]
  for (const raw of NASTY) {
    const text = cleanText(raw)
    const values = { 隐患名称: text, 文号: '〔2026〕1号', 其他要求: [{ 要求: text }, { 要求: '末条' }] }
    const said = await wordOf(blocks, values)
    t.strictSame(said.slice(0, 3), [`甲${text}乙〔2026〕1号丙`, text, '末条'], JSON.stringify(raw))
    const pdf = await pdfOf(blocks, values, ABOUT, fonts)
    t.equal(pdf.subarray(0, 5).toString(), '%PDF-')
  }
  t.equal(filled('{甲}{乙}', { 甲: '{乙}', 乙: '{甲}' }), '{乙}{甲}', 'in one pass')
})

t.test('any text at all makes a Word file and a PDF', async () => {
  const blocks = [paragraph('title', '{甲}'), ...FORMS.closure_form]
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(text, text, async (甲, 隐患名称) => {
      const template = { kind: 'closure_form', template: null, glyphs: 'accept' } as const
      const { files } = await makeFiles(
        { fonts: async () => fonts, converter: undefined },
        template,
        { 甲, 隐患名称 },
        ABOUT,
      )
      const [word] = files
      const { 'word/document.xml': xml = '' } = await partsOf(word?.content ?? Buffer.alloc(0))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what no XML has.
      if (files.length !== 2 || /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u.test(xml))
        throw new Error('no')
      await wordOf(blocks, { 甲: cleanText(甲) })
    }),
    { numRuns: 5 },
  )
})

t.test('text is cleaned of what cannot be printed, and of nothing else', async (t) => {
  t.equal(cleanText('甲\r\n乙\u2028丙\t丁 '), '甲\n乙\n丙 丁')
  t.equal(cleanText('a\u0000\u0008\u000b\u001f\u007f\ufffe\ud800b'), 'ab')
  t.equal(cleanText('‮甲‬\ufeff'), '甲')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => cleanText(cleanText(text)) === cleanText(text)))
  t.equal(cleanText('𬭚㛃䶮🙂①℃〔2026〕'), '𬭚㛃䶮🙂①℃〔2026〕')
})

t.test('a part is repeated for each entry of a list, and stands once or not at all for a text', async (t) => {
  t.same(scopesOf({ 甲: '有', 乙: '1' }, '甲'), [{ 甲: '有', 乙: '1' }])
  t.same(scopesOf({ 甲: '' }, '甲'), [])
  t.same(scopesOf({}, '甲'), [])
  t.same(
    scopesOf({ 表: [{ 乙: '2' }, {}], 乙: '1' }, '表').map(({ 乙 }) => 乙),
    ['2', '1'],
    'an entry covers what lies around it',
  )
  const blocks = [paragraph('body', '抄送{抄送}', '抄送'), paragraph('body', '末')]
  t.same(await wordOf(blocks, { 抄送: '' }), ['末'])
  t.same((await wordOf(blocks, { 抄送: '公路局' })).slice(0, 2), ['抄送公路局', '末'])
})

t.test('a character comes from the first font that has it, and is 〓 where none does', async (t) => {
  const font = (name: string, characters: string) => ({
    ...{ name, path: '', lineHeight: 1 },
    has: (codePoint: number) => characters.includes(String.fromCodePoint(codePoint)),
  })
  const runs = runsOf('甲乙𬭚丙🙂️\u200d', [font('a', '甲丙〓'), font('b', '乙𬭚')])
  t.same(runs, [
    { text: '甲', font: 'a' },
    { text: '乙𬭚', font: 'b' },
    { text: '丙〓', font: 'a' },
  ])
  const rare = '㛃䶮𬍛𬭚𫖯𬸣𠙶㙦玥堃祎翀赟昇喆犇骉淼槑囧龑𨱇𬶏℃〔〕—①②√□'
  t.ok(
    runsOf(rare, fonts.of('fangsong')).every(({ text }) => !text.includes('〓')),
    'names are printed',
  )
  t.ok(runsOf('x'.repeat(40), fonts.of('fangsong'))[0]?.text.includes('\u200b'), 'a long word can be broken')
})

t.test('a text of ten pages runs over as many, in a form as in a letter', async (t) => {
  const long = '弯道外侧临水，落差约四米。'.repeat(600)
  for (const kind of ['assignment_order', 'rectification_notice', 'item_file'] as const) {
    const pdf = await pdfOf(FORMS[kind], { 隐患描述: long, 发文机关: '阜阳市安委办' }, ABOUT, fonts)
    const pages = pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)?.length ?? 0
    t.ok(pages >= 8, `${kind} has ${pages} pages`)
  }
})

t.test('a page is A4 with the type area of GB/T 9704', async (t) => {
  const template = await ownTemplate(await shippedTemplate('talk_notice'), ABOUT)
  const { 'word/document.xml': xml = '', 'word/footer1.xml': footer = '' } = await partsOf(template)
  const [size = '', margins = ''] = [/<w:pgSz [^>]*>/.exec(xml)?.[0], /<w:pgMar [^>]*>/.exec(xml)?.[0]]
  t.match(size, / w:w="11906" w:h="16838"/)
  const mm = (name: string) => Math.round((Number(new RegExp(`w:${name}="(\\d+)"`).exec(margins)?.[1]) / 1440) * 25.4)
  t.same(['top', 'left', 'bottom', 'right'].map(mm), [37, 28, 35, 26])
  t.ok(xml.includes('w:line="580" w:lineRule="exact"'), '22 lines on a page')
  t.ok(xml.includes('仿宋_GB2312') && xml.includes('方正小标宋简体'))
  t.match(footer, /— .*PAGE.* —/s)
  const pdf = await pdfOf(FORMS.talk_notice, {}, ABOUT, fonts)
  t.ok(pdf.toString('latin1').includes('/MediaBox [0 0 595.28 841.89]'))
})

t.test('every placeholder of a kind is filled in, and no other', async (t) => {
  const nobody = { person: () => '', unit: () => '', category: '', area: '' }
  // Only the list of papers is asked of the database.
  const tx = { execute: async () => ({ rows: [] }) } as unknown as Tx
  const about = { title: '', number: '', unitName: '', receivedAt: null, receivedBy: null } as never
  for (const kind of ITEM_DOCUMENT_KINDS) {
    const asked: DocumentRequest = { kind }
    const sources = { item: { ...itemIn('closed'), evidence: [] }, events: [], names: nobody, rules: DEFAULT_RULES }
    const where = { zone: 'Asia/Shanghai', at: ABOUT.issuedAt, sender: '', issuer: '', number: '', pictures: new Map() }
    const values = await documentValues(tx, { ...sources, ...where, asked, about })
    const { fields, lists } = VOCABULARIES[kind]
    t.same(Object.keys(values).sort(), [...fields, ...Object.keys(lists)].sort(), kind)
  }
  for (const kind of DOCUMENT_KINDS) {
    const { fields, lists } = VOCABULARIES[kind]
    t.equal(new Set(fields).size, fields.length, `${kind} names each once`)
    t.notOk(fields.some((name) => name in lists))
  }
})

t.test('a place, a deadline and money are said as people say them', async (t) => {
  const item = itemIn('remediating')
  const place = {
    ...item,
    road: 'S315',
    direction: 'up' as const,
    startChainageM: 77_800,
    endChainageM: null,
    address: null,
  }
  t.equal(placeText(place, '阜南县'), '阜南县 S315 线 K77+800 处（上行方向）')
  t.equal(
    placeText({ ...place, endChainageM: 78_000, direction: null }, '阜南县'),
    '阜南县 S315 线 K77+800 至 K78+000 段',
  )
  t.equal(placeText({ ...place, road: null, startChainageM: null, address: '光明路' }, '阜南县'), '阜南县 光明路')
  const due = { dueAt: '2026-11-27T15:59:59.999Z', suspension: null }
  t.match(standingText(due, '2026-11-27T16:00:00.000Z', 'Asia/Shanghai'), '已逾期 1 天')
  t.match(standingText(due, '2026-11-27T15:00:00.000Z', 'Asia/Shanghai'), '今日到期')
  t.match(standingText(due, '2026-11-25T15:00:00.000Z', 'Asia/Shanghai'), '还有 2 天')
  t.equal(yuanText(6_500_005), '65,000.05 元')
})
