import { z } from 'zod'
import { ITEM_EVENT_TYPES } from '../domain/item/events.js'
import { AreaCode, Cursor, Instant, Limit, text, Uuid } from '../http/fields.js'
import { isSecret } from './secret.js'

const At = z.iso.datetime({ precision: 3 })
const ID = '01a20116-9f7a-7373-b205-b62c6b6c93f1'
const DELIVERY_ID = '01a20116-9f7a-7373-b205-b62c6b6c93f2'

/** What a subscription may ask for: all of a kind, or exact types. */
const SUBSCRIBABLE = [
  ...['item.*', 'notice.*', 'bulletin.*'],
  ...ITEM_EVENT_TYPES,
  ...['notice.sent', 'notice.received', 'bulletin.issued', 'bulletin.received', 'document.issued'],
]

const url = z.string().min(1).max(2000).meta({
  description:
    'Where deliveries are sent: https, port 443 or 1024 and above, on the public internet. What its name stands for is looked at at each call; redirects are not followed.',
  example: 'https://reports.example.gov.cn/hooks/one-list',
})
const types = z
  .array(z.enum(SUBSCRIBABLE))
  .min(1)
  .max(50)
  .overwrite((list) => [...new Set(list)])
  .meta({ description: 'Event types; `item.*` is all of them about items.', example: ['item.*', 'bulletin.issued'] })
const unit = Uuid.nullish().meta({
  description:
    'Only what concerns this unit: events of items that it is or was responsible or co-responsible for, notices to it and its receipts.',
})
const area = AreaCode.nullish().meta({
  description: 'Only events of items in this area, by its code, as they lie now.',
})
const view = Uuid.nullish().meta({
  description:
    'Only events of items that match this shared view (`/v1/views`) as they stand after the event. It goes by the view as it is when the event is handed on.',
  example: '01a20116-9f7a-7373-b205-b62c6b6c93a7',
})
const description = text(500).nullish().meta({ description: 'For people.' })
const secret = z
  .string()
  .refine(isSecret, '须为 whsec_ 加 24–64 字节的 base64。 | `whsec_` and the base64 of 24 to 64 bytes.')
  .optional()
  .meta({ description: 'The service makes one unless told.' })

export const AddSubscription = z.strictObject({ url, types, unit, area, view, description, secret }).meta({
  id: 'AddSubscription',
  example: { url: 'https://reports.example.gov.cn/hooks/one-list', types: ['item.*'], area: '341225' },
})

export const ChangeSubscription = z
  .strictObject({
    url: url.optional(),
    types: types.optional(),
    unit,
    area,
    view,
    description,
    active: z.boolean().optional().meta({
      description:
        'An inactive subscription is sent nothing. What waited when it became so waits on; what happens meanwhile is not sent later.',
    }),
  })
  .meta({
    id: 'ChangeSubscription',
    description: 'JSON merge patch.',
    example: { types: ['item.closed'], active: true },
  })

const MAX_OVERLAP_HOURS = 168
export const RotateSecret = z
  .strictObject({
    secret,
    overlapHours: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_HOURS)
      .default(24)
      .meta({ description: 'So long the old secret signs too, beside the new one. Hours.' }),
  })
  .meta({ id: 'RotateSecret', example: { overlapHours: 24 } })

export const RetryFailed = z
  .strictObject({
    since: Instant.meta({ description: 'Deliveries whose last attempt failed then or later.' }),
  })
  .meta({ id: 'RetryFailed', example: { since: '2026-11-22T00:00:00.000Z' } })

export const SUBSCRIPTION_EXAMPLE = {
  id: ID,
  version: 1,
  url: 'https://reports.example.gov.cn/hooks/one-list',
  description: '市安委办报表系统',
  types: ['item.*', 'bulletin.issued'],
  unit: null,
  area: '341225',
  view: null,
  active: true,
  disabledAt: null,
  previousSecretUntil: null,
  createdAt: '2026-11-22T01:30:00.000Z',
}
const SECRET_EXAMPLE = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='

const members = {
  id: z.uuid(),
  version: z.int(),
  url: z.string(),
  description: z.string().nullable(),
  types: z.array(z.string()),
  unit: z.uuid().nullable(),
  area: z.string().nullable(),
  view: z.uuid().nullable(),
  active: z.boolean(),
  disabledAt: At.nullable().meta({ description: 'When the receiver answered 410, and so ended it.' }),
  previousSecretUntil: At.nullable().meta({ description: 'Until then the secret before the last rotation signs too.' }),
  createdAt: At,
}
export const SubscriptionView = z.strictObject(members).meta({
  id: 'Subscription',
  description: 'Subscriptions to events, delivered by webhook.',
  example: SUBSCRIPTION_EXAMPLE,
})
export const NewSubscriptionView = z
  .strictObject({
    ...members,
    secret: z.string().meta({ description: 'With what deliveries are signed. Shown in this answer and nowhere else.' }),
  })
  .meta({ id: 'NewSubscription', example: { ...SUBSCRIPTION_EXAMPLE, secret: SECRET_EXAMPLE } })

export const DELIVERY_STATES = ['pending', 'succeeded', 'dead'] as const

export const DELIVERY_EXAMPLE = {
  id: DELIVERY_ID,
  seq: 42,
  type: 'item.listed',
  itemId: '01a20117-5fde-7171-bd82-1b39a1974f7e',
  itemCode: '2026-000001',
  state: 'pending',
  attempts: [
    { number: 1, at: '2026-11-22T06:10:02.000Z', durationMs: 87, status: 503, answer: 'try later', error: null },
  ],
  nextAttemptAt: '2026-11-22T06:10:07.113Z',
  createdAt: '2026-11-22T06:10:01.000Z',
  finishedAt: null,
}

const AttemptView = z.strictObject({
  number: z.int(),
  at: At,
  durationMs: z.int(),
  status: z.int().nullable().meta({ description: 'The answer’s; null when none came.' }),
  answer: z.string().nullable().meta({ description: 'The beginning of the answer’s body.' }),
  error: z.string().nullable().meta({ description: 'Why no answer came.' }),
})

export const DeliveryView = z
  .strictObject({
    id: z.uuid().meta({ description: 'The `webhook-id`, the same at every attempt.' }),
    seq: z.int().nullable().meta({ description: 'The event; null for a test delivery.' }),
    type: z.string(),
    itemId: z.uuid().nullable(),
    itemCode: z.string().nullable(),
    state: z.enum(DELIVERY_STATES).meta({ description: '`dead`: given up.' }),
    attempts: z.array(AttemptView).meta({ description: 'The last 20, the oldest first.' }),
    nextAttemptAt: At.nullable().meta({
      description: 'Not before then; and not before an earlier delivery of the same item has arrived or been given up.',
    }),
    createdAt: At,
    finishedAt: At.nullable(),
  })
  .meta({ id: 'Delivery', example: DELIVERY_EXAMPLE })

export const DeliveriesQuerystring = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional().meta({ description: 'One state.', example: 'dead' }),
  limit: Limit,
  cursor: Cursor,
})

export const DeliveryParams = z.object({
  id: Uuid.meta({ description: 'The subscription’s UUID.', example: ID }),
  deliveryId: Uuid.meta({ description: 'The delivery’s UUID.', example: DELIVERY_ID }),
})
