import { getTableColumns, type Table } from 'drizzle-orm'
import type { Item } from '../src/domain/item/item.js'
import type { PreparedEvent } from '../src/ledger/chain.js'

// Rows as the lines of `COPY … FROM STDIN`.

/** A column as it is stored: how an item calls it, and how its values are written. */
interface Stored {
  key: keyof Item
  name: string
  write: (value: unknown) => string
}

const NULL = '\\N'

/** What the database computes in `item` and is told in `item_past`. */
const COMPUTED = {
  responsible_unit: (item: Item) => item.assignment?.responsibleUnit,
  lead_official: (item: Item) => item.assignment?.leadOfficial.name,
  supervision_tier: (item: Item) => item.supervision?.tier,
}
const computed = Object.values(COMPUTED)

export interface ItemLines {
  /** The columns that a line of `presentOf` has. */
  present: string
  past: string
  /** The columns of an item as text; those that are what they were before are taken over. */
  cellsOf(item: Item, before?: { item: Item; cells: string[] }): string[]
  presentOf(cells: string[]): string
  pastOf(item: Item, cells: string[], validTo: string): string
}

/** How the items of a build are written, by its mirror of the table. */
export function itemLinesOf(table: Table): ItemLines {
  const columns = Object.entries(getTableColumns(table)).filter(([, { name }]) => !(name in COMPUTED))
  const stored = columns.map(([key, column]): Stored => {
    return { key: key as keyof Item, name: column.name, write: writerOf(column.getSQLType()) }
  })
  const present = stored.map(({ name }) => name).join(', ')
  return {
    present,
    past: `${present}, ${Object.keys(COMPUTED).join(', ')}, valid_to`,
    cellsOf: (item, before) =>
      stored.map(({ key, write }, k) =>
        before !== undefined && before.item[key] === item[key] ? (before.cells[k] ?? NULL) : write(item[key]),
      ),
    presentOf: (cells) => `${cells.join('\t')}\n`,
    pastOf: (item, cells, validTo) =>
      `${cells.join('\t')}\t${computed.map((of) => textOf(of(item))).join('\t')}\t${validTo}\n`,
  }
}

function writerOf(type: string): (value: unknown) => string {
  if (type === 'jsonb') return (value) => (value == null ? NULL : escaped(JSON.stringify(value)))
  if (type.endsWith('[]')) return (value) => `{${(value as string[]).join(',')}}`
  return textOf
}

function textOf(value: unknown): string {
  return value == null ? NULL : escaped(String(value))
}

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

export function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? '') : text
}

export const EVENT_COLUMNS =
  'jurisdiction_id, seq, item_id, item_code, item_version, type, at, actor_id, actor_role, data, salt, data_hash, previous_hash, hash'

export interface Link {
  seq: number
  previous: Buffer
  hash: Buffer
}

/** An event at its place in the chain. */
export function eventLineOf(jurisdiction: string, event: PreparedEvent, { seq, previous, hash }: Link): string {
  const { item_id, item_code, item_version, type, at, actor_id, actor_role, data, salt, data_hash } = event
  const about = `${jurisdiction}\t${seq}\t${item_id}\t${item_code}\t${item_version}\t${type}\t${at}\t${actor_id}\t${actor_role}`
  return `${about}\t${escaped(data)}\t\\\\x${salt}\t\\\\x${data_hash}\t\\\\x${previous.toString('hex')}\t\\\\x${hash.toString('hex')}\n`
}
