import pg from 'pg'
import type { Statement } from '../../bench/record.js'
import { mayBeNamed } from '../../src/db/naming-client.js'

/** Smaller tables may be read as a whole. */
export const SMALL_TABLE = 5_000

/** What a statement costs, in numbers that are the same on any machine. */
export interface Cost {
  indexes: Set<string>
  /** Tables that are not small and are read from one end to the other. */
  wholeTables: Set<string>
  /** Rows and index entries of tables that are not small that were looked at, those that were thrown away included. */
  rows: number
  /** Pages of 8 kB that were looked at; 0 where the statement was not run. */
  pages: number
}

interface Node {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Plan Rows': number
  'Total Cost': number
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: Node[]
}

export interface Planner {
  /** A statement's costs as PostgreSQL may plan it: for the values it has, and prepared once for all values. */
  costsOf(statement: Statement): Promise<Cost[]>
  /** Whether its plan reads the whole of a table but for some, without running it. */
  readsWholeTable(statement: Statement, butFor: readonly string[]): Promise<boolean>
  /** Does something while the planner does not know of an index. */
  without<T>(index: string, work: () => Promise<T>): Promise<T>
  /** The names of all indexes of tables that are not small. */
  largeIndexes(): Promise<string[]>
  close(): Promise<void>
}

/** A connection with the settings of the service's, but as an account that may hide an index. */
export async function connectPlanner(url: string): Promise<Planner> {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC -c jit=off' })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > $1`,
    [SMALL_TABLE],
  )
  const large = new Set(rows.map(({ name }) => name))
  return {
    async costsOf(statement) {
      const plans = await inTransaction(client, () => plansOf(client, statement))
      return plans.map((plan) => costOf(plan, large))
    },
    async readsWholeTable({ text, values }, butFor) {
      const { wholeTables } = costOf(await explain(client, text, values, false), large)
      return [...wholeTables].some((table) => !butFor.includes(table))
    },
    async without(index, work) {
      // What an index that is not valid is to the planner: not there. It goes for those behind constraints too, and at once.
      const hide = 'update pg_index set indisvalid = $2 where indexrelid = $1::regclass'
      await client.query(hide, [index, false])
      try {
        return await work()
      } finally {
        await client.query(hide, [index, true])
      }
    },
    async largeIndexes() {
      const { rows: indexes } = await client.query<{ name: string }>(
        'select indexrelid::regclass::text as name from pg_index where indrelid = any($1::regclass[]) order by 1',
        [[...large]],
      )
      return indexes.map(({ name }) => name)
    },
    close: () => client.end(),
  }
}

/** Writes are planned and not run: they would do what has been done already. */
const WRITES = /\b(insert into|update (?!of\b|skip\b|nowait\b)\w+( \w+)? set|delete from|append_events)\b/i

async function plansOf(client: pg.Client, statement: Statement): Promise<Node[]> {
  const own = await explain(client, statement.text, statement.values)
  if (!mayBeNamed(statement.text)) return [own]
  const generic = await preparedPlan(client, statement, own['Total Cost'] + PLANNING)
  return generic === undefined ? [own] : [own, generic]
}

/** What PostgreSQL adds to the cost of a plan that it makes anew each time, 2.5 for each relation: here, more than that. */
const PLANNING = 100

/**
 * The plan for all values of a statement that has a name. PostgreSQL comes to it after five
 * executions where it takes it for cheaper than those for the values were; undefined where it does not.
 */
async function preparedPlan(client: pg.Client, { text, values }: Statement, atMost: number): Promise<Node | undefined> {
  const execute = `execute prepared(${values.map(literalOf).join(', ')})`
  await client.query(`set local plan_cache_mode = force_generic_plan; prepare prepared as ${text}`)
  try {
    const plan = await planOf(client, `explain (format json) ${execute}`)
    return plan['Total Cost'] > atMost ? undefined : await explain(client, execute, undefined, !WRITES.test(text))
  } finally {
    await client.query('deallocate prepared')
  }
}

async function explain(client: pg.Client, text: string, values?: unknown[], run = !WRITES.test(text)): Promise<Node> {
  return planOf(client, `explain (${run ? 'analyze, buffers, timing off, ' : ''}format json) ${text}`, values)
}

async function planOf(client: pg.Client, text: string, values?: unknown[]): Promise<Node> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(text, values)
  const [row] = rows
  if (row === undefined) throw new Error(`no plan for ${text}`)
  return row['QUERY PLAN'][0].Plan
}

/** Rolled back: locks that a statement takes are not kept. */
async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    return await work()
  } finally {
    await client.query('rollback')
  }
}

/** A value as the driver would send it. */
function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Buffer.isBuffer(value)) return pg.escapeLiteral(`\\x${value.toString('hex')}`)
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map((one) => JSON.stringify(String(one))).join(',')}}`)
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
}

function costOf(root: Node, large: ReadonlySet<string>): Cost {
  const cost: Cost = { indexes: new Set(), wholeTables: new Set(), rows: 0, pages: 0 }
  cost.pages = (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0)
  const visit = (node: Node, table: string | undefined) => {
    const relation = node['Relation Name'] ?? table
    const index = node['Index Name']
    if (index !== undefined) cost.indexes.add(index)
    const isScan = node['Node Type'].endsWith('Scan') && relation !== undefined
    if (isScan && large.has(relation)) {
      if (node['Node Type'] === 'Seq Scan') cost.wholeTables.add(relation)
      cost.rows += rowsOf(node)
    }
    for (const child of node.Plans ?? []) visit(child, node['Node Type'].startsWith('Bitmap') ? relation : undefined)
  }
  visit(root, undefined)
  return cost
}

function rowsOf(node: Node): number {
  const seen = node['Actual Rows']
  if (seen === undefined) return node['Plan Rows']
  const thrownAway = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return (seen + thrownAway) * (node['Actual Loops'] ?? 1)
}
