import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  type IParagraphOptions,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  type Table,
  TextRun,
} from 'docx'
import type { Block, Paragraph as PaperParagraph } from '../../src/render/blocks.js'
import { besideTable, LOOKS, type LookStyle } from '../../src/render/looks.js'
import { CHARACTERS, PAGE, PITCH_PT, pt, SIZE, TEXT_WIDTH_PT } from '../../src/render/measures.js'
import { wordTable } from './tables.js'
import { runsOf, twips, WORD_FONTS } from './text.js'

/** 三号 type is a little wider than a 28th of the line. */
const TIGHTER_PT = TEXT_WIDTH_PT / CHARACTERS - SIZE.body

const ALIGN = {
  left: AlignmentType.LEFT,
  center: AlignmentType.CENTER,
  right: AlignmentType.RIGHT,
  justify: AlignmentType.BOTH,
}

/**
 * A paper’s Word template, with its placeholders, as it is before it is somebody’s: `ownTemplate` makes it theirs. It names
 * the fonts that offices have, and holds none.
 */
export async function wordTemplateOf(blocks: readonly Block[]): Promise<Buffer> {
  const { heightMm, widthMm, topMm, leftMm, textHeightMm, textWidthMm } = PAGE
  const page = {
    size: { width: twips(pt(widthMm)), height: twips(pt(heightMm)) },
    margin: {
      top: twips(pt(topMm)),
      bottom: twips(pt(heightMm - topMm - textHeightMm)),
      left: twips(pt(leftMm)),
      right: twips(pt(widthMm - leftMm - textWidthMm)),
      // 页码: 一字线 7 mm under the type area.
      footer: twips(pt(heightMm - topMm - textHeightMm - 7) - SIZE.imprint),
      header: 0,
    },
  }
  const document = new Document({
    evenAndOddHeaderAndFooters: true,
    styles: { default: { document: { run: { font: WORD_FONTS.fangsong, size: SIZE.body * 2 } } } },
    sections: [
      {
        // No grid: lines that are no 22nd of the page, in tables, would be stretched to two of them.
        properties: { page, grid: { linePitch: twips(PITCH_PT) } },
        footers: { default: pageNumber('right'), even: pageNumber('left') },
        children: blocks.flatMap((block, k) => wordBlocks(block, placeOf(blocks, k))),
      },
    ],
  })
  return Packer.toBuffer(document)
}

/** Where a paragraph stands. */
interface Place {
  before: number
  after: number
  pageBreakBefore: boolean
}

function placeOf(blocks: readonly Block[], k: number): Place {
  return { ...besideTable(blocks, k), pageBreakBefore: blocks[k - 1]?.is === 'pageBreak' }
}

function wordBlocks(block: Block, place: Place): (Paragraph | Table)[] {
  if (block.is === 'pageBreak') return []
  if (block.is === 'paragraph') return [wordParagraph(block, place)]
  return block.look === 'imprint' ? [new Paragraph({}), wordTable(block)] : [wordTable(block)]
}

function wordParagraph({ look, text, each }: PaperParagraph, { before, after, pageBreakBefore }: Place): Paragraph {
  const own = LOOKS[look]
  const style = { ...own, beforePt: (own.beforePt ?? 0) + before, afterPt: (own.afterPt ?? 0) + after }
  const isText = style.sizePt === SIZE.body
  const run = { color: style.color, spacingPt: isText ? TIGHTER_PT : 0 }
  const [open, close] = each === undefined ? ['', ''] : [`{#${each} [loopOver: "paragraph"]}`, `{/${each}}`]
  return new Paragraph({
    ...shape(style),
    pageBreakBefore,
    children: runsOf(open + text + close, style.face, style.sizePt, run),
  })
}

function shape(style: LookStyle): IParagraphOptions {
  const { align, linePt, beforePt = 0, afterPt = 0, indent = 0, rightIndent = 0, sizePt, ruled, keepNext } = style
  const line = { line: twips(linePt), lineRule: LineRuleType.EXACT }
  return {
    alignment: ALIGN[align],
    spacing: { ...line, before: twips(beforePt), after: twips(afterPt) },
    indent: {
      ...(indent > 0 ? { firstLine: twips(indent * sizePt), firstLineChars: indent * 100 } : {}),
      ...(rightIndent > 0 ? { right: twips(rightIndent * sizePt) } : {}),
    },
    keepNext: keepNext ?? false,
    ...(ruled === true
      ? { border: { bottom: { style: BorderStyle.SINGLE, size: 12, space: 11, color: style.color ?? 'C80000' } } }
      : {}),
  }
}

/** “— 1 —”, a character in from the outer edge. */
function pageNumber(side: 'left' | 'right'): Footer {
  const indent = { [side]: twips(SIZE.imprint) }
  const run = new TextRun({
    children: ['— ', PageNumber.CURRENT, ' —'],
    font: WORD_FONTS.songti,
    size: SIZE.imprint * 2,
  })
  return new Footer({ children: [new Paragraph({ alignment: ALIGN[side], indent, children: [run] })] })
}
