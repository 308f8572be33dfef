import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assignedCodes, authorized, type Bench, load, post, repeated, type Subject, withClient } from './context.js'
import type { Request } from './generator.js'
import { type Replacements, withValues } from './literal.js'
import type { Measure, Side } from './measure.js'
import { hasPgbench, pgbench } from './pgbench.js'
import type { Recorder, Statement } from './record.js'

export const WRITE_NAMES = ['file an item', 'accept an assignment'] as const
const HALF = { text: '0.50 × pgbench with the same statements', atLeast: 0.5 }
const NO_PGBENCH = 'pgbench is not installed: no limit'
/** A number that no other transaction of the run has, and an id made of it. */
const UNIQUE = '\\set r random(1, 4000000000000000000)\n'
const NEW_ID = 'md5((:r)::text)::uuid::text'
const YEAR = '2026'

/** Filings look for what lies near: at one place they would soon find nothing but one another. */
const PLACES = 100
const METRES = 900_800
const ROADS = { first: 300, count: 40 }
const LON = 116.9

/** On the list’s roads, so that the planner knows them, where no other item lies. */
function filingAt(place: number) {
  return {
    title: '临水弯道无护栏',
    description: '弯道外侧临水,无护栏,夜间易坠车。',
    ...{ area: '341225', category: 'roadside_protection', risk: 'road', direction: 'up' },
    road: `S${ROADS.first + (place % ROADS.count)}`,
    startChainageM: METRES + place * 1_000,
    location: { lon: LON + place / 100, lat: 33.6 },
  }
}

export const FILINGS = Array.from({ length: PLACES }, (_, place) => filingAt(place))
const A_PLACE = `\\set place random(0, ${PLACES - 1})\n`

/** What of the recorded filing at the first place says where it is, and where it was looked around, at any place. */
function placesOf(statements: readonly Statement[]): [string, string][] {
  const numbers = new Set(statements.flatMap(({ values }) => values.filter((value) => typeof value === 'number')))
  const within = (least: number, most: number) => [...numbers].filter((value) => value >= least && value <= most)
  const metres = new Set([METRES, ...within(METRES - 500, METRES + 500)])
  const lons = new Set([LON, ...within(LON - 0.1, LON + 0.1)])
  if (metres.size < 3 || lons.size < 3) throw new Error('the recorded filing does not look around its place')
  // The longest first: what one begins with, another may be.
  const byLength = (values: Set<number>) => [...values].map(String).sort((a, b) => b.length - a.length)
  return [
    [`S${ROADS.first}`, `'S' || (${ROADS.first} + :place % ${ROADS.count})::text`],
    ...byLength(metres).map((value): [string, string] => [value, `(${value} + :place * 1000)::text`]),
    ...byLength(lons).map((value): [string, string] => [value, `(${value} + :place * 0.01)::text`]),
  ]
}

/** A database to which pgbench sends what the service sends to its own. */
export interface Limit {
  url: string
  recorder: Recorder
}

/** Filing and accepting, beside the same statements by pgbench. */
export async function writeMeasures(bench: Bench, subjects: readonly Subject[], limit: Limit | undefined) {
  const filing = subjects.map(({ name, service, list }) =>
    repeated(
      bench,
      name,
      service,
      FILINGS.map((filed) => post('/v1/items', list.keys.inspector, filed)),
    ),
  )
  const accepting = subjects.map((subject) => acceptingSide(bench, subject))
  const measures: Measure[] = [
    { name: WRITE_NAMES[0], unit: 'requests', sides: filing },
    { name: WRITE_NAMES[1], unit: 'requests', sides: accepting },
  ]
  const [first] = subjects
  if (limit === undefined || first === undefined) return measures
  if (!hasPgbench()) return measures.map((measure) => ({ ...measure, note: NO_PGBENCH }))
  const scripts = [await filingScript(limit, first), await acceptingScript(bench, limit, first)]
  return Promise.all(
    measures.map(async (measure, k) => {
      const file = join(bench.folder, `limit-${k}.sql`)
      await writeFile(file, scripts[k] ?? '')
      const side: Side = {
        name: 'pgbench',
        run: () => pgbench(bench, limit.url, { file, protocol: 'prepared', connections: bench.options.connections }),
      }
      return { ...measure, sides: [...measure.sides, side], target: HALF }
    }),
  )
}

/** Each round takes its share of what waits for acceptance. */
function acceptingSide(bench: Bench, { name, service, list }: Subject): Side {
  const { rounds, connections, seconds } = bench.options
  const codes = codesOf(bench)
  const share = Math.floor(codes.length / rounds)
  return {
    name,
    async run(round) {
      const requests: Request[] = codes
        .slice(round * share, (round + 1) * share)
        .map((code) => post(`/v1/items/${code}/acceptance`, list.keys.unit, {}))
      const job = { origin: service.origin, connections, requests, seconds, once: true }
      const { perSecond, p50, p99, load: used } = await load(bench, service, job)
      return { perSecond, p50, p99, load: used }
    },
  }
}

/** The last of them is kept for the recording. */
function codesOf({ options }: Bench): string[] {
  const { first, cycles, width } = assignedCodes(options)
  const codes = Array.from({ length: cycles * width }, (_, k) => {
    const n = first + Math.floor(k / width) * 20 + (k % width)
    return codeOf(n)
  })
  return codes.slice(0, -1)
}

function codeOf(n: number): string {
  return `${YEAR}-${String(n).padStart(6, '0')}`
}

async function filingScript({ url, recorder }: Limit, { list }: Subject): Promise<string> {
  const headers = writeHeaders(list.keys.inspector)
  const { statements, body } = await recorder.record({
    ...{ method: 'POST', url: '/v1/items', headers, payload: JSON.stringify(FILINGS[0]) },
  })
  const { id, code } = JSON.parse(body) as { id: string; code: string }
  const replacements = new Map([
    [id, NEW_ID],
    [code, `'${YEAR}-' || lpad((:c_last)::text, 6, '0')`],
    [headers['idempotency-key'], `'key-' || (:r)::text`],
    ...placesOf(statements),
  ])
  return script(url, UNIQUE + A_PLACE, statements, replacements, { contains: 'item_counter', prefix: 'c_' })
}

async function acceptingScript(bench: Bench, { url, recorder }: Limit, { list }: Subject): Promise<string> {
  const code = codesOf(bench).at(-1) ?? ''
  const headers = writeHeaders(list.keys.unit)
  const { statements, body } = await recorder.record({
    ...{ method: 'POST', url: `/v1/items/${code}/acceptance`, headers, payload: '{}' },
  })
  const { id, version, externalId } = JSON.parse(body) as { id: string; version: number; externalId: string }
  const { first, cycles, width } = assignedCodes(bench.options)
  const numbers = `\\set m random(0, ${cycles - 1})\n\\set w random(0, ${width - 1})\n\\set n :m * 20 + :w + ${first}\n`
  const next = '((:p_version)::int + 1)::text'
  const replacements = new Map([
    [id, '(:p_id)::text'],
    [`"${externalId}"`, `'"' || (:p_external_id)::text || '"'`],
    [code, `'${YEAR}-' || lpad((:n)::text, 6, '0')`],
    [`ersion":${version},`, `'ersion"' || chr(58) || ${next} || ','`],
    [`ersion\\":${version}`, `'ersion\\"' || chr(58) || ${next}`],
    [headers['idempotency-key'], `'key-' || (:r)::text`],
  ])
  return script(url, UNIQUE + numbers, statements, replacements, { contains: 'for no key update', prefix: 'p_' })
}

function writeHeaders(key: string) {
  return { ...authorized(key, { 'content-type': 'application/json' }), 'idempotency-key': 'the-recorded-request' }
}

/** The transaction of a recorded request as pgbench runs it; what one statement answers is used by those after it. */
async function script(
  url: string,
  variables: string,
  statements: Statement[],
  replacements: Replacements,
  kept: { contains: string; prefix: string },
): Promise<string> {
  const transaction = transactionOf(statements)
  if (!transaction.some(({ text }) => text.includes(kept.contains))) {
    throw new Error(`no statement of the recorded request has «${kept.contains}», of which later ones take values`)
  }
  const parts = await withClient(url, async (client) => {
    const texts: string[] = []
    for (const statement of transaction) {
      const text = await withValues(client, statement, replacements)
      texts.push(statement.text.includes(kept.contains) ? `${text} \\gset ${kept.prefix}` : `${text};`)
    }
    return texts
  })
  return `${variables}${parts.join('\n')}\n`
}

/** From its `begin` to its `commit`; where there is neither, each statement is one by itself. */
export function transactionOf(statements: readonly Statement[]): Statement[] {
  const begin = statements.findIndex(({ text }) => /^\s*(begin|start transaction)\b/i.test(text))
  const commit = statements.findIndex(({ text }) => /^\s*(commit|end)\b/i.test(text))
  if (begin < 0 !== commit < 0 || commit < begin) throw new Error('the recorded transaction is not whole')
  return begin < 0 ? [...statements] : statements.slice(begin, commit + 1)
}
