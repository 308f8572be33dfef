import { fairRate, MINIMUM_LISTED, ranksOf } from '../domain/report/rank.js'
import { compareRates } from '../domain/report/rate.js'
import { ratesOf, sum, type Tally } from '../domain/report/tally.js'
import type { Standing } from './content-schema.js'
import type { Group } from './figures.js'

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
  const ranks = ranksOf(
    rows.filter((row) => row.key !== null && !row.few),
    (a, b) => compareRates(b.rates.closure, a.rates.closure),
  )
  return rows
    .map((row) => ({
      ...row,
      name: row.key === null ? null : (names.get(row.key) ?? null),
      rank: ranks.get(row) ?? null,
      previousRank: previous.find(({ key }) => key === row.key)?.rank ?? null,
    }))
    .sort(inOrder)
}

function standing(key: string | null, tally: Tally): Standing {
  const { listed, onAccount, closed, newlyListed, closedInPeriod, overdue, maxOverdueDays } = tally
  const few = listed < MINIMUM_LISTED
  const { closure, onTime, overdue: overdueRate } = ratesOf(tally)
  return {
    ...{ key, name: null, rank: null, previousRank: null, few },
    ...{ listed, onAccount, closed, newlyListed, closedInPeriod, overdue, maxOverdueDays },
    rates: {
      closure: fairRate(closure, few),
      onTime: fairRate(onTime, few),
      overdue: fairRate(overdueRate, few),
    },
  }
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
