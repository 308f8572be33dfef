import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type pg from 'pg'

const REFERENCE = new URL('../../../migrations/reference/', import.meta.url)

interface ReferenceFile {
  name: string
  header: string
  /** Takes one array for each column that `columnsOf` gives. */
  upsert: string
  columnsOf(rows: string[][]): unknown[][]
}

const FILES: readonly ReferenceFile[] = [
  {
    name: 'areas.csv',
    header: 'code,name',
    upsert: `insert into area (code, name, level, parent)
      select * from unnest($1::text[], $2::text[], $3::smallint[], $4::text[])
      on conflict (code) do update set name = excluded.name, level = excluded.level, parent = excluded.parent
      where (area.name, area.level, area.parent) is distinct from (excluded.name, excluded.level, excluded.parent)`,
    columnsOf(rows) {
      const codes = columnOf(rows, 0)
      return [codes, columnOf(rows, 1), codes.map(levelOf), codes.map(parentOf)]
    },
  },
  {
    name: 'holidays.csv',
    header: 'date,name,kind',
    upsert: `insert into holiday (date, name, kind)
      select * from unnest($1::date[], $2::text[], $3::text[])
      on conflict (date) do update set name = excluded.name, kind = excluded.kind
      where (holiday.name, holiday.kind) is distinct from (excluded.name, excluded.kind)`,
    columnsOf: (rows) => [columnOf(rows, 0), columnOf(rows, 1), columnOf(rows, 2)],
  },
]

/**
 * Brings the area and holiday tables to the files in `migrations/reference/`. A file whose hash is recorded is left
 * alone. A changed one is loaded in a transaction of its own; rows that it no longer has are kept, since items may
 * refer to them. The client must not be in a transaction.
 * @throws Error when a file is missing or malformed; its table is then as it was.
 */
export async function loadReference(client: pg.Client): Promise<void> {
  const loaded = await client.query<{ name: string; sha256: string }>('select name, sha256 from reference_data')
  const known = new Map(loaded.rows.map((row) => [row.name, row.sha256]))
  for (const file of FILES) {
    const text = await readFile(new URL(file.name, REFERENCE))
    const sha256 = createHash('sha256').update(text).digest('hex')
    if (known.get(file.name) !== sha256) await load(client, file, rowsOf(file, text), sha256)
  }
}

async function load(client: pg.Client, file: ReferenceFile, rows: string[][], sha256: string): Promise<void> {
  await client.query('begin')
  try {
    await client.query(file.upsert, file.columnsOf(rows))
    await client.query(
      `insert into reference_data (name, sha256) values ($1, $2)
      on conflict (name) do update set sha256 = excluded.sha256`,
      [file.name, sha256],
    )
    await client.query('commit')
  } catch (err) {
    await client.query('rollback')
    throw new Error(`reference data ${file.name} could not be loaded`, { cause: err })
  }
}

function rowsOf(file: ReferenceFile, text: Buffer): string[][] {
  const [header, ...rows] = parse(text) as string[][]
  if (header?.join(',') !== file.header) throw new Error(`${file.name} does not begin with ${file.header}`)
  return rows
}

function columnOf(rows: string[][], index: number): string[] {
  return rows.map((row) => row[index] ?? '')
}

function levelOf(code: string): number {
  if (code.length === 9) return 4
  if (code.endsWith('0000')) return 1
  return code.endsWith('00') ? 2 : 3
}

function parentOf(code: string): string | null {
  const level = levelOf(code)
  return level === 1 ? null : code.slice(0, 2 * (level - 1)).padEnd(6, '0')
}
