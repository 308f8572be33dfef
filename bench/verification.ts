import { hash as digest } from 'node:crypto'
import type pg from 'pg'
import { canonicalJson } from '../src/ledger/chain.js'
import { type Bench, load, post, type Subject, withClient } from './context.js'
import { countOf } from './items.js'
import type { Measure, Side } from './measure.js'
import type { Options } from './options.js'

const HASHED = 20_000
const ROUNDS = 3

export function verifyName({ dueItems, largeItems, open }: Options): string {
  const { events } = countOf({ due: dueItems, items: largeItems, open })
  return `verification of ${events.toLocaleString('en')} events`
}

/** The verification of the whole ledger, beside SHA-256 over the bytes of its events. */
export function verifyMeasure(bench: Bench, subjects: readonly Subject[], isLimited: boolean): Measure {
  const sides = subjects.map((subject) => verifying(bench, subject))
  const [first] = subjects
  const measure = { name: verifyName(bench.options), unit: 'events', rounds: ROUNDS }
  if (!isLimited || first === undefined) return { ...measure, sides }
  const target = { text: '0.3 × SHA-256 alone', atLeast: 0.3 }
  return { ...measure, sides: [...sides, hashing(first)], target }
}

function verifying(bench: Bench, { name, service, list }: Subject): Side {
  return {
    name,
    async run() {
      const requests = [post('/v1/ledger/verification', list.keys.auditor, {})]
      const job = { origin: service.origin, connections: 1, requests }
      const { seconds, answer, load: used } = await load(bench, service, job)
      const { ok, checked } = JSON.parse(answer) as { ok: boolean; checked: number }
      if (!ok) throw new Error(`the ledger is not what it was: ${answer}`)
      return { perSecond: checked / seconds, load: used }
    },
  }
}

/** What an event's two hashes are made of, each in one piece. */
interface Hashed {
  data: Buffer
  header: Buffer
  hash: Buffer
}

/** The two hashes of each of the first events, their bytes being in memory already; by Node's fastest way to a hash. */
function hashing({ url }: Subject): Side {
  let events: Hashed[] | undefined
  return {
    name: 'SHA-256',
    async run() {
      events ??= await withClient(url, firstEvents)
      const started = performance.now()
      for (const { data, header, hash } of events) {
        digest('sha256', data, 'buffer')
        if (!digest('sha256', header, 'buffer').equals(hash)) throw new Error('the bytes are not those of the chain')
      }
      return { perSecond: (events.length / (performance.now() - started)) * 1000 }
    },
  }
}

async function firstEvents(client: pg.Client): Promise<Hashed[]> {
  const { rows } = await client.query(`
    select e.*, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as instant
    from event e order by e.seq limit ${HASHED}`)
  return rows.map((row) => {
    const actor = { id: row.actor_id, role: row.actor_role }
    const about = { itemId: row.item_id, itemCode: row.item_code, itemVersion: row.item_version }
    const chained = { jurisdiction: row.jurisdiction_id, seq: Number(row.seq), ...about, type: row.type }
    const header = canonicalJson({ ...chained, at: row.instant, actor, dataHash: row.data_hash.toString('hex') })
    const bytes = (first: Buffer, text: string) => Buffer.concat([first, Buffer.from(text)])
    return { data: bytes(row.salt, row.data), header: bytes(row.previous_hash, header), hash: row.hash }
  })
}
