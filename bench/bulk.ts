import { once } from 'node:events'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

// How many rows come into tables fast: by COPY, and without the indexes, which are made again afterwards.

/** Without it, every index would be sorted on disk. */
const MEMORY = '-c maintenance_work_mem=256MB -c max_parallel_maintenance_workers=0 -c synchronous_commit=off'
const BUILDERS = 2

/** A `COPY` that takes lines as they come; its transaction ends with `end`. */
export interface Copy {
  write(lines: string): Promise<void>
  end(): Promise<void>
}

/** @param isLedger no foreign keys are looked up, of which an event has one: its jurisdiction, which is there. */
export async function openCopy(url: string, table: string, columns: string, isLedger = false): Promise<Copy> {
  const client = await connect(url)
  if (isLedger) await client.query('set session_replication_role = replica')
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin`))
  // Awaited at the end, and by every write that has to wait.
  const finished = once(stream, 'finish')
  finished.catch(() => {})
  return {
    async write(lines) {
      if (!stream.write(lines)) await Promise.race([once(stream, 'drain'), finished])
    },
    async end() {
      stream.end()
      await finished
      await client.end()
    },
  }
}

/** Drops the indexes that no constraint needs; answers what makes them again. */
export async function dropIndexes(url: string, tables: readonly string[]): Promise<string[]> {
  return withBuilder(url, async (client) => {
    const { rows } = await client.query<{ name: string; definition: string }>(
      `select x.indexrelid::regclass::text as name, pg_get_indexdef(x.indexrelid) as definition
       from pg_index x join pg_class c on c.oid = x.indrelid join pg_am a on a.oid = (
         select relam from pg_class where oid = x.indexrelid)
       where x.indrelid = any($1::regclass[]) and not exists (select from pg_constraint where conindid = x.indexrelid)
       order by a.amname = 'btree', c.reltuples desc, 1`,
      [tables],
    )
    for (const { name } of rows) await client.query(`drop index ${name}`)
    return rows.map(({ definition }) => definition)
  })
}

/** Runs the statements, as many at once as keep both cores of a small machine busy. */
export async function runAll(url: string, statements: readonly string[]): Promise<void> {
  const left = [...statements]
  const build = () =>
    withBuilder(url, async (client) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await client.query(next)
    })
  await Promise.all(Array.from({ length: BUILDERS }, build))
}

async function withBuilder<R>(url: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = await connect(url)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: `-c timezone=UTC ${MEMORY}` })
  await client.connect()
  return client
}
