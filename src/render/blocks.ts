/**
 * A paper as data: the one description from which its Word template, its Word file and its PDF are made. Texts have
 * placeholders, `{隐患名称}`; what they are filled with is never looked at for placeholders again.
 */
export type Block = Paragraph | Table | { is: 'pageBreak' }

/** How a paragraph looks, after GB/T 9704-2012 where that has a word for it. */
export type Look =
  /** 发文机关标志, red and large, */
  | 'redHead'
  /** 发文字号, centred over the red rule, */
  | 'number'
  /** and of a form, at the right above its table. */
  | 'formNumber'
  | 'title'
  /** The great words on a file’s cover, and what stands under them. */
  | 'cover'
  | 'coverLine'
  /** 主送机关, flush left. */
  | 'addressee'
  | 'body'
  /** The last of the text, which goes to the page of the signature. */
  | 'last'
  /** 一级标题, 黑体. */
  | 'heading'
  /** What a table is of. */
  | 'caption'
  /** 发文机关署名 and 成文日期. */
  | 'signer'
  | 'date'
  /** 附注, in brackets. */
  | 'note'

export interface Paragraph {
  is: 'paragraph'
  look: Look
  text: string
  /** The paragraph once for each of this list, or, of what is no list, once if there is something. */
  each?: string
}

export interface Table {
  is: 'table'
  /** `form`: labels and what is filled in; `list`: many rows in small type; `imprint`: 版记, between two lines. */
  look: 'form' | 'list' | 'imprint'
  /** Of each column, in hundredths of the page’s width. */
  widths: readonly number[]
  /** Repeated at the top of each page. */
  head?: readonly string[]
  rows: readonly Row[]
}

export interface Row {
  cells: readonly Cell[]
  each?: string
  /** At least so high. */
  heightMm?: number
}

export interface Cell {
  text: string
  is?: 'label' | 'number' | 'center'
  span?: number
  /** The placeholder of a picture, above the text. */
  picture?: string
  /** Lines at the right under the text: who signs, and when. */
  signed?: readonly string[]
}

export function paragraph(look: Look, text: string, each?: string): Paragraph {
  return { is: 'paragraph', look, text, ...(each === undefined ? {} : { each }) }
}

export function label(text: string, span?: number): Cell {
  return { text, is: 'label', ...(span === undefined ? {} : { span }) }
}

export function cell(text: string, span?: number): Cell {
  return { text, ...(span === undefined ? {} : { span }) }
}
