import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.js'
import type { Cell, Row, Table } from './blocks.js'
import type { Fonts } from './fonts.js'
import type { Face } from './looks.js'
import { pt, TEXT_WIDTH_PT } from './measures.js'
import { lineHeightOf, runsOf } from './pdf-text.js'
import { TABLES, type TableStyle } from './table-looks.js'
import { filled, isPicture, scopesOf, type Values } from './values.js'

const LINE_PT = 0.75
const MAX_PICTURE_PT = 180
/** Of a row that may be higher than a page, and so must be broken. */
const LONG_TEXT = 400

interface Sheet {
  style: TableStyle
  widths: readonly number[]
  fonts: Fonts
}

export function pdfTable({ look, widths, head, rows }: Table, values: Values, fonts: Fonts): Content {
  const style = TABLES[look]
  // The lines and the space at both sides of each cell come out of its width.
  const inner = widths.map((width) => (TEXT_WIDTH_PT * width) / 100 - 2 * style.paddingPt - LINE_PT)
  const sheet = { style, widths: inner, fonts }
  const expanded = rows.flatMap((row) => scopesOf(values, row.each).map((scope) => ({ row, scope })))
  const body = [
    ...(head === undefined
      ? []
      : [cellsOf({ cells: head.map((text) => ({ text, is: 'label' as const })) }, values, sheet)]),
    ...expanded.map(({ row, scope }) => cellsOf(row, scope, sheet)),
  ]
  const offset = head === undefined ? 0 : 1
  const heights = (index: number) => {
    const mm = expanded[index - offset]?.row.heightMm
    return mm === undefined ? ('auto' as const) : pt(mm)
  }
  // A table without a row is none.
  if (body.length === 0) return { text: '' }
  const mayBreak = expanded.some(({ row, scope }) => isLong(row, scope))
  // A cell in the middle of a row that is broken would lose its text.
  if (mayBreak) for (const cell of body.flat()) if ('stack' in cell) Object.assign(cell, { verticalAlignment: 'top' })
  return {
    table: { widths: inner, headerRows: offset, body, heights, dontBreakRows: !mayBreak, keepWithHeaderRows: offset },
    layout: layoutOf(style),
    ...(look === 'imprint' ? { margin: [0, 24, 0, 0], unbreakable: true } : {}),
  }
}

function isLong({ cells }: Row, values: Values): boolean {
  return cells.some(({ text: shown }) => filled(shown, values).length > LONG_TEXT)
}

function layoutOf({ framed, paddingPt }: TableStyle): CustomTableLayout {
  return {
    hLineWidth: () => LINE_PT,
    vLineWidth: () => (framed ? LINE_PT : 0),
    paddingLeft: () => paddingPt,
    paddingRight: () => paddingPt,
    paddingTop: () => 3,
    paddingBottom: () => 3,
  }
}

/** A row’s cells; those that a wide one covers are empty. */
function cellsOf({ cells }: Row, values: Values, sheet: Sheet): TableCell[] {
  return cells.flatMap((cell) => {
    const covered = Array.from({ length: (cell.span ?? 1) - 1 }, () => ({}))
    return [cellOf(cell, values, sheet), ...covered]
  })
}

function cellOf(cell: Cell, values: Values, sheet: Sheet): TableCell {
  const { style } = sheet
  const face = cell.is === 'label' ? style.labelFace : 'fangsong'
  const main = text(filled(cell.text, values), face, sheet)
  const picture = cell.picture === undefined ? undefined : values[cell.picture]
  const lines = (cell.signed ?? []).map((line) => ({
    ...text(filled(line, values), 'fangsong', sheet),
    alignment: 'right' as const,
    margin: [0, 3, 0, 0] as [number, number, number, number],
  }))
  const width = (TEXT_WIDTH_PT / sheet.widths.length) * (cell.span ?? 1) - 2 * style.paddingPt - LINE_PT
  const image = isPicture(picture)
    ? [{ image: dataUrl(picture), fit: [width, MAX_PICTURE_PT] as [number, number], alignment: 'center' as const }]
    : []
  return {
    stack: [...image, { ...main, alignment: ALIGN[cell.is ?? 'text'] }, ...lines],
    ...(cell.span === undefined ? {} : { colSpan: cell.span }),
    verticalAlignment: cell.signed === undefined ? 'middle' : 'top',
  }
}

function text(shown: string, face: Face, { style, fonts }: Sheet) {
  const { sizePt, linePt } = style
  const lineHeight = lineHeightOf(fonts, face, sizePt, linePt)
  return { text: runsOf(shown, fonts.of(face)), fontSize: sizePt, lineHeight }
}

function dataUrl({ bytes, mediaType }: { bytes: Buffer; mediaType: string }): string {
  return `data:${mediaType};base64,${bytes.toString('base64')}`
}

const ALIGN = { text: 'left', label: 'center', center: 'center', number: 'right' } as const
