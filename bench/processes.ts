import { type Bench, get, repeated, type Subject } from './context.js'
import type { Measure } from './measure.js'
import { FILTER, someIds } from './reads.js'
import { startOn } from './subject.js'

const PROCESSES = 2
const TARGET = { text: '1.6 × one process, where cores allow', atLeast: 1.6 }
const [ONE_ITEM, FIRST_PAGE] = ['read one item, two processes', 'first page of a filtered list, two processes']
export const PROCESS_NAMES = [ONE_ITEM, FIRST_PAGE]

/** The service with two server processes beside the same with one, on one list and under the same load. */
export async function processMeasures(bench: Bench, subject: Subject): Promise<Measure[]> {
  const { list, service } = subject
  const two = await startOn(bench, subject, PROCESSES)
  bench.closing.push(two.stop)
  const paths = {
    [ONE_ITEM]: (await someIds(subject)).map((id) => `/v1/items/${id}`),
    [FIRST_PAGE]: [`/v1/items?${FILTER}&limit=50`],
  }
  return Object.entries(paths).map(([name, all]): Measure => {
    const requests = all.map((path) => get(path, list.keys.office))
    const sides = [repeated(bench, 'two processes', two, requests), repeated(bench, 'one process', service, requests)]
    return { name, unit: 'requests', sides, target: TARGET }
  })
}
