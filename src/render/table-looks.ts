import type { Table } from './blocks.js'
import type { Face } from './looks.js'
import { SIZE } from './measures.js'

export interface TableStyle {
  sizePt: number
  linePt: number
  paddingPt: number
  labelFace: Face
  /** Lines on all sides, not only above and below. */
  framed: boolean
}

export const TABLES: Record<Table['look'], TableStyle> = {
  form: { sizePt: SIZE.form, linePt: 18, paddingPt: 5, labelFace: 'heiti', framed: true },
  list: { sizePt: SIZE.list, linePt: 15, paddingPt: 3, labelFace: 'heiti', framed: true },
  imprint: { sizePt: SIZE.imprint, linePt: 24, paddingPt: 14, labelFace: 'fangsong', framed: false },
}
