import type { DocumentKind } from '../domain/item/document.js'
import type { Vocabulary } from '../render/word-tags.js'

const ALL = ['发文机关', '文号', '发文日期']
const LETTER = ['联系人', '联系电话', '抄送', '其他要求标题', '反馈时限', '约谈时间', '约谈地点', '备注']
const ITEM = [
  ...['隐患编号', '隐患名称', '隐患描述', '隐患级别', '隐患类别', '隐患来源', '隐患地点', '风险要素', '经纬度'],
  ...['上报时间', '挂账时间', '评估意见', '当前状态', '销号时间'],
]
const ORDER = [
  ...['责任单位', '协助单位', '牵头领导', '工作目标', '完成标准', '完成时限', '奖励措施', '惩戒措施'],
  ...['交办时间', '签收时间', '整改进度'],
]
const SUPERVISION = ['督办级别', '督办原因', '时限情况']
const OF_ITEM = [...ALL, ...LETTER, ...ITEM, ...ORDER, ...SUPERVISION]
const EXTENSION = ['原完成时限', '申请延期至', '申请时间', '申请人', '申请理由', '审批结论', '审批人', '审批时间']
const CLOSURE = ['整改情况', '申请人', '申请时间', '核验意见', '核验人', '核验时间', '无照片']
const RECEIPT = ['送达文书', '送达文号', '送达方式', '送达地点', '送达人', '签收情况']

const REQUIREMENTS = { 其他要求: ['要求'] }
const PHOTOS = { 照片: ['前照片', '前说明', '后照片', '后说明'] }
const STANDING = ['名次', '名称', '累计挂账', '已销号', '在账', '逾期', '整改率', '按期销号率']

const ofItem: Vocabulary = { fields: OF_ITEM, lists: REQUIREMENTS }

/** What a template of each kind may be filled in with. Lists stand in `{#照片}…{/照片}`, with their entries' own fields. */
export const VOCABULARIES: Record<DocumentKind, Vocabulary> = {
  assignment_order: ofItem,
  rectification_notice: ofItem,
  supervision_notice: ofItem,
  supervision_letter: ofItem,
  talk_notice: ofItem,
  extension_form: { fields: [...OF_ITEM, ...EXTENSION], lists: REQUIREMENTS },
  closure_form: { fields: [...OF_ITEM, ...CLOSURE], lists: { ...REQUIREMENTS, ...PHOTOS } },
  receipt: { fields: [...OF_ITEM, ...RECEIPT], lists: REQUIREMENTS },
  item_file: {
    fields: [...OF_ITEM, ...CLOSURE],
    lists: {
      ...REQUIREMENTS,
      ...PHOTOS,
      过程: ['序号', '时间', '事项', '经办人', '内容'],
      文书目录: ['序号', '文书号', '文书名', '文书日期', '文书签收'],
    },
  },
  bulletin: {
    fields: [
      ...ALL,
      ...['抄送', '标题', '主送', '更正说明', '概况', '逾期说明', '备注标题'],
      ...['无指标', '无责任单位排名', '无县区排名', '无逾期隐患'],
    ],
    lists: {
      导语: ['段落'],
      指标: ['指标名', '数值', '构成', '较上期'],
      责任单位排名: STANDING,
      县区排名: STANDING,
      逾期隐患: ['编号', '隐患', '单位', '时限', '天数', '督办'],
      备注: ['段落'],
    },
  },
}
