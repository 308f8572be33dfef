import { bigint, boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/access/permissions.js'
import { bytea, instant, jurisdictionId } from './column-types.js'

// Tables that several rooms build queries of; others stand in their rooms. Migrations are the truth, and a test compares the two.

export const jurisdiction = pgTable('jurisdiction', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  timeZone: text('time_zone').notNull(),
  area: text('area').notNull(),
  createdAt: instant('created_at').notNull(),
  plansWantedSince: instant('plans_wanted_since'),
})

export const ledgerHead = pgTable('ledger_head', {
  jurisdiction: text('jurisdiction_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  previousHash: bytea('previous_hash').notNull(),
  hash: bytea('hash').notNull(),
})

export const unit = pgTable(
  'unit',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    name: text('name').notNull(),
    kind: text('kind').$type<'bureau' | 'township' | 'company' | 'office' | 'other'>().notNull(),
    area: text('area'),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const category = pgTable(
  'category',
  {
    jurisdiction: jurisdictionId(),
    code: text('code').notNull(),
    nameZh: text('name_zh').notNull(),
    nameEn: text('name_en').notNull(),
    position: integer('position').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.code] })],
)

export const person = pgTable(
  'person',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Actor['role']>().notNull(),
    unit: uuid('unit_id'),
    area: text('area'),
    issuer: text('issuer'),
    subject: text('subject'),
    active: boolean('active').notNull().default(true),
    createdAt: instant('created_at').notNull(),
    claimsAt: instant('claims_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)
