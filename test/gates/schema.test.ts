import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import * as ofBulletins from '../../src/bulletins/table.js'
import * as ofContacts from '../../src/contacts/tables.js'
import * as shared from '../../src/db/schema.js'
import * as ofDocuments from '../../src/documents/tables.js'
import * as ofItems from '../../src/item/table.js'
import * as ofScores from '../../src/scores/tables.js'
import * as ofWebhooks from '../../src/webhooks/table.js'
import { createTestDatabase } from '../helpers/database.js'
import { t } from '../helpers/tap.js'

interface Column {
  table_name: string
  column_name: string
  data_type: string
  is_nullable: 'YES' | 'NO'
}

/** What drizzle calls a type, by the name that PostgreSQL's catalogue has for it. */
const TYPES: Record<string, string> = {
  timestamptz: 'timestamp with time zone',
  'uuid[]': 'ARRAY',
  'text[]': 'ARRAY',
}
const { superuserUrl: url } = await createTestDatabase(t)
const client = new pg.Client({ connectionString: url })
await client.connect()
t.teardown(() => client.end())

const { rows: columns } = await client.query<Column>(`
  select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public'`)
const mirrored = Object.values({
  ...shared,
  ...ofItems,
  ...ofBulletins,
  ...ofContacts,
  ...ofDocuments,
  ...ofScores,
  ...ofWebhooks,
}).filter((table) => is(table, PgTable))

t.test('a table that queries are built of is what the migrations make', async (t) => {
  for (const table of mirrored) {
    const name = getTableName(table)
    const real = new Map(columns.filter((c) => c.table_name === name).map((c) => [c.column_name, c]))
    for (const column of Object.values(getTableColumns(table))) {
      const found = real.get(column.name)
      real.delete(column.name)
      const type = column.getSQLType()
      // A date is read as text here: it has no zone, and must not become an instant.
      const expected = found?.data_type === 'date' ? 'text' : found?.data_type
      t.equal(TYPES[type] ?? type, expected, `${name}.${column.name} is ${type}`)
      if (column.generated === undefined) {
        t.equal(
          column.notNull,
          found?.is_nullable === 'NO',
          `${name}.${column.name} is ${column.notNull ? 'not null' : 'nullable'}`,
        )
      }
    }
    t.same([...real.keys()], [], `${name} has no column that the mirror lacks`)
  }
})

/** The same for everybody, or the list of jurisdictions itself. */
const WITHOUT_JURISDICTION = ['area', 'shipped_year', 'reference_data', 'migration']

t.test('every key begins with the jurisdiction', async (t) => {
  const { rows } = await client.query<{ table: string; name: string; columns: string[] }>(`
    select c.relname as table, i.indexrelid::regclass::text as name,
      array(select a.attname::text from unnest(i.indkey) with ordinality k (n, o) join pg_attribute a
        on a.attrelid = i.indrelid and a.attnum = k.n order by k.o) as columns
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and i.indisunique`)
  for (const { table, name, columns: key } of rows) {
    if (WITHOUT_JURISDICTION.includes(table)) continue
    t.equal(key[0], table === 'jurisdiction' ? 'id' : 'jurisdiction_id', `${name} (${key.join(', ')})`)
  }
})

t.test('every foreign key between jurisdictions’ tables includes the jurisdiction', async (t) => {
  const { rows } = await client.query<{ name: string; target: string; columns: string[] }>(`
    select conrelid::regclass || ' ' || conname as name, confrelid::regclass::text as target,
      array(select a.attname::text from unnest(conkey) k join pg_attribute a on a.attrelid = conrelid and a.attnum = k) as columns
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`)
  t.ok(rows.length > 5)
  for (const { name, target, columns: key } of rows) {
    if (target !== 'area') t.ok(key.includes('jurisdiction_id'), `${name} → ${target}`)
  }
})
