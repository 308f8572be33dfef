import { type SQL, sql } from 'drizzle-orm'
import { completeRules, DEFAULT_RULES, type Rules } from '../domain/rules.js'
import type { Db, Tx } from './client.js'
import { instant } from './instant.js'

/** A version of a jurisdiction's rules; 0 are those that the service comes with, which nobody has set. */
export interface RulesVersion {
  version: number
  rules: Rules
  setAt: string | null
  setBy: { id: string; name: string } | null
}

/** The rules of a jurisdiction in force. */
export async function readRules(db: Db | Tx, jurisdiction: string): Promise<RulesVersion> {
  return (await find(db, jurisdiction, sql``)) ?? { version: 0, rules: DEFAULT_RULES, setAt: null, setBy: null }
}

/** One version of a jurisdiction's rules; undefined where there is none of that number. */
export async function findRules(db: Db | Tx, jurisdiction: string, version: number): Promise<RulesVersion | undefined> {
  if (version === 0) return { version, rules: DEFAULT_RULES, setAt: null, setBy: null }
  return find(db, jurisdiction, sql`and r.version = ${version}`)
}

async function find(db: Db | Tx, jurisdiction: string, condition: SQL): Promise<RulesVersion | undefined> {
  const { rows } = await db.execute<{
    version: number
    data: Partial<Rules>
    at: string
    by: string
    name: string
  }>(sql`
    select r.version, r.data, ${instant('r.set_at')} as at, p.id as by, p.name from rules r
    join person p on p.jurisdiction_id = r.jurisdiction_id and p.id = r.set_by
    where r.jurisdiction_id = ${jurisdiction} ${condition} order by r.version desc limit 1`)
  const [row] = rows
  if (row === undefined) return undefined
  const { version, data, at, by, name } = row
  return { version, rules: completeRules(data), setAt: at, setBy: { id: by, name } }
}
