/** A rate as it is published: with what it is made of. */
export interface Rate {
  numerator: number
  denominator: number
  /** To four decimals, half up; null when there is nothing to divide by, or too little to be fair. */
  value: number | null
}

/** 1 in so many: 49.42 % is kept as 0.4942. */
const SCALE = 10_000

/** `numerator ÷ denominator`. Both are whole and not negative. */
export function rateOf(numerator: number, denominator: number): Rate {
  const value = denominator === 0 ? null : rounded(numerator, denominator, SCALE) / SCALE
  return { numerator, denominator, value }
}

/** A rate as it is read, from its parts and not from the rounded value: `49.4 %` with a space that no line breaks at; an empty one is a dash. */
export function percentText({ numerator, denominator, value }: Rate): string {
  if (value === null) return '—'
  return `${(rounded(numerator, denominator, 1000) / 10).toFixed(1)}\u00a0%`
}

/** Negative, zero or positive as `a` is less than, the same as or more than `b`, exactly; an empty rate is the least. */
export function compareRates(a: Rate, b: Rate): number {
  if (a.value === null || b.value === null) return Number(a.value !== null) - Number(b.value !== null)
  return a.numerator * b.denominator - b.numerator * a.denominator
}

/** Whole numbers all the way: a quotient in floating point would round some halves down. */
function rounded(numerator: number, denominator: number, scale: number): number {
  return Math.floor((2 * numerator * scale + denominator) / (2 * denominator))
}
