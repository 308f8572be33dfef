import { z } from 'zod'
import { BULLETIN_KINDS } from '../domain/report/bulletin.js'
import { Cursor, DateOrInstant, Instant, Limit, text, Uuid } from '../http/fields.js'
import { BulletinContent } from './content-schema.js'
import { BULLETIN_EXAMPLE, RECEIPT_EXAMPLE, SUMMARY_EXAMPLE } from './examples.js'

const At = z.iso.datetime({ precision: 3 })
const Kind = z.enum(BULLETIN_KINDS).meta({ description: '日调度 daily · 周汇总 weekly · 月通报 monthly · on_demand' })
const Text = text(20_000)
const Person = z.strictObject({ id: z.uuid(), name: z.string() })
const Reference = z.strictObject({ id: z.uuid(), number: z.string() }).nullable()

export const DraftBulletin = z
  .strictObject({
    kind: Kind,
    from: DateOrInstant.optional().meta({
      description:
        'The first local day of the period. Left out with `to`: the last day, week or month that is over; on demand, this month until now.',
      example: '2026-10-01',
    }),
    to: DateOrInstant.optional().meta({
      description: 'The day after the last. A month goes from a day to the same day of the next.',
      example: '2026-11-01',
    }),
    cutOff: z
      .union([z.int().min(1), Instant])
      .optional()
      .meta({
        description:
          'What the ledger must have known: a seq, or a moment. Left out: the end of the period, or the present while it is not over or when the ledger had not begun.',
        example: 1234,
      }),
    corrects: Uuid.optional().meta({
      description:
        'The issued bulletin that this one corrects; it has the same kind and period, and the same cut-off unless one is given.',
    }),
    title: text(200).optional(),
    preface: Text.nullish(),
    remarks: Text.nullish(),
  })
  .meta({ id: 'DraftBulletin', example: { kind: 'monthly', from: '2026-10-01', to: '2026-11-01' } })

export const EditBulletin = z
  .strictObject({ title: text(200).optional(), preface: Text.nullish(), remarks: Text.nullish() })
  .meta({
    id: 'EditBulletin',
    description: 'JSON merge patch of what the office writes around the content.',
    example: { preface: '各县（市、区）、各成员单位：' },
  })

const SUMMARY = {
  id: z.uuid(),
  version: z.int(),
  kind: Kind,
  state: z.enum(['draft', 'issued']),
  number: z.string().nullable().meta({ description: 'The document number (文号), given on issuing.' }),
  title: z.string(),
  preface: z.string().nullable(),
  remarks: z.string().nullable(),
  from: z.iso.date(),
  to: z.iso.date(),
  seq: z.int().meta({ description: 'The ledger’s entry at which it is cut off.' }),
  asOf: At,
  contentSha256: z.string().meta({ description: 'SHA-256 of the content as RFC 8785 JSON.' }),
  corrects: Reference,
  correctedBy: Reference,
  createdAt: At,
  createdBy: Person,
  issuedAt: At.nullable(),
  issuedBy: Person.nullable(),
  receivedAt: At.nullable().meta({ description: 'When the caller’s unit or office, or the supervisor, confirmed it.' }),
}

export const BulletinSummary = z.strictObject(SUMMARY).meta({ id: 'BulletinSummary', example: SUMMARY_EXAMPLE })
export type BulletinSummary = z.infer<typeof BulletinSummary>

export const BulletinView = z
  .strictObject({ ...SUMMARY, content: BulletinContent })
  .meta({ id: 'Bulletin', example: BULLETIN_EXAMPLE })

export const BulletinQuery = z.strictObject({
  kind: Kind.optional(),
  state: z.enum(['draft', 'issued']).optional().meta({ description: 'Drafts are the office’s alone.' }),
  limit: Limit,
  cursor: Cursor,
})

export const FormatQuery = z.strictObject({
  format: z.enum(['json', 'html']).optional().meta({ description: 'Instead of `Accept`.' }),
})

export const BulletinReceipt = z
  .strictObject({
    recipient: z.enum(['unit', 'office', 'supervisor']),
    unit: Person.nullable(),
    person: Person.nullable(),
    receivedAt: At.nullable(),
    receivedBy: Person.nullable(),
  })
  .meta({ id: 'BulletinReceipt', example: RECEIPT_EXAMPLE })

export const BulletinReceipts = z
  .strictObject({
    recipients: z.int(),
    received: z.int(),
    outstanding: z.array(BulletinReceipt).meta({ description: 'Who has not confirmed.' }),
    confirmed: z.array(BulletinReceipt),
  })
  .meta({
    id: 'BulletinReceipts',
    example: { recipients: 1, received: 1, outstanding: [], confirmed: [RECEIPT_EXAMPLE] },
  })

export const ReproductionView = z
  .strictObject({ same: z.boolean(), contentSha256: z.string(), recomputedSha256: z.string(), seq: z.int() })
  .meta({
    id: 'BulletinReproduction',
    example: {
      same: true,
      contentSha256: SUMMARY_EXAMPLE.contentSha256,
      recomputedSha256: SUMMARY_EXAMPLE.contentSha256,
      seq: SUMMARY_EXAMPLE.seq,
    },
  })
