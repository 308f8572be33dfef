import { type Event, type Item, type OneList, ProblemError } from '../../packages/client/src/index.js'
import { BEGINNING, faultOf, type Link } from './chain.js'
import { type MirrorPosition, PlaceMoved, type Target } from './target.js'

/** The mirror must not go on: what the source says cannot be true of the ledger that was mirrored. */
export class MirrorStopped extends Error {}

export interface MirrorOptions {
  /** Stops at the head that the source has at the start, rather than follow for ever. */
  once: boolean
  signal: AbortSignal
  say: (line: string) => void
}

const PAGE = 200
const ITEMS_AT_ONCE = 8

/**
 * Keeps `target` equal to the source: every event, and every item exactly as it was after the event at the mirror's place.
 * Rows and place move in one transaction of the target, so whatever ends this, the next run goes on where it ended.
 * @throws MirrorStopped, ProblemError when the source refuses, and what `fetch` or the target's driver throws.
 */
export async function mirror(source: OneList, target: Target, options: MirrorOptions): Promise<void> {
  const { say } = options
  const jurisdiction = await readableJurisdiction(source)
  for (;;) {
    const place = await target.open()
    try {
      await requireSameLedger(source, place, jurisdiction)
      const from = place.seq > 0 ? place : await synchronise(source, target, { ...place, jurisdiction }, options)
      return await followFrom(source, target, from, options)
    } catch (err) {
      if (!(err instanceof PlaceMoved)) throw err
      say(`${err.message}; going on from there`)
    }
  }
}

/** The chain can only be checked, and the list is only complete, for who may see all of it. */
async function readableJurisdiction(source: OneList): Promise<string> {
  const { role, area, jurisdiction } = await source.get('/v1/me')
  const seesAll = ['office', 'supervisor', 'auditor'].includes(role) && area === null
  if (seesAll) return jurisdiction.id
  const limited = area === null ? '' : ` limited to area ${area}`
  throw new MirrorStopped(
    `The key is of a ${role}${limited}: a mirror needs office, auditor, or supervisor of the whole.`,
  )
}

/** The event at the mirror's place is what it was. Otherwise the source was restored, or is another one. */
async function requireSameLedger(source: OneList, place: MirrorPosition, jurisdiction: string): Promise<void> {
  if (place.seq === 0) return
  if (place.jurisdiction !== jurisdiction) {
    throw new MirrorStopped(`The mirror is of ${place.jurisdiction}, the key of ${jurisdiction}.`)
  }
  const { data } = await source
    .get('/v1/events', { params: { query: { after: String(place.seq - 1), limit: 1 } } })
    .catch(notBeyondHead)
  if (data[0]?.hash === place.hash) return
  throw new MirrorStopped(
    data[0] === undefined
      ? WENT_BACK
      : `Event ${place.seq} of the source is not the one that was mirrored: the ledger was rewritten, restored and continued, or is another.`,
  )
}

const WENT_BACK =
  'The source’s ledger ends before the mirror’s place: it was restored from a backup, or is another. Mirror into a new database.'

function notBeyondHead(err: unknown): never {
  const isBeyond = err instanceof ProblemError && err.errors.some(({ pointer }) => pointer === '/query/after')
  throw isBeyond ? new MirrorStopped(WENT_BACK) : err
}

/** First synchronisation, in one transaction: the ledger up to its present head, and every item as of that event. */
async function synchronise(
  source: OneList,
  target: Target,
  place: MirrorPosition,
  { say, signal }: MirrorOptions,
): Promise<MirrorPosition> {
  return target.move(place, async () => {
    const head = await source.get('/v1/ledger', { signal })
    let last: Link = BEGINNING
    const query = { limit: PAGE }
    for await (const { data } of source.pages('/v1/events', { params: { query }, signal })) {
      const events = data.filter(({ seq }) => seq <= head.seq)
      last = linked(events, last)
      await target.addEvents(events)
      if (last.seq === head.seq) break
    }
    if (last.hash !== head.hash) throw new MirrorStopped(`The ledger’s head is not its event ${head.seq}.`)
    await putAllItems(source, target, head.seq, signal)
    const faults = await target.countFaults()
    if (faults > 0) throw new MirrorStopped(`${faults} items are not what the ledger says at seq ${head.seq}.`)
    say(`synchronised at seq ${head.seq}`)
    return { ...place, ...head }
  })
}

/** Every item exactly as it was after an event. */
async function putAllItems(source: OneList, target: Target, seq: number, signal: AbortSignal): Promise<void> {
  const query = { limit: PAGE, asOf: `seq:${seq}`, sort: 'reportedAt' as const }
  for await (const { data } of source.pages('/v1/items', { params: { query }, signal })) await target.putItems(data)
}

async function followFrom(
  source: OneList,
  target: Target,
  start: MirrorPosition,
  options: MirrorOptions,
): Promise<void> {
  const { once, signal, say } = options
  const end = once ? (await source.get('/v1/ledger')).seq : Infinity
  let place = start
  if (place.seq >= end) return
  try {
    for await (const { data } of source.feed(place.seq, { waitS: once ? 0 : 30, limit: PAGE, signal })) {
      if (data.length > 0) place = await apply(source, target, place, data, signal)
      if (data.length > 0) say(`at seq ${place.seq}`)
      if (place.seq >= end) return
    }
  } catch (err) {
    notBeyondHead(err)
  }
}

/** Events and what they made of their items, fetched first; then all of it and the place in one transaction. */
async function apply(
  source: OneList,
  target: Target,
  place: MirrorPosition,
  events: readonly Event[],
  signal: AbortSignal,
): Promise<MirrorPosition> {
  const last = linked(events, place)
  const versions = new Map<string, number>()
  for (const { itemId, itemVersion } of events) {
    if (itemId !== null && itemVersion !== null) versions.set(itemId, itemVersion)
  }
  const changed = events.filter(({ type }) => type === 'person.changed')
  const people = changed.flatMap(({ data }) => (data === null ? [] : [String(data.id)]))
  // To an office's key the service does not say who was changed, and any item may name them.
  const isAnybody = people.length < changed.length
  const ids = new Set([...versions.keys(), ...(await target.itemsNaming(people))])
  const items = await eachOf([...ids], async (id) => {
    const query = { asOf: `seq:${last.seq}` }
    const item = await source.get('/v1/items/{id}', { params: { path: { id }, query }, signal })
    const version = versions.get(id)
    if (version === undefined || version === item.version) return item
    throw new MirrorStopped(`Item ${item.code} is at version ${item.version} as of seq ${last.seq}, not ${version}.`)
  })
  return target.move(place, async () => {
    await target.addEvents(events)
    await target.putItems(items)
    if (isAnybody) await putAllItems(source, target, last.seq, signal)
    return { ...place, ...last }
  })
}

/** The last of the events, each of which follows from the one before it. */
function linked(events: readonly Event[], after: Link): Link {
  return events.reduce((last, event) => {
    const fault = faultOf(event, last)
    if (fault !== undefined) throw new MirrorStopped(`The chain is broken: ${fault}.`)
    return { seq: event.seq, hash: event.hash }
  }, after)
}

/** Several at once, in order. */
async function eachOf(ids: readonly string[], read: (id: string) => Promise<Item>): Promise<Item[]> {
  const items: Item[] = []
  for (let k = 0; k < ids.length; k += ITEMS_AT_ONCE) {
    items.push(...(await Promise.all(ids.slice(k, k + ITEMS_AT_ONCE).map(read))))
  }
  return items
}
