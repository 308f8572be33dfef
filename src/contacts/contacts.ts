import { and, eq, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { areasOf } from '../db/areas.js'
import type { Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { isWithinArea } from '../domain/place/area.js'
import { invalid } from '../domain/rejection.js'
import { type AdminEvent, adminEvent, type PreparedEvent } from '../ledger/chain.js'
import type { Settings } from './channels/channel.js'
import { CHANNELS, type ChannelName } from './channels/index.js'
import type { ContactView } from './schemas.js'
import { contact } from './tables.js'
import { createUnsubscribeToken } from './unsubscribe.js'

export type Contact = z.infer<typeof ContactView>

/** A contact as it is shown: without its secret and its token. */
export const contactColumns = {
  id: contact.id,
  version: contact.version,
  recipient: contact.recipient,
  unit: contact.unit,
  person: contact.person,
  area: contact.area,
  channel: contact.channel,
  address: contact.address,
  hasSecret: sql<boolean>`${contact.secret} is not null`.as('has_secret'),
  name: contact.name,
  language: contact.language,
  active: contact.active,
  unsubscribedAt: contact.unsubscribedAt,
  createdAt: contact.createdAt,
}

export function isContact(jurisdiction: string, id: string) {
  return and(eq(contact.jurisdiction, jurisdiction), eq(contact.id, id))
}

export type NewContact = Pick<
  Contact,
  'recipient' | 'unit' | 'person' | 'area' | 'channel' | 'address' | 'name' | 'language'
> & {
  secret: string | null
}

/** Adds a contact whose address has been checked; answers it, and the event that says so. */
export async function createContact(tx: Tx, actor: Actor, created: NewContact, at: string) {
  const identity = { jurisdiction: actor.jurisdiction.id, id: uuidv7(), createdAt: at }
  const [made] = await tx
    .insert(contact)
    .values({ ...identity, ...created, unsubscribeToken: createUnsubscribeToken() })
    .returning(contactColumns)
  if (made === undefined) throw new Error('the new contact did not come back')
  return { made, event: contactEvent(actor, at, 'contact.created', made) }
}

/** What the ledger keeps of a contact: neither its address nor its name, which are somebody's. */
export function contactEvent(
  actor: Actor,
  at: string,
  type: Extract<AdminEvent['type'], `contact.${string}`>,
  { id, recipient, unit, channel, active }: Pick<Contact, 'id' | 'recipient' | 'unit' | 'channel' | 'active'>,
): PreparedEvent {
  return adminEvent(actor, at, { type, data: { id, recipient, unit, channel, active } })
}

/** An address as its channel calls it. @throws Rejection at `/address` or `/secret` for what is none of the channel's */
export function checkedAddress(
  channel: ChannelName,
  { address, secret }: { address: string; secret?: string | null | undefined },
  settings: Settings,
): string {
  const { refusalOf, takesSecret } = CHANNELS[channel]
  const refusal = refusalOf(address, settings)
  if (refusal !== undefined) throw invalid('/address', refusal)
  if (secret != null && !takesSecret) {
    throw invalid('/secret', { zh: '此渠道不用签名密钥。', en: 'This channel does not sign with a secret.' })
  }
  return channel === 'email' ? address : new URL(address).href
}

/** @throws Rejection at `/unit`, `/person` or `/area` for one that the jurisdiction does not have, or who reads no notices. */
export async function requireScope(
  tx: Tx,
  actor: Actor,
  { unit, person, area }: { [K in 'unit' | 'person' | 'area']?: string | null | undefined },
): Promise<void> {
  if (unit != null) {
    const { rows } = await tx.execute(
      sql`select from unit where jurisdiction_id = ${actor.jurisdiction.id} and id = ${unit}`,
    )
    if (rows.length === 0) throw invalid('/unit', { zh: '没有此单位。', en: 'There is no such unit.' })
  }
  if (person != null) {
    const { rows } = await tx.execute(sql`
      select from person where jurisdiction_id = ${actor.jurisdiction.id} and id = ${person} and role in ('inspector', 'hotline')`)
    if (rows.length === 0) {
      throw invalid('/person', {
        zh: '没有这样的排查员或热线。',
        en: 'There is no inspector and no hotline of this id.',
      })
    }
  }
  if (area == null) return
  const { rows } = await tx.execute(sql`select from ${areasOf(actor.jurisdiction.id)} a where code = ${area}`)
  if (rows.length === 0 || !isWithinArea(area, actor.jurisdiction.area)) {
    throw invalid('/area', { zh: '区划不存在或不在本辖区内。', en: 'There is no such area in this jurisdiction.' })
  }
}
