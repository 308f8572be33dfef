const MAX_NAME_LENGTH = 80
const CLASS = '国道|省道|县道|乡道|村道|专用公路'
const NUMERALS = '〇○零幺一二三四五六七八九'
const VALUES = '0001123456789'
const HAN = '[\\u3400-\\u4dbf\\u4e00-\\u9fff]'
const NUMBER = `(${CLASS})?(?:([GSXYCZ])[-.·]?)?([0-9]{1,10}|[${NUMERALS}]{3,4})((?:[NSEW][0-9]?)?)(${CLASS})?`
const NUMBER_FIRST = new RegExp(
  `^${NUMBER}[-:·]?(?![和及至到跟接交])(${HAN}{0,20})(?:\\((${HAN}{1,20})\\))?(${HAN}{0,20})$`,
)
const NUMBER_LAST = new RegExp(`^(${HAN}{2,20})${NUMBER}$`)
const CLASS_LAST = new RegExp(`(?:${CLASS})$`)
const COMPLETE_NUMBER = /^(?:[GS][0-9]{1,4}(?:[NSEW][0-9]?)?|[XYCZ][0-9]{3,4}(?:[0-9]{6})?)$/
/** A number of which each county has its own, without the county. */
const LOCAL_NUMBER = /^[XYCZ][0-9]{3,4}$/
const LETTER_OF_CLASS: Readonly<Record<string, string>> = {
  国道: 'G',
  省道: 'S',
  县道: 'X',
  乡道: 'Y',
  村道: 'C',
  专用公路: 'Z',
}
/** Words of a junction, of a second road, or of a road beside the one that is numbered. */
const ANOTHER_ROAD =
  /与|交叉|交汇|交口|路口|道口|岔口|互通|立交|枢纽|匝道|辅道|辅路|辅线|复线|支线|连接线|联络线|老线|老路|旧线|旧路|改线|共线|收费|服务区|出口|入口|[线路道街速段][和及至到跟]/
/** How names of routes end; the number says as much as they do. */
const ROUTE_NAME = /(?:线|高速|公路|国道|省道|县道|乡道|村道|大道|路|街|段)$/
const EXPRESSWAY = /^[GS](?:[0-9]{1,2}(?:[NSEW][0-9]?)?|[0-9]{4})$/

/**
 * Names a road one way only, so that a report finds all its items. A road number comes out as GB/T 917 writes it: G
 * (national), S (provincial), X (county), Y (township), C (village), Z (special), upper case, with the suffix of an
 * expressway (`G4W2`) or, for X, Y, C and Z, the 6-digit code of the county (`X001341202`). `Ｇ２２０`, `g220`, `G220国道`,
 * `国道二二〇`, and with its route's name `G220东深线` or `东深线（G220）`, are all `G220`. Leading zeros are part of a number (`S07`).
 * Any other text with a letter or digit, 1 to 80 characters, is a name and is only trimmed; undefined for the rest, and for
 * text with control characters or broken surrogates.
 */
export function parseRoad(text: string): string | undefined {
  const name = text.trim()
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text) || !/[\p{L}\p{N}]/u.test(name)) return undefined
  const found = numberIn(name)
  if (found !== undefined && isSaidBy(found)) return found.number
  return Array.from(name).length <= MAX_NAME_LENGTH ? name : undefined
}

/**
 * The road that a text names, for comparisons: its number, also where the text says more than that (`G220王店镇政府门前`), else the
 * text. A county has its own X, Y, C and Z roads, so such a number is followed by its county: the one that is written with
 * it, else that of the area. Without an area it stays bare, and means the roads of all counties. The function `road_key` of
 * the database says the same; a test compares them.
 */
export function roadKey(road: string, area: string | null): string {
  const number = numberIn(road)?.number ?? road
  return isLocal(number) && area !== null ? number + area.slice(0, 6) : number
}

/** Whether two texts name one road; where of one the county is not known, by the number alone. */
export function isSameRoad(a: RoadOfArea, b: RoadOfArea): boolean {
  if (a.road === null || b.road === null) return false
  const [one, other] = [roadKey(a.road, a.area), roadKey(b.road, b.area)]
  if (isLocal(one) || isLocal(other)) return numberOfKey(one) === numberOfKey(other)
  return one === other
}

interface RoadOfArea {
  road: string | null
  area: string | null
}

function numberOfKey(key: string): string {
  return countyOfKey(key)?.number ?? key
}

/** Whether a key names a road of each county, and not one road. */
export function isLocal(key: string): boolean {
  return LOCAL_NUMBER.test(key)
}

/** The bare number in the key of one county's road, and the county; undefined for other keys. */
export function countyOfKey(key: string): { number: string; county: string } | undefined {
  if (!/^[XYCZ][0-9]{9,10}$/.test(key)) return undefined
  return { number: key.slice(0, -6), county: key.slice(-6) }
}

interface Found {
  number: string
  /** What stands beside the number. */
  rest: string
}

/** Nothing but the road is said by the number with its route's name; a place on the road would be lost. */
function isSaidBy({ number, rest }: Found): boolean {
  return rest === '' || ROUTE_NAME.test(rest) || (rest.length === 2 && EXPRESSWAY.test(number))
}

function numberIn(name: string): Found | undefined {
  const text = narrow(name)
  if (COMPLETE_NUMBER.test(text)) return { number: text, rest: '' }
  const first = NUMBER_FIRST.exec(text.replace(/^\(([^()]*)\)/, '$1'))
  if (first) return found(first.slice(1, 6), first.slice(6).join(''))
  const last = NUMBER_LAST.exec(text.replace(/\(([^()]*)\)$/, '$1'))
  if (last === null) return undefined
  const [, written = ''] = last
  const before = CLASS_LAST.exec(written)?.[0]
  if (!text.endsWith(')') && !ROUTE_NAME.test(written)) return undefined
  return found([last[2] ?? before, ...last.slice(3, 7)], written)
}

function found([before, letter, digits = '', suffix = '', after]: readonly (string | undefined)[], rest: string) {
  const number = numberOf(before, letter, digits, suffix, after)
  return number === undefined || ANOTHER_ROAD.test(rest) ? undefined : { number, rest }
}

// A letter that contradicts the class (`S220国道`) tells which road it is as little as no number would; only the names of the
// lesser classes are mixed up in writing (`X001乡道`).
function numberOf(before = '', letter = '', digits = '', suffix = '', after = ''): string | undefined {
  const letters = [before, after].filter((one) => one !== '').map((one) => LETTER_OF_CLASS[one] ?? '')
  const own = letter === '' ? letters[0] : letter
  if (own === undefined) return undefined
  const isLesser = 'XYCZ'.includes(own)
  if (!letters.every((one) => one === own || (isLesser && 'XYCZ'.includes(one)))) return undefined
  const complete = own + digits.replace(/[^0-9]/g, (numeral) => VALUES[NUMERALS.indexOf(numeral)] ?? '') + suffix
  return COMPLETE_NUMBER.test(complete) ? complete : undefined
}

/** Without spaces and invisible marks; full-width forms, brackets and A to Z in one form each. */
function narrow(text: string): string {
  return text
    .replace(/[\t-\r \u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]/g, '')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/[【〔「『《〈[{]/g, '(')
    .replace(/[】〕」』》〉\]}]/g, ')')
}
