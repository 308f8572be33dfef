import { addDays } from '../time/zone.js'

/** Weeks of the past that a pace is taken from, unless told, and the fewest that say anything. */
export const FORECAST_WEEKS = 12
export const FEWEST_WEEKS = 4
/** With fewer closures than this nothing is foretold. */
export const FEWEST_CLOSURES = 5
/** A hundred years: what would take longer is not on its way. */
const FURTHEST_DAYS = 36_525
/** Of the standard normal distribution, above which a tenth lies: between a tenth and nine tenths lie 80 %. */
const Z_80 = 1.2815515655446004

export const OUTLOOKS = ['reached', 'expected', 'not_at_this_pace', 'too_few_data'] as const
export type Outlook = (typeof OUTLOOKS)[number]

/** What happened in one week: put on account (listed or reopened), and struck off. */
export interface Week {
  added: number
  closed: number
}

export interface Forecast {
  outlook: Outlook
  /** The day on which none is on account any more, at the pace of the weeks; null unless it is expected. */
  reachesZero: string | null
  /** With a chance of 10 % by then. */
  earliest: string | null
  /** With a chance of 90 % by then; null where even that is not to be had of the data. */
  latest: string | null
  /** The net pace: closed less added, a week. */
  netPerWeek: number
  /** How many times as much the weeks differ as chance alone would have it; at least 1. */
  dispersion: number
}

/**
 * When a list of `open` items reaches zero at the pace of the past weeks, and how sure that is.
 *
 * Listings and closures are taken as Poisson counts, so `W` past days with `C` closed and `A` added foretell for the next
 * `T` days a net decrease of `(C − A) T / W`, with the variance `φ (C + A) (T / W) (1 + T / W)`: the first part for the chance of the
 * days to come, the second for that of the days that the pace was taken from (the large-sample prediction limits for a
 * future Poisson count, W. Nelson, Applied Life Data Analysis, 1982, ch. 6; G. Hahn and W. Meeker, Statistical Intervals, 1991,
 * ch. 7). `φ` makes it wider where weeks differ more than chance would have it, as when closures come in batches (P.
 * McCullagh and J. Nelder, Generalized Linear Models, 1989, sec. 6.2). The limits are the days at which a tenth and nine tenths of
 * that distribution have reached zero, found exactly: a quadratic equation in T.
 */
export function forecastOf(open: number, weeks: readonly Week[], today: string): Forecast {
  const added = weeks.reduce((sum, week) => sum + week.added, 0)
  const closed = weeks.reduce((sum, week) => sum + week.closed, 0)
  const days = 7 * weeks.length
  const netPerWeek = weeks.length === 0 ? 0 : Math.round((100 * (closed - added)) / weeks.length) / 100
  const dispersion = dispersionOf(weeks, closed + added)
  const about = { netPerWeek, dispersion: Math.round(100 * dispersion) / 100 }
  const never = { reachesZero: null, earliest: null, latest: null, ...about }
  if (open === 0) return { outlook: 'reached', ...never }
  if (weeks.length < FEWEST_WEEKS || closed < FEWEST_CLOSURES) return { outlook: 'too_few_data', ...never }
  const pace = (closed - added) / days
  const expected = open / pace
  if (pace <= 0 || expected > FURTHEST_DAYS) return { outlook: 'not_at_this_pace', ...never }
  const [first, last] = limitsOf(open, pace, (dispersion * (closed + added)) / days, days)
  const dayAfter = (n: number) => (n > FURTHEST_DAYS ? null : addDays(today, Math.ceil(n)))
  return {
    ...{ outlook: 'expected', reachesZero: dayAfter(expected), earliest: dayAfter(first), latest: dayAfter(last) },
    ...about,
  }
}

/** The days T at which `pace · T − open = ± z √(noise · T · (1 + T / days))`; the later one is infinite where there is none. */
function limitsOf(open: number, pace: number, noise: number, days: number): [number, number] {
  const spread = Z_80 * Z_80 * noise
  const a = pace * pace - spread / days
  const b = 2 * pace * open + spread
  const q = (b + Math.sqrt(b * b - 4 * a * open * open)) / 2
  return [(open * open) / q, a > 0 ? q / a : Number.POSITIVE_INFINITY]
}

/** The weeks' variance of what was closed less what was added, as a multiple of what chance alone would give; at least 1. */
function dispersionOf(weeks: readonly Week[], moved: number): number {
  if (weeks.length < 2 || moved === 0) return 1
  // In whole numbers up to the last division: a sum of fractions would depend on the order of the weeks.
  const n = weeks.length
  const nets = weeks.map(({ added, closed }) => closed - added)
  const sum = nets.reduce((total, net) => total + net, 0)
  const squares = nets.reduce((total, net) => total + net * net, 0)
  return Math.max(1, (n * squares - sum * sum) / ((n - 1) * moved))
}
