import pdfmake from 'pdfmake'
import type { Content, TDocumentDefinitions, TFontDictionary } from 'pdfmake/interfaces.js'
import type { Block, Paragraph } from './blocks.js'
import type { Fonts } from './fonts.js'
import { LOOKS } from './looks.js'
import { CHARACTERS, PAGE, pt, RED, redHeadSize, SIZE, TEXT_WIDTH_PT } from './measures.js'
import { pdfTable } from './pdf-tables.js'
import { lineHeightOf, runsOf } from './pdf-text.js'
import { filled, scopesOf, type Values } from './values.js'

const TIGHTER_PT = TEXT_WIDTH_PT / CHARACTERS - SIZE.body
const BOTTOM_MM = PAGE.heightMm - PAGE.topMm - PAGE.textHeightMm
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
    // A heading goes to the page of what it is over.
    pageBreakBefore: ({ headlineLevel }, nodes) =>
      headlineLevel === 1 && !nodes.getFollowingNodesOnPage().some((node) => node.text !== undefined),
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

function contentOf(blocks: readonly Block[], values: Values, fonts: Fonts): Content[] {
  const content: Content[] = []
  let breakBefore = false
  for (const block of blocks) {
    if (block.is === 'pageBreak') {
      breakBefore = true
      continue
    }
    const made = block.is === 'table' ? [pdfTable(block, values, fonts)] : paragraphs(block, values, fonts)
    const [first, ...rest] = made
    if (first === undefined) continue
    content.push(breakBefore ? { stack: [first], pageBreak: 'before' } : first, ...rest)
    breakBefore = false
  }
  return content
}

function paragraphs({ look, text, each }: Paragraph, values: Values, fonts: Fonts): Content[] {
  const style = LOOKS[look]
  const { face, align, linePt, indent = 0, rightIndent = 0, beforePt = 0, afterPt = 0 } = style
  return scopesOf(values, each).flatMap((scope) => {
    const shown = filled(text, scope)
    const sizePt = look === 'redHead' ? redHeadSize(shown) : style.sizePt
    const one: Content = {
      text: runsOf(shown, fonts.of(face)),
      fontSize: sizePt,
      lineHeight: lineHeightOf(fonts, face, sizePt, linePt),
      alignment: align,
      ...(style.keepNext === true ? { headlineLevel: 1 } : {}),
      leadingIndent: indent * sizePt,
      margin: [0, beforePt, rightIndent * sizePt, style.ruled === true ? 0 : afterPt],
      ...(style.color === undefined ? {} : { color: `#${style.color}` }),
      ...(style.sizePt === SIZE.body ? { characterSpacing: TIGHTER_PT } : {}),
    }
    return style.ruled === true ? [one, rule(afterPt)] : [one]
  })
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
