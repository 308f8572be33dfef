import type { FontFile, Fonts } from './fonts.js'
import type { Face } from './looks.js'

/** A piece of text in one font. */
export interface Run {
  text: string
  font: string
}

/** 〓, as printers set it for a character that they do not have. */
const GETA = '〓'
/** A word without a place to break, of which a narrow column can hold no more. */
const LONG_WORD = /[\x21-\x7e]{13,}/g
const PIECE = /.{1,12}/gs
const ZERO_WIDTH_SPACE = '\u200b'

/** What changes how a character before it looks, and is none. */
const MODIFIER = /\p{Variation_Selector}|\p{Join_Control}/u

/** A text in runs, each character in the first font that has it. */
export function runsOf(text: string, fonts: readonly FontFile[]): Run[] {
  const runs: Run[] = []
  for (const character of breakable(text)) {
    if (MODIFIER.test(character)) continue
    const font = fontOf(character, fonts)
    const name = (font ?? fonts[0])?.name ?? ''
    const shown = font === undefined ? GETA : character
    const last = runs.at(-1)
    if (last?.font === name) last.text += shown
    else runs.push({ text: shown, font: name })
  }
  return runs.length === 0 ? [{ text: '', font: fonts[0]?.name ?? '' }] : runs
}

/** The first font that has a character; undefined where none does. What is none itself is in every font. */
export function fontOf(character: string, fonts: readonly FontFile[]): FontFile | undefined {
  if (character === '\n' || character === ZERO_WIDTH_SPACE || MODIFIER.test(character)) return fonts[0]
  const codePoint = character.codePointAt(0) ?? 0
  return fonts.find((one) => one.has(codePoint))
}

/** With places to break in long words, such as addresses, which would run over the edge of their column. */
function breakable(text: string): string {
  return text.replace(LONG_WORD, (word) => (word.match(PIECE) ?? []).join(ZERO_WIDTH_SPACE))
}

/** The `lineHeight` that makes lines of a size stand so far apart. */
export function lineHeightOf(fonts: Fonts, face: Face, sizePt: number, linePt: number): number {
  return linePt / (sizePt * (fonts.of(face)[0]?.lineHeight ?? 1))
}
