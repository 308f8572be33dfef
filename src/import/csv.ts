import { invalid, type Rejection } from '../domain/rejection.js'
import type { Mapping } from './mapping.js'

/** One row of a file. A quotation mark that is never closed makes its line a row that cannot be read. */
export interface CsvRow {
  /** The line at which it begins; the first is 1. */
  line: number
  record: readonly string[]
  isOpenQuote: boolean
}

type Dialect = Pick<Mapping, 'encoding' | 'delimiter' | 'quote'>

/** A row of more characters than this is an unclosed quotation mark, not a row. */
const MAX_ROW_LENGTH = 262_144

/**
 * Reads a CSV file (RFC 4180) row by row, the header first; empty lines are none. Line ends are those of any system,
 * also mixed. A quotation mark inside an unquoted value is part of it. One that is never closed would swallow the rows
 * after it, so its line alone is given up, and reading goes on at the next.
 * @throws Rejection 400 for a line without an end.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>, dialect: Dialect): AsyncGenerator<CsvRow> {
  const quote = dialect.quote === 'none' ? undefined : dialect.quote
  let text = ''
  let line = 1
  for await (const { chunk, isEnd } of decode(bytes, dialect.encoding)) {
    text += chunk
    let at = 0
    while (at < text.length) {
      const scanned = scanRow(text, at, isEnd, dialect.delimiter, quote)
      if (scanned === undefined) break
      const { record, end, isOpenQuote } = scanned
      if (record.length > 1 || record[0] !== '' || isOpenQuote) yield { line, record, isOpenQuote }
      line += scanned.lines
      at = end
    }
    text = text.slice(at)
    if (text.length > 2 * MAX_ROW_LENGTH) throw endlessLine(line)
  }
}

function endlessLine(line: number): Rejection {
  return invalid('/file', {
    zh: `第 ${line} 行超过 ${MAX_ROW_LENGTH} 个字符；请确认文件是 CSV，且编码无误。`,
    en: `Line ${line} is longer than ${MAX_ROW_LENGTH} characters; is the file CSV, and its encoding right?`,
  })
}

async function* decode(bytes: AsyncIterable<Uint8Array>, encoding: Mapping['encoding']) {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of bytes) yield { chunk: decoder.decode(chunk, { stream: true }), isEnd: false }
  yield { chunk: decoder.decode(), isEnd: true }
}

interface Scanned {
  record: string[]
  /** Where the next row begins, and how many lines further down. */
  end: number
  lines: number
  isOpenQuote: boolean
}

/** The row that begins at `start`; undefined when its end is not there yet. */
function scanRow(
  text: string,
  start: number,
  isEnd: boolean,
  delimiter: string,
  quote: string | undefined,
): Scanned | undefined {
  const first = lineEnd(text, start, isEnd)
  const line = text.slice(start, first?.index ?? text.length)
  if (quote === undefined || !line.includes(quote)) {
    if (first === undefined) return isEnd ? whole(line.split(delimiter), text.length) : undefined
    return whole(line.split(delimiter), first.end)
  }
  const record: string[] = []
  for (let at = start; ; ) {
    const value = scanValue(text, at, isEnd, delimiter, quote)
    if (value === 'open') {
      const isRunaway = isEnd || text.length - start > MAX_ROW_LENGTH
      return isRunaway ? { ...whole([line], first?.end ?? text.length), isOpenQuote: true } : undefined
    }
    if (value === 'broken') return { ...whole([line], first?.end ?? text.length), isOpenQuote: true }
    if (value === undefined) return undefined
    record.push(value.text)
    if (text[value.end] === delimiter) {
      at = value.end + 1
      continue
    }
    const end = lineEnd(text, value.end, isEnd)?.end ?? text.length
    return { record, end, lines: countLines(text.slice(start, end)), isOpenQuote: false }
  }
}

/**
 * The value that begins at `start`, up to a delimiter or line end. `open`: its quotation mark is not closed as far as
 * the text goes; `broken`: the next one stands on another line and closes nothing. Undefined when its end is not there.
 */
function scanValue(text: string, start: number, isEnd: boolean, delimiter: string, quote: string) {
  if (text[start] === quote) {
    const close = closingQuote(text, start + 1, quote)
    if (close === -1 || (close === text.length - 1 && !isEnd)) return 'open'
    const after = text[close + 1]
    if (after === undefined || after === delimiter || after === '\n' || after === '\r') {
      if (after === '\r' && close + 2 === text.length && !isEnd) return undefined
      return { text: text.slice(start + 1, close).replaceAll(quote + quote, quote), end: close + 1 }
    }
    if (/[\r\n]/.test(text.slice(start, close))) return 'broken'
  }
  const end = lineEnd(text, start, isEnd)?.index ?? (isEnd ? text.length : undefined)
  if (end === undefined) return undefined
  const next = text.slice(start, end).indexOf(delimiter)
  const stop = next === -1 ? end : start + next
  return { text: text.slice(start, stop), end: stop }
}

/** Where the quotation mark is that is not doubled; -1 for nowhere. */
function closingQuote(text: string, from: number, quote: string): number {
  let at = text.indexOf(quote, from)
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2)
  return at
}

/** The next line end; undefined when there is none, also while it is not known whether `\r` stands alone. */
function lineEnd(text: string, from: number, isEnd: boolean): { index: number; end: number } | undefined {
  const pattern = /\r\n|\n|\r/g
  pattern.lastIndex = from
  const match = pattern.exec(text)
  if (match === null) return undefined
  const end = match.index + match[0].length
  return match[0] === '\r' && end === text.length && !isEnd ? undefined : { index: match.index, end }
}

function countLines(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 1
}

function whole(record: string[], end: number): Scanned {
  return { record, end, lines: 1, isOpenQuote: false }
}
