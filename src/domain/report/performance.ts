import { MINIMUM_LISTED } from './rank.js'
import { type Rate, rateOf } from './rate.js'

/** What a unit (an area, a lead official) did, as far as it is scored. Null: the rules do not ask for it. */
export interface Performance {
  closedOnTime: number
  closedLate: number
  /** Overdue now. */
  overdue: number
  /** Closures that were approved, and those that were rejected. */
  closed: number
  rejected: number
  /** Orders that were answered, or should have been; and those of them that were not answered in time. */
  signingDue: number
  signedLate: number | null
  /** In remediation with the clock running; and those of them of which nothing has been heard for the rules' days. */
  remediating: number
  noProgress: number | null
}

export const SCORE_PARTS = ['onTime', 'firstTime', 'signing', 'progress'] as const
export type ScorePartName = (typeof SCORE_PARTS)[number]

/** How much each part weighs. The deadlines are what the list is for, so they weigh as much as all else together. */
export const WEIGHTS: Record<ScorePartName, number> = { onTime: 50, firstTime: 20, signing: 15, progress: 15 }

export interface ScorePart extends Rate {
  name: ScorePartName
  weight: number
  /** What it adds to the score, of 100, to two decimals; null where it does not count. */
  points: number | null
}

export interface Score {
  /** 0 to 100, to one decimal; null where there is too little to be fair. */
  score: number | null
  parts: ScorePart[]
}

/**
 * A score of 0 to 100: the mean of four rates, by weight. A rate of fewer than `minimum` does not count, and the others
 * then weigh the more; without the first, whether deadlines are kept, there is no score.
 */
export function scoreOf(performance: Performance, minimum = MINIMUM_LISTED): Score {
  const rates = SCORE_PARTS.map((name) => ({ name, weight: WEIGHTS[name], rate: partOf(name, performance) }))
  const isFair = ({ denominator, value }: Rate) => value !== null && denominator >= minimum
  const fair = rates.filter(({ rate }) => isFair(rate))
  const whole = fair.reduce((total, { weight }) => total + weight, 0)
  const isScored = fair.some(({ name }) => name === 'onTime')
  const parts = rates.map(({ name, weight, rate }) => {
    const counts = isFair(rate)
    const points = isScored && counts ? rounded(shareOf(rate, weight) / whole, 100) : null
    return { name, weight, ...rate, value: counts ? rate.value : null, points }
  })
  if (!isScored) return { score: null, parts }
  return {
    score: rounded(fair.reduce((total, { rate, weight }) => total + shareOf(rate, weight), 0) / whole, 10),
    parts,
  }
}

function partOf(name: ScorePartName, p: Performance): Rate {
  switch (name) {
    case 'onTime':
      return rateOf(p.closedOnTime, p.closedOnTime + p.closedLate + p.overdue)
    case 'firstTime':
      return rateOf(p.closed, p.closed + p.rejected)
    case 'signing':
      return p.signedLate === null ? rateOf(0, 0) : rateOf(p.signingDue - p.signedLate, p.signingDue)
    case 'progress':
      return p.noProgress === null ? rateOf(0, 0) : rateOf(p.remediating - p.noProgress, p.remediating)
    default:
      return name satisfies never
  }
}

/** A part's share of 100, before it is divided by all weights: of the rate's parts, not of its rounded value. */
function shareOf({ numerator, denominator }: Rate, weight: number): number {
  return (100 * weight * numerator) / denominator
}

function rounded(value: number, scale: number): number {
  return Math.round(value * scale) / scale
}
