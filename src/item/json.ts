import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { instantText } from '../db/instant.js'
import type { Actor } from '../domain/access/permissions.js'
import type { AnswerContext } from './field.js'
import { ANSWERED } from './fields.js'
import { item } from './table.js'

// The item's JSON, made by PostgreSQL of what `fields.ts` says, for reads and for the answers of commands.

const columns: Record<string, { name: string; getSQLType(): string }> = getTableColumns(item)

/** A column as it stands in an answer. */
function asStored(name: string): string {
  const column = columns[name]
  if (column === undefined) throw new Error(`${name} has no column, and no expression either`)
  return column.getSQLType() === 'timestamptz' ? instantText(`i.${column.name}`) : `i.${column.name}`
}

type Piece = SQL | ((asked: AnswerContext) => SQL)

/** In as few pieces as what differs from request to request allows: a query is put together of its pieces at every request. */
function piecesOf(): Piece[] {
  const pieces: Piece[] = []
  let text = ''
  for (const [name, answer] of ANSWERED) {
    if (text !== '' || pieces.length > 0) text += ', '
    if (typeof answer.sql === 'function') {
      pieces.push(sql.raw(text), answer.sql)
      text = ` as "${name}"`
    } else text += `${answer.sql ?? asStored(name)} as "${name}"`
  }
  return [...pieces, sql.raw(text)]
}

const PIECES = piecesOf()

/** The fields of `ItemView`. Selects from alias `i` (an `itemRows` source). */
export function itemFields(actor: Actor, now: string): SQL {
  const asked = { actor, now }
  return sql.join(PIECES.map((piece) => (typeof piece === 'function' ? piece(asked) : piece)))
}

/** The column `json` of a query that has alias `i`: the item's JSON text. */
export function itemText(actor: Actor, now: string): SQL {
  return sql`(select row_to_json(v)::text from (select ${itemFields(actor, now)}) v) as json`
}

/** The column `json` of an item's row in a file of that format. */
export const rowTextIn = (format: string) => (format === 'geojson' ? featureProperties : itemText)

/**
 * The column `json` for a feature of a map: the item, and beside its own fields who answers for it, flat, since the tables of
 * geographic information systems show an object as text.
 */
export function featureProperties(actor: Actor, now: string): SQL {
  return sql`(select row_to_json(v)::text from (select ${itemFields(actor, now)}, ${OWNER_FIELDS}) v) as json`
}

const OWNER_FIELDS = sql.raw(`
    i.responsible_unit as "unitId",
    case when i.responsible_unit is not null then (
      select u.name from unit u where u.jurisdiction_id = i.jurisdiction_id and u.id = i.responsible_unit) end as "unitName",
    i.assignment -> 'leadOfficial' ->> 'name' as "leadOfficialName",
    i.assignment -> 'leadOfficial' ->> 'title' as "leadOfficialTitle"`)

/** `select` of one column `json`, the item's JSON text, over a source that has alias `i`. `itemTold` then says what its caller is told. */
export function itemJson(actor: Actor, now: string, from: SQL): SQL {
  return sql`select row_to_json(v)::text as json from (select ${itemFields(actor, now)} ${from}) v`
}
