import { Rejection } from '../domain/rejection.js'
import type { MissingGlyphs } from '../render/glyphs.js'

/** Without one of these a text is another, also of those that are newer than this machine knows, or an office's own. */
const LETTER = /[\p{L}\p{N}\p{M}\p{Co}\p{Cn}]/u
const PICTURE = /\p{Extended_Pictographic}/u

/** What is done about characters that no font has. */
export const MISSING_GLYPHS = ['refuse', 'accept'] as const

export type GlyphChoice = (typeof MISSING_GLYPHS)[number]

/**
 * A paper is frozen: who issues it is asked before a letter of it is lost. Other marks are told afterwards.
 * @throws Rejection `missing-glyphs` (409) that names the fields and characters
 */
export function requireGlyphs(missing: readonly MissingGlyphs[], choice: GlyphChoice): void {
  if (choice === 'accept') return
  const errors = missing.flatMap(({ field, characters }) => {
    const letters = characters.filter((one) => LETTER.test(one) && !PICTURE.test(one))
    if (letters.length === 0) return []
    const shown = letters.slice(0, 20).map(describe).join('、')
    return [
      {
        pointer: '',
        detail: {
          zh: `“${field}”中的 ${shown} 没有可用的字体。`,
          en: `“${field}” has ${shown}, which no font has.`,
        },
      },
    ]
  })
  if (errors.length === 0) return
  throw new Rejection(
    'missing-glyphs',
    {
      zh: '有字符会在 PDF 中印成〓，文书未制发，文号未占用。请在 DOCUMENT_FONTS_DIR 放入收录它们的字体 fallback.ttf（如符合 GB 18030-2022 的字体），或改写原文，或以 "missingGlyphs": "accept" 照样制发。',
      en: 'Characters would be printed as 〓 in the PDF. Nothing was issued and no number was taken. Put a font that has them into DOCUMENT_FONTS_DIR as fallback.ttf (one with all of GB 18030-2022), or write them otherwise, or issue it all the same with "missingGlyphs": "accept".',
    },
    { errors },
  )
}

function describe(character: string): string {
  return `${character}（U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}）`
}
