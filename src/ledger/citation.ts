import type { Tx } from '../db/client.js'
import { readRules } from '../db/rules.js'
import type { Evidenced } from '../domain/item/evidence.js'
import { evidenceOf } from '../domain/item/evidence-warnings.js'
import type { Item } from '../domain/item/item.js'
import type { Change } from './change-item.js'
import { citeEvidence } from './evidence.js'

/** What an event says of the evidence that its request refers to, judged beside the item as it stands. */
export type EvidenceOf = (item: Item, at: string) => Evidenced

/** Looks up the evidence that a request refers to, in the change's transaction; it is used from now on. */
export async function citeFor(
  tx: Tx,
  { actor, now }: Pick<Change, 'actor' | 'now'>,
  ids: readonly string[] = [],
): Promise<EvidenceOf> {
  if (ids.length === 0) return () => ({})
  const { rules } = await readRules(tx, actor.jurisdiction.id)
  const cited = await citeEvidence(tx, actor, ids, now)
  return (item, at) => evidenceOf(item, cited, rules.evidence, at)
}
