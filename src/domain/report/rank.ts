import type { Rate } from './rate.js'

/** With fewer items than this a rate says nothing, and one item more or less would turn a ranking over. */
export const MINIMUM_LISTED = 5

/** A rate as it may be compared: without its value where there is too little to be fair. */
export function fairRate(rate: Rate, few: boolean): Rate {
  return few ? { ...rate, value: null } : rate
}

/**
 * The ranks of rows, best first by `compare`: one more than there are better ones, so that equals share a rank and the next
 * has none of theirs: 1, 2, 2, 4.
 */
export function ranksOf<R>(rows: readonly R[], compare: (a: R, b: R) => number): Map<R, number> {
  const ranks = new Map<R, number>()
  const sorted = [...rows].sort(compare)
  for (const [k, row] of sorted.entries()) {
    const before = sorted[k - 1]
    const shared = before !== undefined && compare(before, row) === 0 ? ranks.get(before) : undefined
    ranks.set(row, shared ?? k + 1)
  }
  return ranks
}
