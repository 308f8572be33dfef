import { bigint, boolean, integer, numeric, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, jurisdictionId } from '../db/column-types.js'
import type { EntryRule } from '../domain/score/entry.js'
import type { ScorePeriodKind } from '../domain/score/period.js'

export const score = pgTable(
  'score',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    itemId: uuid('item_id').notNull(),
    itemVersion: integer('item_version').notNull(),
    rule: text('rule').$type<EntryRule>().notNull(),
    rules: integer('rules_version').notNull(),
    unit: uuid('unit_id'),
    points: numeric('points', { mode: 'number' }).notNull(),
    moneyFen: bigint('money_fen', { mode: 'number' }),
    causeSeq: bigint('cause_seq', { mode: 'number' }).notNull(),
    causeType: text('cause_type').notNull(),
    causeAt: instant('cause_at').notNull(),
    causeDay: text('cause_day'),
    causeKey: text('cause_key').notNull(),
    at: instant('scored_at').notNull(),
    bookedOn: text('booked_on').notNull(),
    reverses: uuid('reverses'),
    reason: text('reason'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const scoreAppeal = pgTable(
  'score_appeal',
  {
    jurisdiction: jurisdictionId(),
    score: uuid('score_id').notNull(),
    reason: text('reason').notNull(),
    appealedAt: instant('appealed_at').notNull(),
    appealedBy: uuid('appealed_by').notNull(),
    approved: boolean('approved'),
    decision: text('decision'),
    decidedAt: instant('decided_at'),
    decidedBy: uuid('decided_by'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.score] })],
)

export const scorePeriod = pgTable(
  'score_period',
  {
    jurisdiction: jurisdictionId(),
    period: text('period').notNull(),
    kind: text('kind').$type<ScorePeriodKind>().notNull(),
    from: text('period_from').notNull(),
    to: text('period_to').notNull(),
    closedAt: instant('closed_at').notNull(),
    closedBy: uuid('closed_by').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    content: text('content').notNull(),
    contentSha256: bytea('content_sha256').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.period] })],
)
