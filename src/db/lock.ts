import { sql } from 'drizzle-orm'
import type { Actor } from '../domain/access/permissions.js'
import type { Tx } from './client.js'

/** Whoever sets what holds for a whole jurisdiction (its rules, its calendar) takes turns with others who do. */
export async function lockSettings(tx: Tx, jurisdiction: string): Promise<void> {
  await tx.execute(sql`select from jurisdiction where id = ${jurisdiction} for no key update`)
}

/** Keeps what holds for a jurisdiction as it is until the transaction ends. */
export async function holdSettings(tx: Tx, jurisdiction: string): Promise<void> {
  await tx.execute(sql`select from jurisdiction where id = ${jurisdiction} for share`)
}

/** Whoever does two things at once of which they may do so many does one after the other. */
export async function lockPerson(tx: Tx, { jurisdiction, id }: Actor): Promise<void> {
  await tx.execute(sql`select from person where jurisdiction_id = ${jurisdiction.id} and id = ${id} for no key update`)
}
