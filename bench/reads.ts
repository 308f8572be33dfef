import { type BareRoute, bareStatements } from './bare-route.js'
import { ask, authorized, type Bench, get, headOf, repeated, type Subject, withClient } from './context.js'
import type { Measure, Side, Target } from './measure.js'
import { peerRequest, requireSameRows } from './peers.js'
import type { Recorder } from './record.js'

export const FILTER = 'area=3412&level=general'
const ITEMS_READ = 2_000
const FEED_PAGE = 200

/** The server that answers the reads' statements and does nothing else. */
export interface Bare {
  pid: number
  origin: string
}

/** What the service is asked for; `parameter` is what differs from request to request, as its statements have it. */
interface Asked {
  path: string
  parameter?: string
}

/** A read: requests of the service, the bare handler's path, and what is to be reached. */
interface Read {
  name: string
  path: string
  requests: (subject: Subject) => Promise<Asked[]>
  target?: Target
}

const READS: readonly Read[] = [
  {
    name: 'read one item',
    path: '/item',
    target: { text: '1.0 × the bare handler', atLeast: 1 },
    requests: async (subject) => (await someIds(subject)).map((id) => ({ path: `/v1/items/${id}`, parameter: id })),
  },
  list('first page of a filtered list', '/list', `${FILTER}&limit=50`, {
    text: '1.5 × the bare handler',
    atLeast: 1.5,
  }),
  list('text search', '/search', `q=${encodeURIComponent('平交路口视距')}&limit=50`),
  {
    name: 'the feed, following (200 events)',
    path: '/feed',
    requests: async ({ url, list: { jurisdiction } }) => {
      const head = await headOf(url, jurisdiction)
      const pages = Math.min(500, Math.floor(head / FEED_PAGE) - 1)
      // Not a multiple of the page, so that no other value of the statement is taken for it.
      const afters = Array.from({ length: pages }, (_, k) => k * FEED_PAGE + 7)
      return afters.map((after) => ({
        path: `/v1/events?after=${after}&limit=${FEED_PAGE}`,
        parameter: String(after),
      }))
    },
  },
]
export const READ_NAMES = READS.map(({ name }) => name)

function list(name: string, path: string, query: string, target?: Target): Read {
  const requests = async () => [{ path: `/v1/items?${query}` }]
  return { name, path, requests, ...(target === undefined ? {} : { target }) }
}

/** Items to read, in no order of the list. */
export async function someIds({ url }: Subject): Promise<string[]> {
  const text = `select id from item where external_system = 'earlier' order by md5(external_id) limit ${ITEMS_READ}`
  return withClient(url, async (client) => (await client.query<{ id: string }>(text)).rows.map(({ id }) => id))
}

/** The statements of each read as the bare handler's routes. */
export async function bareRoutes(recorder: Recorder, subject: Subject): Promise<BareRoute[]> {
  const routes: BareRoute[] = []
  for (const { path, requests } of READS) {
    const request = (await requests(subject)).at(-1)
    if (request === undefined) continue
    const headers = authorized(subject.list.keys.office)
    const { statements } = await recorder.record({ method: 'GET', url: request.path, headers })
    routes.push({ path, ...bareStatements(statements, request.parameter) })
  }
  return routes
}

function barePathOf(path: string, { parameter }: Asked): string {
  return parameter === undefined ? path : `${path}/${parameter}`
}

/** Each read, beside the bare handler and the peers. */
export async function readMeasures(
  bench: Bench,
  subjects: readonly Subject[],
  bare: Bare | undefined,
): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const { name, path, requests, target } of READS) {
    const sides: Side[] = []
    for (const subject of subjects) {
      const own = (await requests(subject)).map((asked) => get(asked.path, subject.list.keys.office))
      sides.push(repeated(bench, subject.name, subject.service, own))
    }
    const [first] = subjects
    if (bare !== undefined && first !== undefined) {
      const plain = (await requests(first)).map((asked) => get(barePathOf(path, asked), ''))
      sides.push(repeated(bench, 'bare handler', bare, plain))
      sides.push(...(await peerSides(bench, name, first, await requests(first))))
    }
    measures.push({ name, unit: 'requests', sides, ...(target === undefined || bare === undefined ? {} : { target }) })
  }
  return measures
}

/** The peers that have the read, which answer the same items as the service does. */
async function peerSides(bench: Bench, read: string, subject: Subject, requests: Asked[]): Promise<Side[]> {
  const sides: Side[] = []
  for (const peer of bench.options.peers) {
    const own = requests
      .map(({ path }) => peerRequest(peer.name, read, path))
      .filter((request) => request !== undefined)
    const [asked, request] = [requests[0], own[0]]
    if (asked === undefined || request === undefined) continue
    await requireSameRows(peer, request, await ask(subject, asked.path))
    sides.push(repeated(bench, peer.name, { origin: peer.url }, own))
  }
  return sides
}
