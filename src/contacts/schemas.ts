import { z } from 'zod'
import { type Party, PARTIES as RECIPIENTS } from '../domain/item/notice.js'
import { AreaCode, Cursor, Flag, Limit, text, Uuid } from '../http/fields.js'
import { CHANNEL_NAMES } from './channels/index.js'

const At = z.iso.datetime({ precision: 3 })
const LANGUAGES = ['zh-CN', 'en'] as const

export const CONTACT_EXAMPLE = {
  id: '01a20116-9f7a-7373-b205-b62c6b6c93e5',
  version: 1,
  recipient: 'unit',
  unit: '01a20116-9f7a-7373-b205-b62c6b6c93e1',
  person: null,
  area: null,
  channel: 'email',
  address: 'luzheng@example.com',
  hasSecret: false,
  name: '阜南县交通运输局 路政股',
  language: 'zh-CN',
  active: true,
  unsubscribedAt: null,
  createdAt: '2026-11-22T02:30:38.780Z',
}

export const ContactView = z
  .strictObject({
    id: z.uuid(),
    version: z.int(),
    recipient: z.enum(RECIPIENTS),
    unit: z.uuid().nullable(),
    person: z
      .uuid()
      .nullable()
      .meta({ description: 'For recipient `person`, who: told of what became of their filings.' }),
    area: z.string().nullable().meta({
      description: 'A supervisor’s or inspectors’ contact is told of items there; null: of all.',
    }),
    channel: z.enum(CHANNEL_NAMES),
    address: z.string(),
    hasSecret: z.boolean().meta({ description: 'Whether the robot’s messages are signed. The secret is never shown.' }),
    name: z.string().nullable(),
    language: z.enum(LANGUAGES),
    active: z.boolean(),
    unsubscribedAt: At.nullable().meta({
      description: 'When the address asked to be left alone; nothing is sent since.',
    }),
    createdAt: At,
  })
  .meta({ id: 'Contact', description: 'A way by which a recipient of notices is reached.', example: CONTACT_EXAMPLE })

/** A unit is told of what is its own, the office of everything, a person of what they filed; the others by area. */
export function hasArea(recipient: Party): boolean {
  return recipient === 'supervisor' || recipient === 'inspector'
}
export const ONLY_WITH_AREA = { zh: '只用于督导领导和排查员。', en: 'Only for supervisors and inspectors.' }

const fields = {
  area: AreaCode.nullish().meta({
    description: 'For supervisors and inspectors: only what lies there.',
    example: '341202',
  }),
  address: text(2000).meta({
    description: 'An e-mail address, or the https URL of a group robot.',
    example: CONTACT_EXAMPLE.address,
  }),
  secret: text(200)
    .nullish()
    .meta({ description: 'What a DingTalk robot’s messages are signed with (加签). Never shown again.' }),
  name: text(100, 'Who is addressed; without one, the unit or the office.')
    .regex(/^\P{Cc}*$/u, '不能含控制字符。 | No control characters.')
    .nullish(),
}

export const AddContact = z
  .strictObject({
    recipient: z.enum(RECIPIENTS),
    unit: Uuid.nullish().meta({ description: 'For recipient `unit`, which.' }),
    person: Uuid.nullish().meta({ description: 'For recipient `person`, who: an inspector, or the hotline’s key.' }),
    channel: z.enum(CHANNEL_NAMES),
    ...fields,
    language: z.enum(LANGUAGES).optional().meta({ description: 'The value that the rules set, unless given.' }),
  })
  .superRefine(({ recipient, unit, person, area }, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (recipient === 'unit' && unit == null) issue('unit', '此项必填。 | This field is required.')
    if (recipient !== 'unit' && unit != null) issue('unit', '只用于责任单位。 | Only for recipient unit.')
    if (recipient === 'person' && person == null) issue('person', '此项必填。 | This field is required.')
    if (recipient !== 'person' && person != null) issue('person', '只用于个人。 | Only for recipient person.')
    if (!hasArea(recipient) && area != null) issue('area', `${ONLY_WITH_AREA.zh} | ${ONLY_WITH_AREA.en}`)
  })
  .meta({
    id: 'AddContact',
    example: { recipient: 'office', channel: 'email', address: 'anban@example.com', name: '安委办', language: 'zh-CN' },
  })

export const ChangeContact = z
  .strictObject({
    ...fields,
    address: fields.address.optional(),
    language: z.enum(LANGUAGES).optional(),
    active: z.boolean().optional(),
    unsubscribedAt: z.null().optional().meta({
      description: 'Only null: the address asked to be told again. Another address begins anew by itself.',
    }),
  })
  .meta({
    id: 'ChangeContact',
    description: 'JSON merge patch. Another recipient or channel is another contact.',
    example: { active: false },
  })

export const ContactQuery = z.strictObject({
  recipient: z.enum(RECIPIENTS).optional().meta({ description: 'Whose contacts.', example: 'unit' }),
  unit: Uuid.optional().meta({ description: 'Contacts of this unit.', example: CONTACT_EXAMPLE.unit }),
  person: Uuid.optional().meta({ description: 'Contacts of this person.', example: CONTACT_EXAMPLE.unit }),
  channel: z.enum(CHANNEL_NAMES).optional().meta({ description: 'One channel.', example: 'email' }),
  active: Flag.optional().meta({ description: 'Switched on, or off.', example: 'true' }),
  limit: Limit,
  cursor: Cursor,
})

export const MESSAGE_EXAMPLE = {
  digest: '01a20116-9f7a-7373-b205-b62c6b6c93e6',
  test: false,
  notices: 12,
  state: 'pending',
  attempts: 1,
  lastError: 'connect ECONNREFUSED 192.0.2.1:25',
  createdAt: '2026-12-25T00:30:04.000Z',
  attemptedAt: '2026-12-25T00:30:05.000Z',
  nextAttemptAt: '2026-12-25T00:31:05.000Z',
  sentAt: null,
}

export const MessageView = z
  .strictObject({
    digest: z.uuid(),
    test: z.boolean(),
    notices: z.int().meta({ description: 'Of the digest, in all areas.' }),
    state: z.enum(['pending', 'sent', 'failed', 'dropped']).meta({
      description:
        '`sent`: taken by the mail server or the robot. `failed`: refused for good, tried in vain for as long as the schedule has it, or the channel is not configured. `dropped`: nothing of it was for this contact, or it wants no more.',
    }),
    attempts: z.int(),
    lastError: z.string().nullable(),
    createdAt: At,
    attemptedAt: At.nullable(),
    nextAttemptAt: At.nullable(),
    sentAt: At.nullable(),
  })
  .meta({ id: 'ContactMessage', description: 'A digest on its way to one contact.', example: MESSAGE_EXAMPLE })
