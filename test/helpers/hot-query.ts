import type { LargeApp } from './large-app.js'

/** What each statement of a question may look at on the large list. */
export interface Bounds {
  /** The indexes that answer it. Without any one of them it must look at more than its bounds. */
  by?: readonly string[]
  /** Rows and index entries of tables that are not small. A page of 50 with its look-ups has about 200. */
  rows?: number
  /** Large tables that may be read as a whole, where that may be as good as so many look-ups. */
  whole?: readonly string[]
  /** Pages of 8 kB. A page of 50 items has about 300. */
  pages?: number
}

/** A question that is asked often. */
export interface HotQuery extends Required<Bounds> {
  name: string
  ask(): Promise<unknown>
}

/** Twice what the page of a list has. */
const ROWS = 300
const PAGES = 700

export function hot(name: string, ask: () => Promise<unknown>, bounds: Bounds = {}): HotQuery {
  return { name, ask, by: [], whole: [], rows: ROWS, pages: PAGES, ...bounds }
}

/** For each of some values of a query the office's page of items. */
export function hotPages({ office }: LargeApp, filters: Readonly<Record<string, Bounds>>): HotQuery[] {
  return Object.entries(filters).map(([query, bounds]) =>
    hot(`the list, ${query}`, () => office.get(`/v1/items?${encodeURI(query)}`), bounds),
  )
}
