import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.js'
import { invalid } from '../domain/rejection.js'
import type { Rules } from '../domain/rules.js'
import type { RulesToSet } from './schema.js'

/** The rules as they are set: what came later than clients stays as it is in force where they leave it out. Null is no absence. */
export function withLater(sent: RulesToSet, before: Rules): Rules {
  const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined))
  const { scoring, planning, evidence, verification, rechecks, recurrence, publicIntake, documents } = before
  const later = { scoring, planning, evidence, verification, rechecks, recurrence, publicIntake, documents }
  const notices = { ...before.notices, ...sent.notices }
  return { ...later, ...given, notices } as Rules
}

/** @throws Rejection at the first unit that the jurisdiction does not have. */
export async function requireKnownUnits(tx: Tx, jurisdiction: string, { rechecks }: Rules): Promise<void> {
  const named = rechecks?.units.map(({ unit }) => unit) ?? []
  if (named.length === 0) return
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from unit where jurisdiction_id = ${jurisdiction} and id in ${named}`)
  const known = new Set(rows.map(({ id }) => id))
  const unknown = named.findIndex((id) => !known.has(id))
  if (unknown === -1) return
  throw invalid(`/rechecks/units/${unknown}/unit`, {
    zh: `没有单位 ${named[unknown]}。`,
    en: `There is no unit ${named[unknown]}.`,
  })
}
