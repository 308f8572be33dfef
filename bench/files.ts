import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { to as copyTo } from 'pg-copy-streams'
import { authorized, type Bench, get, load, type Subject, withClient } from './context.js'
import { watchMemory } from './cpu.js'
import { withValues } from './literal.js'
import type { Measure, Side, Target } from './measure.js'
import type { Recorder } from './record.js'

const FORMATS: readonly { name: string; accept: string; target: Target }[] = [
  { name: 'NDJSON', accept: 'application/x-ndjson', target: { text: '0.5 × COPY TO STDOUT', atLeast: 0.5 } },
  { name: 'CSV', accept: 'text/csv', target: { text: '0.5 × COPY TO STDOUT', atLeast: 0.5 } },
  {
    name: 'XLSX',
    accept: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    target: { text: '0.05 × COPY TO STDOUT', atLeast: 0.05 },
  },
]

const CURSOR = /^\s*declare portions no scroll cursor for\s/

/** The whole list as a file, beside `COPY TO STDOUT` of what the same query yields. */
export async function exportMeasures(
  bench: Bench,
  subjects: readonly Subject[],
  recorder: Recorder | undefined,
): Promise<Measure[]> {
  const measures: Measure[] = []
  const limit = recorder && subjects[0] && (await limitOf(subjects[0], recorder))
  for (const { name, accept, target } of FORMATS) {
    const sides = subjects.map((subject) => exporting(bench, subject, accept))
    if (limit !== undefined) sides.push(limit)
    const limited = limit === undefined ? {} : { target }
    measures.push({ name: `export ${name}`, unit: 'rows', sides, rounds: 3, ...limited })
  }
  const [first] = subjects
  if (recorder === undefined || first === undefined) return measures
  const columns = copying('COPY of bare columns', first, 'select * from item')
  return measures.map((measure, k) => (k === 0 ? { ...measure, sides: [...measure.sides, columns] } : measure))
}

/** The query is the same for all formats. */
async function limitOf(subject: Subject, recorder: Recorder): Promise<Side> {
  const headers = authorized(subject.list.keys.office, { accept: 'application/x-ndjson' })
  const { statements } = await recorder.record({ method: 'GET', url: '/v1/items', headers })
  const query = statements.find(({ text }) => CURSOR.test(text))
  if (query === undefined) throw new Error('the export reads without a cursor')
  const rows = { ...query, text: query.text.replace(CURSOR, '') }
  return copying('COPY', subject, await withClient(subject.url, (client) => withValues(client, rows)))
}

function exporting(bench: Bench, { name, url, service, list }: Subject, accept: string): Side {
  return {
    name,
    async run() {
      const rows = await countItems(url)
      const peak = watchMemory(service.pid)
      const requests = [get('/v1/items', list.keys.office, { accept })]
      const { seconds, load: used } = await load(bench, service, { origin: service.origin, connections: 1, requests })
      return { perSecond: rows / seconds, load: used, peakMb: peak() }
    },
  }
}

function countItems(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from item')
    return rows[0]?.count ?? 0
  })
}

function copying(name: string, { url }: Subject, query: string): Side {
  return {
    name,
    run: async () => {
      const rows = await countItems(url)
      return withClient(url, async (client) => {
        const started = performance.now()
        const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
        await pipeline(client.query(copyTo(`copy (${query}) to stdout`)), nowhere)
        return { perSecond: (rows / (performance.now() - started)) * 1000 }
      })
    },
  }
}
