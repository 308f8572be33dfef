import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
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
      on conflict (code) do update set name = excluded.name, level = excluded.level, parent = excluded.parent, shipped = true
      where (area.name, area.level, area.parent, area.shipped) is distinct from (excluded.name, excluded.level, excluded.parent, true)`,
    columnsOf(rows) {
      const codes = columnOf(rows, 0)
      return [codes, columnOf(rows, 1), codes.map(levelOf), codes.map(parentOf)]
    },
  },
  {
    name: 'holidays.csv',
    header: 'date,name,kind',
    // A year's version is made of its days, so that the same file has the same versions everywhere.
    upsert: `insert into shipped_year (year, version, days, load)
      select extract(year from date)::int,
        'cn-' || left(encode(sha256(convert_to(
          string_agg(to_char(date, 'YYYY-MM-DD') || ',' || kind || ',' || name, E'\\n' order by date), 'UTF8')), 'hex'), 8),
        jsonb_agg(jsonb_build_object('date', to_char(date, 'YYYY-MM-DD'), 'kind', kind, 'name', name) order by date),
        (select coalesce(max(load), 0) + 1 from shipped_year)
      from unnest($1::date[], $2::text[], $3::text[]) as day (date, name, kind) group by 1
      on conflict (year, version) do update set load = excluded.load`,
    columnsOf: (rows) => [columnOf(rows, 0), columnOf(rows, 1), columnOf(rows, 2)],
  },
]

/**
 * Brings the areas and the working calendar to the files in `migrations/reference/`. A file whose hash is recorded is left
 * alone. A changed one is loaded in a transaction of its own. Areas that it no longer has are kept, since items may refer to
 * them; so is every year as it once was, since deadlines were counted by it. The client must not be in a transaction.
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

/** The files are our own: nothing in them stands in quotation marks, and every line has its end. */
function rowsOf(file: ReferenceFile, text: Buffer): string[][] {
  const [header, ...lines] = text.toString('utf8').trimEnd().split('\n')
  if (header !== file.header) throw new Error(`${file.name} does not begin with ${file.header}`)
  const count = file.header.split(',').length
  return lines.map((line, k) => {
    const values = line.split(',')
    if (values.length !== count || /["\r]/.test(line)) throw new Error(`${file.name}, line ${k + 2}: ${line}`)
    return values
  })
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
