import { type Block, cell, paragraph } from '../../render/blocks.js'
import { form, formHead, ITEM_ROWS, ORDER_ROWS, opinion, PHOTOS, pair, wide } from './parts.js'

const BLANK_DAY = '年　　月　　日'

/** 延期审批表. */
export const EXTENSION_FORM: readonly Block[] = [
  ...formHead('道路交通安全隐患整改延期审批表'),
  form([
    ...ITEM_ROWS,
    pair('责任单位', '牵头领导'),
    pair('交办时间', '原完成时限'),
    pair('申请延期至', '申请时间'),
    wide('申请理由', '申请理由', 24),
    opinion('申请单位意见', '', ['负责人签字（盖章）：　　　　　　　　', BLANK_DAY]),
    opinion('审批意见', '{审批结论}', ['审批人：{审批人}　　　　', '（盖章）　　　　{审批时间}']),
    wide('备注', '备注'),
  ]),
]

/** 销号审批表. */
export const CLOSURE_FORM: readonly Block[] = [
  ...formHead('道路交通安全隐患销号审批表'),
  form([
    ...ITEM_ROWS,
    pair('责任单位', '牵头领导'),
    pair('交办时间', '完成时限'),
    wide('完成标准'),
    opinion('整改情况', '{整改情况}', ['申请人：{申请人}　　　　{申请时间}', '（盖章）　　　　　　　　'], 30),
    opinion('核验意见', '{核验意见}', ['核验人：{核验人}　　　　{核验时间}'], 26),
    opinion('安委办意见', '', ['（盖章）　　　　　　　　', BLANK_DAY], 28),
  ]),
  { is: 'pageBreak' },
  paragraph('caption', '附：整改前后照片'),
  PHOTOS,
]

/** 送达回证. */
export const RECEIPT: readonly Block[] = [
  ...formHead('送　达　回　证'),
  form([
    wide('送达文书名称', '送达文书'),
    wide('文书编号', '送达文号'),
    wide('受送达单位', '责任单位'),
    pair('隐患编号', '送达方式'),
    wide('送达地点', '送达地点', 12),
    opinion('受送达人签收', '{签收情况}', ['签名（盖章）：　　　　　　　　', '年　　月　　日　　时'], 36),
    wide('送达人', '送达人', 14),
    wide('备注', '备注', 20),
  ]),
  paragraph('signer', '{发文机关}'),
  paragraph('date', '{发文日期}'),
]

/** 一患一档. */
export const ITEM_FILE: readonly Block[] = [
  paragraph('cover', '一患一档'),
  paragraph('coverLine', '档案编号：{文号}'),
  paragraph('coverLine', '隐患编号：{隐患编号}'),
  paragraph('coverLine', '隐患名称：{隐患名称}'),
  paragraph('coverLine', '责任单位：{责任单位}'),
  paragraph('coverLine', '建档单位：{发文机关}'),
  paragraph('coverLine', '建档日期：{发文日期}'),
  { is: 'pageBreak' },
  paragraph('caption', '一、隐患基本情况'),
  form([
    ...ITEM_ROWS,
    pair('风险要素', '经纬度'),
    pair('上报时间', '挂账时间'),
    wide('隐患描述'),
    wide('评估意见'),
    pair('当前状态', '销号时间'),
  ]),
  paragraph('caption', '二、交办要件'),
  form([...ORDER_ROWS, pair('交办时间', '签收时间')]),
  paragraph('caption', '三、治理过程'),
  {
    ...{ is: 'table', look: 'list', widths: [7, 22, 15, 16, 40], head: ['序号', '时间', '事项', '经办人', '内容'] },
    rows: [
      {
        each: '过程',
        cells: [
          { text: '{序号}', is: 'center' },
          { text: '{时间}', is: 'center' },
          { text: '{事项}', is: 'center' },
          { text: '{经办人}', is: 'center' },
          cell('{内容}'),
        ],
      },
    ],
  },
  paragraph('caption', '四、文书目录'),
  {
    ...{ is: 'table', look: 'list', widths: [7, 28, 35, 15, 15], head: ['序号', '文号', '文书', '发文日期', '签收'] },
    rows: [
      {
        each: '文书目录',
        cells: [
          { text: '{序号}', is: 'center' },
          { text: '{文书号}', is: 'center' },
          cell('{文书名}'),
          { text: '{文书日期}', is: 'center' },
          { text: '{文书签收}', is: 'center' },
        ],
      },
    ],
  },
  { is: 'pageBreak' },
  paragraph('caption', '五、整改前后照片'),
  PHOTOS,
]
