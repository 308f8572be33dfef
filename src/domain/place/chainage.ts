import type { Carriageway } from '../item/words.js'

/** The largest chainage, in metres: K9999+999. */
export const MAX_CHAINAGE_M = 9_999_999

/** A point (`startM` equals `endM`) or a stretch of a road, in metres from the road's zero, `startM <= endM`. */
export interface ChainageRange {
  startM: number
  endM: number
}

const MAX_TEXT_LENGTH = 80
const STAKE = /^([ZY]?K)? ?(\d{1,4})(?: ?\+ ?(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m)?)?$/i
const SPOKEN =
  /^(?:[ZY]?K)? ?(\d{1,4}) ?(?:公里|千米|km)(?: ?[加+] ?(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m)?| ?(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m))?$/i
const SPOKEN_METRES = /^(\d{1,3}(?:\.\d{1,9})?) ?(?:米|m)$/i
const SAME_KILOMETRE = /^\+ ?(\d{1,3}(?:\.\d{1,9})?)(?: ?(?:米|m))?$/i
/** The side of the road, which is no part of where along it. */
const SIDE = / ?(左侧|右侧|两侧|双侧|左幅|右幅) ?[处段]? ?$/
const CARRIAGEWAY_OF = new Map<string, Carriageway>([
  ['Z', 'left'],
  ['Y', 'right'],
])
const ADDED_SIDE = /(?:^| )(?:左侧|右侧|两侧|双侧|左幅|右幅)(?:至(?:左侧|右侧|两侧|双侧|左幅|右幅))?$/
const LINE = /^([A-Z])?K ?\d/i
const RAMP = /(?:^|[^A-Z])(?![ZY]K)[A-Z]{1,3}K ?\d/i
const RANGE_SEPARATOR = /[-~〜‐‑‒–—―−]+|至|到/

/**
 * Reads a chainage (桩号) as metres from the road's zero, rounded to the metre, 0 to `MAX_CHAINAGE_M`; undefined for
 * anything else. A number is plain metres. Text is `K12+345`, `K12`, `12+345`, `77公里加800米`, `77公里800米`, `77公里` or
 * `800米`, also full-width, spaced, in km and m, followed by 处, 段 or the side (`K12+345左侧`, see `sideIn`), and with ZK or YK,
 * of one carriageway (see `carriagewayIn`). A text of bare digits is refused: it may mean metres or a kilometre post. So is
 * a metres part of 1000 or more, which is more often a slip than a long kilometre.
 */
export function parseChainage(text: string | number): number | undefined {
  if (typeof text === 'number') return inBounds(text)
  return parsePoint(narrow(text))
}

/**
 * Reads a point or a range of two chainages written with `-`, `~`, `—`, `–`, `至` or `到`; undefined for anything else.
 * The second may leave out the K (`K12+345-12+900`) or the kilometre (`K12+345-+900`, `77公里100米至800米`). A range
 * written backwards is put in order; one from one carriageway to another is none.
 */
export function parseChainageRange(text: string | number): ChainageRange | undefined {
  if (typeof text === 'number') return ordered(inBounds(text), inBounds(text))
  const parts = narrow(text).split(RANGE_SEPARATOR)
  const [first, second] = parts
  if (first === undefined || parts.length > 2) return undefined
  const from = parsePoint(first.trim())
  if (second === undefined) return ordered(from, from)
  if (from === undefined || isOnTwoLines(first, second)) return undefined
  return ordered(from, parseSecond(second.trim(), first, from))
}

/** The side of the road that a text names after its chainage, of each end of a range; null where it names none. */
export function sideIn(text: string | number): string | null {
  if (typeof text === 'number') return null
  const sides = folded(text)
    .split(RANGE_SEPARATOR)
    .flatMap((part) => SIDE.exec(part)?.[1] ?? [])
  return jointSide(sides)
}

/** The sides of several ends as one text, such as `左侧至右侧`; null where there are none. */
export function jointSide(sides: readonly string[]): string | null {
  return sides.length === 0 ? null : [...new Set(sides)].join('至')
}

/** An address that also says the side. */
export function addressWithSide(address: string | null, side: string | null): string | null {
  if (side === null || address?.includes(side)) return address
  return address === null ? side : `${address} ${side}`
}

/** An address without the side at its end, which was that of the chainage before. */
export function addressWithoutSide(address: string | null): string | null {
  const rest = (address ?? '').replace(ADDED_SIDE, '')
  return rest === '' ? null : rest
}

/**
 * Along what a chainage is counted: `left` for ZK and `right` for YK, the carriageways where they part, null for K, the road's
 * own line; undefined where the text has no letter, or another one.
 */
export function carriagewayIn(text: string | number): Carriageway | null | undefined {
  const line = typeof text === 'number' ? null : LINE.exec(narrow(text))
  if (line === null) return undefined
  const letter = line[1]?.toUpperCase()
  return letter === undefined ? null : CARRIAGEWAY_OF.get(letter)
}

/** Why a text is no chainage of one line: a `ramp` (AK, BK …) is counted on its own, and a stretch lies on one line. */
export function otherLineIn(text: string | number): 'ramp' | 'two-lines' | undefined {
  if (typeof text === 'number') return undefined
  if (RAMP.test(narrow(text))) return 'ramp'
  const [first = '', second] = narrow(text).split(RANGE_SEPARATOR)
  return second !== undefined && isOnTwoLines(first, second) ? 'two-lines' : undefined
}

/** The second end may leave its letters out. */
function isOnTwoLines(first: string, second: string): boolean {
  const line = carriagewayIn(second)
  return line !== undefined && line !== (carriagewayIn(first) ?? null)
}

/**
 * Prints metres as a chainage: 12345 is `K12+345`, `ZK12+345` on the left carriageway. Throws a RangeError for what is not
 * a whole number of 0 to `MAX_CHAINAGE_M`.
 */
export function formatChainage(m: number, carriageway: Carriageway | null = null): string {
  if (!Number.isInteger(m) || m < 0 || m > MAX_CHAINAGE_M) throw new RangeError(`not a chainage in metres: ${m}`)
  const line = carriageway === null ? 'K' : carriageway === 'left' ? 'ZK' : 'YK'
  return `${line}${Math.floor(m / 1000)}+${String(m % 1000).padStart(3, '0')}`
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

function narrow(text: string): string {
  return folded(text)
    .replace(/[处段] ?$/, '')
    .replace(SIDE, '')
    .trim()
}

// Only the full-width forms of ASCII are folded. Unicode's compatibility folding would also read K1² as K12.
function folded(text: string): string {
  if (text.length > MAX_TEXT_LENGTH) return ''
  return text
    .replace(/[\uFF01-\uFF5E]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000]+/g, ' ')
    .trim()
}
