import type pg from 'pg'
import type { TestApp } from './app.js'
import { FUNCTIONS, rowsOf } from './large-list-rows.js'

/**
 * Fills a test's database with a list of 200,000 items and what belongs to it, as it would be years on: no valid ledger, since
 * only the plans of queries are looked at. Indexes are made after the rows, which is several times as fast.
 */
export async function loadLargeList({ superuser, clock, home, foreign }: TestApp, channel: string): Promise<void> {
  const client = await superuser.connect()
  try {
    await client.query(
      `set session_replication_role = replica; set maintenance_work_mem = '256MB'; set timezone = 'UTC'; set jit = off`,
    )
    await client.query(UNLOGGED)
    await client.query(FUNCTIONS)
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(SECONDARY_INDEXES)
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    for (const statement of rowsOf({ home, foreign, now: clock.now }, channel, await columnsOf(client))) {
      await client.query(statement)
    }
    for (const { definition } of indexes) await client.query(definition)
    await client.query('vacuum analyze')
  } finally {
    client.release(true)
  }
}

const LOGGED = `relkind = 'r' and relnamespace = 'public'::regnamespace and relpersistence = 'p'`

/** Nothing of it must outlive a crash. A table that others refer to comes after them. */
const UNLOGGED = `
  do $$
  declare
    name regclass;
  begin
    while exists (select from pg_class where ${LOGGED}) loop
      for name in select oid::regclass from pg_class where ${LOGGED} loop
        begin
          execute format('alter table %s set unlogged', name);
        exception when invalid_table_definition then null;
        end;
      end loop;
    end loop;
  end $$`

/** Those that stand behind no constraint. */
const SECONDARY_INDEXES = `
  select i.indexname as name, i.indexdef as definition from pg_indexes i
  where i.schemaname = 'public' and not exists (
    select from pg_constraint c where c.conindid = i.indexname::regclass)`

async function columnsOf(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select column_name as name from information_schema.columns where table_name = 'item' and table_schema = 'public'`)
  return rows.map(({ name }) => name)
}
