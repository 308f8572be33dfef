import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { to as copyTo } from 'pg-copy-streams'
import { authorized, type Bench, get, type Listed, load, type Subject, withClient } from './context.js'
import { watchMemory } from './cpu.js'
import { countOf, DAY_MS, NOW, SPAN_DAYS } from './items.js'
import { withValues } from './literal.js'
import type { Measure, Sample, Side, Target } from './measure.js'
import type { Options } from './options.js'
import { hasPsql, psqlToNowhere } from './pgbench.js'
import type { Recorder } from './record.js'
import { startOn } from './subject.js'

const FORMATS: readonly { name: string; accept: string; target: Target }[] = [
  { name: 'NDJSON', accept: 'application/x-ndjson', target: { text: '0.5 × COPY TO STDOUT', atLeast: 0.5 } },
  { name: 'CSV', accept: 'text/csv', target: { text: '0.5 × COPY TO STDOUT', atLeast: 0.5 } },
  {
    name: 'XLSX',
    accept: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    target: { text: '0.05 × COPY TO STDOUT', atLeast: 0.05 },
  },
]

const ROUNDS = 2
const CURSOR = /^\s*declare portions no scroll cursor for\s/
/** Of the list's span: what a service answers before it is measured, and what shows that its memory does not grow. */
const WARM = 0.01
const TENTH = 0.1
const SETTLE_MS = 500

export function exportNames({ dueItems, largeItems, open }: Options): string[] {
  const { items } = countOf({ due: dueItems, items: largeItems, open })
  return FORMATS.map(({ name }) => `export of ${items.toLocaleString('en')} rows in ${name}`)
}

/** The whole list as a file, beside `COPY TO STDOUT` of what the same query yields, and of the bare columns. */
export async function exportMeasures(
  bench: Bench,
  lists: readonly Listed[],
  limits: { recorder: Recorder; subject: Subject } | undefined,
): Promise<Measure[]> {
  const [first] = lists
  const limit = limits && first && (await limitsOf(bench, first, limits.subject, limits.recorder))
  const names = exportNames(bench.options)
  return FORMATS.map(({ accept, target }, k) => {
    const sides = lists.map((listed) => exporting(bench, listed, listed.name, accept))
    const measure = { name: names[k] ?? '', unit: 'rows', rounds: ROUNDS }
    if (limit === undefined || first === undefined) return { ...measure, sides }
    const tenth = { ...exporting(bench, first, 'a tenth of the rows', accept, TENTH), once: true }
    return { ...measure, sides: [...sides, ...limit, tenth], target }
  })
}

/** The query is the same for all formats. */
async function limitsOf(bench: Bench, listed: Listed, asked: Subject, recorder: Recorder): Promise<Side[]> {
  const headers = authorized(asked.list.keys.office, { accept: 'application/x-ndjson' })
  const { statements } = await recorder.record({ method: 'GET', url: '/v1/items', headers })
  const query = statements.find(({ text }) => CURSOR.test(text))
  if (query === undefined) throw new Error('the export reads without a cursor')
  const rows = { ...query, text: query.text.replace(CURSOR, '') }
  const text = await withClient(listed.url, (client) => withValues(client, rows))
  return [
    await copying(bench, 'COPY', listed, text),
    await copying(bench, 'COPY of bare columns', listed, 'select * from item'),
  ]
}

/** Each time by a service that has just been started and has answered a little of the same, so that no heap is another's. */
function exporting(bench: Bench, listed: Listed, name: string, accept: string, share?: number): Side {
  return {
    name,
    async run() {
      const service = await startOn(bench, listed)
      const ask = (path: string) => {
        const requests = [get(path, listed.list.keys.office, { accept })]
        return load(bench, service, { origin: service.origin, connections: 1, requests })
      }
      try {
        await ask(pathOf(WARM))
        await delay(SETTLE_MS)
        const peak = watchMemory(service.pid)
        const { seconds, load: used } = await ask(pathOf(share))
        return { perSecond: (await countItems(listed, share)) / seconds, load: used, peakMb: peak() }
      } finally {
        await service.stop()
      }
    },
  }
}

function pathOf(share: number | undefined): string {
  return share === undefined ? '/v1/items' : `/v1/items?reportedAfter=${encodeURIComponent(sinceOf(share))}`
}

/** Since when this share of the list was reported. */
function sinceOf(share: number): string {
  return new Date(Date.parse(NOW) - SPAN_DAYS * DAY_MS * share).toISOString()
}

function countItems({ url }: Listed, share = 1): Promise<number> {
  return withClient(url, async (client) => {
    const text = 'select count(*)::int as count from item where reported_at >= $1'
    const { rows } = await client.query<{ count: number }>(text, [sinceOf(share)])
    return rows[0]?.count ?? 0
  })
}

/** psql takes rows faster than pg does; where it is not installed, pg has to do. */
async function copying({ folder }: Bench, name: string, listed: Listed, query: string): Promise<Side> {
  const text = `copy (${query}) to stdout`
  const file = join(folder, `${name.replaceAll(' ', '-')}.sql`)
  await writeFile(file, `${text};\n`)
  const seconds = hasPsql() ? () => psqlToNowhere(listed.url, file) : () => throughPg(listed.url, text)
  return {
    name: hasPsql() ? name : `${name} (through pg)`,
    run: async (): Promise<Sample> => ({ perSecond: (await countItems(listed)) / (await seconds()) }),
  }
}

function throughPg(url: string, text: string): Promise<number> {
  return withClient(url, async (client) => {
    const started = performance.now()
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    await pipeline(client.query(copyTo(text)), nowhere)
    return (performance.now() - started) / 1000
  })
}
