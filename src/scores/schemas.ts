import { z } from 'zod'
import { ENTRY_RULES, SCORE_LABELS } from '../domain/score/entry.js'
import { UNIT_EXAMPLE } from '../http/examples.js'
import { text } from '../http/fields.js'
import { ITEM_EXAMPLE } from '../item/fields.js'
import { PersonRef } from '../item/parts.js'

const At = z.iso.datetime({ precision: 3 })
const Day = z.iso.date()
const Words = z.strictObject({ zh: z.string(), en: z.string() })
export const UnitRef = z.strictObject({ id: z.uuid(), name: z.string() })

export const Points = z.number().meta({ description: 'To two decimals.', example: -0.5 })
export const MoneyFen = z.number().int().meta({ description: 'Fen (1/100 yuan).', example: -50_000 })

export const APPEAL_STATES = ['pending', 'approved', 'refused'] as const

export const APPEAL_EXAMPLE = {
  state: 'approved',
  reason: '汛期封路十日，非我单位原因。',
  at: '2026-11-25T01:30:00.000Z',
  by: { id: '01a20116-9f8f-7a55-8c01-6f7e8d9c0b1a', name: '阜南县交通运输局 陈涛' },
  decision: '情况属实，予以冲销。',
  decidedAt: '2026-11-26T02:00:00.000Z',
  decidedBy: { id: '01a20116-9f85-7d4e-8f0a-2a3f6d1c7b90', name: '安委办 周敏' },
} as const

export const SCORE_EXAMPLE = {
  id: '01a21f02-55aa-7c10-9d20-0c7f6a4b2e11',
  item: { id: ITEM_EXAMPLE.id, code: ITEM_EXAMPLE.code, title: ITEM_EXAMPLE.title },
  unit: { id: UNIT_EXAMPLE.id, name: UNIT_EXAMPLE.name },
  rule: 'overdue_day',
  label: SCORE_LABELS.overdue_day,
  rules: 3,
  cause: { seq: 42, type: 'item.assigned', at: '2026-11-02T02:00:00.000Z', day: '2026-11-23' },
  points: -0.5,
  moneyFen: null,
  seq: 57,
  at: '2026-11-22T16:02:00.000Z',
  bookedOn: '2026-11-23',
  reverses: null,
  reversedBy: '01a21f02-60b0-7a61-8a8b-3a0de1f2c5d9',
  reason: null,
  appeal: APPEAL_EXAMPLE,
} as const

const Appeal = z
  .strictObject({
    state: z.enum(APPEAL_STATES),
    reason: z.string(),
    at: At,
    by: PersonRef,
    decision: z.string().nullable().meta({ description: 'The reason that the office gave.' }),
    decidedAt: At.nullable(),
    decidedBy: PersonRef.nullable(),
  })
  .meta({ id: 'ScoreAppeal', example: APPEAL_EXAMPLE })

export const SCORE_MEMBERS = {
  id: z.uuid(),
  item: z.strictObject({ id: z.uuid(), code: z.string(), title: z.string() }),
  unit: UnitRef.nullable().meta({
    description: 'The unit whose points they are; null: they are owed to a member of the public who reported.',
  }),
  rule: z.enum(ENTRY_RULES),
  label: Words.meta({ description: 'What the rule is called.' }),
  rules: z.int().meta({ description: 'The version of the rules that was in force when the cause happened.' }),
  cause: z.strictObject({ seq: z.int(), type: z.string(), at: At, day: Day.nullable() }).meta({
    description:
      'The event that it is for. For what a day costs, the event since which is counted, and the local day that is counted.',
  }),
  points: Points,
  moneyFen: MoneyFen.nullable(),
  seq: z.int().meta({ description: 'The entry’s own event, `item.scored`.' }),
  at: At.meta({ description: 'When it was scored.' }),
  bookedOn: Day.meta({
    description:
      'The day whose period it counts in: the cause’s, or, when that period was closed, the first day after it that lies in none.',
  }),
  reverses: z.uuid().nullable().meta({ description: 'The entry that this one takes back.' }),
  reversedBy: z.uuid().nullable().meta({ description: 'The entry that takes this one back.' }),
  reason: z.string().nullable().meta({ description: 'Of a reversal.' }),
  appeal: Appeal.nullable(),
} as const

export const ScoreView = z
  .strictObject(SCORE_MEMBERS)
  .meta({ id: 'Score', description: 'One entry of points, and money where set.', example: SCORE_EXAMPLE })

const Reason = text(2000).meta({ description: 'Why.', example: '汛期封路十日，非我单位原因。' })

export const AppealScore = z
  .strictObject({ reason: Reason })
  .meta({ id: 'AppealScore', example: { reason: '汛期封路十日，非我单位原因。' } })

export const DecideScoreAppeal = z
  .strictObject({ approved: z.boolean(), reason: Reason })
  .meta({ id: 'DecideScoreAppeal', example: { approved: true, reason: '情况属实，予以冲销。' } })

export const ReverseScore = z
  .strictObject({ reason: Reason })
  .meta({ id: 'ReverseScore', example: { reason: '交办时限登记有误。' } })

export const ComputeScores = z
  .strictObject({})
  .meta({ id: 'ComputeScores', description: 'Computing needs nothing but the caller.', example: {} })

export const ScoreComputation = z
  .strictObject({
    scored: z.int().meta({ description: 'Entries that this call made.' }),
    done: z.boolean().meta({ description: 'False: there is more; call again.' }),
    countedTo: Day.meta({ description: 'The local day up to which days overdue are counted, this one included.' }),
    seq: z.int().meta({ description: 'The ledger’s head after it.' }),
  })
  .meta({ id: 'ScoreComputation', example: { scored: 12, done: true, countedTo: '2026-11-23', seq: 1234 } })
