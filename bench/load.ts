import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Item } from '../src/domain/item.js'
import type { Actor } from '../src/domain/permissions.js'
import { archiveOf, DAY_MS, EVENTS_AN_ITEM, eventOf, importOf, NOW, SPAN_DAYS, stateOf } from './items.js'
import { log } from './log.js'
import type { Source } from './source.js'

const CHUNK = 500
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

/** Makes a list of `items` in an empty database, through the writer of the ledger: what it has is what its events say. */
export async function loadList(source: Source, url: string, items: number, open: number): Promise<List> {
  await source.migrate(url)
  log('migrated')
  const pool = source.createPool({ url, max: 4, serviceRole: false, onError: () => {} })
  const db = source.createDb(pool)
  const start = new Date(Date.parse(NOW) - (SPAN_DAYS + 1) * DAY_MS).toISOString()
  const { keys, ...people } = await db.transaction((tx) => makePeople(source, tx, start))
  const chunks = Math.ceil(items / CHUNK)
  for (let chunk = 0; chunk < chunks; chunk++) {
    const size = Math.min(CHUNK, items - chunk * CHUNK)
    await loadChunk(source, db, { ...people, chunk, chunks, size, archive: archiveOf(items, open) })
    if (chunk % 20 === 19) log(`loaded ${(chunk + 1) * CHUNK} items`)
  }
  await pool.query('vacuum analyze')
  await pool.end()
  return { jurisdiction: HOME.id, keys }
}

type Db = ReturnType<Source['createDb']>
type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

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

interface Chunk {
  system: Actor
  verifier: Actor
  units: readonly string[]
  chunk: number
  chunks: number
  size: number
  archive: number
}

/** Items that come in one import, and everything that happens to them, one event each at a time; written at once. */
async function loadChunk(source: Source, db: Db, { system, verifier, units, chunk, chunks, size, archive }: Chunk) {
  const stepMs = (SPAN_DAYS * DAY_MS) / chunks
  const at = (j: number) => {
    const passed = (chunk + j / EVENTS_AN_ITEM) * stepMs
    return new Date(Date.parse(NOW) - SPAN_DAYS * DAY_MS + Math.floor(passed)).toISOString()
  }
  const from = chunk * CHUNK
  await db.transaction(async (tx) => {
    const codes = await source.nextCodes(tx, HOME.id, YEAR, size)
    const events: Change['event'][] = []
    let items = codes.map((code, n): Item => {
      const event = { type: 'item.imported', data: importOf(from + n, stateOf(from + n, archive), at(0)) } as const
      const identity = { jurisdiction: HOME.id, id: idOf(from + n, at(0)), code }
      const item = source.begin(identity, source.happened(event, system, at(0)))
      events.push(source.prepared(item, event, system, at(0)))
      return item
    })
    const past: string[] = []
    for (let j = 1; j < EVENTS_AN_ITEM; j++) {
      past.push(...items.map((item) => pastRowOf(source, item, at(j))))
      items = items.map((item, n) => {
        const state = stateOf(from + n, archive)
        const unit = units[state === 'assigned' ? 0 : (from + n) % UNITS] ?? ''
        const event = eventOf(from + n, state, j, unit)
        const changed = source.evolved(item, event, VERIFIED.has(event.type) ? verifier : system, at(j))
        events.push(changed.event)
        return changed.item
      })
    }
    const rows = `[${items.map(source.rowOf).join(',')}]`
    await tx.execute(source.insertItems(sql`json_populate_recordset(null::item, ${rows}::json)`))
    await tx.execute(
      sql`insert into item_past select * from json_populate_recordset(null::item_past, ${`[${past.join(',')}]`}::json)`,
    )
    await tx.execute(source.appendEvents(HOME.id, events))
  })
}

type Change = ReturnType<Source['evolved']>

/** A version 7 UUID of the item's own, the same in every run. */
function idOf(k: number, at: string): string {
  const random = createHash('sha256').update(String(k)).digest().subarray(0, 16)
  return uuidv7({ msecs: Date.parse(at), seq: k, random })
}

/** A past state, with what PostgreSQL computes of a present one. */
function pastRowOf(source: Source, item: Item, validTo: string): string {
  const { assignment, supervision } = item
  const computed = {
    responsible_unit: assignment?.responsibleUnit ?? null,
    lead_official: assignment?.leadOfficial.name ?? null,
    supervision_tier: supervision?.tier ?? null,
  }
  return `${source.rowOf(item).slice(0, -1)},${JSON.stringify({ ...computed, valid_to: validTo }).slice(1)}`
}
