import type { PlacedEvent } from './history.js'

/** What is kept of a ledger's end: so many events, or as many as fit in so many bytes. */
const MAX_EVENTS = 1_000
const MAX_BYTES = 4 * 1_048_576

/** An event as it goes on the wire, the same bytes for all who are told it. */
export interface Framed extends PlacedEvent {
  frame: Buffer
  /** Without its data, for who may not read them; null for an event that is about an item. */
  withheldFrame: Buffer | null
}

/** The last events of a ledger, in order and without gaps, for those who have seen nearly all of it. */
export interface Tail {
  /** The seq up to which it goes. */
  last: number
  kept: Framed[]
  bytes: number
}

/** The tail of a ledger of which nothing is kept yet. */
export function createTail(head: number): Tail {
  return { last: head, kept: [], bytes: 0 }
}

/** Appends the event that follows; the oldest go. */
export function keep(tail: Tail, event: Framed): void {
  const { kept } = tail
  // Of an item that has been moved out of an area, its earlier events are not shown there any more either, as in the feed.
  if (event.itemId !== null) for (const earlier of kept) if (earlier.itemId === event.itemId) earlier.area = event.area
  kept.push(event)
  tail.last = event.seq
  tail.bytes += sizeOf(event)
  while (kept.length > MAX_EVENTS || tail.bytes > MAX_BYTES) tail.bytes -= sizeOf(kept.shift())
}

function sizeOf(event: Framed | undefined): number {
  return (event?.frame.length ?? 0) + (event?.withheldFrame?.length ?? 0)
}

/** The seq after which the tail has everything. */
export function tailStart({ last, kept }: Tail): number {
  return last - kept.length
}

/** The event that follows a seq; undefined where the tail does not go back so far, or not on so far. */
export function eventAfter(tail: Tail, seq: number): Framed | undefined {
  return tail.kept[seq - tailStart(tail)]
}
