import { sql } from 'drizzle-orm'
import { DEFAULT_RULES, type Rules } from '../domain/rules.js'
import type { Db, Tx } from './client.js'

/** The rules of a jurisdiction in force, and their version; version 0 are those that the service comes with. */
export async function readRules(db: Db | Tx, jurisdiction: string): Promise<{ version: number; rules: Rules }> {
  const { rows } = await db.execute<{ version: number; data: Partial<Rules> }>(sql`
    select version, data from rules where jurisdiction_id = ${jurisdiction} order by version desc limit 1`)
  const [latest] = rows
  // What a later version of the service adds has its default in rules that were set before it.
  return { version: latest?.version ?? 0, rules: { ...DEFAULT_RULES, ...latest?.data } }
}
