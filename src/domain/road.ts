const MAX_NAME_LENGTH = 80
const NUMBER = '(?:[GS]\\d{1,4}(?:[NSEW]\\d?)?|[XYCZ]\\d{3,4}(?:\\d{6})?)'
const WRITTEN_NUMBER = new RegExp(`^(${NUMBER})(?:线|高速公路|高速)?$`)
const CLASS_BEFORE = new RegExp(`^(国道|省道|县道|乡道|村道|专用公路)(${NUMBER}|\\d{1,10})线?$`)
const CLASS_AFTER = new RegExp(`^(${NUMBER}|\\d{1,10})(国道|省道|县道|乡道|村道|专用公路)$`)
const COMPLETE_NUMBER = new RegExp(`^${NUMBER}$`)
const LETTER_OF_CLASS: Readonly<Record<string, string>> = {
  国道: 'G',
  省道: 'S',
  县道: 'X',
  乡道: 'Y',
  村道: 'C',
  专用公路: 'Z',
}

/**
 * Names a road one way only, so that a report finds all its items. A road number comes out as GB/T 917 writes it: G
 * (national), S (provincial), X (county), Y (township), C (village), Z (special), upper case, with the suffix of an
 * expressway (`G4W2`) or, for X, Y, C and Z, the 6-digit code of the county (`X001341202`). `Ｇ２２０`, `g220`, `G220国道`,
 * `国道220` and `220国道` are all `G220`. Leading zeros are part of a number (`S07`). Any other text with a letter or
 * digit, 1 to 80 characters, is the name of a street and is only trimmed; undefined for the rest, and for text with
 * control characters or broken surrogates.
 */
export function parseRoad(text: string): string | undefined {
  const name = text.trim()
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text) || !/[\p{L}\p{N}]/u.test(name)) return undefined
  return numberOf(name) ?? (Array.from(name).length <= MAX_NAME_LENGTH ? name : undefined)
}

function numberOf(name: string): string | undefined {
  const text = name
    .replace(/[\uFF01-\uFF5E]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/\s+/g, '')
    .toUpperCase()
  const written = WRITTEN_NUMBER.exec(text)
  if (written) return written[1]
  const before = CLASS_BEFORE.exec(text)
  if (before) return ofClass(before[1], before[2])
  const after = CLASS_AFTER.exec(text)
  return after ? ofClass(after[2], after[1]) : undefined
}

// A letter that contradicts the class (`S220国道`) tells which road it is as little as no number would.
function ofClass(roadClass = '', number = ''): string | undefined {
  const letter = LETTER_OF_CLASS[roadClass] ?? ''
  const complete = /^\d/.test(number) ? letter + number : number
  return complete.startsWith(letter) && COMPLETE_NUMBER.test(complete) ? complete : undefined
}
