import { type Bench, get, load, post, type Subject } from './context.js'
import type { Request } from './generator.js'
import type { Measure, Side } from './measure.js'
import { someIds } from './reads.js'
import { FILINGS } from './writes.js'

const [READS, FILINGS_NAME] = [
  'overload: read one item, 1,000 clients',
  'overload: file an item, 1,000 clients',
] as const
export const OVERLOAD_NAMES = [READS, FILINGS_NAME]
const MANY = 1_000
const FEW = 64
const TARGET = { text: '0.80 × 64 clients', atLeast: 0.8 }

/**
 * What is done for 1,000 clients beside what is done for 64. They ask again at once, whatever they are told, which is the worst
 * that clients do; only what succeeds is counted, and an answer other than a refusal for want of time ends the run.
 */
export async function overloadMeasures(bench: Bench, subject: Subject): Promise<Measure[]> {
  const { list } = subject
  const kinds: [string, Request[]][] = [
    [READS, (await someIds(subject)).map((id) => get(`/v1/items/${id}`, list.keys.office))],
    [FILINGS_NAME, FILINGS.map((filed) => post('/v1/items', list.keys.inspector, filed))],
  ]
  return kinds.map(([name, requests]) => ({
    ...{ name, unit: 'requests', target: TARGET },
    sides: [side(bench, subject, MANY, requests), side(bench, subject, FEW, requests)],
  }))
}

function side(bench: Bench, { service }: Subject, connections: number, requests: Request[]): Side {
  return {
    name: `${connections} clients`,
    async run() {
      const job = { origin: service.origin, connections, requests, seconds: bench.options.seconds, refusals: true }
      const { perSecond, p50, p99, load: used } = await load(bench, service, job)
      return { perSecond, p50, p99, load: used }
    },
  }
}
