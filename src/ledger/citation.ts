import type { Tx } from '../db/client.js'
import { citeEvidence } from '../db/evidence.js'
import { readRules } from '../db/rules.js'
import { type Cited, type Evidenced, type EvidenceRules, evidenceOf } from '../domain/evidence.js'
import type { Item } from '../domain/item.js'
import { DEFAULT_RULES } from '../domain/rules.js'
import type { Intent } from './act.js'

/** The evidence that a request refers to: looked up in the change's transaction, then judged beside the item. */
export interface Citation {
  /** The precondition of the change. */
  load: (tx: Tx) => Promise<void>
  /** What the event says of it. Only after `load`. */
  of: (item: Item, at: string) => Evidenced
  /** The rules that it is judged by. Only after `load`. */
  rules: () => EvidenceRules
}

export function citationOf({ actor, now }: Pick<Intent, 'actor' | 'now'>, ids: readonly string[] = []): Citation {
  let cited: readonly Cited[] = []
  let rules = DEFAULT_RULES.evidence
  return {
    load: async (tx) => {
      rules = (await readRules(tx, actor.jurisdiction.id)).rules.evidence
      cited = await citeEvidence(tx, actor, ids, now)
    },
    of: (item, at) => evidenceOf(item, cited, rules, at),
    rules: () => rules,
  }
}
