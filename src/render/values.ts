/** A picture for a paper. Word and PDF both take these two kinds. */
export interface Picture {
  bytes: Buffer
  mediaType: 'image/jpeg' | 'image/png'
  width: number
  height: number
}

export type Value = string | Picture | readonly Values[]

/** What the placeholders of a paper are filled with, by their names. */
export interface Values {
  readonly [name: string]: Value | undefined
}

export function isPicture(value: Value | undefined): value is Picture {
  return typeof value === 'object' && 'bytes' in value
}

/** What XML 1.0 cannot hold (section 2.2) nor a page print: control characters, half pairs, and non-characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Cs}/gu
/** What turns a line of text round, or hides in it. */
const INVISIBLE = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Text from others as a paper can hold it: in lines, without what cannot be printed. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(UNPRINTABLE, '')
    .replace(INVISIBLE, '')
    .trimEnd()
}

/** The same of all that a paper is filled with. */
export function cleanValues(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cleanValue(value)]))
}

function cleanValue(value: Value | undefined): Value | undefined {
  if (typeof value === 'string') return cleanText(value)
  if (value === undefined || isPicture(value)) return value
  return value.map(cleanValues)
}

/** The values for each repetition of a part: of a list, its entries over what lies around it; else once or not at all. */
export function scopesOf(values: Values, each: string | undefined): readonly Values[] {
  if (each === undefined) return [values]
  const value = values[each]
  if (typeof value === 'string') return value === '' ? [] : [values]
  if (value === undefined) return []
  return isPicture(value) ? [values] : value.map((entry) => ({ ...values, ...entry }))
}

/** A text with its placeholders filled in, in one pass: what comes in stays as it is. */
export function filled(text: string, values: Values): string {
  return text.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = values[name]
    return typeof value === 'string' ? value : ''
  })
}
