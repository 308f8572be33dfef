import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reported } from './archive.js'
import { authorized, type Bench, get, repeated, type Subject, withClient } from './context.js'
import { withValues } from './literal.js'
import type { Measure, Side } from './measure.js'
import { hasPgbench, pgbench } from './pgbench.js'
import type { Recorder, Statement } from './record.js'

const REPORTS = [
  { name: 'overdue report, whole', path: '/v1/reports/overdue?limit=50' },
  { name: 'overdue report, by unit', path: '/v1/reports/overdue?groupBy=unit' },
]
const growth = (name: string) => `${name}: ×10 closed items`
export const REPORT_NAMES = REPORTS.flatMap(({ name }) => [name, growth(name)])

const AS_LONG = { text: '1.3 × the time of the SQL alone at most', atLeast: 1 / 1.3 }
const NOT_GROWING = { text: '1.1 × the time with a tenth of the archive at most', atLeast: 1 / 1.1 }

/**
 * The overdue report, one request at a time: beside its statements alone, one at a time as well, and beside itself where the
 * same items are open and the archive is a tenth.
 */
export async function overdueMeasures(
  bench: Bench,
  lists: readonly Reported[],
  recorder: Recorder | undefined,
): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const { name, path } of REPORTS) {
    const sides = lists.map(({ whole }) => reporting(bench, whole, whole.name, path))
    const [first] = lists
    if (recorder === undefined || first === undefined) {
      measures.push({ name, unit: 'requests', sides })
      continue
    }
    const headers = authorized(first.whole.list.keys.supervisor)
    const { statements } = await recorder.record({ method: 'GET', url: path, headers })
    const alone = await aloneSide(bench, first.whole, statements, `report-${measures.length}.sql`)
    const tenth = reporting(bench, first.tenth, 'a tenth of the archive', path)
    measures.push({ name, unit: 'requests', sides: [...sides, alone], target: AS_LONG })
    measures.push({ name: growth(name), unit: 'requests', sides: [...sides, tenth], target: NOT_GROWING })
  }
  return measures
}

function reporting(bench: Bench, { service, list }: Subject, name: string, path: string): Side {
  return repeated(bench, name, service, [get(path, list.keys.supervisor)], 1)
}

/** As `psql` sends it: one text with its values in it. pgbench is that client without the time to print rows. */
async function aloneSide(bench: Bench, { url }: Subject, statements: Statement[], name: string): Promise<Side> {
  const texts = await withClient(url, async (client) => {
    const made: string[] = []
    for (const statement of statements) made.push(await withValues(client, statement))
    return made
  })
  if (!hasPgbench()) return { name: 'the SQL alone (through pg)', run: () => throughPg(bench, url, texts) }
  const file = join(bench.folder, name)
  await writeFile(file, texts.map((text) => `${text};\n`).join(''))
  return {
    name: 'the SQL alone',
    run: () => pgbench(bench, url, { file, protocol: 'simple', connections: 1 }),
  }
}

function throughPg({ options }: Bench, url: string, texts: string[]) {
  return withClient(url, async (client) => {
    const started = performance.now()
    const elapsed = () => (performance.now() - started) / 1000
    let times = 0
    for (; elapsed() < options.seconds; times++) {
      for (const text of texts) await client.query(text)
    }
    return { perSecond: times / elapsed() }
  })
}
