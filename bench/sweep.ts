import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { type Bench, type Listed, withClient } from './context.js'
import { startMeter } from './cpu.js'
import type { Measure, Sample, Side } from './measure.js'
import type { Options } from './options.js'
import { startWorkerProcess } from './service.js'

export function sweepName({ dueItems }: Options): string {
  return `${dueItems.toLocaleString('en')} due items swept`
}

const POOL_SIZE = 10
const LOOK_MS = 20
const NOTE = 'nothing; beside it, the same rows by COPY and one UPDATE'

/**
 * The due items of a list that no worker has looked at yet, each of which climbs one rung; beside the writing of the rows that
 * came of it into another copy. The lists themselves stay as they are.
 */
export async function sweepMeasure(bench: Bench, lists: readonly Listed[], isLimited: boolean): Promise<Measure> {
  const { cluster } = bench
  const sides: Side[] = []
  for (const listed of lists) {
    const database = `${listed.database}_sweep`
    await cluster.copy(listed.database, database)
    const url = cluster.urlOf(database)
    sides.push({ name: listed.name, run: () => sweep(bench, { ...listed, database, url }) })
  }
  const [first] = lists
  const measure = { name: sweepName(bench.options), unit: 'items', rounds: 1, inOrder: true }
  if (!isLimited || first === undefined) return { ...measure, sides }
  const writes = `${first.database}_sweep_writes`
  await cluster.copy(first.database, writes)
  const side = writing(cluster.urlOf(`${first.database}_sweep`), cluster.urlOf(writes))
  return { ...measure, sides: [...sides, side], note: NOTE }
}

async function sweep({ cluster, folder, generator }: Bench, { root, url }: Listed): Promise<Sample> {
  return withClient(url, async (client) => {
    const worker = startWorkerProcess({ root, databaseUrl: url, folder, poolSize: POOL_SIZE })
    try {
      // From the moment at which the first chunk is written; until then the worker starts.
      while (!(await hasBegun(client))) await delay(LOOK_MS)
      const before = await escalated(client)
      const stop = startMeter({ server: worker.pid, postgres: cluster.pid, generator: generator.pid })
      const started = performance.now()
      while (!(await isSwept(client))) await delay(LOOK_MS)
      const seconds = (performance.now() - started) / 1000
      const used = stop()
      return { perSecond: ((await escalated(client)) - before) / seconds, load: used }
    } finally {
      await worker.stop()
    }
  })
}

async function hasBegun(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`select from sweep where chore = 'ladder'`)
  return rows.length > 0
}

async function escalated(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from event where type = 'item.escalated'`,
  )
  return rows[0]?.count ?? 0
}

async function isSwept(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ done: boolean }>(
    `select swept_at is not null and not behind as done from sweep where chore = 'ladder'`,
  )
  return rows[0]?.done === true
}

const CLIMBED = `select item_id, item_version from event where type = 'item.escalated'`
/** What a sweep adds, and the rows that it changes, which go into a table of their own first. */
const MADE = [
  { table: 'event', into: 'event', where: `type = 'item.escalated'` },
  { table: 'item_past', into: 'item_past', where: `(id, version + 1) in (${CLIMBED})` },
  { table: 'notice', into: 'notice', where: 'true' },
  { table: 'item', into: 'climbed', where: `id in (select item_id from (${CLIMBED}) c)` },
]
/** What is written of notices when they go out, which is not the sweep's. */
const LATER = ['digest_id', 'sent_at']

function writing(sweptUrl: string, url: string): Side {
  return {
    name: 'COPY and UPDATE',
    async run() {
      const made = await withClient(sweptUrl, readMade)
      return withClient(url, async (client) => {
        await client.query('create temporary table climbed (like item)')
        const items = await columnsOf(client, 'item')
        const started = performance.now()
        await client.query('begin')
        for (const { into, bytes } of made) {
          await pipeline(Readable.from([bytes]), client.query(copyFrom(`copy ${into} from stdin`)))
        }
        const { rowCount } = await client.query(
          `update item i set (${items}) = (select ${items} from (select c.*) c) from climbed c
           where i.jurisdiction_id = c.jurisdiction_id and i.id = c.id`,
        )
        await client.query('commit')
        return { perSecond: ((rowCount ?? 0) / (performance.now() - started)) * 1000 }
      })
    },
  }
}

async function readMade(client: pg.Client): Promise<{ into: string; bytes: Buffer }[]> {
  const made: { into: string; bytes: Buffer }[] = []
  for (const { table, into, where } of MADE) {
    const all = (await columnsOf(client, table)).split(', ')
    const columns = all.filter((column) => !LATER.includes(column)).join(', ')
    const out = client.query(copyTo(`copy (select ${columns} from ${table} where ${where}) to stdout`))
    made.push({ into: `${into} (${columns})`, bytes: Buffer.concat(await out.toArray()) })
  }
  return made
}

/** The columns of a table that are written, in their order. */
export async function columnsOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
     from information_schema.columns where table_name = $1 and table_schema = 'public' and is_generated = 'NEVER'`,
    [table],
  )
  return rows[0]?.columns ?? ''
}
