// What a text is to the eye. The migration `names` has the same rules as SQL functions, for indexes; a test compares them.

/** What takes no room: format characters, fillers, selectors, and controls that are no line end. */
export const INVISIBLE =
  '\\u0001-\\u0008\\u000E-\\u001F\\u007F-\\u0084\\u0086-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F' +
  '\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB' +
  '\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E0FFF}'
/** What takes room and shows nothing, the blank of Braille among it. */
export const SPACE = '\\t-\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u2800\\u3000'

const INVISIBLES = new RegExp(`[${INVISIBLE}]`, 'gu')
const NOTHING = new RegExp(`^[${INVISIBLE}${SPACE}]*$`, 'u')
/** These make a line read in another order than it is kept in; isolates are among them, for they too move what follows. */
const REORDERING = /[\u202A-\u202E\u2066-\u2069]/g

/** Line ends as they are kept and written into cells: LF, whatever system or web form the text came from. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

/** A text as it is kept: its line ends LF, its characters in the order in which they are read, nothing around it. */
export function tidy(text: string): string {
  return withLineFeeds(text).replace(REORDERING, '').trim()
}

/** Whether a text shows nothing at all: a title of it would be an empty field in every paper. */
export function isBlank(text: string): boolean {
  return NOTHING.test(text)
}

/** Characters as people and PostgreSQL count them: a rare Chinese character is one, though it takes two UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

/** A text for finding: without width, compatibility forms, invisible characters, and the case of A to Z. */
export function searchFold(text: string): string {
  return text
    .replace(INVISIBLES, '')
    .normalize('NFKC')
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
