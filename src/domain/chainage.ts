/** The largest chainage, in metres: K9999+999. */
export const MAX_CHAINAGE_M = 9_999_999

/** A point (`startM` equals `endM`) or a stretch of a road, in metres from the road's zero, `startM <= endM`. */
export interface ChainageRange {
  startM: number
  endM: number
}

const MAX_TEXT_LENGTH = 80
const STAKE = /^(K)? ?(\d{1,4})(?: ?\+ ?(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m)?)?$/i
const SPOKEN =
  /^K? ?(\d{1,4}) ?(?:公里|千米|km)(?: ?[加+] ?(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m)?| ?(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m))?$/i
const SPOKEN_METRES = /^(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m)$/i
const SAME_KILOMETRE = /^\+ ?(\d{1,3}(?:\.\d{1,9})?)(?: ?(?:米|m))?$/i
/** The side of the road, which is no part of where along it. */
const SIDE = / ?(左侧|右侧|两侧|双侧|左幅|右幅) ?[处段]? ?$/
const OTHER_LINE = /^([A-Z])K ?\d/i
const RANGE_SEPARATOR = /[-~〜‐‑‒–—―−]+|至|到/

/**
 * Reads a chainage (桩号) as metres from the road's zero, rounded to the metre, 0 to `MAX_CHAINAGE_M`; undefined for
 * anything else. A number is plain metres. Text is `K12+345`, `K12`, `12+345`, `77公里加800米`, `77公里800米`, `77公里` or
 * `800米`, also full-width, spaced, in km and m, and followed by 处, 段 or the side (`K12+345左侧`, see `sideIn`). A text of bare digits is refused: it may mean metres or a
 * kilometre post. So is a metres part of 1000 or more, which is more often a slip than a long kilometre.
 */
export function parseChainage(text: string | number): number | undefined {
  if (typeof text === 'number') return inBounds(text)
  return parsePoint(narrow(text))
}

/**
 * Reads a point or a range of two chainages written with `-`, `~`, `—`, `–`, `至` or `到`; undefined for anything else.
 * The second may leave out the K (`K12+345-12+900`) or the kilometre (`K12+345-+900`, `77公里100米至800米`). A range
 * written backwards is put in order.
 */
export function parseChainageRange(text: string | number): ChainageRange | undefined {
  if (typeof text === 'number') return ordered(inBounds(text), inBounds(text))
  const parts = narrow(text).split(RANGE_SEPARATOR)
  const [first, second] = parts
  if (first === undefined || parts.length > 2) return undefined
  const from = parsePoint(first.trim())
  if (second === undefined) return ordered(from, from)
  if (from === undefined) return undefined
  return ordered(from, parseSecond(second.trim(), first, from))
}

/** The side of the road that a text names after its chainage; null where it names none. */
export function sideIn(text: string | number): string | null {
  return typeof text === 'number' ? null : (SIDE.exec(text.slice(0, MAX_TEXT_LENGTH))?.[1] ?? null)
}

/**
 * What a chainage counts along that is not the road's own line: `carriageway` for ZK and YK, the left and right where they part
 * and are counted each on its own, `ramp` for AK, BK …; undefined for the road's own.
 */
export function otherLineIn(text: string | number): 'carriageway' | 'ramp' | undefined {
  const letter = typeof text === 'number' ? undefined : OTHER_LINE.exec(narrow(text))?.[1]?.toUpperCase()
  if (letter === undefined) return undefined
  return letter === 'Z' || letter === 'Y' ? 'carriageway' : 'ramp'
}

/**
 * Prints metres as a chainage: 12345 is `K12+345`. Throws a RangeError for what is not a whole number of 0 to
 * `MAX_CHAINAGE_M`.
 */
export function formatChainage(m: number): string {
  if (!Number.isInteger(m) || m < 0 || m > MAX_CHAINAGE_M) throw new RangeError(`not a chainage in metres: ${m}`)
  return `K${Math.floor(m / 1000)}+${String(m % 1000).padStart(3, '0')}`
}

function parsePoint(written: string): number | undefined {
  const text = written.replace(SIDE, '')
  const stake = STAKE.exec(text)
  if (stake) {
    const [, k, kilometre, metre] = stake
    return k === undefined && metre === undefined ? undefined : metresOf(kilometre, metre)
  }
  const spoken = SPOKEN.exec(text)
  if (spoken) return metresOf(spoken[1], spoken[2] ?? spoken[3])
  const metres = SPOKEN_METRES.exec(text)
  return metres ? metresOf('0', metres[1]) : undefined
}

function parseSecond(text: string, first: string, from: number): number | undefined {
  const short = SAME_KILOMETRE.exec(text) ?? (namesKilometre(first) ? SPOKEN_METRES.exec(text) : null)
  return short ? metresOf(String(Math.floor(from / 1000)), short[1]) : parsePoint(text)
}

function namesKilometre(text: string): boolean {
  return !SPOKEN_METRES.test(text.trim())
}

function metresOf(kilometre: string | undefined, metre = '0'): number | undefined {
  return inBounds(Number(kilometre) * 1000 + Number(metre))
}

function inBounds(m: number): number | undefined {
  const rounded = Math.round(m) + 0
  return m >= 0 && rounded <= MAX_CHAINAGE_M ? rounded : undefined
}

function ordered(a: number | undefined, b: number | undefined): ChainageRange | undefined {
  return a === undefined || b === undefined ? undefined : { startM: Math.min(a, b), endM: Math.max(a, b) }
}

// Only the full-width forms of ASCII are folded. Unicode's compatibility folding would also read K1² as K12.
function narrow(text: string): string {
  if (text.length > MAX_TEXT_LENGTH) return ''
  return text
    .replace(/[\uFF01-\uFF5E]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000]+/g, ' ')
    .replace(/[处段] ?$/, '')
    .replace(SIDE, '')
    .trim()
}
