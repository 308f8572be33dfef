import { and, eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { jurisdiction as jurisdictionTable, person } from '../db/schema.js'
import type { Actor } from '../domain/access/permissions.js'

/** The service's own person in a jurisdiction: who acts when the schedule does. Undefined where there is no such jurisdiction. */
export async function findSystemActor(db: Db | Tx, jurisdiction: string): Promise<Actor | undefined> {
  const [row] = await db
    .select()
    .from(jurisdictionTable)
    .innerJoin(
      person,
      and(
        eq(person.jurisdiction, jurisdictionTable.id),
        // As the index has it: a parameter could be any role.
        sql`${person.role} = 'system'`,
      ),
    )
    .where(eq(jurisdictionTable.id, jurisdiction))
  if (row === undefined) return undefined
  const { id, name, timeZone, area } = row.jurisdiction
  const by = { id: row.person.id, name: row.person.name }
  return { ...by, role: 'system', jurisdiction: { id, name, timeZone, area }, unit: null, area: null }
}
