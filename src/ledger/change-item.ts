import type { Tx } from '../db/client.js'
import { type Action, type Actor, requirePermitted } from '../domain/access/permissions.js'
import { merge } from '../domain/item/decide/list.js'
import type { ItemEvent } from '../domain/item/events.js'
import type { Item } from '../domain/item/item.js'
import { invalid, requireVersion } from '../domain/rejection.js'
import type { Outcome } from './act.js'
import { lockItem, lockItems, readItemJson, timeAfter, type Written, writeChange } from './store.js'

/** A caller's wish to change one item: which, in which version they saw it, and under which permission. */
export interface Change {
  actor: Actor
  now: string
  action: Action
  /** UUID or code. */
  ref: string
  /** The versions that the caller would change; undefined: whatever it is. */
  ifMatch: readonly string[] | undefined
}

/** The rules' answer: what happened, or null when the wish changes nothing. */
export type Decide = (item: Item, now: string) => ItemEvent | null

/**
 * The only way to change an item: lock → decide → evolve → write, inside `act`, which appends what happened. What must
 * hold beside the item, such as the unit that it names, is asked before, in the same transaction.
 * @throws Rejection: not-found, stale, and whatever `decide` refuses.
 */
export async function changeItem(tx: Tx, change: Change, decide: Decide): Promise<Outcome> {
  const { actor } = change
  requirePermitted(actor.role, change.action)
  const item = await lockItem(tx, actor, change.ref)
  requireVersion(change.ifMatch, item.version)
  const at = timeAfter(item, change.now)
  const event = decide(item, at)
  if (event === null) return { ...answerOf(item.version, await readItemJson(tx, item, actor, at)), events: [] }
  return outcomeOf(await writeChange(tx, item, event, actor, at))
}

/** Merges an item into another (并案): two events, one transaction. Answers the merged item. */
export async function mergeItems(tx: Tx, change: Change, into: string, reason: string): Promise<Outcome> {
  const { actor } = change
  requirePermitted(actor.role, change.action)
  const [item, target] = await lockItems(tx, actor, [change.ref, into])
  requireVersion(change.ifMatch, item.version)
  if (target === undefined) {
    throw invalid('/into', { zh: '没有这样的目标隐患。', en: 'There is no such item to merge into.' })
  }
  const { merged, absorbed } = merge(item, target, reason)
  const first = await writeChange(tx, item, merged, actor, timeAfter(item, change.now))
  const second = await writeChange(tx, target, absorbed, actor, timeAfter(target, change.now))
  return { ...outcomeOf(first), events: [first.event, second.event] }
}

function outcomeOf({ item, json, event }: Written): Outcome {
  return { ...answerOf(item.version, json), events: [event] }
}

export function answerOf(version: number, body: string): Omit<Outcome, 'events'> {
  return { status: 200, headers: { etag: `"${version}"` }, body }
}
