import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { completeRules, type Rules } from '../domain/rules.js'
import { adminEvent, type PreparedEvent } from '../ledger/chain.js'

/** Writes a version of a jurisdiction's rules; what is left out has its default, also where that comes to be another. */
export async function writeRules(
  tx: Tx,
  actor: Actor,
  version: number,
  data: Partial<Rules>,
  at: string,
): Promise<{ rules: Rules; event: PreparedEvent }> {
  await tx.execute(sql`
    insert into rules (jurisdiction_id, version, data, set_at, set_by)
    values (${actor.jurisdiction.id}, ${version}, ${JSON.stringify(data)}, ${at}, ${actor.id})`)
  const rules = completeRules(data)
  return { rules, event: adminEvent(actor, at, { type: 'rules.changed', data: { version, rules } }) }
}
