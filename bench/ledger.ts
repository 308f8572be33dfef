import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { canonicalJson } from '../src/ledger/chain.js'
import { type Bench, load, post, type Subject, withClient } from './context.js'
import { startMeter } from './cpu.js'
import type { Measure, Sample, Side } from './measure.js'
import { startWorkerProcess } from './service.js'

const HASHED = 20_000

/** The verification of the whole ledger, beside SHA-256 over the bytes of its events. */
export function verifyMeasure(bench: Bench, subjects: readonly Subject[], isLimited: boolean): Measure {
  const sides = subjects.map((subject) => verifying(bench, subject))
  const [first] = subjects
  const name = 'verification of the events'
  if (!isLimited || first === undefined) return { name, unit: 'events', sides, rounds: 3 }
  const target = { text: '0.3 × SHA-256 alone', atLeast: 0.3 }
  return { name, unit: 'events', sides: [...sides, hashing(first)], target, rounds: 3 }
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

interface Hashed {
  salt: Buffer
  data: string
  previous: Buffer
  header: string
  hash: Buffer
}

/** The two hashes of each of the first events, their bytes being in memory already. */
function hashing({ url }: Subject): Side {
  let events: Hashed[] | undefined
  return {
    name: 'SHA-256',
    async run() {
      events ??= await withClient(url, firstEvents)
      const started = performance.now()
      for (const { salt, data, previous, header, hash } of events) {
        createHash('sha256').update(salt).update(data).digest()
        const own = createHash('sha256').update(previous).update(header).digest()
        if (!own.equals(hash)) throw new Error('the bytes are not those of the chain')
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
    return { salt: row.salt, data: row.data, previous: row.previous_hash, header, hash: row.hash }
  })
}

/** The due items of a list that no worker has looked at yet, each round on a fresh copy. */
export function sweepMeasure(bench: Bench, subjects: readonly Subject[]): Measure {
  const sides = subjects.map((subject): Side => ({ name: subject.name, run: (round) => sweep(bench, subject, round) }))
  return { name: 'due items swept', unit: 'items', sides, rounds: 3, note: 'against nothing: the worker’s own rate' }
}

async function sweep({ cluster, folder, generator }: Bench, subject: Subject, round: number): Promise<Sample> {
  const database = `${subject.loaded}_sweep_${round}`
  await cluster.copy(subject.loaded, database)
  const url = cluster.urlOf(database)
  try {
    return await withClient(url, async (client) => {
      const worker = startWorkerProcess({ root: subject.root, databaseUrl: url, folder, poolSize: 10 })
      try {
        const head = await headNow(client)
        while ((await headNow(client)) === head) await delay(5)
        const stop = startMeter({ server: worker.pid, postgres: cluster.pid, generator: generator.pid })
        const started = performance.now()
        while (!(await isSwept(client))) await delay(20)
        const seconds = (performance.now() - started) / 1000
        const used = stop()
        const { rows } = await client.query<{ count: number }>(
          'select count(*)::int as count from item where escalation is not null',
        )
        return { perSecond: (rows[0]?.count ?? 0) / seconds, load: used }
      } finally {
        await worker.stop()
      }
    })
  } finally {
    await cluster.drop(database)
  }
}

async function headNow(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ seq: string }>('select seq from ledger_head')
  return rows[0]?.seq ?? '0'
}

async function isSwept(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ done: boolean }>(
    `select swept_at is not null and not behind as done from sweep where chore = 'ladder'`,
  )
  return rows[0]?.done === true
}
