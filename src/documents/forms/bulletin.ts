import { type Block, type Cell, cell, paragraph, type Table } from '../../render/blocks.js'
import { head, imprint } from './parts.js'

const centre = (text: string): Cell => ({ text, is: 'center' })
const number = (text: string): Cell => ({ text, is: 'number' })

function list(widths: readonly number[], heads: readonly string[], each: string, cells: readonly Cell[]): Table {
  const none = `无${each}`
  const empty = { each: none, cells: [{ text: `{${none}}`, is: 'center' as const, span: widths.length }] }
  return { is: 'table', look: 'list', widths, head: heads, rows: [{ each, cells }, empty] }
}

const STANDING = ['排名', '名称', '累计挂账', '已销号', '在账', '逾期', '整改率', '按期率']
const STANDING_WIDTHS = [8, 28, 11, 10, 9, 9, 12, 13]
const STANDING_CELLS = [
  centre('{名次}'),
  cell('{名称}'),
  ...['累计挂账', '已销号', '在账', '逾期', '整改率', '按期销号率'].map((name) => number(`{${name}}`)),
]

/** 通报. */
export const BULLETIN: readonly Block[] = [
  ...head('{标题}'),
  paragraph('body', '{更正说明}', '更正说明'),
  paragraph('addressee', '{主送}', '主送'),
  paragraph('body', '{段落}', '导语'),
  paragraph('heading', '一、总体情况'),
  paragraph('body', '{概况}'),
  list([40, 20, 20, 20], ['指标', '数值', '分子/分母', '较上期'], '指标', [
    cell('{指标名}'),
    number('{数值}'),
    number('{构成}'),
    number('{较上期}'),
  ]),
  paragraph('heading', '二、责任单位整改情况'),
  list(STANDING_WIDTHS, STANDING, '责任单位排名', STANDING_CELLS),
  paragraph('heading', '三、县（市、区）整改情况'),
  list(STANDING_WIDTHS, STANDING, '县区排名', STANDING_CELLS),
  paragraph('heading', '四、逾期隐患'),
  paragraph('body', '{逾期说明}'),
  list([16, 25, 20, 15, 9, 15], ['编号', '隐患', '责任单位', '完成时限', '天数', '督办'], '逾期隐患', [
    centre('{编号}'),
    cell('{隐患}'),
    cell('{单位}'),
    centre('{时限}'),
    number('{天数}'),
    centre('{督办}'),
  ]),
  paragraph('heading', '五、备注', '备注标题'),
  paragraph('body', '{段落}', '备注'),
  paragraph('signer', '{发文机关}'),
  paragraph('date', '{发文日期}'),
  imprint(),
]
