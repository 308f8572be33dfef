import {
  AlignmentType,
  BorderStyle,
  HeightRule,
  LineRuleType,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  VerticalAlignTable,
  WidthType,
} from 'docx'
import type { Cell, Table as PaperTable, Row } from '../../src/render/blocks.js'
import type { Face } from '../../src/render/looks.js'
import { pt, TEXT_WIDTH_PT } from '../../src/render/measures.js'
import { TABLES, type TableStyle } from '../../src/render/table-looks.js'
import { runsOf, twips } from './text.js'

const LINE = { style: BorderStyle.SINGLE, size: 6, color: '000000' }
const NONE = { style: BorderStyle.NONE, size: 0, color: 'auto' }

export function wordTable({ look, widths, head, rows }: PaperTable): Table {
  const style = TABLES[look]
  const columns = widths.map((width) => twips((TEXT_WIDTH_PT * width) / 100))
  const sides = style.framed ? LINE : NONE
  return new Table({
    layout: TableLayoutType.FIXED,
    width: { size: twips(TEXT_WIDTH_PT), type: WidthType.DXA },
    columnWidths: columns,
    borders: {
      ...{ top: LINE, bottom: LINE, left: sides, right: sides },
      ...{ insideHorizontal: LINE, insideVertical: sides },
    },
    margins: { left: twips(style.paddingPt), right: twips(style.paddingPt), top: 40, bottom: 40 },
    rows: [
      ...(head === undefined ? [] : [headRow(head, columns, style)]),
      ...rows.map((row) => wordRow(row, columns, style, head === undefined)),
    ],
  })
}

function headRow(head: readonly string[], columns: readonly number[], style: TableStyle): TableRow {
  const cells = head.map((text) => ({ text, is: 'label' as const }))
  return new TableRow({ tableHeader: true, cantSplit: true, children: wordCells(cells, columns, style) })
}

/** LibreOffice (7.4) loses rows of a table with a repeated head where rows may not be broken. */
function wordRow(
  { cells, each, heightMm }: Row,
  columns: readonly number[],
  style: TableStyle,
  cantSplit: boolean,
): TableRow {
  return new TableRow({
    cantSplit,
    ...(heightMm === undefined ? {} : { height: { value: twips(pt(heightMm)), rule: HeightRule.ATLEAST } }),
    children: wordCells(looped(cells, each), columns, style),
  })
}

/** A cell with the marks of its row’s repetition. */
interface MarkedCell extends Cell {
  open?: string
  close?: string
}

/** They stand at the beginning of a repeated row's first cell and at the end of its last. */
function looped(cells: readonly Cell[], each: string | undefined): readonly MarkedCell[] {
  if (each === undefined) return cells
  const last = cells.length - 1
  return cells.map((cell, n) => ({
    ...cell,
    ...(n === 0 ? { open: `{#${each} [loopOver: "row"]}` } : {}),
    ...(n === last ? { close: `{/${each}}` } : {}),
  }))
}

function wordCells(cells: readonly MarkedCell[], columns: readonly number[], style: TableStyle): TableCell[] {
  let column = 0
  return cells.map((cell) => {
    const { span = 1, picture, text, open = '', close = '' } = cell
    const size = columns.slice(column, column + span).reduce((sum, width) => sum + width, 0)
    column += span
    return new TableCell({
      columnSpan: span,
      width: { size, type: WidthType.DXA },
      verticalAlign: cell.signed === undefined ? VerticalAlignTable.CENTER : VerticalAlignTable.TOP,
      children: [
        ...(picture === undefined ? [] : [pictureParagraph(`${open}{${picture}}`)]),
        cellParagraph((picture === undefined ? open : '') + text + close, cell, style),
        ...(cell.signed ?? []).map((line) => cellParagraph(line, cell, style, true)),
      ],
    })
  })
}

/** Of the line height that it needs: an exact one would cut a picture off. */
function pictureParagraph(text: string): Paragraph {
  return new Paragraph({ alignment: AlignmentType.CENTER, children: runsOf(text, 'fangsong', 10) })
}

function cellParagraph(text: string, cell: Cell, style: TableStyle, isSigned = false): Paragraph {
  const face: Face = cell.is === 'label' ? style.labelFace : 'fangsong'
  return new Paragraph({
    alignment: isSigned ? AlignmentType.RIGHT : ALIGN[cell.is ?? 'text'],
    spacing: { line: twips(style.linePt), lineRule: LineRuleType.EXACT, before: isSigned ? 60 : 0 },
    children: runsOf(text, face, style.sizePt),
  })
}

const ALIGN = {
  text: AlignmentType.LEFT,
  label: AlignmentType.CENTER,
  center: AlignmentType.CENTER,
  number: AlignmentType.RIGHT,
}
