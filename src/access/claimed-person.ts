import { sql } from 'drizzle-orm'
import type { Claimed } from '../auth/oidc.js'
import type { Db, Tx } from '../db/client.js'
import { appendEvents } from '../ledger/act.js'
import { findSystemActor } from '../ledger/system-actor.js'
import { personEvent } from './create.js'

/**
 * Keeps a person whom the identity provider's token names, and says in the ledger what became of them, in one transaction.
 * Several first requests may come at once: one makes the person, the others find that there is nothing to do. So does an older
 * token that says something else.
 */
export async function keepClaimedPerson(db: Db, claimed: Claimed, now: string): Promise<void> {
  const { jurisdiction } = claimed
  await db.transaction(async (tx) => {
    const type = (await insertPerson(tx, jurisdiction, claimed, now))
      ? 'person.created'
      : (await updatePerson(tx, jurisdiction, claimed)) && 'person.changed'
    if (type === false) return
    const system = await findSystemActor(tx, jurisdiction)
    if (system === undefined) throw new Error(`jurisdiction ${jurisdiction} has no system person`)
    const { id, role, unit, area } = claimed
    const event = personEvent(system, now, type, { id, role, unit, area, active: true })
    await tx.execute(appendEvents(jurisdiction, [event]))
  })
}

async function insertPerson(tx: Tx, jurisdiction: string, claimed: Claimed, now: string): Promise<boolean> {
  const { id, issuer, subject, name, role, unit, area, issuedAt } = claimed
  const { rows } = await tx.execute(sql`
    insert into person (jurisdiction_id, id, name, role, unit_id, area, issuer, subject, claims_at, created_at)
    values (${jurisdiction}, ${id}, ${name}, ${role}, ${unit}, ${area}, ${issuer}, ${subject}, ${issuedAt}, ${now})
    on conflict do nothing returning 1`)
  return rows.length > 0
}

/** Whether there was anything to change. A person who is shut out stays as they are. */
async function updatePerson(tx: Tx, jurisdiction: string, claimed: Claimed): Promise<boolean> {
  const { id, name, role, unit, area, issuedAt } = claimed
  const { rows } = await tx.execute(sql`
    update person set name = ${name}, role = ${role}, unit_id = ${unit}, area = ${area},
      claims_at = coalesce(${issuedAt}, claims_at)
    where jurisdiction_id = ${jurisdiction} and id = ${id} and active
      and (name, role, unit_id, area) is distinct from (${name}::text, ${role}::text, ${unit}::uuid, ${area}::text)
      and not coalesce(claims_at > ${issuedAt}::timestamptz, false)
    returning 1`)
  return rows.length > 0
}
