import { TextRun } from 'docx'
import type { Face } from '../../src/render/looks.js'

/** The fonts by the names that they have on an office’s machine; where one is missing, Word takes another. */
export const WORD_FONTS: Record<Face, { ascii: string; hAnsi: string; cs: string; eastAsia: string }> = {
  fangsong: fontNamed('仿宋_GB2312'),
  biaosong: fontNamed('方正小标宋简体'),
  heiti: fontNamed('黑体'),
  songti: fontNamed('宋体'),
}

function fontNamed(eastAsia: string) {
  return { ascii: 'Times New Roman', hAnsi: 'Times New Roman', cs: 'Times New Roman', eastAsia }
}

/** Twentieths of a point. */
export function twips(points: number): number {
  return Math.round(points * 20)
}

/** A text in runs, each placeholder in one of its own: so it keeps its look whatever an office does around it. */
export function runsOf(
  text: string,
  face: Face,
  sizePt: number,
  { color, spacingPt = 0 }: { color?: string | undefined; spacingPt?: number } = {},
): TextRun[] {
  return text
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map(
      (part) =>
        new TextRun({
          text: part,
          font: WORD_FONTS[face],
          size: sizePt * 2,
          ...(color === undefined ? {} : { color }),
          ...(spacingPt === 0 ? {} : { characterSpacing: twips(spacingPt) }),
        }),
    )
}
