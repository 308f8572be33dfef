import { integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, jurisdictionId } from '../db/column-types.js'
import type { DocumentKind } from '../domain/item/document.js'

export const document = pgTable(
  'document',
  {
    jurisdiction: jurisdictionId(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<DocumentKind>().notNull(),
    itemId: uuid('item_id'),
    bulletinId: uuid('bulletin_id'),
    about: uuid('about'),
    unit: uuid('unit_id'),
    number: text('number').notNull(),
    year: smallint('year').notNull(),
    n: integer('n'),
    title: text('title').notNull(),
    templateVersion: integer('template_version').notNull(),
    missingGlyphs: jsonb('missing_glyphs').$type<{ field: string; characters: string[] }[]>(),
    issuedAt: instant('issued_at').notNull(),
    issuedBy: uuid('issued_by').notNull(),
    receivedAt: instant('received_at'),
    receivedBy: uuid('received_by'),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

export const documentFile = pgTable(
  'document_file',
  {
    jurisdiction: jurisdictionId(),
    document: uuid('document_id').notNull(),
    format: text('format').$type<'docx' | 'pdf'>().notNull(),
    sha256: bytea('sha256').notNull(),
    content: bytea('content').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.document, t.format] })],
)
