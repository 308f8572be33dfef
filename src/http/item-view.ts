import { z } from 'zod'
import { CHANNEL_FIELDS } from '../db/channel-view.js'
import { EVIDENCE_KINDS, EVIDENCE_WARNINGS, MEDIA_TYPES } from '../domain/evidence.js'
import { RATINGS } from '../domain/hotline.js'
import { CARRIAGEWAYS, DIRECTIONS, LEVELS, RISKS, SOURCES, STATUSES, TIERS } from '../domain/item.js'
import { CHANNELS } from '../domain/permissions.js'
import { EVIDENCE_REF_EXAMPLE, ITEM_EXAMPLE, NEAR_EXAMPLE, PROPERTIES_EXAMPLE, pageExample } from './examples.js'
import { text } from './fields.js'

// What `db/item-json.ts` makes, described. A test parses real answers with these strict schemas.

const At = z.iso.datetime({ precision: 3 }).meta({ example: '2026-11-22T01:30:00.000Z' })
const done = { at: At, by: z.uuid().meta({ description: 'Person.' }) }

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

const HotlineView = z
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

export const ItemView = z
  .strictObject({
    id: z.uuid(),
    code: z.string().meta({ description: 'Gap-free per jurisdiction and year.', example: '2026-000172' }),
    version: z.int().min(1),
    status: z.enum(STATUSES),
    title: z.string(),
    description: z.string().nullable(),
    level: z.enum(LEVELS).nullable(),
    category: z.string().nullable(),
    risk: z.enum(RISKS).nullable(),
    source: z.enum(SOURCES),
    area: z.string(),
    road: z.string().nullable(),
    direction: z.enum(DIRECTIONS).nullable(),
    carriageway: z.enum(CARRIAGEWAYS).nullable().meta({
      description:
        'Where the two carriageways part (分离式路基) and each is counted on its own: `left` for ZK (左幅), `right` for YK (右幅), as seen along increasing chainage. Null for the road’s own line, K. It comes with the chainage.',
      example: 'left',
    }),
    startChainageM: z.int().nullable(),
    endChainageM: z.int().nullable(),
    chainage: z.string().nullable().meta({ description: 'As printed.', example: 'K12+345' }),
    location: z.strictObject({ lon: z.number(), lat: z.number() }).nullable().meta({ description: 'WGS 84.' }),
    address: z.string().nullable(),
    externalSystem: z.string().nullable(),
    externalId: z.string().nullable(),
    foundAt: At.nullable(),
    channel: z.enum(CHANNELS).nullable().meta({
      description: 'The channel from outside that filed it over Open311; null: one of our own people did.',
    }),
    hotline: HotlineView.nullable(),
    mediaUrl: z.string().nullable().meta({
      description: 'The links that the channel sent along, as text, one on a line. The service never follows them.',
    }),
    reportedAt: At,
    reportedBy: PersonRef.nullable(),
    listedAt: At.nullable(),
    evaluation: z.string().nullable(),
    defaultDueAt: At.nullable().meta({
      description: 'What the rules gave the level at listing; in force while nobody is assigned.',
    }),
    assignment: AssignmentView.nullable(),
    dueAt: At.nullable().meta({ description: 'The deadline in force.' }),
    dueProvisional: z.boolean().meta({ description: 'Counted in working days past the last published calendar year.' }),
    escalation: z
      .strictObject({ rung: z.string(), at: At, rungs: z.array(z.string()) })
      .nullable()
      .meta({
        description:
          'How far the item has climbed the ladder of the deadline in force: the highest rung, and all of them.',
        example: {
          rung: 'talk',
          at: '2026-11-22T01:30:00.000Z',
          rungs: ['overdue_notice', 'supervision_letter', 'talk'],
        },
      }),
    onAccount: z.boolean(),
    overdue: z.boolean(),
    overdueDays: z.int().min(0).meta({
      description: 'Calendar days past the deadline’s day, in the jurisdiction’s zone; at least 1 when overdue.',
    }),
    dueSoon: z.boolean().meta({ description: 'The deadline is at most 7 days away.' }),
    suspended: z.boolean(),
    suspension: z.strictObject({ reason: z.string(), ...done }).nullable(),
    extensionPending: z.boolean(),
    extension: z.strictObject({ dueAt: At, reason: z.string(), ...done }).nullable(),
    supervision: z.strictObject({ tier: z.enum(TIERS), reason: z.string(), ...done }).nullable(),
    plan: z
      .strictObject({
        measures: z.string(),
        budgetFen: z.int().nullable(),
        interimProtection: z.string().nullable(),
        ...done,
      })
      .nullable(),
    progress: z.strictObject({ percent: z.int(), note: z.string(), spentFen: z.int().nullable(), ...done }).nullable(),
    closureRequest: z.strictObject({ summary: z.string(), ...done }).nullable(),
    verifications: z
      .array(
        z.strictObject({
          findings: z.string(),
          points: z.array(StandardPointView).optional(),
          unit: z.uuid().nullable(),
          ...done,
        }),
      )
      .meta({ description: 'Who has found it good before the one who strikes it off, where the rules ask for two.' }),
    closedAt: At.nullable(),
    closedBy: PersonRef.nullable(),
    closureFindings: z.string().nullable(),
    closurePoints: z.array(StandardPointView).nullable(),
    recheck: z.strictObject({ passed: z.boolean(), findings: z.string(), ...done }).nullable(),
    dismissalReason: z.string().nullable(),
    mergedInto: z.uuid().nullable(),
    mergedFrom: z.array(z.uuid()),
    evidence: z.array(EvidenceRefView).meta({
      description: 'What the item’s events refer to, in order. The files are at `GET /v1/evidence/{id}/file`.',
    }),
    suspectedRecurrenceOf: z
      .strictObject({ id: z.uuid(), code: z.string(), distanceM: z.int(), confirmed: z.boolean() })
      .nullable()
      .meta({
        description:
          'A struck-off item of the same category at the same place, which may have come back; null also where the caller may not see that one, and once the office has refused it.',
        example: { id: NEAR_EXAMPLE.id, code: NEAR_EXAMPLE.code, distanceM: 12, confirmed: false },
      }),
    updatedAt: At,
    possibleDuplicates: z
      .array(NearView)
      .optional()
      .meta({ description: 'Only in the answer of a filing, and only where there are any.' }),
    warnings: z
      .array(z.enum(['point_outside_jurisdiction', 'point_outside_area']))
      .optional()
      .meta({
        description:
          'Only in the answer of a filing or correction, and only where there are any: the point lies outside the jurisdiction (its boundaries, else its province), or in another area than `area`. It was taken all the same.',
      }),
  })
  .meta({ id: 'Item', description: 'A hazard on the one list, as it stands.', example: ITEM_EXAMPLE })

const FLAT = (description: string) => z.string().nullable().meta({ description })

/** The item as the properties of a feature, with those who answer for it in columns of their own. */
export const FeatureProperties = z
  .strictObject({
    ...ItemView.shape,
    unitId: z.uuid().nullable().meta({ description: '`assignment.responsibleUnit`.' }),
    unitName: FLAT('What that unit is called now.'),
    leadOfficialName: FLAT('`assignment.leadOfficial.name`.'),
    leadOfficialTitle: FLAT('`assignment.leadOfficial.title`.'),
  })
  .meta({
    id: 'ItemFeatureProperties',
    description:
      'The item, and beside its own fields who answers for it, flat, for the tables of geographic information systems.',
    example: PROPERTIES_EXAMPLE,
  })

// A field that comes to the item is told to no channel, and does not compile, until it stands in the channels' list. What only the
// answer of a filing or correction has is in no answer to a channel.
type Item = z.infer<typeof ItemView>
CHANNEL_FIELDS satisfies {
  [K in keyof Omit<Required<Item>, 'possibleDuplicates' | 'warnings'>]: 'told' | Readonly<Item[K]>
}

export const ItemPage = z
  .strictObject({ data: z.array(ItemView), nextCursor: z.string().nullable(), total: z.int().optional() })
  .meta({ id: 'ItemPage', example: pageExample(ITEM_EXAMPLE) })
