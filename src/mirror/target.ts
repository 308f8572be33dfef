import type { Event, Item } from '../../packages/client/src/index.js'
import type { Link } from './chain.js'

export type Value = string | number | null

/** A database that can be mirrored into. SQL has numbered parameters, `$1` before `$2`, as both kinds take them. */
export interface TargetDatabase {
  /** The type of a column of JSON. */
  json: 'jsonb' | 'text'
  all(sql: string, values?: readonly Value[]): Promise<Record<string, unknown>[]>
  /** Commits what `work` did, durably, or nothing of it. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Whose ledger is mirrored, and up to where. */
export interface MirrorPosition extends Link {
  /** Null before the first synchronisation. */
  jurisdiction: string | null
}

/** What an item is by its ledger; `overdue`, `overdueDays` and `dueSoon` are the clock's, and computed from `dueAt`. */
export type MirroredItem = Omit<Item, 'overdue' | 'overdueDays' | 'dueSoon'>

/** Somebody else has moved the place: nothing was written, and there is a newer place to go on from. */
export class PlaceMoved extends Error {}

/** The three tables of a mirror, and the one way in which they change. */
export interface Target {
  /** Where the mirror is; the tables are made when they are not there. */
  open(): Promise<MirrorPosition>
  /**
   * Runs `work` in one transaction that also moves the place from `from` to where `work` says: rows and place are both
   * there or both not. @throws PlaceMoved when the mirror is not at `from`.
   */
  move(from: MirrorPosition, work: () => Promise<MirrorPosition>): Promise<MirrorPosition>
  addEvents(events: readonly Event[]): Promise<void>
  putItems(items: readonly Item[]): Promise<void>
  /** Items whose JSON names any of these people. */
  itemsNaming(people: readonly string[]): Promise<string[]>
  /** How many items are not at the version that the mirrored events make them. */
  countFaults(): Promise<number>
  close(): Promise<void>
}

/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535. */
const ROWS_A_STATEMENT = 500

export function createTarget(db: TargetDatabase): Target {
  async function lockedPlace(): Promise<MirrorPosition> {
    // An update of nothing: it takes the row's lock in PostgreSQL and the file's in SQLite.
    const [row] = await db.all('update mirror_place set seq = seq returning jurisdiction, seq, hash')
    const { jurisdiction, seq, hash } = row as { jurisdiction: string | null; seq: number | string; hash: string }
    return { jurisdiction, seq: Number(seq), hash }
  }

  async function insert(table: string, rows: readonly Value[][], onConflict = ''): Promise<void> {
    for (let k = 0; k < rows.length; k += ROWS_A_STATEMENT) {
      const some = rows.slice(k, k + ROWS_A_STATEMENT)
      let n = 0
      const tuples = some.map((row) => `(${row.map(() => `$${++n}`).join(', ')})`)
      await db.all(`insert into ${table} values ${tuples.join(', ')} ${onConflict}`, some.flat())
    }
  }

  return {
    async open() {
      for (const statement of tables(db.json)) await db.all(statement)
      return db.transaction(lockedPlace)
    },
    move: (from, work) =>
      db.transaction(async () => {
        const found = await lockedPlace()
        if (found.seq !== from.seq || found.hash !== from.hash) throw new PlaceMoved(`the mirror is at ${found.seq}`)
        const to = await work()
        await db.all('update mirror_place set jurisdiction = $1, seq = $2, hash = $3', [
          to.jurisdiction,
          to.seq,
          to.hash,
        ])
        return to
      }),
    addEvents: (events) => insert('mirror_event', events.map(eventRow)),
    putItems: (items) => insert('mirror_item', items.map(itemRow), REPLACE),
    async itemsNaming(people) {
      const found = new Set<string>()
      for (const id of people) {
        const rows = await db.all('select id from mirror_item where cast(item as text) like $1', [`%"${id}"%`])
        for (const row of rows) found.add(String(row.id))
      }
      return [...found]
    },
    async countFaults() {
      const [row] = await db.all(`select count(*) as faults from
        (select item_id, max(item_version) as version from mirror_event where item_id is not null group by item_id) e
        full join mirror_item i on i.id = e.item_id where i.version is null or e.version is null or i.version <> e.version`)
      return Number(row?.faults)
    },
    close: () => db.close(),
  }
}

const REPLACE = `on conflict (id) do update set code = excluded.code, version = excluded.version,
  status = excluded.status, area = excluded.area, responsible_unit = excluded.responsible_unit,
  due_at = excluded.due_at, updated_at = excluded.updated_at, item = excluded.item`

/** Ids and times are text, as on the wire: the same query reads either kind of mirror. */
function tables(json: string): string[] {
  return [
    `create table if not exists mirror_place (
      one integer primary key check (one = 1), jurisdiction text, seq bigint not null, hash text not null)`,
    `insert into mirror_place (one, seq, hash) values (1, 0, '${'00'.repeat(32)}') on conflict do nothing`,
    `create table if not exists mirror_event (
      seq bigint primary key, item_id text, item_version integer, type text not null, at text not null,
      hash text not null, event ${json} not null)`,
    'create unique index if not exists mirror_event_item on mirror_event (item_id, item_version)',
    `create table if not exists mirror_item (
      id text primary key, code text not null, version integer not null, status text not null, area text not null,
      responsible_unit text, due_at text, updated_at text not null, item ${json} not null)`,
  ]
}

function eventRow(event: Event): Value[] {
  const { seq, itemId, itemVersion, type, at, hash } = event
  return [seq, itemId, itemVersion, type, at, hash, JSON.stringify(event)]
}

function itemRow(item: Item): Value[] {
  const { overdue: _1, overdueDays: _2, dueSoon: _3, ...mirrored } = item
  const { id, code, version, status, area, assignment, dueAt, updatedAt } = mirrored satisfies MirroredItem
  const unit = assignment?.responsibleUnit ?? null
  return [id, code, version, status, area, unit, dueAt, updatedAt, JSON.stringify(mirrored)]
}
