import { withLineFeeds } from '../domain/text.js'
import { inLanguage } from '../language/language.js'
import type { Names } from './names.js'
import type { CellKind, Sheet, Value } from './sheet.js'
import { escapeXml, OPEN_WORKSHEET, partsOf, STYLE, type Worksheet } from './xlsx-parts.js'
import { type ZipEntry, zipOf } from './zip.js'

/** Excel's own limits: rows of a worksheet, characters of a cell. */
const MAX_ROWS = 1_048_576
const MAX_TEXT = 32_767
/** A worksheet's name has at most 31 characters, and none of these. */
const NOT_IN_NAMES = /[[\]:*?/\\']/g
/** Days from Excel's day 0 to 1970-01-01. */
const EPOCH_DAY = 25_569
const DAY_S = 86_400

/** What stands on the cover, line by line; it is asked for when the number of rows is known. */
export type CoverOf = (rows: number) => { title: string; lines: [label: string, value: string][] }

interface Tables<R> {
  portions: AsyncIterable<R[]>
  sheet: Sheet<R>
  names: Names
  wallClock: (instant: string) => number
  coverOf: CoverOf
  maxRows?: number
}

/**
 * An Office Open XML workbook as a stream: a cover, then the rows under frozen headings with filters, typed cells, dates
 * on the jurisdiction's clocks. Strings are strings: nothing in them is ever a formula. What does not fit on one worksheet
 * goes on on the next.
 */
export function xlsxOf<R>(tables: Tables<R>): AsyncGenerator<Buffer> {
  return zipOf(entriesOf(tables))
}

/** The cover is shown first and written last, as only then the rows have been counted. */
async function* entriesOf<R>(tables: Tables<R>): AsyncGenerator<ZipEntry> {
  const { sheet, names, coverOf, maxRows = MAX_ROWS } = tables
  const name = inLanguage(sheet.name, names.language).replace(NOT_IN_NAMES, ' ')
  const worksheets: Worksheet[] = [{ name: names.language === 'en' ? 'Cover' : '封面' }]
  const rows = rowsOf(tables)
  let count = 0
  try {
    let next = await rows.next()
    do {
      const page = worksheets.length
      let last = 1
      const range = () => `A1:${letters(sheet.columns.length - 1)}${last}`
      async function* written(): AsyncGenerator<string> {
        yield openingOf(sheet, names)
        for (; next.done !== true && last < maxRows; next = await rows.next()) yield next.value(++last)
        yield closingOf(sheet, range())
      }
      yield { name: `xl/worksheets/sheet${page + 1}.xml`, content: inBlocks(written()) }
      worksheets.push({ name: page === 1 ? name : `${name}_${page}`, range: range() })
      count += last - 1
    } while (next.done !== true)
  } finally {
    await rows.return(undefined)
  }
  yield { name: 'xl/worksheets/sheet1.xml', content: [coverSheetOf(coverOf(count))] }
  for (const [part, xml] of Object.entries(partsOf(worksheets))) yield { name: part, content: [xml] }
}

/** Each row as a function of its number. */
async function* rowsOf<R>({ portions, sheet, names, wallClock }: Tables<R>): AsyncGenerator<(row: number) => string> {
  const columns = sheet.columns.map(({ kind, read }, k) => ({ read, cell: cellOf(letters(k), kind, wallClock) }))
  for await (const portion of portions) {
    for (const row of portion) {
      yield (number) => {
        let cells = ''
        for (const { read, cell } of columns) cells += cell(number, read(row, names))
        return `<row r="${number}">${cells}</row>`
      }
    }
  }
}

function cellOf(column: string, kind: CellKind, wallClock: (instant: string) => number) {
  const style = STYLE[kind]
  return (row: number, value: Value): string => {
    if (value == null || value === '') return ''
    if (typeof value === 'number') return `<c r="${column}${row}" s="${style}"><v>${value}</v></c>`
    if (kind === 'time') return `<c r="${column}${row}" s="${style}"><v>${serialOf(wallClock(value))}</v></c>`
    return textCell(`${column}${row}`, style, withLineFeeds(value))
  }
}

/** Whole seconds: the end of a day would else be shown as the next one's beginning. */
function serialOf(wallMs: number): number {
  return Math.floor(wallMs / 1000) / DAY_S + EPOCH_DAY
}

function textCell(ref: string, style: number, text: string): string {
  const shown = escapeXml(text.length > MAX_TEXT ? text.slice(0, MAX_TEXT).toWellFormed() : text)
  return `<c r="${ref}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${shown}</t></is></c>`
}

/** On paper a sheet is as wide as the page, unless that would make it too small to read. */
const FIT = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
const FIT_TO_WIDTH = 'fitToWidth="1" fitToHeight="0"'
const WIDEST_FIT = 230

function fitsPage<R>({ columns }: Sheet<R>): boolean {
  return columns.reduce((sum, { width }) => sum + width, 0) <= WIDEST_FIT
}

function openingOf<R>(sheet: Sheet<R>, { language }: Names): string {
  const { columns } = sheet
  const widths = columns.map(({ width }, k) => `<col min="${k + 1}" max="${k + 1}" width="${width}" customWidth="1"/>`)
  const headings = columns.map(({ title }, k) => textCell(`${letters(k)}1`, STYLE.heading, inLanguage(title, language)))
  const fit = fitsPage(sheet) ? FIT : ''
  return `${OPEN_WORKSHEET}${fit}<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${widths.join('')}</cols><sheetData><row r="1" ht="30" customHeight="1">${headings.join('')}</row>`
}

function closingOf<R>(sheet: Sheet<R>, range: string): string {
  const fit = fitsPage(sheet) ? FIT_TO_WIDTH : ''
  return `</sheetData><autoFilter ref="${range}"/><pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" ${fit}/></worksheet>`
}

/** In characters, of which a Chinese one takes two; and in points. */
const COVER_WIDTH = 72
const LINE_HEIGHT = 16

/** Not every program makes a row as high as its text. */
function linesOf(text: string): number {
  const widthOf = (line: string) => line.replace(/[^ -ÿ]/g, '  ').length
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / COVER_WIDTH)), 0)
}

function coverSheetOf({ title, lines }: ReturnType<CoverOf>): string {
  const rows = lines.map(
    ([label, value], k) =>
      `<row r="${k + 3}" ht="${LINE_HEIGHT * linesOf(value)}" customHeight="1">${textCell(`A${k + 3}`, STYLE.label, label)}${textCell(`B${k + 3}`, STYLE.wrapped, value)}</row>`,
  )
  return `${OPEN_WORKSHEET}${FIT}<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="1" width="16" customWidth="1"/><col min="2" max="2" width="${COVER_WIDTH}" customWidth="1"/></cols><sheetData><row r="1" ht="36" customHeight="1">${textCell('A1', STYLE.title, title)}</row>${rows.join('')}</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/><pageSetup paperSize="9" ${FIT_TO_WIDTH}/></worksheet>`
}

const BLOCK = 65_536

/** Small pieces in one: the compressor is called a few thousand times instead of a few hundred thousand. */
async function* inBlocks(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let block = ''
  for await (const piece of pieces) {
    block += piece
    if (block.length < BLOCK) continue
    yield block
    block = ''
  }
  if (block !== '') yield block
}

/** The letters of a column: 0 is A, 26 is AA. */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last
}
