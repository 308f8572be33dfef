/**
 * Whether the text is an area code: 6 digits for a province, city or county (GB/T 2260), 9 for a township (GB/T
 * 10114). Says nothing of whether such an area exists.
 */
export function isAreaCode(text: string): boolean {
  return /^(?:\d{6}|\d{9})$/.test(text) && !/^0/.test(text)
}

/**
 * The code that is meant by a text: also by the statistical form, 12 digits of which a village's are those of its township and the
 * rest are zeros (`341225000000` is 341225, `341225100203` is 341225100), by 9 digits for a county (`341225000`), and in
 * full-width digits. Undefined for what is no area code.
 */
export function parseAreaCode(text: string): string | undefined {
  const digits = text.trim().replace(/[\uff10-\uff19]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
  if (!/^[1-9](?:\d{5}|\d{8}|\d{11})$/.test(digits)) return undefined
  const township = digits.slice(6, 9)
  if (township === '' || township === '000') return /^0*$/.test(digits.slice(6)) ? digits.slice(0, 6) : undefined
  return digits.slice(0, 9)
}

/** What a text asks for that is the beginning of a code, or a whole one in any form. */
export function parseAreaPrefix(text: string): string | undefined {
  return parseAreaCode(text) ?? (/^[1-9]\d{1,8}$/.test(text.trim()) ? text.trim() : undefined)
}

/** Whether the text can be given to `areaPrefix`: the first 1 to 9 digits of an area code. */
export function isAreaPrefix(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text)
}

/**
 * What the codes of an area and of all that lies under it begin with: a 6-digit code without its trailing pairs of
 * zeros (`341200` → `3412`, `340000` → `34`), any other prefix as it is. Throws a RangeError for what is not 1 to 9
 * digits, so also for a 12-digit village code.
 */
export function areaPrefix(code: string): string {
  if (!isAreaPrefix(code)) throw new RangeError('an area is named by the first 1 to 9 digits of its code')
  return code.length === 6 ? code.replace(/(?:00){1,2}$/, '') : code
}

/** Whether the area `code` is the area `areaCode` or lies under it. Throws as `areaPrefix` does for `areaCode`. */
export function isWithinArea(code: string, areaCode: string): boolean {
  return code.startsWith(areaPrefix(areaCode))
}
