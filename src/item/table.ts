import { type InferSelectModel, sql } from 'drizzle-orm'
import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../db/column-types.js'
import type { Item } from '../domain/item/item.js'
import { ITEM_FIELDS } from './fields.js'

type Fields = typeof ITEM_FIELDS
type Columns = { [K in keyof Fields as Fields[K]['column'] extends null ? never : K]: NonNullable<Fields[K]['column']> }

/** The columns that hold an Item, in both tables. Each property has the name of the Item's. */
const columns = Object.fromEntries(
  Object.entries(ITEM_FIELDS).flatMap(([name, { column }]) => (column === null ? [] : [[name, column]])),
) as Columns

export const item = pgTable(
  'item',
  {
    ...columns,
    responsibleUnit: uuid('responsible_unit').generatedAlwaysAs(sql`(assignment ->> 'responsibleUnit')::uuid`),
    leadOfficial: text('lead_official').generatedAlwaysAs(sql`assignment -> 'leadOfficial' ->> 'name'`),
    supervisionTier: text('supervision_tier').generatedAlwaysAs(sql`supervision ->> 'tier'`),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id] })],
)

type Holds<Row extends Item> = Row
/** A row without what follows from the rest: the domain's Item, or this does not compile. */
export type ItemRow = Holds<Pick<InferSelectModel<typeof item>, keyof Item>>

export const itemPast = pgTable(
  'item_past',
  {
    ...columns,
    responsibleUnit: uuid('responsible_unit'),
    leadOfficial: text('lead_official'),
    supervisionTier: text('supervision_tier'),
    validTo: instant('valid_to').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jurisdiction, t.id, t.version] })],
)
