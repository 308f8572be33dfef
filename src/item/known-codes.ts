import { sql } from 'drizzle-orm'
import { type Area, areasOf } from '../db/areas.js'
import type { Db, Tx } from '../db/client.js'
import { invalid } from '../domain/rejection.js'
import { unknownCode } from '../http/fields.js'

/**
 * Codes of the reference data, checked before the item is written; with `today`, that the area is one today.
 * @throws Rejection at the field that is unknown.
 */
export async function requireKnownCodes(
  tx: Db | Tx,
  jurisdiction: string,
  codes: { area?: string | undefined; category?: string | null | undefined },
  at = '',
  today?: string,
): Promise<void> {
  const { area = null, category = null } = codes
  if (area === null && category === null) return
  const { rows } = await tx.execute<{ area: Area | null; category: boolean }>(sql`
    select (select row_to_json(a) from ${areasOf(jurisdiction)} a where a.code = ${area}) as area,
      exists (select from category where jurisdiction_id = ${jurisdiction} and code = ${category}) as category`)
  const [known] = rows
  if (area !== null) {
    if (known?.area == null) throw unknownCode(`${at}/area`, area)
    if (today !== undefined) requireUsable(known.area, today, `${at}/area`)
  }
  if (category !== null && known?.category !== true) throw unknownCode(`${at}/category`, category)
}

/** @throws Rejection for an area that is none on that day, which names its successor */
export function requireUsable({ code, name, validFrom, validTo, successor }: Area, day: string, pointer: string): void {
  if (validFrom !== null && day < validFrom) {
    throw invalid(pointer, {
      zh: `区划 ${code} ${name} 自 ${validFrom} 起启用。`,
      en: `Area ${code} ${name} is one from ${validFrom} on.`,
    })
  }
  if (validTo === null || day < validTo) return
  const instead = successor === null ? { zh: '', en: '' } : { zh: `，请用 ${successor}`, en: `; use ${successor}` }
  throw invalid(pointer, {
    zh: `区划 ${code} ${name} 已于 ${validTo} 停用${instead.zh}。`,
    en: `Area ${code} ${name} was retired on ${validTo}${instead.en}.`,
  })
}
