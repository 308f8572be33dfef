import { type Cell, cell, label, type Paragraph, paragraph, type Row, type Table } from '../../render/blocks.js'

/** 红头: who sends it, under which number, the red rule, and what it is. */
export function head(title: string): Paragraph[] {
  return [paragraph('redHead', '{发文机关}'), paragraph('number', '{文号}'), paragraph('title', title)]
}

/** 落款 and 附注. */
export function closing(): Paragraph[] {
  return [
    paragraph('signer', '{发文机关}'),
    paragraph('date', '{发文日期}'),
    paragraph('note', '（联系人：{联系人}，联系电话：{联系电话}）', '联系人'),
  ]
}

/** 版记. */
export function imprint(): Table {
  return {
    ...{ is: 'table', look: 'imprint', widths: [58, 42] },
    rows: [
      { cells: [cell('抄送：{抄送}。', 2)], each: '抄送' },
      { cells: [cell('{发文机关}'), { text: '{发文日期}印发', is: 'number' }] },
    ],
  }
}

/** The form of a table: its name over it, its number at the right. */
export function formHead(title: string): Paragraph[] {
  return [paragraph('title', title), paragraph('formNumber', '编号：{文号}')]
}

/** A table of labels and fields: four columns, of which a lone field takes three. */
export function form(rows: readonly Row[]): Table {
  return { is: 'table', look: 'form', widths: [17, 33, 17, 33], rows }
}

export function pair(first: string, second: string): Row {
  return { cells: [...named(first), ...named(second)] }
}

export function wide(name: string, placeholder = name, heightMm?: number): Row {
  return { cells: [label(name), cell(`{${placeholder}}`, 3)], ...(heightMm === undefined ? {} : { heightMm }) }
}

/** What somebody writes or has written, with the place for name, seal and day. */
export function opinion(name: string, text: string, signed: readonly string[], heightMm = 34): Row {
  const field: Cell = { ...cell(text, 3), signed }
  return { cells: [label(name), field], heightMm }
}

function named(name: string): Cell[] {
  return [label(name), cell(`{${name}}`)]
}

/** What an item is, for any form. */
export const ITEM_ROWS: readonly Row[] = [
  pair('隐患编号', '隐患级别'),
  wide('隐患名称'),
  wide('隐患地点'),
  pair('隐患类别', '隐患来源'),
]

/** The elements of the order. */
export const ORDER_ROWS: readonly Row[] = [
  wide('工作目标'),
  pair('责任单位', '牵头领导'),
  wide('协助单位'),
  wide('完成标准'),
  wide('完成时限'),
  wide('奖励措施'),
  wide('惩戒措施'),
]

/** Photos from before beside those from after. */
export const PHOTOS: Table = {
  ...{ is: 'table', look: 'form', widths: [50, 50] },
  rows: [
    { cells: [label('整改前'), label('整改后')] },
    {
      each: '照片',
      cells: [
        { text: '{前说明}', is: 'center', picture: '前照片' },
        { text: '{后说明}', is: 'center', picture: '后照片' },
      ],
    },
    { each: '无照片', cells: [{ text: '（{无照片}）', is: 'center', span: 2 }] },
  ],
}
