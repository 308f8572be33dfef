import { type Block, paragraph } from '../../render/blocks.js'
import { closing, form, head, ITEM_ROWS, imprint, ORDER_ROWS, pair, wide } from './parts.js'

/** 交办单. */
export const ASSIGNMENT_ORDER: readonly Block[] = [
  ...head('道路交通安全隐患交办单'),
  paragraph('addressee', '{责任单位}：'),
  paragraph(
    'body',
    '经排查核实、综合评估，下列道路交通安全隐患已列入隐患清单挂账管理。现按照“一单四制”工作要求交办你单位，请按交办要件组织整改，按期申请验收销号。隐患得不到治理不放松，治理不彻底不销号。',
  ),
  paragraph('body', '{要求}', '其他要求'),
  paragraph('body', '收到本交办单后，请及时签收；不属于你单位职责的，请书面说明理由退办。'),
  form([...ITEM_ROWS, wide('隐患描述'), wide('评估意见'), ...ORDER_ROWS, pair('交办时间', '签收时间')]),
  ...closing(),
  imprint(),
]

/** 整改通知书. */
export const RECTIFICATION_NOTICE: readonly Block[] = [
  ...head('道路交通安全隐患整改通知书'),
  paragraph('addressee', '{责任单位}：'),
  paragraph(
    'body',
    '经查，{隐患地点}存在“{隐患名称}”隐患（隐患编号：{隐患编号}，类别：{隐患类别}，级别：{隐患级别}）。{隐患描述}',
  ),
  paragraph('body', '现要求你单位按照下列要求限期整改：'),
  paragraph('heading', '一、整改目标'),
  paragraph('body', '{工作目标}'),
  paragraph('heading', '二、整改标准'),
  paragraph('body', '{完成标准}'),
  paragraph('heading', '三、整改时限'),
  paragraph('body', '请于{完成时限}前完成整改，并申请验收销号。'),
  paragraph('heading', '四、整改责任'),
  paragraph('body', '由{牵头领导}牵头负责。整改期间应当采取有效的临时防护措施，防止发生事故。'),
  paragraph('body', '按期完成整改的：{奖励措施}。逾期未完成或者整改不到位的：{惩戒措施}。'),
  paragraph('heading', '{其他要求标题}', '其他要求标题'),
  paragraph('body', '{要求}', '其他要求'),
  ...closing(),
  imprint(),
]

/** 挂牌督办通知书. */
export const SUPERVISION_NOTICE: readonly Block[] = [
  ...head('道路交通安全隐患挂牌督办通知书'),
  paragraph('addressee', '{责任单位}：'),
  paragraph(
    'body',
    '为切实消除道路交通安全隐患，经研究，决定对“{隐患名称}”（隐患编号：{隐患编号}）实施{督办级别}督办。现将有关事项通知如下：',
  ),
  paragraph('heading', '一、督办事项'),
  paragraph('body', '{隐患地点}，{隐患名称}。{隐患描述}'),
  paragraph('heading', '二、督办原因'),
  paragraph('body', '{督办原因}'),
  paragraph('heading', '三、整改责任和时限'),
  paragraph('body', '责任单位：{责任单位}；牵头领导：{牵头领导}。整改标准：{完成标准}。请于{完成时限}前完成整改。'),
  paragraph('heading', '四、督办要求'),
  paragraph('body', '挂牌督办期间，请每周报告整改进展；整改完成并经现场核验合格后，按程序解除挂牌督办。'),
  paragraph('body', '{要求}', '其他要求'),
  ...closing(),
  imprint(),
]

/** 督办函. */
export const SUPERVISION_LETTER: readonly Block[] = [
  ...head('关于督促整改道路交通安全隐患的督办函'),
  paragraph('addressee', '{责任单位}：'),
  paragraph(
    'body',
    '“{隐患名称}”（隐患编号：{隐患编号}，地点：{隐患地点}）已于{交办时间}交办你单位整改，整改时限为{完成时限}。截至{发文日期}，该隐患{时限情况}，{整改进度}。',
  ),
  paragraph(
    'body',
    '请你单位高度重视，由{牵头领导}牵头，倒排工期，落实责任，按照“{完成标准}”的标准抓紧完成整改；整改完成前，务必落实临时防护措施。',
  ),
  paragraph('body', '{要求}', '其他要求'),
  paragraph('body', '请于{反馈时限}前将整改情况书面反馈我办。', '反馈时限'),
  paragraph('last', '特此函告。'),
  ...closing(),
  imprint(),
]

/** 约谈通知书. */
export const TALK_NOTICE: readonly Block[] = [
  ...head('约谈通知书'),
  paragraph('addressee', '{责任单位}：'),
  paragraph(
    'body',
    '你单位负责整改的“{隐患名称}”（隐患编号：{隐患编号}），整改时限为{完成时限}。截至{发文日期}，该隐患{时限情况}。根据“一单四制”督办规定，决定对你单位进行约谈。现将有关事项通知如下：',
  ),
  paragraph('heading', '一、约谈时间'),
  paragraph('body', '{约谈时间}'),
  paragraph('heading', '二、约谈地点'),
  paragraph('body', '{约谈地点}'),
  paragraph('heading', '三、约谈对象'),
  paragraph('body', '{责任单位}{牵头领导}。'),
  paragraph('heading', '四、有关要求'),
  paragraph('last', '请约谈对象准时参加，并携带整改情况的书面说明，包括未按期完成的原因、整改措施和完成时间。'),
  paragraph('body', '{要求}', '其他要求'),
  ...closing(),
  imprint(),
]
