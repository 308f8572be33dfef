import { sql } from 'drizzle-orm'
import type { Tx } from './client.js'

/** Whoever sets what holds for a whole jurisdiction (its rules, its calendar) takes turns with others who do. */
export async function lockSettings(tx: Tx, jurisdiction: string): Promise<void> {
  await tx.execute(sql`select from jurisdiction where id = ${jurisdiction} for no key update`)
}

/** Keeps what holds for a jurisdiction as it is until the transaction ends. */
export async function holdSettings(tx: Tx, jurisdiction: string): Promise<void> {
  await tx.execute(sql`select from jurisdiction where id = ${jurisdiction} for share`)
}
