import { type Opened, XmlFault } from './word-xml.js'

/** Fields that only count pages and point within the file; others fetch, run or ask. */
const FIELDS = new Set([
  ...['PAGE', 'NUMPAGES', 'SECTION', 'SECTIONPAGES', 'STYLEREF', 'PAGEREF', 'REF', 'SEQ', 'TOC', 'EQ'],
])
/** A code’s first word is what counts, and none is nearly so long. */
const MAX_CODE = 1_000
const CODES = ['instrText', 'delInstrText']

/** Reads the fields of a part, whose codes may come in pieces, and one within another. */
export function createFieldReader() {
  const open: { code: string; isShown: boolean }[] = []
  let piece: string | undefined

  function mark(type: string | undefined): void {
    const field = open.at(-1)
    if (type === 'begin') open.push({ code: '', isShown: false })
    else if (type === 'end') requireHarmless(open.pop()?.code ?? '')
    else if (type !== 'separate') requireHarmless('')
    else if (field !== undefined) field.isShown = true
  }

  function endPiece(): void {
    const field = open.at(-1)
    if (field?.isShown === false) field.code = (field.code + piece).slice(0, MAX_CODE)
    else requireHarmless(piece ?? '')
    piece = undefined
  }

  return {
    open({ name, attributes }: Opened): void {
      if (name === 'fldChar') mark(attributes.get('fldCharType'))
      // One whose code is not found where it should be has an empty one, which is no field that there is.
      else if (name === 'fldSimple') requireHarmless(attributes.get('instr') ?? '')
      else if (CODES.includes(name)) piece = ''
    },
    text(text: string): void {
      if (piece !== undefined) piece = (piece + text).slice(0, MAX_CODE)
    },
    close(name: string): void {
      if (CODES.includes(name) && piece !== undefined) endPiece()
    },
    /** What was begun and not ended counts too. */
    end(): void {
      for (const { code } of open) requireHarmless(code)
    },
  }
}

/** @throws XmlFault that names the field */
function requireHarmless(code: string): void {
  const name = code.trimStart().split(/\s/, 1)[0]?.toUpperCase() ?? ''
  if (FIELDS.has(name)) return
  const shown = name.slice(0, 40)
  throw new XmlFault({
    zh: `含不允许的域 ${shown || '（空）'}`,
    en: `has the field ${shown || '(empty)'}, which is not allowed`,
  })
}
