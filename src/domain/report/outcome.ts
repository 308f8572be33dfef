import jstat from 'jstat'
import type { AccidentCount, Base } from '../item/accidents.js'

/** Of all intervals here. */
export const CONFIDENCE = 0.95
const Z = 1.959963984540054
/**
 * Below this a count says little: its relative standard error, 1 ÷ √n, is over 22 %. The limit below which the US National
 * Center for Health Statistics does not hold a rate for reliable.
 */
export const SMALL_NUMBER = 20

export const MEASURES = ['accidents', 'deaths', 'injuries'] as const
export type Measure = (typeof MEASURES)[number]
export type Figures = Record<Measure, number>

/** A window of whole months that counts cover completely. */
export interface Window extends Figures {
  from: string
  to: string
  /** What similar sites have in the window; null where no base is known. */
  predicted: number | null
  overdispersion: number | null
}

export interface Windows {
  before: Window | null
  after: Window | null
}

/**
 * Cuts two windows of the same length around a remediation. The one before is the latest stretch of `months` months that
 * counts cover without a gap and that ends by `closedOn`; the one after is the earliest that begins on it or later. A count is
 * a sum and is never split: one that lies over the closing day, or over the end of a window, is in none. Where there is no
 * such stretch there is no window, so that no part of a window is compared with a whole one. `counts` are in force, by their
 * beginning; `base` is for those that have none of their own.
 */
export function windowsOf(
  counts: readonly AccidentCount[],
  closedOn: string,
  months: number,
  base: Base | null,
): Windows {
  const windows = counts.flatMap((_, k) => windowFrom(counts.slice(k), months, base) ?? [])
  return {
    before: windows.findLast(({ to }) => to <= closedOn) ?? null,
    after: windows.find(({ from }) => from >= closedOn) ?? null,
  }
}

function windowFrom(counts: readonly AccidentCount[], months: number, base: Base | null): Window | undefined {
  const [first] = counts
  if (first === undefined) return undefined
  const end = addMonths(first.from, months)
  let to = first.from
  const parts: AccidentCount[] = []
  for (const count of counts) {
    if (count.from !== to || to >= end) break
    parts.push(count)
    to = count.to
  }
  if (to !== end) return undefined
  const figures = sumOf(parts)
  return { from: first.from, to, ...figures, ...predictionOf(parts, months, base) }
}

/** The base rates of a window's counts, each for as many days as it has, over the months of the window. */
function predictionOf(parts: readonly AccidentCount[], months: number, base: Base | null) {
  const bases = parts.map((part) => part.base ?? base)
  const overdispersion = bases[0]?.overdispersion
  if (overdispersion === undefined || bases.includes(null)) return { predicted: null, overdispersion: null }
  const days = parts.map(({ from, to }) => Date.parse(to) - Date.parse(from))
  const weighted = bases.map((one, k) => (one?.accidentsPerYear ?? 0) * (days[k] ?? 0))
  return { predicted: (total(weighted) / total(days)) * (months / 12), overdispersion }
}

/** The date `months` months on; the last of a month that is too short for the day. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10)
}

export function sumOf(parts: readonly Figures[]): Figures {
  const sum = (measure: Measure) => total(parts.map((part) => part[measure]))
  return { accidents: sum('accidents'), deaths: sum('deaths'), injuries: sum('injuries') }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0)
}

/** A change in percent, to two decimals: −58.54 is 58.54 % fewer. Null is «not to be said». */
export interface Change {
  percent: number | null
  low: number | null
  high: number | null
}

/**
 * The change from `before` to `after`, counted in windows of the same length, with its exact 95 % interval. Of two Poisson
 * counts, the second given their sum is binomial with p = θ ÷ (1 + θ), θ the ratio of their rates (Przyborowski and
 * Wilenski, Biometrika 31, 1940); the Clopper–Pearson interval of p (Biometrika 26, 1934), as quantiles of the beta
 * distribution, gives that of θ. After none before there is no percentage, and no upper end.
 */
export function changeOf(before: number, after: number): Change {
  const tail = (1 - CONFIDENCE) / 2
  const low = after === 0 ? 0 : jstat.beta.inv(tail, after, before + 1)
  const high = before === 0 ? 1 : jstat.beta.inv(1 - tail, after + 1, before)
  return {
    percent: before === 0 ? null : percentOf(after / before),
    low: before + after === 0 ? null : percentOf(low / (1 - low)),
    high: before === 0 ? null : percentOf(high / (1 - high)),
  }
}

function percentOf(ratio: number): number | null {
  return Number.isFinite(ratio) ? Math.round((ratio - 1) * 10_000) / 100 : null
}

/** What the empirical Bayes method keeps of any number of sites; sites are added up member by member. */
export interface BayesSum {
  sites: number
  observedAfter: number
  /** What would have been without the remediation. */
  expectedAfter: number
  variance: number
}

export const NO_BAYES: BayesSum = { sites: 0, observedAfter: 0, expectedAfter: 0, variance: 0 }

/**
 * One site by the empirical Bayes method (Hauer, Observational Before–After Studies in Road Safety, 1997; AASHTO Highway
 * Safety Manual, 2010, appendix 9A and Part C appendix A.2). With P the prediction for similar sites and O what was observed:
 * w = 1 ÷ (1 + k·P_before); E_before = w·P_before + (1 − w)·O_before; r = P_after ÷ P_before; expected after without the
 * remediation π = r·E_before, with variance r²·E_before·(1 − w). Sites are chosen for a bad year, and a good one follows by
 * itself: this takes that (regression to the mean) out. Null where a window or the base is missing.
 */
export function bayesOf({ before, after }: Windows): BayesSum | null {
  if (before === null || after === null || before.predicted === null || before.overdispersion === null) return null
  const r = (after.predicted ?? before.predicted) / before.predicted
  const weight = 1 / (1 + before.overdispersion * before.predicted)
  const expectedBefore = weight * before.predicted + (1 - weight) * before.accidents
  return {
    sites: 1,
    observedAfter: after.accidents,
    expectedAfter: r * expectedBefore,
    variance: r ** 2 * expectedBefore * (1 - weight),
  }
}

/**
 * The change of accidents that sites show by the empirical Bayes method: θ = (λ ÷ π) ÷ (1 + V ÷ π²), with λ observed after, π
 * expected after and V its variance, and Var θ = (λ ÷ π)²·(1 ÷ λ + V ÷ π²) ÷ (1 + V ÷ π²)²; the 95 % interval is that of
 * the normal distribution, never below −100 %. With no accident after it has no width that could be said.
 */
export function bayesChange({ observedAfter, expectedAfter, variance }: BayesSum): Change {
  if (expectedAfter <= 0) return { percent: null, low: null, high: null }
  const spread = variance / expectedAfter ** 2
  const theta = observedAfter / expectedAfter / (1 + spread)
  if (observedAfter === 0) return { percent: percentOf(theta), low: null, high: null }
  const error = theta * Math.sqrt(1 / observedAfter + spread)
  return {
    percent: percentOf(theta),
    low: percentOf(Math.max(0, theta - Z * error)),
    high: percentOf(theta + Z * error),
  }
}

export const WARNINGS = ['small_numbers', 'regression_to_the_mean', 'overlapping_sites'] as const
export type Warning = (typeof WARNINGS)[number]

/** Any number of remedied sites, added up; only sites with both windows are in the figures. */
export interface Tally {
  compared: number
  before: Figures
  after: Figures
  bayes: BayesSum
  /** Two of the sites lie on the same stretch of road: an accident may have been counted at both. */
  overlapping: boolean
}

export const NO_SITES: Tally = {
  compared: 0,
  before: { accidents: 0, deaths: 0, injuries: 0 },
  after: { accidents: 0, deaths: 0, injuries: 0 },
  bayes: NO_BAYES,
  overlapping: false,
}

export function addSite(tally: Tally, windows: Windows, isOverlapping: boolean): Tally {
  const { before, after } = windows
  if (before === null || after === null) return tally
  const bayes = bayesOf(windows) ?? NO_BAYES
  return {
    compared: tally.compared + 1,
    before: sumOf([tally.before, before]),
    after: sumOf([tally.after, after]),
    bayes: {
      sites: tally.bayes.sites + bayes.sites,
      observedAfter: tally.bayes.observedAfter + bayes.observedAfter,
      expectedAfter: tally.bayes.expectedAfter + bayes.expectedAfter,
      variance: tally.bayes.variance + bayes.variance,
    },
    overlapping: tally.overlapping || isOverlapping,
  }
}

/** What whoever reads the figures must know before drawing a conclusion. */
export function warningsOf({ compared, before, after, bayes, overlapping }: Tally): Warning[] {
  if (compared === 0) return []
  const isSmall = before.accidents < SMALL_NUMBER || after.accidents < SMALL_NUMBER
  return [
    ...(isSmall ? ['small_numbers' as const] : []),
    ...(bayes.sites < compared ? ['regression_to_the_mean' as const] : []),
    ...(overlapping ? ['overlapping_sites' as const] : []),
  ]
}
