import { isUtf8 } from 'node:buffer'
import { invalid, type Rejection, type Words } from '../domain/rejection.js'
import { ArchiveError, type Parts, pack, unpack } from './archive.js'
import { createFieldReader } from './word-fields.js'
import { ACTIVE, createRelationReader, OUTSIDE } from './word-relations.js'
import { type Opened, readXml, XmlFault } from './word-xml.js'

const MAIN_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
const CONTENT_TYPES = '[Content_Types].xml'
const MAIN = 'word/document.xml'
/** What a letter needs: text, pictures, and fonts that Word has put in. */
const PART = /^[A-Za-z0-9_\-./[\] ]+\.(xml|rels|png|jpe?g|gif|emf|wmf|odttf)$/i
const XML = /\.(xml|rels)$/i
const RELATIONS = /\.rels$/i
/** What runs, brings another program's file along, or another Word file whole. */
const ACTIVE_PART = /vbaProject|vbaData|activeX|embeddings|oleObject|afchunk/i
const ACTIVE_TYPE = /macroEnabled|vbaProject|vbaData|activeX|oleObject/i
const ACTIVE_ELEMENTS = new Set([
  ...['altchunk', 'object', 'oleobject', 'control', 'subdoc', 'attachedtemplate', 'mailmerge', 'movie', 'datasource'],
])
/** What of an element names a file to be fetched without a relation. */
const ADDRESSES = ['src', 'href', 'althref']
const OUTSIDE_ADDRESS = /^\s*([a-z][a-z0-9+.-]*:|[\\/]{2})/i
/** A letter has some hundred, a long form some ten thousand; each takes a kilobyte while it is filled in. */
const MAX_ELEMENTS = 200_000
/** Of placeholders, with what repeats: the longest paper has about a hundred. */
const MAX_BRACES = 4_000

/**
 * A Word file that is given as a template, packed anew from the parts that were looked at.
 * @throws Rejection 400 that says what is wrong with it, and where
 */
export async function cleanWordFile(file: Buffer): Promise<Buffer> {
  const parts = await unpack(file).catch((err: unknown) => {
    throw err instanceof ArchiveError ? refusalOf(err) : err
  })
  const room = { elements: MAX_ELEMENTS, braces: MAX_BRACES }
  for (const [name, content] of Object.entries(parts)) checkPart(name, content, parts, room)
  requireWord(parts)
  return pack(parts)
}

/** What all parts together may still have. */
interface Room {
  elements: number
  braces: number
}

function checkPart(name: string, content: Buffer, parts: Parts, room: Room): void {
  if (ACTIVE_PART.test(name)) throw refused(name, ACTIVE)
  if (!PART.test(name)) {
    throw refused(name, { zh: '不是 Word 公文模板应有的内容', en: 'is nothing that a template needs' })
  }
  if (!XML.test(name)) return
  if (!isUtf8(content)) throw refused(name, { zh: '不是 UTF-8 编码的 XML', en: 'is no XML in UTF-8' })
  const fields = createFieldReader()
  const relations = RELATIONS.test(name) ? createRelationReader(name, parts) : undefined
  try {
    readXml(content.toString('utf8'), {
      open(element) {
        if (--room.elements < 0) throw new XmlFault(LARGE)
        checkElement(element)
        relations?.open(element)
        fields.open(element)
      },
      close: fields.close,
      text(text) {
        room.braces -= bracesIn(text)
        if (room.braces < 0) throw new XmlFault(BRACES)
        fields.text(text)
      },
    })
    fields.end()
  } catch (err) {
    throw err instanceof XmlFault ? refused(name, err.words) : err
  }
}

function checkElement({ name, attributes }: Opened): void {
  if (ACTIVE_ELEMENTS.has(name.toLowerCase())) throw new XmlFault(ACTIVE)
  if (ADDRESSES.some((address) => OUTSIDE_ADDRESS.test(attributes.get(address) ?? ''))) throw new XmlFault(OUTSIDE)
}

function bracesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) count++
  return count
}

function requireWord(parts: Parts): void {
  const types = parts[CONTENT_TYPES]?.toString('utf8')
  if (types === undefined || parts[MAIN] === undefined) throw notWord()
  const said: string[] = []
  // It was read before, and is well-formed.
  readXml(types, { open: ({ attributes }) => said.push(attributes.get('ContentType') ?? '') })
  if (said.some((type) => ACTIVE_TYPE.test(type))) throw refused(CONTENT_TYPES, ACTIVE)
  if (!said.includes(MAIN_TYPE)) throw notWord()
}

const LARGE: Words = {
  zh: `过于复杂：全部部件的元素超过 ${MAX_ELEMENTS} 个`,
  en: `is too complex: all parts together have over ${MAX_ELEMENTS} elements`,
}
const BRACES: Words = {
  zh: `花括号过多：全部部件超过 ${MAX_BRACES} 个`,
  en: `has too many braces: all parts together have over ${MAX_BRACES}`,
}

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
