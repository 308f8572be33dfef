/**
 * Whether the text is an area code: 6 digits for a province, city or county (GB/T 2260), 9 for a township (GB/T
 * 10114). Says nothing of whether such an area exists.
 */
export function isAreaCode(text: string): boolean {
  return /^(?:\d{6}|\d{9})$/.test(text) && !/^0/.test(text)
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
