import type { Words } from '../domain/rejection.js'
import type { Names } from './names.js'

/** How a column's values are written: what Excel makes of them, and how wide they are. */
export type CellKind = 'text' | 'whole' | 'decimal' | 'degrees' | 'time'
/** A `time` is an instant, RFC 3339 in UTC; it is shown on the jurisdiction's clocks. */
export type Value = string | number | null | undefined

export interface Column<R> {
  title: Words
  kind: CellKind
  /** In characters, of which a Chinese one takes two. */
  width: number
  read(row: R, names: Names): Value
}

/** What a list or report is as a table: all that a row type needs to be had as a file. */
export interface Sheet<R> {
  /** The title on the cover, the name of the worksheet, and of the file. At most 24 characters. */
  name: Words
  /** The file's name for those who read only ASCII. */
  slug: string
  columns: readonly Column<R>[]
  /** Where a row is, for GeoJSON. */
  pointOf?(row: R): { lon: number; lat: number } | null
}

const WIDTHS: Record<CellKind, number> = { text: 16, whole: 10, decimal: 14, degrees: 12, time: 17 }

/** Makes the columns of a row type; each is titled in both languages and says where its value is. */
export function columnsOf<R>() {
  const column =
    (kind: CellKind) =>
    (zh: string, en: string, read: Column<R>['read'], width: number = WIDTHS[kind]): Column<R> => ({
      title: { zh, en },
      kind,
      width,
      read,
    })
  return {
    text: column('text'),
    whole: column('whole'),
    decimal: column('decimal'),
    degrees: column('degrees'),
    time: column('time'),
    flag: (zh: string, en: string, isSo: (row: R) => boolean): Column<R> =>
      column('text')(zh, en, (row, names) => names.flag(isSo(row)), 10),
  }
}
