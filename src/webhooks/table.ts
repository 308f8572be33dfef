import { bigint, boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, jurisdictionId } from '../db/column-types.js'

export const subscription = pgTable(
  'subscription',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    url: text('url').notNull(),
    description: text('description'),
    types: text('types').array().notNull(),
    unit: uuid('unit_id'),
    area: text('area'),
    view: uuid('view_id'),
    active: boolean('active').notNull().default(true),
    secret: text('secret'),
    previousSecret: text('previous_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    afterSeq: bigint('after_seq', { mode: 'number' }).notNull(),
    disabledAt: instant('disabled_at'),
    heldUntil: instant('held_until'),
    slow: boolean('slow').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)
