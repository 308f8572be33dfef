import { sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { score } from '../domain/item/decide/score.js'
import type { Item } from '../domain/item/item.js'
import { type Cause, causeKeyOf, type Earned, type Scored } from '../domain/score/entry.js'
import { bookingDay } from '../domain/score/period.js'
import type { Instant } from '../domain/time/instant.js'
import { localDate } from '../domain/time/zone.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { type Changed, evolved, lockItemsOf, timeAfter, writeChanges } from '../ledger/store.js'
import { readClosedPeriods } from './scoring-rules.js'
import { score as scoreTable } from './tables.js'

/** What an item has earned, not yet an entry. */
export interface Finding {
  itemId: string
  earned: Earned
  cause: Cause
  /** The version of the rules that it was found by. */
  rules: number
}

/**
 * Makes entries of what has been found, each once: what stands already is left out. The items are locked until the
 * transaction ends, so nobody else writes the same meanwhile. Answers the events, for the caller to append.
 */
export async function writeFindings(
  tx: Tx,
  actor: Actor,
  findings: readonly Finding[],
  now: Instant,
): Promise<PreparedEvent[]> {
  if (findings.length === 0) return []
  const { id: jurisdiction, timeZone } = actor.jurisdiction
  const items = await lockItemsOf(tx, jurisdiction, [...new Set(findings.map(({ itemId }) => itemId))])
  const closed = await readClosedPeriods(tx, jurisdiction)
  const fresh = await withoutKnown(tx, jurisdiction, findings)
  const scores = new Map<string, Scored[]>()
  for (const { itemId, earned, cause, rules } of fresh) {
    const bookedOn = bookingDay(cause.day ?? localDate(cause.at, timeZone), closed)
    const scored: Scored = { id: uuidv7(), ...earned, rules, cause, bookedOn, reverses: null, reason: null }
    scores.set(itemId, [...(scores.get(itemId) ?? []), scored])
  }
  return writeRounds(tx, actor, items, scores, now)
}

/** Every item's first score, then every second one, and so on: each is a change of its own. */
async function writeRounds(
  tx: Tx,
  actor: Actor,
  items: readonly Item[],
  scores: ReadonlyMap<string, readonly Scored[]>,
  now: Instant,
): Promise<PreparedEvent[]> {
  const events: PreparedEvent[] = []
  let present = items
  for (let round = 0; ; round++) {
    const changes: (Changed & { scored: Scored })[] = present.flatMap((item) => {
      const scored = scores.get(item.id)?.[round]
      if (scored === undefined) return []
      return [{ ...evolved(item, score(item, scored), actor, timeAfter(item, now)), scored }]
    })
    if (changes.length === 0) return events
    await writeChanges(tx, actor, changes, now)
    await insertScores(tx, changes)
    events.push(...changes.map(({ event }) => event))
    present = changes.map(({ item }) => item)
  }
}

/** The rows of entries, each beside the item's version that its event made. */
export async function insertScores(tx: Tx, scored: readonly { item: Item; scored: Scored }[]): Promise<void> {
  await tx.insert(scoreTable).values(
    scored.map(({ item, scored: { cause, ...entry } }) => ({
      ...entry,
      ...{ jurisdiction: item.jurisdiction, itemId: item.id, itemVersion: item.version, at: item.updatedAt },
      ...{ causeSeq: cause.seq, causeType: cause.type, causeAt: cause.at, causeDay: cause.day },
      causeKey: causeKeyOf({ cause, reverses: entry.reverses }),
    })),
  )
}

async function withoutKnown(tx: Tx, jurisdiction: string, findings: readonly Finding[]): Promise<Finding[]> {
  const keyed = findings.map((finding) => ({
    finding,
    key: {
      item: finding.itemId,
      rule: finding.earned.rule,
      cause: causeKeyOf({ cause: finding.cause, reverses: null }),
    },
  }))
  const { rows } = await tx.execute<{ n: number }>(sql`
    select k.n::int as n from json_to_recordset(${JSON.stringify(keyed.map(({ key }, n) => ({ n, ...key })))}::json)
      as k (n int, item uuid, rule text, cause text)
    where not exists (select from score s where s.jurisdiction_id = ${jurisdiction} and s.item_id = k.item
      and s.rule = k.rule and s.cause_key = k.cause)
    order by k.n`)
  return rows.flatMap(({ n }) => keyed[n]?.finding ?? [])
}
