import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '../db/client.js'
import type { Task } from '../deps.js'
import { areaPrefix } from '../domain/place/area.js'
import { matchesView } from './matches-view.js'

/** How far the subscriptions' reader of the ledger has come. */
export const READER = 'webhooks'
/** Events in one transaction. */
const CHUNK = 500

/** Finds out which events go to which subscriptions: each event once to each, whoever and how many do it. */
export const fanOutTask: Task = {
  name: 'fan-out',

  async due({ db }) {
    const { rows } = await db.execute<{ jurisdiction: string }>(sql`
      select r.jurisdiction_id as jurisdiction from ledger_reader r
      join ledger_head h on h.jurisdiction_id = r.jurisdiction_id and h.seq > r.seq
      where r.reader = ${READER}
        and exists (select from subscription s where s.jurisdiction_id = r.jurisdiction_id and s.active)`)
    return rows.map(({ jurisdiction }) => ({ key: jurisdiction, data: { jurisdiction } }))
  },

  async run({ db, now }, { jurisdiction }, signal) {
    let isBehind = true
    while (isBehind && !signal.aborted) {
      isBehind = await db.transaction((tx) => fanOut(tx, String(jurisdiction), now()))
    }
  },
}

interface Filter extends Record<string, unknown> {
  id: string
  types: string[]
  unit: string | null
  area: string | null
  view: string | null
  afterSeq: number
}

/**
 * Hands one chunk of the ledger to whom it concerns and moves on, in one transaction: the place and the deliveries are
 * there together or not at all. The ledger's end is read before the subscriptions: of an event that was committed after
 * a subscription, the subscription is seen. Answers whether there is more.
 */
async function fanOut(tx: Tx, jurisdiction: string, now: string): Promise<boolean> {
  const { rows } = await tx.execute<{ place: string; head: string }>(sql`
    select r.seq as place, h.seq as head from ledger_reader r
    join ledger_head h on h.jurisdiction_id = r.jurisdiction_id
    where r.jurisdiction_id = ${jurisdiction} and r.reader = ${READER} for update of r`)
  const [at] = rows
  if (at === undefined) return false
  const filters = await readFilters(tx, jurisdiction)
  if (filters.length === 0) return false
  const head = Number(at.head)
  // What lies before all of them was passed while nobody listened.
  const from = Math.max(Number(at.place), Math.min(...filters.map(({ afterSeq }) => afterSeq)))
  const to = Math.min(head, from + CHUNK)
  await insertDeliveries(tx, jurisdiction, await match(tx, jurisdiction, filters, { from, to }), now)
  await tx.execute(sql`
    update ledger_reader set seq = ${to} where jurisdiction_id = ${jurisdiction} and reader = ${READER} and seq < ${to}`)
  return to < head
}

async function readFilters(tx: Tx, jurisdiction: string): Promise<Filter[]> {
  const { rows } = await tx.execute<Filter>(sql`
    select id, types, unit_id as unit, area, view_id as view, after_seq::float8 as "afterSeq" from subscription
    where jurisdiction_id = ${jurisdiction} and active`)
  return rows.map((row) => ({ ...row, area: row.area === null ? null : areaPrefix(row.area) }))
}

interface Match extends Record<string, unknown> {
  subscription: string
  seq: string
  item: string | null
  type: string
  view: string | null
}

/**
 * A filter lets through what is known to be of its unit or area: an event of an item that concerns the unit or lies in the
 * area as it is now, and of those about no item the ones that name the unit. A view lets through what it would show.
 */
async function match(tx: Tx, jurisdiction: string, filters: readonly Filter[], chunk: Chunk) {
  const { from, to } = chunk
  const { rows } = await tx.execute<Match>(sql`
    select s.id as subscription, e.seq, e.item_id as item, e.type, s.view
    from event e
    join json_to_recordset(${JSON.stringify(filters)}::json) as s (id uuid, types json, unit uuid, area text, view uuid, "afterSeq" bigint)
      on e.seq > s."afterSeq" and exists (
        select from json_array_elements_text(s.types) t (type) where t.type in (e.type, split_part(e.type, '.', 1) || '.*'))
    left join item i on i.jurisdiction_id = e.jurisdiction_id and i.id = e.item_id
    where e.jurisdiction_id = ${jurisdiction} and e.seq > ${from} and e.seq <= ${to}
      and (s.unit is null or i.concerned_units @> array[s.unit]
        or (i.id is null and e.data::json ->> 'unit' = s.unit::text))
      and (s.area is null or i.area like s.area || '%')
    order by e.seq`)
  return withinViews(tx, jurisdiction, rows, chunk)
}

interface Chunk {
  from: number
  to: number
}

/** Leaves out what a view does not show: one question for each view, not for each event. */
async function withinViews(tx: Tx, jurisdiction: string, matches: Match[], chunk: Chunk): Promise<Match[]> {
  const views = new Set(matches.flatMap(({ view }) => (view === null ? [] : [view])))
  const shown = new Map<string, Set<string>>()
  for (const view of views) shown.set(view, await matchesView(tx, jurisdiction, view, chunk))
  return matches.filter(({ view, seq }) => view === null || shown.get(view)?.has(seq))
}

async function insertDeliveries(tx: Tx, jurisdiction: string, matches: readonly Match[], now: string): Promise<void> {
  if (matches.length === 0) return
  const json = JSON.stringify(matches.map((one) => ({ id: uuidv7(), ...one })))
  await tx.execute(sql`
    insert into webhook_delivery (jurisdiction_id, id, subscription_id, seq, item_id, type, next_attempt_at, created_at)
    select ${jurisdiction}, r.id, r.subscription, r.seq, r.item, r.type, ${now}, ${now}
    from json_to_recordset(${json}::json) as r (id uuid, subscription uuid, seq bigint, item uuid, type text)
    on conflict do nothing`)
}
