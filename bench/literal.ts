import type pg from 'pg'
import type { Statement } from './record.js'

/** Parts of recorded values that differ from request to request, and the SQL that makes a new one. */
export type Replacements = ReadonlyMap<string, string>

/**
 * A recorded statement as one text without parameters: its values stand in it, and in them the replacements. Colons in
 * quotes are written as escapes, because pgbench would look for variables there.
 */
export async function withValues(client: pg.Client, statement: Statement, replacements: Replacements = new Map()) {
  const types = await typesOf(client, statement)
  const text = statement.text.replace(/'(?:[^']|'')*'/g, (quoted) =>
    quoted.includes(':') ? quote(quoted.slice(1, -1).replaceAll("''", "'")) : quoted,
  )
  return text.replace(/\$(\d+)/g, (_, at) => {
    const k = Number(at) - 1
    return `(${literalOf(statement.values[k], replacements)})::${types[k] ?? 'text'}`
  })
}

/** What the server takes the parameters for. */
async function typesOf(client: pg.Client, { text, values }: Statement): Promise<string[]> {
  if (values.length === 0) return []
  await client.query(`prepare recorded as ${text}`)
  const { rows } = await client.query<{ types: string[] }>(
    `select parameter_types::text[] as types from pg_prepared_statements where name = 'recorded'`,
  )
  await client.query('deallocate recorded')
  return rows[0]?.types ?? []
}

function literalOf(value: unknown, replacements: Replacements): string {
  if (value === null || value === undefined) return 'null'
  if (Buffer.isBuffer(value)) return quote(`\\x${value.toString('hex')}`)
  if (Array.isArray(value)) return quote(`{${value.map((one) => JSON.stringify(String(one))).join(',')}}`)
  return replaced(String(value), [...replacements])
}

function replaced(text: string, [first, ...rest]: [string, string][]): string {
  if (first === undefined) return quote(text)
  const [part, expression] = first
  const parts = text.split(part).map((between) => replaced(between, rest))
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(` || ${expression} || `)})`
}

function quote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\x3a')
  return `E'${escaped}'`
}

const BUILT = /\(select row_to_json\(v\)::text from \(select\s([\s\S]*?)\) v\) as json/

const STILL_JSON = /\b(?:row_to_json|to_jsonb?|jsonb?_agg|string_agg)\b/

/**
 * The same rows as columns, where PostgreSQL builds their JSON.
 * @throws Error when the text is not of the form that this knows.
 */
export function asColumns({ text, values }: Statement): Statement {
  const columns = text.replace(BUILT, '$1')
  if (columns === text || STILL_JSON.test(columns)) {
    throw new Error(`the JSON of rows is not built as expected; bench/literal.ts must learn how: ${text}`)
  }
  return { text: columns, values }
}
