import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { areasOf } from '../db/areas.js'
import type { Tx } from '../db/client.js'
import { type Actor, KEY_ROLES } from '../domain/access/permissions.js'
import { isWithinArea } from '../domain/place/area.js'
import { invalid } from '../domain/rejection.js'
import { AreaCode, text, Uuid } from '../http/fields.js'

/** What describes a person in a request. */
export const person = {
  name: text(100),
  role: z.enum(KEY_ROLES).meta({
    description:
      '`public` and `hotline` are channels from outside: an app of the citizens’, the city’s hotline. Their keys open Open311 and, of the rest, only what a hotline does with its own calls.',
  }),
  unit: Uuid.nullish().meta({
    description: 'Required for role `unit`; for others the unit they belong to, which four eyes looks at.',
  }),
  area: AreaCode.nullish().meta({
    description: 'Limits a supervisor, an inspector or a channel to this code and what lies under it.',
  }),
}

/** @throws Rejection when the unit is not the jurisdiction's, the area not in it, or a unit's person has no unit. */
export async function requireFit(
  tx: Tx,
  actor: Actor,
  fit: { role: string; unit: string | null; area: string | null },
): Promise<void> {
  const { role, unit, area } = fit
  if (role === 'unit' && unit === null) {
    throw invalid('/unit', { zh: '角色 unit 必须属于一个单位。', en: 'Role unit needs a unit.' })
  }
  if (unit !== null) {
    const { rows } = await tx.execute(
      sql`select from unit where jurisdiction_id = ${actor.jurisdiction.id} and id = ${unit}`,
    )
    if (rows.length === 0) throw invalid('/unit', { zh: '没有此单位。', en: 'There is no such unit.' })
  }
  if (area === null) return
  const { rows } = await tx.execute(sql`select from ${areasOf(actor.jurisdiction.id)} a where code = ${area}`)
  if (rows.length === 0 || !isWithinArea(area, actor.jurisdiction.area)) {
    throw invalid('/area', { zh: '区划不存在或不在本辖区内。', en: 'There is no such area in this jurisdiction.' })
  }
}
