import { type Bench, get, repeated, type Subject, withClient } from './context.js'
import type { Measure } from './measure.js'
import { startService } from './service.js'

const PROCESSES = 2
const POOL_SIZE = 10
const ITEMS_READ = 2_000
const TARGET = { text: '1.6 × one process, where cores allow', atLeast: 1.6 }

/** The service with two server processes beside the same with one, on one list and under the same load. */
export async function processMeasures(
  bench: Bench,
  subject: Subject,
): Promise<{ measures: Measure[]; close: () => Promise<void> }> {
  const { root, url, list, service } = subject
  const where = { root, databaseUrl: url, folder: bench.folder, poolSize: POOL_SIZE }
  const two = await startService({ ...where, processes: PROCESSES })
  const ids = await someIds(url)
  const paths: Record<string, string[]> = {
    'read one item, two processes': ids.map((id) => `/v1/items/${id}`),
    'first page of a filtered list, two processes': ['/v1/items?area=3412&level=general&limit=50'],
  }
  const measures = Object.entries(paths).map(([name, all]): Measure => {
    const requests = all.map((path) => get(path, list.keys.office))
    const sides = [repeated(bench, 'two processes', two, requests), repeated(bench, 'one process', service, requests)]
    return { name, unit: 'requests', sides, target: TARGET }
  })
  return { measures, close: two.stop }
}

async function someIds(url: string): Promise<string[]> {
  const text = `select id from item where external_system = 'earlier' order by md5(external_id) limit ${ITEMS_READ}`
  return withClient(url, async (client) => (await client.query<{ id: string }>(text)).rows.map(({ id }) => id))
}
