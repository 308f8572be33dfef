import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.js'
import { Report } from '../../src/import/report.js'
import { verifyChain } from '../../src/ledger/verify.js'
import { verifyItems } from '../../src/ledger/verify-items.js'
import type { Answer, Caller, Json, TestApp } from './app.js'
import type { Test } from './tap.js'

export interface Part {
  name: string
  content: string | Buffer
  filename?: string
  type?: string
}

export const BOUNDARY = 'a-boundary-of-a-form'

/** A multipart form, as a client sends it. */
export function formOf(parts: Part[]): Buffer {
  const bytes = parts.flatMap(({ name, content, filename, type }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n`
    return [head, type === undefined ? '' : `Content-Type: ${type}\r\n`, '\r\n', content, '\r\n']
  })
  return Buffer.concat([...bytes, `--${BOUNDARY}--\r\n`].map((part) => Buffer.from(part)))
}

/** Sends any form to the import; a report in the answer is held to its schema. */
export async function sendForm(
  { app }: TestApp,
  caller: Caller,
  payload: NodeJS.ReadableStream | Buffer,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/imports${query}`,
    headers: {
      authorization: `Bearer ${caller.key}`,
      'accept-language': 'en',
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
    payload,
  })
  const body = answer.json()
  if (answer.statusCode < 300) Report.parse(body)
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body }
}

/** Imports a CSV under a mapping. */
export function importCsv(
  at: TestApp,
  caller: Caller,
  mapping: object,
  csv: string | Buffer,
  options: Parameters<typeof sendForm>[3] = {},
): Promise<Answer> {
  const form = formOf([
    { name: 'mapping', content: JSON.stringify(mapping), type: 'application/json' },
    { name: 'file', content: csv, filename: 'list.csv', type: 'text/csv' },
  ])
  return sendForm(at, caller, form, options)
}

/** A mapping for the columns id, title, status, reported, closed, address. */
export function mappingFor(externalSystem: string, more: Json = {}): Json {
  const { fields, ...rest } = more
  return {
    externalSystem,
    ...rest,
    fields: {
      externalId: { column: 'id' },
      title: { column: 'title' },
      area: { constant: '341225' },
      status: { column: 'status', values: { open: 'listed', done: 'closed', new: 'reported', none: 'dismissed' } },
      reportedAt: { column: 'reported' },
      closedAt: { column: 'closed' },
      address: { column: 'address' },
      ...fields,
    },
  }
}

export const HEADER = 'id,title,status,reported,closed,address'

/** A CSV of so many sound rows. */
export function rowsOf(count: number, prefix = 'A'): string {
  const rows = Array.from(
    { length: count },
    (_, k) => `${prefix}-${k + 1},坑槽 ${k + 1},open,2025-03-01,,阜王路 ${k + 1} 号`,
  )
  return [HEADER, ...rows, ''].join('\n')
}

/** The totals of a report. */
export function totalsOf({ rows, taken, repeated, refused }: Json): number[] {
  return [rows, taken, repeated, refused]
}

/** How much a jurisdiction has: items, events. */
export async function holdingsOf(db: Db, jurisdiction: string): Promise<[items: number, events: number]> {
  const { rows } = await db.execute<{ items: number; events: number }>(sql`
    select (select count(*)::int from item where jurisdiction_id = ${jurisdiction}) as items,
      (select count(*)::int from event where jurisdiction_id = ${jurisdiction}) as events`)
  return [rows[0]?.items ?? -1, rows[0]?.events ?? -1]
}

/** The ledger is whole, and every item is what its events say. */
export async function requireSound(t: Test, db: Db, jurisdiction: string): Promise<void> {
  t.match(await verifyChain(db, jurisdiction), { ok: true, firstBadSeq: null })
  t.match(await verifyItems(db, jurisdiction), { ok: true, faults: [] })
}
