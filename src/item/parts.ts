import { z } from 'zod'
import { EVIDENCE_KINDS, EVIDENCE_WARNINGS, MEDIA_TYPES } from '../domain/item/evidence.js'
import { RATINGS } from '../domain/item/hotline.js'
import { STATUSES } from '../domain/item/words.js'
import { text } from '../http/fields.js'

// What the fields of an item are made of, where that has a name or an example of its own.

export const At = z.iso.datetime({ precision: 3 }).meta({ example: '2026-11-22T01:30:00.000Z' })
export const done = { at: At, by: z.uuid().meta({ description: 'Person.' }) }

export const EVIDENCE_REF_EXAMPLE = {
  id: '01a20118-6a10-7c3e-9f65-2f4b7c1d8e90',
  kind: 'before' as const,
  mediaType: 'image/jpeg' as const,
  sha256: '6b0d1c8f2f0f9f0a4c4a1ad7d3a5c1de0fbb0c2a1f6f5b3a9a6b7c8d9e0f1a2b',
  takenAt: '2026-11-22T01:20:00.000Z',
  location: { lon: 115.5901, lat: 32.6607 },
  warnings: [],
  event: 'item.reported',
  at: '2026-11-22T02:30:38.780Z',
  by: '01a20116-9f8a-7251-b5be-6358cb34814d',
}

export const NEAR_EXAMPLE = {
  id: '01a1f0aa-2b1c-7d3e-8f40-5a6b7c8d9e0f',
  code: '2025-000171',
  status: 'remediating',
  title: '弯道护栏缺失',
  distanceM: 12,
}

export const PersonRef = z.strictObject({ id: z.uuid(), name: z.string() }).meta({ id: 'PersonRef' })

export const AssignmentView = z
  .strictObject({
    goal: z.string(),
    leadOfficial: z.strictObject({ name: z.string(), title: z.string().optional() }),
    responsibleUnit: z.uuid(),
    coUnits: z.array(z.uuid()),
    completionStandard: z.string(),
    dueAt: At.meta({ description: 'The deadline as ordered; the item’s own `dueAt` is the one in force.' }),
    reward: z.string(),
    penalty: z.string(),
    assignedAt: At,
    assignedBy: z.uuid(),
    acceptedAt: At.nullable(),
  })
  .meta({
    id: 'Assignment',
    description: 'The assignment (交办单) with its required elements (五要件), reward and penalty.',
  })

const heard = {
  at: At,
  by: z.uuid().nullable().meta({ description: 'Person; null to a channel for others than itself.' }),
}

export const HotlineView = z
  .strictObject({
    ticket: z
      .string()
      .nullable()
      .meta({ description: 'The hotline’s own number of the call, under which it keeps who called.' }),
    answerWanted: z.boolean(),
    firstAnswer: z.strictObject({ answer: z.string().nullable(), ...heard }).nullable(),
    satisfaction: z.strictObject({ rating: z.enum(RATINGS), note: z.string().nullable(), ...heard }).nullable(),
  })
  .meta({
    id: 'Hotline',
    description:
      'The call to the hotline that the item came from, and what came of it. Nothing of who called is kept here.',
    example: {
      ...{ ticket: 'FY20261122-0815', answerWanted: true, satisfaction: null },
      firstAnswer: {
        ...{ answer: '已电话告知来电人，三日内现场核查。', at: '2026-11-22T08:00:00.000Z' },
        by: '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90',
      },
    },
  })

export const EvidenceRefView = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(EVIDENCE_KINDS),
    mediaType: z.enum(MEDIA_TYPES),
    sha256: z.string().meta({ description: 'Of the file as it is kept, as it stands in the ledger’s event.' }),
    takenAt: At.nullable(),
    location: z.strictObject({ lon: z.number(), lat: z.number() }).nullable().meta({ description: 'WGS 84.' }),
    warnings: z.array(z.enum(EVIDENCE_WARNINGS)).meta({
      description:
        'What a verifier should look at: `far_from_item` (farther than the rules’ `maxDistanceM`), `no_position`, `before_assignment` (taken before the order was given), `no_time`, `in_future`, `used_on_other_item` (this photo, or one that looks like it), `same_file_as_other_kind`. They refuse nothing.',
    }),
    event: z.string().meta({ description: 'The type of the event that referred to it first.' }),
    at: At,
    by: z.uuid().meta({ description: 'Person.' }),
  })
  .meta({ id: 'EvidenceRef', example: EVIDENCE_REF_EXAMPLE })

export const StandardPointView = z
  .strictObject({
    point: text(500),
    met: z.boolean(),
    note: text(500).optional(),
  })
  .meta({ id: 'StandardPoint', example: { point: '警示标志两处', met: true } })

/** An item at the same place as another. */
export const NearView = z
  .strictObject({
    id: z.uuid(),
    code: z.string(),
    status: z.enum(STATUSES),
    title: z.string(),
    distanceM: z.int().min(0).meta({ description: '0 where the stretches overlap.' }),
  })
  .meta({ id: 'NearItem', example: NEAR_EXAMPLE })

/** One who approved before the one who closes. */
export const VerificationView = z.strictObject({
  findings: z.string(),
  points: z.array(StandardPointView).optional(),
  unit: z.uuid().nullable(),
  ...done,
})
