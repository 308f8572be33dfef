import { readXlsx } from 'hucre/xlsx'
import type { App } from '../../src/deps.js'
import { type Format, MEDIA_TYPES } from '../../src/http/negotiate.js'
import type { Caller, Json } from './app.js'
import { strictCsv } from './strict-csv.js'

export interface FileAnswer {
  status: number
  headers: Record<string, string | undefined>
  bytes: Buffer
}

type Cell = string | number | boolean | Date | null

/** Asks for a list or report as a file; in Chinese unless told. */
export async function fileOf(
  app: App,
  { key }: Caller,
  url: string,
  format: Format,
  headers: Record<string, string> = {},
): Promise<FileAnswer> {
  const authorization = `Bearer ${key}`
  const answer = await app.inject({ url, headers: { authorization, accept: MEDIA_TYPES[format], ...headers } })
  return { status: answer.statusCode, headers: answer.headers as FileAnswer['headers'], bytes: answer.rawPayload }
}

/** A CSV's records by their headings. */
export function csvRecords({ bytes }: FileAnswer): Record<string, string>[] {
  const [headings = [], ...records] = strictCsv(bytes)
  return records.map((values) => Object.fromEntries(headings.map((name, k) => [name, values[k] ?? ''])))
}

/** A workbook: its cover's lines, and the rows of its other sheets by their headings. */
export async function workbookOf({ status, bytes }: FileAnswer) {
  if (status !== 200) throw new Error(`${status} ${bytes}`)
  const workbook = await readXlsx(bytes)
  const [cover, ...lists] = workbook.sheets
  const records = lists.flatMap(({ rows: [headings = [], ...rows] }) =>
    rows.map(
      (row): Record<string, Cell> => Object.fromEntries(headings.map((name, k) => [String(name), row[k] ?? null])),
    ),
  )
  const lines = Object.fromEntries(
    (cover?.rows ?? []).filter(([label, value]) => label && value).map(([label, value]) => [label, value]),
  )
  return { cover, lines, lists, records }
}

/** The rows of an NDJSON file. */
export function ndjsonRows({ bytes }: FileAnswer): Json[] {
  const text = bytes.toString()
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not ended')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}
