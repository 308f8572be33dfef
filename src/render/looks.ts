import type { Block, Look } from './blocks.js'
import { PITCH_PT, RED, SIZE } from './measures.js'

/** The kinds of type: 仿宋, 小标宋, 黑体, 宋体. */
export type Face = 'fangsong' | 'biaosong' | 'heiti' | 'songti'

export interface LookStyle {
  face: Face
  sizePt: number
  align: 'left' | 'center' | 'right' | 'justify'
  linePt: number
  /** The first line, in characters. */
  indent?: number
  /** From the right edge, in characters. */
  rightIndent?: number
  beforePt?: number
  afterPt?: number
  color?: string
  /** A red rule under it, 发文字号之下 4 mm. */
  ruled?: boolean
  /** Stays on the page of the paragraph or the table that follows. */
  keepNext?: boolean
}

const body = { face: 'fangsong', sizePt: SIZE.body, linePt: PITCH_PT } as const

export const LOOKS: Record<Look, LookStyle> = {
  redHead: {
    face: 'biaosong',
    sizePt: SIZE.cover,
    align: 'center',
    linePt: 56,
    beforePt: 16,
    afterPt: 30,
    color: RED,
  },
  number: { ...body, align: 'center', ruled: true, afterPt: 2 * PITCH_PT },
  formNumber: { ...body, sizePt: SIZE.form, linePt: 20, align: 'right', afterPt: 4 },
  title: { face: 'biaosong', sizePt: SIZE.title, align: 'center', linePt: 35, afterPt: PITCH_PT },
  cover: { face: 'biaosong', sizePt: SIZE.cover, align: 'center', linePt: 70, beforePt: 150, afterPt: 120 },
  coverLine: { ...body, align: 'left', linePt: 40, indent: 3 },
  addressee: { ...body, align: 'left' },
  body: { ...body, align: 'justify', indent: 2 },
  last: { ...body, align: 'justify', indent: 2, keepNext: true },
  heading: { ...body, face: 'heiti', align: 'left', indent: 2, keepNext: true },
  caption: { ...body, face: 'heiti', align: 'left', beforePt: 10, afterPt: 4, keepNext: true },
  signer: { ...body, align: 'right', rightIndent: 2, beforePt: 2 * PITCH_PT, keepNext: true },
  date: { ...body, align: 'right', rightIndent: 4, keepNext: true },
  note: { ...body, align: 'left', indent: 2, beforePt: PITCH_PT / 2 },
}

/** Between text and a table. */
const GAP_PT = 6

/** The space that a paragraph has more where it stands next to a table. */
export function besideTable(blocks: readonly Block[], k: number): { before: number; after: number } {
  return { before: blocks[k - 1]?.is === 'table' ? GAP_PT : 0, after: blocks[k + 1]?.is === 'table' ? GAP_PT : 0 }
}
