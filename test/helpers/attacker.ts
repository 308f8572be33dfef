import type pg from 'pg'
import type { TestApp } from './app.js'
import type { Test } from './tap.js'

const TABLES = ['event', 'ledger_head', 'item', 'item_past'] as const

/** A superuser's session on a test app's database that nothing holds back. */
export interface Attacker {
  /** Several statements at once, committed. */
  attack(sql: string): Promise<void>
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>
  /** Puts ledger and list back to what they were when the attacker was made. */
  restore(): Promise<void>
}

/** Disables triggers and foreign keys for its session, and drops what else would refuse a senseless row. */
export async function createAttacker(t: Test, { superuser }: TestApp): Promise<Attacker> {
  const session = await superuser.connect()
  t.teardown(() => session.release())
  await session.query(`set session_replication_role = replica;
    do $$ declare c record; begin
      for c in select conrelid::regclass as tab, conname from pg_constraint
        where contype = 'c' and conrelid in ('item'::regclass, 'item_past'::regclass, 'event'::regclass)
      loop execute format('alter table %s drop constraint %I', c.tab, c.conname); end loop;
      for c in select indexrelid::regclass as name from pg_index
        where indrelid in ('item'::regclass, 'item_past'::regclass) and not indisunique
      loop execute format('drop index %s', c.name); end loop; end $$`)
  for (const table of TABLES) await session.query(`create table kept_${table} as table ${table}`)
  return {
    async attack(sql) {
      await session.query(sql)
    },
    async query(sql, values) {
      return (await session.query(sql, values)).rows
    },
    async restore() {
      for (const table of TABLES) {
        const { rows } = await session.query<{ columns: string }>(
          `select string_agg(column_name, ', ') as columns from information_schema.columns
           where table_name = $1 and is_generated = 'NEVER'`,
          [table],
        )
        const columns = rows[0]?.columns
        await session.query(
          `delete from ${table}; insert into ${table} (${columns}) select ${columns} from kept_${table}`,
        )
      }
    },
  }
}
