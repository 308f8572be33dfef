import { type BareRoute, ID } from './bare.js'
import { authorized, type Bench, get, headOf, repeated, type Subject, withClient } from './context.js'
import { asColumns } from './literal.js'
import type { Measure, Side, Target } from './measure.js'
import { peerRequest } from './peers.js'
import type { Recorder, Statement } from './record.js'

const FILTER = 'area=3412&level=general'
const DEEP = 1_000
const WALK = 200
const ITEMS_READ = 2_000
const FEED_PAGE = 200

/** The server that answers the reads' statements and does nothing else. */
export interface Bare {
  pid: number
  origin: string
}

/** A read: requests of the service, the bare handler's paths, and what is to be reached. */
export interface Read {
  name: string
  path: string
  requests: (subject: Subject) => Promise<{ path: string; barePath: string }[]>
  target?: Target
}

export const READS: readonly Read[] = [
  {
    name: 'read one item',
    path: '/item/:id',
    target: { text: '1.0 × the bare handler', atLeast: 1 },
    requests: async (subject) =>
      (await someIds(subject)).map((id) => ({ path: `/v1/items/${id}`, barePath: `/item/${id}` })),
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
      const pages = Math.min(500, Math.floor(head / FEED_PAGE))
      const afters = Array.from({ length: pages }, (_, k) => k * FEED_PAGE)
      return afters.map((after) => ({ path: `/v1/events?after=${after}&limit=${FEED_PAGE}`, barePath: '/feed' }))
    },
  },
]

function list(name: string, path: string, query: string, target?: Target): Read {
  const requests = async () => [{ path: `/v1/items?${query}`, barePath: path }]
  return { name, path, requests, ...(target === undefined ? {} : { target }) }
}

async function someIds({ url }: Subject): Promise<string[]> {
  const text = `select id from item where external_system = 'earlier' order by md5(external_id) limit ${ITEMS_READ}`
  return withClient(url, async (client) => (await client.query<{ id: string }>(text)).rows.map(({ id }) => id))
}

/** The statements of each read as the bare handler's routes. */
export async function bareRoutes(recorder: Recorder, subject: Subject): Promise<BareRoute[]> {
  const routes: BareRoute[] = []
  for (const read of READS) {
    const [request] = await read.requests(subject)
    if (request === undefined) continue
    const { statements } = await recorder.record(asked(request.path, subject))
    const id = request.path.split('/').at(-1)
    const own = statements.map((statement) => {
      const { text, values } = asColumns(statement)
      return { text, values: values.map((value) => (value === id ? ID : value)) }
    })
    routes.push({ path: read.path, statements: own })
  }
  return routes
}

function asked(path: string, { list: { keys } }: Subject) {
  return { method: 'GET' as const, url: path, headers: authorized(keys.office) }
}

/** Each read, beside the bare handler and the peers. */
export async function readMeasures(
  bench: Bench,
  subjects: readonly Subject[],
  bare: Bare | undefined,
): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const { name, requests, target } of READS) {
    const sides: Side[] = []
    for (const subject of subjects) {
      const own = (await requests(subject)).map(({ path }) => get(path, subject.list.keys.office))
      sides.push(repeated(bench, subject.name, subject.service, own))
    }
    const [first] = subjects
    if (bare !== undefined && first !== undefined) {
      const plain = (await requests(first)).map(({ barePath }) => get(barePath, ''))
      sides.push(repeated(bench, 'bare handler', bare, plain))
      sides.push(...peerSides(bench, name, await requests(first)))
    }
    measures.push({ name, unit: 'requests', sides, ...(target === undefined || bare === undefined ? {} : { target }) })
  }
  return measures
}

function peerSides(bench: Bench, read: string, requests: { path: string }[]): Side[] {
  return bench.options.peers.flatMap(({ name, url }) => {
    const own = requests.map(({ path }) => peerRequest(name, read, path)).filter((request) => request !== undefined)
    return own.length === 0 ? [] : [repeated(bench, name, { origin: url }, own)]
  })
}

/** Page 1,000 beside page 1, of as many rows as the data set has for a thousand pages. */
export async function deepMeasure(bench: Bench, subjects: readonly Subject[]): Promise<Measure> {
  const sides: Side[] = []
  let limit = 1
  for (const subject of subjects) {
    const matching = await totalOf(subject)
    limit = Math.max(1, Math.min(50, Math.floor((matching - 1) / DEEP)))
    const page = (more: string) => [get(`/v1/items?${FILTER}&limit=${limit}${more}`, subject.list.keys.office)]
    const cursor = await cursorAfter(subject, (DEEP - 1) * limit)
    sides.push(repeated(bench, subject.name, subject.service, page(`&cursor=${encodeURIComponent(cursor)}`)))
    if (subjects.length === 1) sides.push(repeated(bench, 'page 1', subject.service, page('')))
  }
  const target = { text: '1.2 × the time of page 1 at most', atLeast: 1 / 1.2 }
  const name = `page 1,000 of a filtered list (${limit} a page)`
  return { name, unit: 'requests', sides, ...(subjects.length === 1 ? { target } : {}) }
}

async function totalOf(subject: Subject): Promise<number> {
  return ((await ask(subject, `/v1/items?${FILTER}&limit=1&count=true`)) as { total: number }).total
}

/** The cursor behind so many rows; a cursor knows nothing of the size of a page. */
async function cursorAfter(subject: Subject, rows: number): Promise<string> {
  let cursor = ''
  for (let left = rows; left > 0; left -= WALK) {
    const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await ask(subject, `/v1/items?${FILTER}&limit=${Math.min(left, WALK)}${more}`)
    cursor = (page as { nextCursor: string }).nextCursor
  }
  return cursor
}

async function ask({ service, list: { keys } }: Subject, path: string): Promise<unknown> {
  const response = await fetch(service.origin + path, { headers: authorized(keys.office) })
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
  return response.json()
}

const OVERDUE = '/v1/reports/overdue'
const AS_LONG = { text: '1.3 × the time of the SQL alone at most', atLeast: 1 / 1.3 }

/** The overdue report, one request at a time, beside its statements alone, one at a time as well. */
export async function overdueMeasures(
  bench: Bench,
  subjects: readonly Subject[],
  recorder: Recorder | undefined,
): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const [name, path] of [
    ['overdue report, whole', `${OVERDUE}?limit=50`],
    ['overdue report, by unit', `${OVERDUE}?groupBy=unit`],
  ] as const) {
    const sides = subjects.map((subject) =>
      repeated(bench, subject.name, subject.service, [get(path, subject.list.keys.supervisor)], 1),
    )
    const [first] = subjects
    if (recorder !== undefined && first !== undefined) {
      const headers = authorized(first.list.keys.supervisor)
      const { statements } = await recorder.record({ method: 'GET', url: path, headers })
      sides.push(alone(bench, first, statements))
    }
    measures.push({ name, unit: 'requests', sides, ...(recorder === undefined ? {} : { target: AS_LONG }) })
  }
  return measures
}

function alone({ options }: Bench, { url }: Subject, statements: Statement[]): Side {
  return {
    name: 'the SQL alone',
    run: () =>
      withClient(url, async (client) => {
        const started = performance.now()
        const elapsed = () => (performance.now() - started) / 1000
        let times = 0
        for (; elapsed() < options.seconds; times++) {
          for (const { text, values } of statements) await client.query(text, values)
        }
        return { perSecond: times / elapsed() }
      }),
  }
}
