import { invalid, Rejection } from '../domain/rejection.js'
import { tidy } from '../domain/text.js'
import { type CsvRow, readCsv } from './csv.js'
import { columnsOf, type Mapping, rulesOf } from './mapping.js'
import type { Finding, Reason } from './reasons.js'
import { countRefused, countWarnings, type Tally } from './report.js'
import { createRowReader, type Surroundings } from './row.js'
import type { NumberedImport } from './write-items.js'

/** Rows that are written in one transaction: few enough that nobody waits long for the ledger's head. */
const CHUNK_ROWS = 1_000
/** Their external ids are kept in memory, to know those that the file has twice. */
const MAX_ROWS = 1_000_000

/**
 * The rows of a file that are items, in chunks, each external id once. What is refused, repeated in the file or pointed
 * out is counted in `tally` on the way.
 * @throws Rejection 400 when the header lacks a column of the mapping, and for a file that is no list.
 */
export async function* readChunks(
  bytes: AsyncIterable<Uint8Array>,
  mapping: Mapping,
  surroundings: Surroundings,
  importId: string,
  tally: Tally,
): AsyncGenerator<NumberedImport[]> {
  const rows = readCsv(bytes, mapping)
  const header = (await rows.next()).value
  if (header === undefined) throw invalid('/file', { zh: '文件是空的。', en: 'The file is empty.' })
  const readRow = createRowReader(mapping, requireColumns(mapping, header), surroundings)
  const seen = new Set<string>()
  let chunk: NumberedImport[] = []
  for await (const csvRow of rows) {
    const { line, record } = csvRow
    if (record.every((value) => value.trim() === '')) {
      countWarnings(tally, line, [{ code: 'blank-row', field: null, column: null, value: null }])
      continue
    }
    if (++tally.rows > MAX_ROWS) throw tooManyRows()
    const fault = faultOf(csvRow, header.record.length)
    const { row, errors, dropped, notices } = fault === undefined ? readRow(record) : refused(fault)
    if (row === null) {
      countRefused(tally, line, errors)
      continue
    }
    countWarnings(tally, line, [...dropped, ...notices])
    if (seen.has(row.externalId)) {
      tally.repeated++
      const { externalId: value } = row
      countWarnings(tally, line, [{ code: 'repeated-in-file', field: 'externalId', column: idColumn(mapping), value }])
      continue
    }
    seen.add(row.externalId)
    chunk.push({ ...row, importId, line })
    if (chunk.length < CHUNK_ROWS) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

/** The place of each column in the header. @throws Rejection that names every column which the mapping lacks. */
function requireColumns(mapping: Mapping, { record, isOpenQuote }: CsvRow): Map<string, number> {
  const names = record.map(tidy)
  const places = new Map(names.map((name, k) => [name, k]))
  const known = names.slice(0, 50).join(', ').slice(0, 500)
  const errors = rulesOf(mapping).flatMap(([field, rule]) =>
    columnsOf(rule).flatMap(({ key, column }) => {
      const count = names.filter((name) => name === column).length
      if (count === 1 && !isOpenQuote) return []
      const detail =
        count > 1
          ? { zh: `文件有 ${count} 列名为“${column}”。`, en: `The file has ${count} columns named “${column}”.` }
          : {
              zh: `文件没有“${column}”列；它有：${known}。`,
              en: `The file has no column “${column}”; it has: ${known}.`,
            }
      return [{ pointer: `/mapping/fields/${field}/${key}`, detail }]
    }),
  )
  const [first] = errors
  if (first !== undefined) throw new Rejection('invalid-request', first.detail, { errors })
  return places
}

/** A row that cannot be read at all. Values beyond the header are let be when they are empty. */
function faultOf({ record, isOpenQuote }: CsvRow, width: number): Finding<Reason> | undefined {
  if (isOpenQuote) return { code: 'open-quote', field: null, column: null, value: record[0] ?? null }
  if (record.length === width || (record.length > width && record.slice(width).every((value) => value === ''))) {
    return undefined
  }
  return { code: 'column-count', field: null, column: null, value: `${record.length} ≠ ${width}` }
}

function refused(fault: Finding<Reason>) {
  return { row: null, errors: [fault], dropped: [], notices: [] }
}

function idColumn(mapping: Mapping): string | null {
  return mapping.fields.externalId.column ?? mapping.fields.externalId.template ?? null
}

function tooManyRows(): Rejection {
  return invalid('/file', {
    zh: `文件超过 ${MAX_ROWS} 行；之前的行已处理，请拆分后续部分。`,
    en: `The file has more than ${MAX_ROWS} rows; those before are done, bring the rest in another file.`,
  })
}
