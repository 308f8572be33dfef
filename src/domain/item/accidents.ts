/** What sites like this one have in a year without remediation, from a safety performance function or a reference group. */
export interface Base {
  accidentsPerYear: number
  /** The k of the negative binomial: the variance of the sites' true rates is k times their mean squared. */
  overdispersion: number
}

/** Accidents that were counted at an item in a span of local days, `from` in it and `to` not. */
export interface AccidentCount {
  id: string
  /** `YYYY-MM-DD` in the jurisdiction's zone. */
  from: string
  to: string
  accidents: number
  deaths: number
  injuries: number
  base: Base | null
  source: string | null
  note: string | null
  /** The id of the count that this one takes the place of. */
  corrects: string | null
}

/** An item has at most this many counts in force: forty years by the month. */
export const MAX_COUNTS = 480

/** The counts that no later one has corrected, by their beginning; `all` is in the order in which they were entered. */
export function countsInForce<C extends AccidentCount>(all: readonly C[]): C[] {
  const corrected = new Set(all.map((count) => count.corrects))
  return all.filter((count) => !corrected.has(count.id)).sort((a, b) => (a.from < b.from ? -1 : 1))
}
