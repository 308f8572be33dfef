/** GB/T 9704-2012: A4 with a type area of 156 mm × 225 mm, 37 mm from the top and 28 mm from the left; 22 lines of 28 characters. */
export const PAGE = { widthMm: 210, heightMm: 297, topMm: 37, leftMm: 28, textWidthMm: 156, textHeightMm: 225 }
export const LINES = 22
export const CHARACTERS = 28

export function pt(mm: number): number {
  return (mm / 25.4) * 72
}

export const TEXT_WIDTH_PT = pt(PAGE.textWidthMm)
/** From line to line. */
export const PITCH_PT = pt(PAGE.textHeightMm) / LINES
export const RED = 'C80000'

/** Sizes in points, by their names in the printing trade: 初号 42, 二号 22, 三号 16, 四号 14, 小四 12, 五号 10.5. */
export const SIZE = { cover: 42, title: 22, body: 16, imprint: 14, form: 12, list: 10.5 }

/** The red head as large as one line takes, and no larger than 初号. */
export function redHeadSize(text: string): number {
  return Math.min(SIZE.cover, Math.floor((TEXT_WIDTH_PT * 0.96) / Math.max([...text].length, 1)))
}
