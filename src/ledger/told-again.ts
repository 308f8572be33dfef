import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { type Actor, isChannel } from '../domain/access/permissions.js'
import { notFound, Rejection } from '../domain/rejection.js'
import { itemTold } from '../item/channel.js'
import { isUuid, visibleItems } from '../item/visible.js'
import type { PreparedEvent } from './chain.js'

/** An answer that stands and is its caller's no more: it is not told again, and what it tells of is not done again. */
export class AnswerWithheld extends Rejection {
  constructor() {
    const { code, words } = notFound()
    super(code, words)
  }
}

/** The items that a change has made history of. */
export function itemsOfEvents(events: readonly PreparedEvent[]): string[] {
  return [...new Set(events.flatMap(({ item_id }) => item_id ?? []))]
}

/**
 * A recorded body as its caller is told it now: what was theirs to see then may have been moved out of their area or their
 * unit's hands, or they may have another role.
 * @param items Those of its events; null for an answer from before they were kept.
 * @throws AnswerWithheld where the caller may not see an item any more.
 */
export async function toldAgain(db: Db | Tx, actor: Actor, body: string, items: string[] | null): Promise<string> {
  const said = jsonOf(body)
  const ids = [...new Set([...(items ?? []), ...itemsIn(body, said)])]
  if (!(await areVisible(db, actor, ids))) throw new AnswerWithheld()
  return isChannel(actor.role) && said !== undefined ? JSON.stringify(toldIn(actor, said)) : body
}

async function areVisible(db: Db | Tx, actor: Actor, ids: string[]): Promise<boolean> {
  if (ids.length === 0) return true
  // What else has an id, a unit or a notice, is no item and hides nothing.
  const { rows } = await db.execute(sql`
    select from item n where n.jurisdiction_id = ${actor.jurisdiction.id} and n.id = any(${sql.param(ids)}::uuid[])
      and not coalesce((select ${visibleItems(actor)} from item i where i.jurisdiction_id = n.jurisdiction_id and i.id = n.id), false)
    limit 1`)
  return rows.length === 0
}

type Said = { id?: unknown; item?: unknown; results?: unknown; code?: unknown; version?: unknown; status?: unknown }

function isObject(value: unknown): value is Said {
  return typeof value === 'object' && value !== null
}

function jsonOf(body: string): Said | undefined {
  try {
    const said: unknown = JSON.parse(body)
    return isObject(said) ? said : undefined
  } catch {
    return undefined
  }
}

/** The ids of what an answer is about: itself, its item, the items of a batch's results; a filing's answer is the id alone. */
function itemsIn(body: string, said: Said | undefined): string[] {
  const told =
    said === undefined ? [body] : [said.id, idOf(said.item), ...resultsOf(said).map(({ item }) => idOf(item))]
  return told.filter((id): id is string => typeof id === 'string' && isUuid(id))
}

function idOf(item: unknown): unknown {
  return isObject(item) ? item.id : item
}

function resultsOf({ results }: Said): Said[] {
  return Array.isArray(results) ? results.filter(isObject) : []
}

/** An answer's items as a channel is told them. */
function toldIn(actor: Actor, said: Said): unknown {
  if (isItem(said)) return toChannel(actor, said)
  if (!Array.isArray(said.results)) return said
  const results = said.results.map((one: unknown) =>
    isObject(one) && isObject(one.item) && isItem(one.item) ? { ...one, item: toChannel(actor, one.item) } : one,
  )
  return { ...said, results }
}

function isItem({ code, version, status }: Said): boolean {
  return typeof code === 'string' && typeof version === 'number' && typeof status === 'string'
}

function toChannel(actor: Actor, item: Said): unknown {
  return JSON.parse(itemTold(actor, JSON.stringify(item)))
}
