import { boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, jurisdictionId } from '../db/column-types.js'
import type { Party } from '../domain/item/notice.js'

export const digest = pgTable(
  'digest',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    recipient: text('recipient').$type<Party>().notNull(),
    unit: uuid('unit_id'),
    person: uuid('person_id'),
    test: boolean('test').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const contact = pgTable(
  'contact',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    recipient: text('recipient').$type<Party>().notNull(),
    unit: uuid('unit_id'),
    person: uuid('person_id'),
    area: text('area'),
    channel: text('channel').$type<'email' | 'wecom' | 'dingtalk'>().notNull(),
    address: text('address').notNull(),
    secret: text('secret'),
    name: text('name'),
    language: text('language').$type<'zh-CN' | 'en'>().notNull(),
    active: boolean('active').notNull().default(true),
    unsubscribedAt: instant('unsubscribed_at'),
    unsubscribeToken: bytea('unsubscribe_token').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const message = pgTable(
  'message',
  {
    jurisdiction: jurisdictionId(),
    digest: uuid('digest_id').notNull(),
    contact: uuid('contact_id').notNull(),
    state: text('state').$type<'pending' | 'sent' | 'failed' | 'dropped'>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    attemptedAt: instant('attempted_at'),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    lastError: text('last_error'),
    createdAt: instant('created_at').notNull(),
    sentAt: instant('sent_at'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.digest, t.contact] })],
)
