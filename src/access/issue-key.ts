import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { type ApiKey, createApiKey } from '../auth/api-key.js'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { invalid } from '../domain/rejection.js'
import { Instant, Uuid } from '../http/fields.js'
import type { PreparedEvent } from '../ledger/chain.js'
import { createKey, createPerson } from './create.js'
import { person, requireFit } from './person.js'

/** What is asked for: a key for an existing person, or for a new one. */
export const AddKey = z
  .strictObject({
    person: Uuid.optional().meta({ description: 'The person that the key stands for; or name and role of a new one.' }),
    name: person.name.optional(),
    role: person.role.optional(),
    unit: person.unit,
    area: person.area,
    expiresAt: Instant.optional(),
  })
  .superRefine((key, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (key.person === undefined) {
      if (key.name === undefined)
        issue('name', '必填：人员姓名，或用 person 指定已有人员。 | Required: a name, or an existing person.')
      if (key.role === undefined) issue('role', '必填：角色。 | Required: a role.')
    } else if (key.name !== undefined || key.role !== undefined || key.unit != null || key.area != null) {
      issue(
        'person',
        '已指定人员时不要再给出姓名、角色、单位或区划。 | With a person given, leave out name, role, unit and area.',
      )
    }
  })
  .meta({
    id: 'AddApiKey',
    example: { name: '李敏', role: 'inspector', area: '341202', expiresAt: '2027-12-31T16:00:00.000Z' },
  })

/**
 * Makes a key, and its person where it is for a new one; the caller appends the events.
 * @throws Rejection at the field that does not fit.
 */
export async function issueKey(
  tx: Tx,
  actor: Actor,
  wish: z.infer<typeof AddKey>,
  environment: string,
  now: string,
): Promise<{ key: ApiKey; events: PreparedEvent[] }> {
  const { expiresAt = null } = wish
  if (expiresAt !== null && expiresAt <= now) {
    throw invalid('/expiresAt', { zh: '到期时间必须在将来。', en: 'expiresAt must lie in the future.' })
  }
  const holder = await personFor(tx, actor, wish, now)
  const key = createApiKey(environment)
  const event = await createKey(tx, actor, key, holder.id, expiresAt, now)
  return { key, events: [...holder.events, event] }
}

/** The person that a new key stands for: an existing one, or the one that the request describes. */
async function personFor(tx: Tx, actor: Actor, body: z.infer<typeof AddKey>, now: string) {
  const { person: id, name, role, unit = null, area = null } = body
  if (id === undefined) {
    if (name === undefined || role === undefined) throw new Error('the schema lets no such key through')
    await requireFit(tx, actor, { role, unit, area })
    const created = await createPerson(tx, actor, { name, role, unit, area }, now)
    return { id: created.id, events: [created.event] }
  }
  const { rows } = await tx.execute(sql`
    select from person where jurisdiction_id = ${actor.jurisdiction.id} and id = ${id} and active and role <> 'system'`)
  if (rows.length === 0) throw invalid('/person', { zh: '没有此人，或已停用。', en: 'There is no such active person.' })
  return { id, events: [] }
}
