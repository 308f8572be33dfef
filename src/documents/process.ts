import { DOCUMENT_NAMES } from '../domain/item/document.js'
import { LABELS } from '../domain/item/labels.js'
import { SCORE_LABELS } from '../domain/score/entry.js'
import type { Values } from '../render/values.js'
import type { HappenedEvent } from './history.js'
import type { Names } from './names.js'
import { dateText, dayText, officialText, stampText, yuanText } from './words.js'

type Type = HappenedEvent['type']
type EventWords = {
  [T in Type]: { name: string; say?: (data: Extract<HappenedEvent, { type: T }>['data'], use: Use) => string }
}

interface Use {
  names: Names
  zone: string
}

const reason = ({ reason: said }: { reason: string | null }) => said ?? ''
const findings = ({ findings: said }: { findings: string }) => said

/** How an item's file tells each of its events: every type that there is, or it would not be the whole file. */
const TOLD: EventWords = {
  'item.reported': { name: '上报', say: ({ title }) => title },
  'item.imported': { name: '历史导入', say: ({ title }) => title },
  'item.corrected': { name: '更正信息' },
  'item.listed': { name: '挂账', say: (data) => `评估为${LABELS.level[data.level].zh}隐患。${data.evaluation ?? ''}` },
  'item.dismissed': { name: '不予立项', say: reason },
  'item.merged': { name: '并案', say: (data) => `并入 ${data.intoCode}。${data.reason}` },
  'item.absorbed': { name: '并入', say: (data) => `${data.fromCode} 并入本案。${data.reason}` },
  'item.assigned': {
    name: '交办',
    say: (data, { names, zone }) =>
      `责任单位：${names.unit(data.responsibleUnit)}；牵头领导：${officialText(data.leadOfficial)}；完成时限：${dayText(data.dueAt, zone)}。`,
  },
  'item.accepted': { name: '签收' },
  'item.returned': { name: '退办', say: reason },
  'item.lead_official_changed': {
    name: '变更牵头领导',
    say: (data) => `${officialText(data.previous)}变更为${officialText(data.leadOfficial)}。${data.reason ?? ''}`,
  },
  'item.planned': {
    name: '制定方案',
    say: (data) => data.measures + (data.budgetFen === null ? '' : `（预算 ${yuanText(data.budgetFen)}）`),
  },
  'item.progress_reported': {
    name: '报告进展',
    say: (data) =>
      `${data.percent}%，${data.note}${data.spentFen === null ? '' : `（已支出 ${yuanText(data.spentFen)}）`}`,
  },
  'item.extension_requested': {
    name: '申请延期',
    say: (data, { zone }) => `申请延期至${dayText(data.dueAt, zone)}。${data.reason}`,
  },
  'item.extension_decided': {
    name: '审批延期',
    say: (data, { zone }) =>
      `${data.approved ? `同意延期${data.dueAt === null ? '' : `至${dayText(data.dueAt, zone)}`}` : '不同意延期'}。${data.reason ?? ''}`,
  },
  'item.suspended': { name: '中止计时', say: reason },
  'item.resumed': { name: '恢复计时', say: reason },
  'item.closure_requested': { name: '申请验收', say: ({ summary }) => summary },
  'item.closure_rejected': { name: '验收退回', say: findings },
  'item.verified': { name: '核验', say: findings },
  'item.closed': { name: '销号', say: findings },
  'item.rechecked': { name: '回头看', say: (data) => `${data.passed ? '合格' : '不合格，重新挂账'}。${data.findings}` },
  'item.reopened': { name: '重新挂账', say: reason },
  'item.supervised': { name: '挂牌督办', say: (data) => `${LABELS.supervision[data.tier].zh}。${data.reason}` },
  'item.supervision_ended': { name: '解除督办', say: reason },
  'item.noted': { name: '备注', say: ({ note }) => note },
  'item.escalated': { name: '逾期督办', say: ({ rung }) => rung },
  'item.deadline_recomputed': {
    name: '重算时限',
    say: (data, { zone }) =>
      `工作日历变更，完成时限由${dayText(data.previousDueAt, zone)}改为${dayText(data.dueAt, zone)}。`,
  },
  'item.accidents_counted': {
    name: '事故统计',
    say: ({ from, to, accidents, deaths, injuries, corrects }) =>
      `${dateText(from)}至${dateText(to)}前：事故 ${accidents} 起，死亡 ${deaths} 人，受伤 ${injuries} 人${corrects === null ? '' : '（更正此前统计）'}。`,
  },
  'item.caller_answered': { name: '首次响应', say: ({ answer }) => answer ?? '已答复来电人。' },
  'item.satisfaction_recorded': {
    name: '满意度回访',
    say: ({ rating, note }) => `${LABELS.rating[rating].zh}。${note ?? ''}`,
  },
  'item.recurrence_decided': {
    name: '复发认定',
    say: (data) => `${data.confirmed ? '认定为复发' : '认定不是复发'}。${data.reason ?? ''}`,
  },
  'item.recurred': { name: '复发', say: () => '销号后在同一地点再次出现，已认定为复发。' },
  'item.scored': {
    name: '奖惩记分',
    say: (data) => `${SCORE_LABELS[data.rule].zh}，${data.points} 分。${data.reason ?? ''}`,
  },
  'item.score_appealed': { name: '记分申诉', say: reason },
  'item.score_appeal_decided': {
    name: '申诉裁定',
    say: (data) => `${data.approved ? '申诉成立' : '申诉不成立'}。${data.reason}`,
  },
  'item.document_issued': { name: '制发文书', say: (data) => `${data.number}《${DOCUMENT_NAMES[data.kind].zh}》` },
  'item.document_received': { name: '签收文书', say: ({ number }) => number },
}

/** The process (治理过程) for a table of the file. `rungs` names the rungs of the ladder. */
export function processOf(events: readonly HappenedEvent[], use: Use, rungs: ReadonlyMap<string, string>): Values[] {
  const told = events.map((event) => {
    const words = TOLD[event.type]
    // The type of the event and of its words are the same member.
    const said = words.say?.(event.data as never, use) ?? ''
    const text = event.type === 'item.escalated' ? (rungs.get(event.data.rung) ?? said) : said
    return {
      时间: stampText(event.at, use.zone),
      事项: words.name,
      经办人: use.names.person(event.actorId),
      内容: text,
    }
  })
  return told.map((row, k) => ({ 序号: String(k + 1), ...row }))
}
