import pg from 'pg'
import type { Child } from './child.js'
import type { Cluster } from './cluster.js'
import { startMeter } from './cpu.js'
import type { Job, Report, Request } from './generator.js'
import { ASSIGNED, archiveOf, CYCLE } from './items.js'
import type { List } from './load.js'
import type { Sample, Side } from './measure.js'
import type { Options } from './options.js'
import type { Service } from './service.js'

/** A list in a database, and the build that made it: this one, or that of the other commit. */
export interface Listed {
  name: string
  root: string
  database: string
  /** Its database, as a superuser. */
  url: string
  list: List
}

/** A service with its own list. */
export interface Subject extends Listed {
  service: Service
  /** The database that its own is a copy of, as it was loaded. Nobody is connected to it. */
  loaded: string
}

/** What all measures need. */
export interface Bench {
  options: Options
  folder: string
  cluster: Cluster
  generator: Child
  /** What is to be done at the end, the last first. */
  closing: (() => Promise<unknown>)[]
}

export function authorized(key: string, more: Record<string, string> = {}): Record<string, string> {
  return { authorization: `Bearer ${key}`, ...more }
}

export function get(path: string, key: string, more: Record<string, string> = {}): Request {
  return { method: 'GET', path, headers: authorized(key, more) }
}

export function post(path: string, key: string, body: object): Request {
  const headers = authorized(key, { 'content-type': 'application/json', 'idempotency-key': 'bench-{n}' })
  return { method: 'POST', path, headers, body: JSON.stringify(body) }
}

/** What the service answers, once. */
export async function ask({ service, list: { keys } }: Subject, path: string): Promise<string> {
  const response = await fetch(service.origin + path, { headers: authorized(keys.office) })
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
  return response.text()
}

/** Lets the generator send requests to a server, and tells who used how much of the machine meanwhile. */
export async function load(
  { generator, cluster }: Bench,
  server: { pid?: number },
  job: Job,
): Promise<Report & Sample> {
  const stop = startMeter({ server: server.pid, postgres: cluster.pid, generator: generator.pid })
  const report = await generator.ask<Job, Report>(job)
  return { ...report, perSecond: report.requests / report.seconds, load: stop() }
}

/** A side that answers the same requests over and over. */
export function repeated(
  bench: Bench,
  name: string,
  server: { pid?: number; origin: string },
  requests: Request[],
  connections = bench.options.connections,
): Side {
  const { seconds } = bench.options
  const { origin } = server
  return {
    name,
    async run() {
      const { perSecond, p50, p99, load: used } = await load(bench, server, { origin, connections, requests, seconds })
      // Whose process it is, nobody has said of a peer: then a part of the picture would be taken for the whole.
      return { perSecond, p50, p99, load: server.pid === undefined ? undefined : used }
    },
  }
}

export async function withClient<R>(url: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC -c jit=off' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The codes of what waits for acceptance, by the numbers that the data set gives them. */
export function assignedCodes({ items, open }: Options): { first: number; cycles: number; width: number } {
  const archive = archiveOf(items, open)
  const first = archive + ASSIGNED.from + 1
  return { first, cycles: Math.floor((items - archive) / CYCLE), width: ASSIGNED.to - ASSIGNED.from + 1 }
}

/** The most events that may be read of a ledger: ten an item, and those about people. */
export async function headOf(url: string, jurisdiction: string): Promise<number> {
  return withClient(url, async (client) => {
    const text = 'select seq::float8 as seq from ledger_head where jurisdiction_id = $1'
    const { rows } = await client.query<{ seq: number }>(text, [jurisdiction])
    return rows[0]?.seq ?? 0
  })
}
