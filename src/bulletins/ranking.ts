import { compareRates, type Rate, rateOf } from '../domain/rate.js'
import type { Standing } from './content-schema.js'
import { type Group, sum, type Tally } from './figures.js'

/** With fewer items than this a rate says nothing, and one item more or less would turn the ranking over. */
export const MINIMUM_LISTED = 5

/** The groups added up by unit or by county, best closure rate first; those too small to be ranked after them. */
export function standingsOf(
  groups: readonly Group[],
  by: 'unit' | 'area',
  names: ReadonlyMap<string, string>,
  previous: readonly Standing[],
): Standing[] {
  const tallies = new Map<string | null, Tally>()
  for (const group of groups) tallies.set(group[by], sum(tallies.get(group[by]), group))
  // What has neither been listed nor happened is no standing: a county of which something was only reported.
  const rows = [...tallies].filter(([, tally]) => tally.listed > 0).map(([key, tally]) => standing(key, tally))
  const ranked = rows.filter((row) => row.key !== null && !row.few)
  return rows
    .map((row) => ({
      ...row,
      name: row.key === null ? null : (names.get(row.key) ?? null),
      rank: ranked.includes(row) ? rankAmong(row, ranked) : null,
      previousRank: previous.find(({ key }) => key === row.key)?.rank ?? null,
    }))
    .sort(inOrder)
}

function standing(key: string | null, tally: Tally): Standing {
  const { listed, onAccount, closed, newlyListed, closedInPeriod, overdue, maxOverdueDays } = tally
  const few = listed < MINIMUM_LISTED
  const fair = (rate: Rate): Rate => (few ? { ...rate, value: null } : rate)
  return {
    ...{ key, name: null, rank: null, previousRank: null, few },
    ...{ listed, onAccount, closed, newlyListed, closedInPeriod, overdue, maxOverdueDays },
    rates: {
      closure: fair(rateOf(closed, listed)),
      onTime: fair(rateOf(tally.closedOnTime, tally.closedDated)),
      overdue: fair(rateOf(overdue, onAccount)),
    },
  }
}

/** One more than there are better ones, so that equals share a rank and the next has none of theirs. */
function rankAmong(row: Standing, ranked: readonly Standing[]): number {
  return 1 + ranked.filter((other) => compareRates(other.rates.closure, row.rates.closure) > 0).length
}

/** By rank; without one by size; whoever nobody is, last. Ids break what is left, so that the order is always the same. */
function inOrder(a: Standing, b: Standing): number {
  return (
    Number(a.key === null) - Number(b.key === null) ||
    (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER) ||
    b.listed - a.listed ||
    ((a.key ?? '') < (b.key ?? '') ? -1 : 1)
  )
}
