import { isUtf8 } from 'node:buffer'
import { invalid, type Rejection, type Words } from '../domain/rejection.js'
import { ArchiveError, type Parts, pack, unpack } from './archive.js'

const MAIN_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
const CONTENT_TYPES = '[Content_Types].xml'
const MAIN = 'word/document.xml'
/** What a letter needs: text, pictures, and fonts that Word has put in. */
const PART = /^[A-Za-z0-9_\-./[\] ]+\.(xml|rels|png|jpe?g|gif|emf|wmf|odttf)$/i
const XML = /\.(xml|rels)$/i
/** What runs, brings another program's file along, or another Word file whole. */
const ACTIVE_PART = /vbaProject|vbaData|activeX|embeddings|oleObject|afchunk/i
const ACTIVE_TYPE = /macroEnabled|vbaProject|vbaData|activeX|oleObject/i
const ACTIVE_RELATION =
  /\/(vbaProject|wordVbaData|control|activeXControlBinary|oleObject|package|aFChunk|subDocument|attachedTemplate|frame|externalLink\w*|keyMapCustomizations|attachedToolbars)"/i
/** Whatever prefix a file gives to Word’s names, or none. */
const PREFIX = '(?:[^\\s<>/:"\'=]+:)?'
const ACTIVE_ELEMENT = new RegExp(
  `<${PREFIX}(altChunk|object|OLEObject|control|subDoc|attachedTemplate|mailMerge|movie|dataSource)\\b`,
  'i',
)
/** Fields that only count pages and point within the file; others fetch, run or ask. */
const FIELDS = new Set([
  'PAGE',
  'NUMPAGES',
  'SECTION',
  'SECTIONPAGES',
  'STYLEREF',
  'PAGEREF',
  'REF',
  'SEQ',
  'TOC',
  'EQ',
])
const FIELD_MARK = new RegExp(
  [
    `<${PREFIX}fldChar\\b[^>]*fldCharType\\s*=\\s*["'](\\w+)["']`,
    `<${PREFIX}instrText\\b[^>]*>([^<]*)<`,
    `<${PREFIX}(fldSimple)\\b(?:[^>]*?instr\\s*=\\s*(?:"([^"]*)"|'([^']*)'))?`,
  ].join('|'),
  'g',
)

/**
 * A Word file that is given as a template, packed anew from the parts that were looked at.
 * @throws Rejection 400 that says what is wrong with it, and where
 */
export async function cleanWordFile(file: Buffer): Promise<Buffer> {
  const parts = await unpack(file).catch((err: unknown) => {
    throw err instanceof ArchiveError ? refusalOf(err) : err
  })
  for (const [name, content] of Object.entries(parts)) checkPart(name, content)
  requireWord(parts)
  return pack(parts)
}

function checkPart(name: string, content: Buffer): void {
  if (ACTIVE_PART.test(name)) throw refused(name, ACTIVE)
  if (!PART.test(name)) {
    throw refused(name, { zh: '不是 Word 公文模板应有的内容', en: 'is nothing that a template needs' })
  }
  if (!XML.test(name)) return
  if (!isUtf8(content)) throw refused(name, { zh: '不是 UTF-8 编码的 XML', en: 'is no XML in UTF-8' })
  const text = content.toString('utf8')
  // Entities could be another file of this machine, or a thousand million of themselves.
  if (/<!(DOCTYPE|ENTITY|\[CDATA)/i.test(text) || /^\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8)/i.test(text)) {
    throw refused(name, { zh: '含 DTD、实体声明或 CDATA', en: 'has a DTD, entities, or CDATA' })
  }
  if (/\.rels$/i.test(name)) checkRelations(name, text)
  if (ACTIVE_ELEMENT.test(text)) throw refused(name, ACTIVE)
  const field = fieldsOf(text).find((code) => !FIELDS.has(code))
  if (field !== undefined) {
    throw refused(name, {
      zh: `含不允许的域 ${field || '（空）'}`,
      en: `has the field ${field || '(empty)'}, which is not allowed`,
    })
  }
}

function checkRelations(name: string, text: string): void {
  // A letter written as its number would hide what is looked for.
  if (/&#/.test(text) || /TargetMode\s*=\s*["']\s*External/i.test(text)) {
    throw refused(name, { zh: '引用外部文件或网址', en: 'refers to a file or an address outside' })
  }
  if (ACTIVE_RELATION.test(text.replaceAll("'", '"'))) throw refused(name, ACTIVE)
}

/** The first words of all fields, whose codes may come in pieces, and one within another. */
function fieldsOf(text: string): string[] {
  const codes: string[] = []
  const open: { code: string; isShown: boolean }[] = []
  for (const [, mark, piece, simple, double, single] of text.matchAll(FIELD_MARK)) {
    const field = open.at(-1)
    if (mark === 'begin') open.push({ code: '', isShown: false })
    else if (mark === 'end') codes.push(open.pop()?.code ?? '')
    else if (mark !== undefined && field !== undefined) field.isShown = true
    else if (piece !== undefined && field?.isShown === false) field.code += piece
    else if (piece !== undefined) codes.push(piece)
    // One whose code is not found where it should be has an empty one, which is no field that there is.
    else if (simple !== undefined) codes.push(double ?? single ?? '')
  }
  for (const { code } of open) codes.push(code)
  return codes.map((code) => /^\s*(\S*)/.exec(code)?.[1]?.toUpperCase() ?? '')
}

function requireWord(parts: Parts): void {
  const types = parts[CONTENT_TYPES]?.toString('utf8')
  if (types === undefined || parts[MAIN] === undefined) throw notWord()
  if (ACTIVE_TYPE.test(types) || /&#/.test(types)) throw refused(CONTENT_TYPES, ACTIVE)
  if (!types.includes(MAIN_TYPE)) throw notWord()
}

const ACTIVE: Words = { zh: '含宏、控件或嵌入对象', en: 'has macros, controls or embedded objects' }

function refused(part: string, words: Words): Rejection {
  const zh = `模板被拒绝：${part} ${words.zh}。`
  return invalid('', { zh, en: `The template is refused: ${part} ${words.en}.` })
}

function notWord(): Rejection {
  return invalid('', { zh: '不是 Word 文件（.docx）。', en: 'This is no Word file (.docx).' })
}

function refusalOf({ reason, part = '' }: ArchiveError): Rejection {
  if (reason === 'not-zip') return notWord()
  const words = {
    'too-large': { zh: '解压后过大', en: 'is too large when unpacked' },
    'too-many': { zh: '部件过多', en: 'there are too many parts' },
    duplicate: { zh: '重复出现', en: 'is there twice' },
    encrypted: { zh: '已加密', en: 'is encrypted' },
  }
  return refused(part, words[reason])
}
