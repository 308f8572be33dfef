import { stringify } from 'csv-stringify/sync'
import { withLineFeeds } from '../domain/text.js'
import { inLanguage } from '../language/language.js'
import type { Names } from './names.js'
import type { Column, Sheet, Value } from './sheet.js'

/** Without it Excel takes the file for the system's own code page, and Chinese is lost. */
const BOM = '\uFEFF'

/**
 * Excel and its kin would run formulas (OWASP, CSV injection); a quote before them makes them text. Each half of a line end
 * is one to some reader, so a text with either stands in quotation marks (RFC 4180, section 2.6).
 */
const OPTIONS = { record_delimiter: 'windows', escape_formulas: true, quoted_match: /[\r\n]/ } as const

/**
 * RFC 4180, UTF-8 with a byte order mark, headings in the names' language. Times are on the jurisdiction's clocks, in the
 * form that spreadsheets read as a date: `2026-12-31 23:59:59`.
 */
export async function* csvOf<R>(
  portions: AsyncIterable<R[]>,
  sheet: Sheet<R>,
  names: Names,
  wallClock: (instant: string) => number,
): AsyncGenerator<string> {
  yield BOM + stringify([sheet.columns.map((column) => inLanguage(column.title, names.language))], OPTIONS)
  for await (const rows of portions) {
    const cells = rows.map((row) => sheet.columns.map((column) => cellOf(column, column.read(row, names), wallClock)))
    yield stringify(cells, OPTIONS)
  }
}

function cellOf<R>({ kind }: Column<R>, value: Value, wallClock: (instant: string) => number): Value {
  if (value == null || typeof value === 'number') return value
  return kind === 'time'
    ? new Date(wallClock(value)).toISOString().slice(0, 19).replace('T', ' ')
    : withLineFeeds(value)
}
