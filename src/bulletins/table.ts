import { bigint, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, jurisdictionId } from '../db/column-types.js'
import type { BulletinKind } from '../domain/report/bulletin.js'

export const bulletin = pgTable(
  'bulletin',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    kind: text('kind').$type<BulletinKind>().notNull(),
    from: text('period_from').notNull(),
    to: text('period_to').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    asOf: instant('as_of').notNull(),
    title: text('title').notNull(),
    preface: text('preface'),
    remarks: text('remarks'),
    corrects: uuid('corrects'),
    content: text('content').notNull(),
    contentSha256: bytea('content_sha256').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: uuid('created_by').notNull(),
    issuedAt: instant('issued_at'),
    issuedBy: uuid('issued_by'),
    number: text('number'),
    year: smallint('year'),
    n: integer('n'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)
