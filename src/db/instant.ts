import { type SQL, sql } from 'drizzle-orm'

/** A timestamptz column as it goes on the wire: RFC 3339 in UTC with milliseconds. */
export function instant(column: string): SQL {
  return sql.raw(instantText(column))
}

/** The same as text, to be part of a longer one. */
export function instantText(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
