import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.js'
import { unknownCode } from './fields.js'

/** Codes of the reference data, checked before the item is written. @throws Rejection at the field that is unknown. */
export async function requireKnownCodes(
  tx: Db | Tx,
  jurisdiction: string,
  codes: { area?: string | undefined; category?: string | null | undefined },
  at = '',
): Promise<void> {
  const { area = null, category = null } = codes
  if (area === null && category === null) return
  const { rows } = await tx.execute<{ area: boolean; category: boolean }>(sql`
    select exists (select from area where code = ${area}) as area,
      exists (select from category where jurisdiction_id = ${jurisdiction} and code = ${category}) as category`)
  if (area !== null && rows[0]?.area !== true) throw unknownCode(`${at}/area`, area)
  if (category !== null && rows[0]?.category !== true) throw unknownCode(`${at}/category`, category)
}
