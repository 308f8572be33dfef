import { createHash } from 'node:crypto'
import type pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { Actor } from '../src/domain/access/permissions.js'
import type { Item } from '../src/domain/item/item.js'
import type { PreparedEvent } from '../src/ledger/chain.js'
import { type Copy, dropIndexes, openCopy, runAll } from './bulk.js'
import {
  countOf,
  DAY_MS,
  type DataSet,
  EVENTS_AN_ITEM,
  eventOf,
  importOf,
  NOW,
  SPAN_DAYS,
  type State,
  stateOf,
} from './items.js'
import { log } from './log.js'
import { EVENT_COLUMNS, eventLineOf, type ItemLines, itemLinesOf, type Link } from './rows.js'
import type { Source } from './source.js'

const CHUNK = 100
const UNITS = 15
const YEAR = Number(NOW.slice(0, 4))
const VERIFIED = new Set<string>(['item.closed', 'item.rechecked'])
const HOME = { id: 'fuyang', name: '阜阳市道路交通安全委员会', timeZone: 'Asia/Shanghai', area: '341200' }
const ROLES = ['admin', 'office', 'inspector', 'unit', 'supervisor', 'auditor'] as const

/** The loaded list, and one key for each role; the unit's is of the unit that has what waits for acceptance. */
export interface List {
  jurisdiction: string
  keys: Record<(typeof ROLES)[number], string>
}

const TABLES = ['event', 'item_past', 'item']

/**
 * Makes a list in an empty database: what it has is what its events say, and all of it as the service would have left it,
 * by the build's own rules and hashes. Only the way into the tables is another: the ledger's writer takes some 5,000 events a second.
 */
export async function loadList(source: Source, url: string, set: DataSet): Promise<List> {
  await source.migrate(url)
  log('migrated')
  const pool = source.createPool({ url, max: 2, serviceRole: false, onError: () => {} })
  const start = new Date(Date.parse(NOW) - (SPAN_DAYS + 1) * DAY_MS).toISOString()
  const { items } = countOf(set)
  const { keys, codes, ...people } = await source.createDb(pool).transaction(async (tx) => {
    const made = await makePeople(source, tx, start)
    return { ...made, codes: await source.nextCodes(tx, HOME.id, YEAR, items) }
  })
  const indexes = await dropIndexes(url, TABLES)
  await writeHistory(source, url, { ...people, set, codes, head: await headOf(pool) })
  log('making the indexes')
  await runAll(url, indexes)
  await closeBlocks(pool)
  log('vacuuming')
  await runAll(url, [...TABLES.map((table) => `vacuum analyze ${table}`), 'vacuum analyze'])
  await pool.end()
  return { jurisdiction: HOME.id, keys }
}

type Tx = Parameters<Parameters<ReturnType<Source['createDb']>['transaction']>[0]>[0]

async function makePeople(source: Source, tx: Tx, at: string) {
  const system = await source.createJurisdiction(tx, HOME, at)
  const units: string[] = []
  for (let k = 0; k < UNITS; k++) {
    const { id, event } = await source.createUnit(tx, system, { name: `单位 ${k}`, kind: 'bureau', area: '341200' }, at)
    await tx.execute(source.appendEvents(HOME.id, [event]))
    units.push(id)
  }
  // Nobody strikes off what they have applied for themselves.
  const person = { name: '核查员', role: 'inspector', unit: null, area: null } as const
  const { id, event } = await source.createPerson(tx, system, person, at)
  await tx.execute(source.appendEvents(HOME.id, [event]))
  const verifier: Actor = { ...system, ...person, id }
  const keys: Record<string, string> = {}
  for (const role of ROLES) keys[role] = await makeKey(source, tx, system, role, units[0] ?? '', at)
  return { system, verifier, units, keys: keys as List['keys'] }
}

function makeKey(source: Source, tx: Tx, system: Actor, role: (typeof ROLES)[number], unit: string, at: string) {
  const created = { name: role, role, unit: role === 'unit' ? unit : null, area: null }
  return source.createPersonWithKey(tx, system, created, 'bench', at)
}

interface Work {
  system: Actor
  verifier: Actor
  units: readonly string[]
  set: DataSet
  codes: readonly string[]
  head: Link
}

/** Chunk after chunk, while PostgreSQL takes what was written before. */
async function writeHistory(source: Source, url: string, work: Work): Promise<void> {
  const lines = itemLinesOf(source.item)
  const [event, past, item] = await Promise.all([
    openCopy(url, 'event', EVENT_COLUMNS, true),
    openCopy(url, 'item_past', lines.past),
    openCopy(url, 'item', lines.present),
  ])
  let { head } = work
  const append = async (events: readonly PreparedEvent[]) => {
    const written = events.map((one) => {
      head = linkAfter(source, head, one)
      return eventLineOf(HOME.id, one, head)
    })
    await event.write(written.join(''))
  }
  const chunks = Math.ceil(work.codes.length / CHUNK)
  for (let chunk = 0; chunk < chunks; chunk++) {
    await writeChunk(source, work, { chunk, chunks }, { lines, past, item, append })
    if (chunk % 200 === 199) log(`loaded ${(chunk + 1) * CHUNK} items`)
  }
  await Promise.all([event, past, item].map((copy) => copy.end()))
  await runAll(url, [
    `update ledger_head set seq = ${head.seq}, previous_hash = '\\x${head.previous.toString('hex')}',
       hash = '\\x${head.hash.toString('hex')}' where jurisdiction_id = '${HOME.id}'`,
  ])
}

/** The same hash that `append_events` makes, which only then knows the seq. */
function linkAfter(source: Source, { seq, hash }: Link, { prefix, suffix }: PreparedEvent): Link {
  return { seq: seq + 1, previous: hash, hash: source.sha256(hash, prefix + (seq + 1) + suffix) }
}

interface Into {
  lines: ItemLines
  past: Copy
  item: Copy
  append(events: readonly PreparedEvent[]): Promise<void>
}

/** Where an item stands in the middle of its history. */
interface Entry {
  k: number
  state: State
  item: Item
  cells: string[]
}

/** Items that come in one import, and everything that happens to them, one event each at a time. */
async function writeChunk(
  source: Source,
  { system, verifier, units, set, codes }: Work,
  { chunk, chunks }: { chunk: number; chunks: number },
  { lines, past, item, append }: Into,
): Promise<void> {
  const from = chunk * CHUNK
  const times = Array.from({ length: EVENTS_AN_ITEM }, (_, j) => timeOf((chunk + j / EVENTS_AN_ITEM) / chunks))
  const [begins = ''] = times
  const first: PreparedEvent[] = []
  const entries = codes.slice(from, from + CHUNK).map((code, n): Entry => {
    const [k, state] = [from + n, stateOf(from + n, set)]
    const event = { type: 'item.imported', data: importOf(k, state, begins) } as const
    const begun = source.begin(
      { jurisdiction: HOME.id, id: idOf(k, begins), code },
      source.happened(event, system, begins),
    )
    first.push(source.prepared(begun, event, system, begins))
    return { k, state, item: begun, cells: lines.cellsOf(begun) }
  })
  await append(first)
  const changing = entries.filter(({ state }) => state !== 'due')
  for (const [j, at] of times.entries()) {
    if (j === 0 || changing.length === 0) continue
    await past.write(changing.map((entry) => lines.pastOf(entry.item, entry.cells, at)).join(''))
    const events = changing.map((entry) => {
      const { k, state } = entry
      const event = eventOf(k, state, j, units[state === 'assigned' ? 0 : k % UNITS] ?? '')
      const changed = source.evolved(entry.item, event, VERIFIED.has(event.type) ? verifier : system, at)
      entry.cells = lines.cellsOf(changed.item, entry)
      entry.item = changed.item
      return changed.event
    })
    await append(events)
  }
  await item.write(entries.map(({ cells }) => lines.presentOf(cells)).join(''))
}

/** The time when so much of the list's span has passed. */
function timeOf(share: number): string {
  return new Date(Date.parse(NOW) - SPAN_DAYS * DAY_MS + Math.floor(share * SPAN_DAYS * DAY_MS)).toISOString()
}

async function headOf(pool: pg.Pool): Promise<Link> {
  const { rows } = await pool.query<{ seq: string; previous: Buffer; hash: Buffer }>(
    'select seq, previous_hash as previous, hash from ledger_head where jurisdiction_id = $1',
    [HOME.id],
  )
  const [head] = rows
  if (head === undefined) throw new Error('the list has no ledger')
  return { ...head, seq: Number(head.seq) }
}

/** What `append_events` does whenever a block is full. */
async function closeBlocks(pool: pg.Pool): Promise<void> {
  await pool.query('select close_event_blocks(jurisdiction_id, seq) from ledger_head')
}

/** A version 7 UUID of the item's own, the same in every run. */
function idOf(k: number, at: string): string {
  const random = createHash('sha256').update(String(k)).digest().subarray(0, 16)
  return uuidv7({ msecs: Date.parse(at), seq: k, random })
}
