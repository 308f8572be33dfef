import { z } from 'zod'
import { ITEM_EVENT_TYPES } from '../domain/item/events.js'
import { EVENT_EXAMPLE, pageExample } from '../http/examples.js'
import { ADMIN_EVENT_TYPES } from '../ledger/event-readers.js'

export const EVENT_TYPES = [...ITEM_EVENT_TYPES, ...ADMIN_EVENT_TYPES]

const Hex = z.string().regex(/^[0-9a-f]+$/)

export const EventView = z
  .strictObject({
    jurisdiction: z.string(),
    seq: z.int().min(1),
    itemId: z.uuid().nullable(),
    itemCode: z.string().nullable(),
    itemVersion: z.int().nullable(),
    type: z.string().meta({ example: 'item.listed' }),
    at: z.iso.datetime({ precision: 3 }),
    actor: z.strictObject({ id: z.uuid(), name: z.string().nullable(), role: z.string() }),
    data: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'What happened. Null, as `salt` is, where the caller may not read what the event is about, such as people and keys; the chain is verified by `dataHash` then.',
    }),
    salt: Hex.nullable(),
    dataHash: Hex,
    previousHash: Hex,
    hash: Hex,
  })
  .meta({
    id: 'Event',
    example: EVENT_EXAMPLE,
    description:
      '`dataHash` = SHA-256(salt ‖ RFC 8785 JSON of `data`); `hash` = SHA-256(previousHash ‖ RFC 8785 JSON of `{ jurisdiction, seq, itemId, itemCode, itemVersion, type, at, actor: { id, role }, dataHash }`). The first `previousHash` is 32 zero bytes.',
  })

export const EventPage = z
  .strictObject({ data: z.array(EventView), nextCursor: z.string().nullable() })
  .meta({ id: 'EventPage', example: pageExample(EVENT_EXAMPLE) })

export const Feed = z
  .strictObject({
    data: z.array(EventView),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'The `after` of the next page; null when the feed’s end is reached.' }),
    lastSeq: z.int().meta({
      description:
        'Everything up to this seq has been looked at: the `after` to resume with, also when a filter left nothing.',
    }),
  })
  .meta({ id: 'Feed', example: { ...pageExample(EVENT_EXAMPLE), lastSeq: 42 } })

export const Head = z.strictObject({ seq: z.int(), hash: Hex }).meta({
  id: 'LedgerHead',
  example: { seq: 42, hash: EVENT_EXAMPLE.hash },
})
export const Verification = z
  .strictObject({ ok: z.boolean(), checked: z.int(), firstBadSeq: z.int().nullable() })
  .meta({ id: 'Verification', example: { ok: true, checked: 172, firstBadSeq: null } })
