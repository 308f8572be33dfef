import pdfmake from 'pdfmake'
import type { Content, TDocumentDefinitions, TFontDictionary } from 'pdfmake/interfaces.js'
import type { Block, Look } from './blocks.js'
import type { Fonts } from './fonts.js'
import { besideTable, LOOKS } from './looks.js'
import { CHARACTERS, PAGE, pt, RED, redHeadSize, SIZE, TEXT_WIDTH_PT } from './measures.js'
import { pdfTable } from './pdf-tables.js'
import { lineHeightOf, runsOf } from './pdf-text.js'
import { filled, scopesOf, type Values } from './values.js'

const TIGHTER_PT = TEXT_WIDTH_PT / CHARACTERS - SIZE.body
const BOTTOM_MM = PAGE.heightMm - PAGE.topMm - PAGE.textHeightMm
/** What a heading and the first rows of a table take. */
const KEEP_MM = 32
const LONG_TEXT = 400
const RIGHT_MM = PAGE.widthMm - PAGE.leftMm - PAGE.textWidthMm

/** What a PDF says of itself. */
export interface About {
  title: string
  issuer: string
  /** RFC 3339. */
  issuedAt: string
}

/** A paper as PDF, from the same description as its Word template. */
export async function pdfOf(blocks: readonly Block[], values: Values, about: About, fonts: Fonts): Promise<Buffer> {
  const definition: TDocumentDefinitions = {
    pageSize: 'A4',
    pageMargins: [pt(PAGE.leftMm), pt(PAGE.topMm), pt(RIGHT_MM), pt(BOTTOM_MM)],
    info: {
      title: about.title,
      author: about.issuer,
      creator: 'One List',
      producer: 'One List',
      creationDate: new Date(about.issuedAt),
    },
    defaultStyle: { font: fonts.of('fangsong')[0]?.name ?? '', fontSize: SIZE.body },
    content: contentOf(blocks, values, fonts),
    footer: (page) => pageNumber(page, fonts),
    // A heading goes to the page of the table that it is over.
    pageBreakBefore: ({ headlineLevel, startPosition }) =>
      headlineLevel !== undefined && startPosition.verticalRatio > 1 - headlineLevel / PAGE.textHeightMm,
  }
  pdfmake.setFonts(dictionaryOf(fonts))
  // The fonts are all that it may open.
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => fonts.all.some((font) => font.path === path))
  return Buffer.from(await pdfmake.createPdf(definition).getBuffer())
}

function dictionaryOf({ all }: Fonts): TFontDictionary {
  return Object.fromEntries(all.map(({ name, path }) => [name, { normal: path }]))
}

/** A piece of the paper, and how much room must be under it so that it does not stand alone at the foot of a page. */
interface Piece {
  content: Content
  keepNext: boolean
  isTable: boolean
}

function contentOf(blocks: readonly Block[], values: Values, fonts: Fonts): Content[] {
  const content: Content[] = []
  let kept: Content[] = []
  let breakBefore = false
  const put = (made: Content) => {
    content.push(breakBefore ? { stack: [made], pageBreak: 'before' } : made)
    breakBefore = false
  }
  for (const [k, block] of blocks.entries()) {
    if (block.is === 'pageBreak') breakBefore = true
    for (const { content: made, keepNext, isTable } of piecesOf(block, values, fonts, besideTable(blocks, k))) {
      if (isTable) {
        // A table may be longer than a page: what stands over it is kept with its beginning alone.
        if (kept.length > 0) put({ stack: kept, headlineLevel: KEEP_MM })
        put(made)
        kept = []
      } else if (keepNext) kept.push(made)
      else {
        put(kept.length === 0 ? made : { stack: [...kept, made], unbreakable: true })
        kept = []
      }
    }
  }
  if (kept.length > 0) put({ stack: kept, unbreakable: true })
  return content
}

function piecesOf(block: Block, values: Values, fonts: Fonts, beside: { before: number; after: number }): Piece[] {
  if (block.is === 'pageBreak') return []
  if (block.is === 'table') return [{ content: pdfTable(block, values, fonts), keepNext: false, isTable: true }]
  const style = LOOKS[block.look]
  return scopesOf(values, block.each).map((scope) => {
    const text = filled(block.text, scope)
    // What is long is broken wherever it stands.
    const keepNext = style.keepNext === true && text.length <= LONG_TEXT
    return { content: paragraphOf(block.look, text, fonts, beside), keepNext, isTable: false }
  })
}

function paragraphOf(look: Look, text: string, fonts: Fonts, beside: { before: number; after: number }): Content {
  const style = LOOKS[look]
  const { face, align, linePt, indent = 0, rightIndent = 0, beforePt = 0, afterPt = 0 } = style
  const sizePt = look === 'redHead' ? redHeadSize(text) : style.sizePt
  const after = afterPt + beside.after
  const one: Content = {
    text: runsOf(text, fonts.of(face)),
    fontSize: sizePt,
    lineHeight: lineHeightOf(fonts, face, sizePt, linePt),
    alignment: align,
    leadingIndent: indent * sizePt,
    margin: [0, beforePt + beside.before, rightIndent * sizePt, style.ruled === true ? 0 : after],
    ...(style.color === undefined ? {} : { color: `#${style.color}` }),
    ...(style.sizePt === SIZE.body ? { characterSpacing: TIGHTER_PT } : {}),
  }
  return style.ruled === true ? { stack: [one, rule(after)] } : one
}

function rule(afterPt: number): Content {
  const line = { type: 'line' as const, x1: 0, y1: 0, x2: TEXT_WIDTH_PT, y2: 0, lineWidth: 1.5, lineColor: `#${RED}` }
  return { canvas: [line], margin: [0, 4, 0, afterPt] }
}

/** “— 1 —”, 7 mm under the type area, a character in from the outer edge. */
function pageNumber(page: number, fonts: Fonts): Content {
  const isOdd = page % 2 === 1
  return {
    text: runsOf(`— ${page} —`, fonts.of('songti')),
    fontSize: SIZE.imprint,
    alignment: isOdd ? 'right' : 'left',
    margin: [pt(PAGE.leftMm) + SIZE.imprint, pt(7) - SIZE.imprint / 2, pt(RIGHT_MM) + SIZE.imprint, 0],
  }
}
