/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [upper = Number.NaN, lower = upper] = [sorted[middle], sorted[middle - 1]]
  return sorted.length % 2 === 1 ? upper : (upper + lower) / 2
}

/** Half of the distance between the least and the greatest value, as a share of the median: the ± beside a figure. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values)
}

/** The value below which `share` of the values lie, which are in ascending order. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
}

/**
 * How one side compares with another, from what both reached in the same rounds: the ratios of a round are of one load of
 * the machine, so their median moves less than the ratio of two medians.
 */
export function ratioOf(own: readonly number[], other: readonly number[]): { median: number; spread: number } {
  const ratios = own.slice(0, other.length).map((value, round) => value / (other[round] ?? Number.NaN))
  return { median: median(ratios), spread: spread(ratios) }
}
