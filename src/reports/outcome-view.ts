import { type AccidentCount, type Base, countsInForce } from '../domain/item/accidents.js'
import type { Carriageway } from '../domain/item/words.js'
import {
  addSite,
  type BayesSum,
  bayesChange,
  type Change,
  changeOf,
  type Figures,
  MEASURES,
  type Measure,
  NO_SITES,
  type Tally,
  type Warning,
  type Window,
  type Windows,
  warningsOf,
  windowsOf,
} from '../domain/report/outcome.js'

/** A remedied item with its counts, as the database gives it. */
export interface SiteRow {
  itemId: string
  itemCode: string
  title: string
  area: string
  unit: string | null
  road: string | null
  carriageway: Carriageway | null
  startChainageM: number | null
  endChainageM: number | null
  closedAt: string
  closedOn: string
  plannedFen: number | null
  spentFen: number | null
  /** In the order in which they were entered. */
  counts: AccidentCount[]
  /** Of the group, and of the stretch of road that it lies on; null where there is none. */
  key: string | null
  section: string | null
}

/** A group's remediation: how many items, what it cost, how much road. */
export interface Treated {
  key: string | null
  label: string
  treated: number
  plannedFen: number
  spentFen: number
  treatedM: number
}

export type Changes = Record<Measure, Change>
export interface Bayes extends Change {
  sites: number
  expectedAfter: number
}

/** What became of the accidents. */
export interface Comparison {
  change: Changes | null
  empiricalBayes: Bayes | null
  warnings: Warning[]
}

type Span = Pick<Window, 'from' | 'to'> & Figures

/** A remedied item in the report. */
export interface Outcome extends Omit<SiteRow, 'closedOn' | 'counts' | 'key'>, Comparison {
  lengthM: number | null
  before: Span | null
  after: Span | null
  /** The windows that the item's counts do not cover. */
  missing: ('before' | 'after')[]
}

/** Items of a group, or all, added up. */
export interface OutcomeSum extends Treated, Comparison {
  compared: number
  before: Figures
  after: Figures
}

export function windowsAt({ counts, closedOn }: SiteRow, months: number, base: Base | null): Windows {
  return windowsOf(countsInForce(counts), closedOn, months, base)
}

export function outcomeOf(site: SiteRow, months: number, base: Base | null): Outcome {
  const { closedOn: _1, counts: _2, key: _3, ...row } = site
  const windows = windowsAt(site, months, base)
  const { startChainageM: start, endChainageM: end } = site
  return {
    ...row,
    lengthM: start === null || end === null ? null : end - start,
    before: spanOf(windows.before),
    after: spanOf(windows.after),
    missing: (['before', 'after'] as const).filter((side) => windows[side] === null),
    ...comparisonOf(addSite(NO_SITES, windows, false)),
  }
}

export function sumOfGroup({ tally, ...treated }: Treated & { tally: Tally }): OutcomeSum {
  const { compared, before, after } = tally
  return { ...treated, compared, before, after, ...comparisonOf(tally) }
}

function spanOf(window: Window | null): Span | null {
  if (window === null) return null
  const { from, to, accidents, deaths, injuries } = window
  return { from, to, accidents, deaths, injuries }
}

function comparisonOf(tally: Tally): Comparison {
  const { compared, before, after, bayes } = tally
  const changes = MEASURES.map((measure) => [measure, changeOf(before[measure], after[measure])])
  return {
    change: compared === 0 ? null : (Object.fromEntries(changes) as Changes),
    empiricalBayes: bayes.sites === 0 ? null : bayesView(bayes),
    warnings: warningsOf(tally),
  }
}

function bayesView(sum: BayesSum): Bayes {
  return { sites: sum.sites, expectedAfter: Math.round(sum.expectedAfter * 100) / 100, ...bayesChange(sum) }
}
