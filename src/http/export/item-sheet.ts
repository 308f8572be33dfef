import type { z } from 'zod'
import type { ItemView } from '../item-view.js'
import { columnsOf, type Sheet } from './sheet.js'

type Item = z.infer<typeof ItemView>
const { text, whole, decimal, degrees, time, flag } = columnsOf<Item>()

const yuan = (fen: number | null | undefined) => (fen == null ? null : fen / 100)

const identity = [
  text('编号', 'Code', (it) => it.code, 13),
  text('标题', 'Title', (it) => it.title, 32),
  text('状态', 'Status', (it, names) => names.of('status', it.status), 14),
  text('级别', 'Level', (it, names) => names.of('level', it.level), 8),
]

const overdue = [
  flag('是否逾期', 'Overdue', (it) => it.overdue),
  whole('逾期天数', 'Days overdue', (it) => (it.overdue ? it.overdueDays : null)),
]

const responsibility = [
  text('责任单位', 'Responsible unit', (it, names) => names.of('unit', it.assignment?.responsibleUnit), 26),
  text('牵头领导', 'Lead official', (it) => it.assignment?.leadOfficial.name, 12),
  text('领导职务', 'Official’s title', (it) => it.assignment?.leadOfficial.title, 14),
]

const due = time('完成时限', 'Due', (it) => it.dueAt)

const place = [
  text('区划', 'Area', (it, names) => names.of('area', it.area), 20),
  text('区划代码', 'Area code', (it) => it.area, 11),
  text('路线', 'Road', (it) => it.road, 12),
  text('桩号', 'Chainage', (it) => it.chainage, 20),
  text('方向', 'Direction', (it, names) => names.of('direction', it.direction), 8),
  text('地址', 'Address', (it) => it.address, 28),
  degrees('经度', 'Longitude', (it) => it.location?.lon),
  degrees('纬度', 'Latitude', (it) => it.location?.lat),
]

const hazard = [
  text('隐患描述', 'Description', (it) => it.description, 40),
  text('类别', 'Category', (it, names) => names.of('category', it.category), 18),
  text('风险要素', 'Risk element', (it, names) => names.of('risk', it.risk), 10),
  text('来源', 'Source', (it, names) => names.of('source', it.source), 12),
  time('发现时间', 'Found', (it) => it.foundAt),
  time('上报时间', 'Reported', (it) => it.reportedAt),
  text('上报人', 'Reported by', (it) => it.reportedBy?.name, 14),
  time('挂账时间', 'Listed', (it) => it.listedAt),
  text('综合评估', 'Evaluation', (it) => it.evaluation, 32),
]

const order = [
  text('工作目标', 'Goal', (it) => it.assignment?.goal, 28),
  text('完成标准', 'Completion standard', (it) => it.assignment?.completionStandard, 28),
  text(
    '配合单位',
    'Supporting units',
    (it, names) =>
      it.assignment?.coUnits.map((unit) => names.of('unit', unit)).join(names.language === 'en' ? ', ' : '、'),
    26,
  ),
  text('奖励措施', 'Reward', (it) => it.assignment?.reward, 20),
  text('处罚措施', 'Penalty', (it) => it.assignment?.penalty, 20),
  time('交办时间', 'Assigned', (it) => it.assignment?.assignedAt),
  time('签收时间', 'Accepted', (it) => it.assignment?.acceptedAt),
  time('交办时限', 'Due as ordered', (it) => it.assignment?.dueAt),
]

const clock = [
  flag('预警', 'Due soon', (it) => it.dueSoon),
  flag('时限待定', 'Due provisional', (it) => it.dueProvisional),
  text('督办阶梯', 'Rung', (it, names) => names.of('rung', it.escalation?.rung), 14),
  text('挂牌督办', 'Supervision', (it, names) => names.of('supervision', it.supervision?.tier), 12),
  text('督办事由', 'Supervised because', (it) => it.supervision?.reason, 24),
  flag('中止计时', 'Suspended', (it) => it.suspended),
  text('中止原因', 'Suspended because', (it) => it.suspension?.reason, 24),
  time('申请延期至', 'Extension asked to', (it) => it.extension?.dueAt),
  text('延期原因', 'Extension because', (it) => it.extension?.reason, 24),
]

const remedy = [
  whole('进度（%）', 'Progress (%)', (it) => it.progress?.percent),
  text('进展说明', 'Progress note', (it) => it.progress?.note, 30),
  time('进展时间', 'Progress at', (it) => it.progress?.at),
  text('治理方案', 'Plan', (it) => it.plan?.measures, 30),
  text('临时防护', 'Interim protection', (it) => it.plan?.interimProtection, 24),
  decimal('预算（元）', 'Budget (yuan)', (it) => yuan(it.plan?.budgetFen)),
  decimal('已用资金（元）', 'Spent (yuan)', (it) => yuan(it.progress?.spentFen)),
]

const closure = [
  text('验收申请', 'Closure request', (it) => it.closureRequest?.summary, 28),
  time('申请验收时间', 'Closure requested', (it) => it.closureRequest?.at),
  time('销号时间', 'Closed', (it) => it.closedAt),
  text('销号人', 'Closed by', (it) => it.closedBy?.name, 14),
  text('验收意见', 'Findings', (it) => it.closureFindings, 30),
  text(
    '回头看',
    'Recheck',
    (it, names) => (it.recheck === null ? null : recheckWords(it.recheck.passed, names.language)),
    10,
  ),
  text('回头看意见', 'Recheck findings', (it) => it.recheck?.findings, 28),
  text('不予立项原因', 'Dismissed because', (it) => it.dismissalReason, 24),
]

const origin = [
  text('外部系统', 'External system', (it) => it.externalSystem, 14),
  text('外部编号', 'External id', (it) => it.externalId, 18),
  time('更新时间', 'Updated', (it) => it.updatedAt),
  whole('版本', 'Version', (it) => it.version, 8),
  text('标识', 'Id', (it) => it.id, 38),
  text('并入', 'Merged into', (it) => it.mergedInto, 38),
]

/** What came to the list after its columns had their order: programs read them by name, and people by place. */
const later = [
  text('上报渠道', 'Channel', (it, names) => names.of('role', it.channel), 12),
  text('热线工单号', 'Hotline ticket', (it) => it.hotline?.ticket, 20),
  text('需答复', 'Answer wanted', (it, names) => it.hotline && names.flag(it.hotline.answerWanted), 10),
  time('首次响应时间', 'First answered', (it) => it.hotline?.firstAnswer?.at),
  text('首次响应', 'First answer', (it) => it.hotline?.firstAnswer?.answer, 28),
  text('满意度', 'Satisfaction', (it, names) => names.of('rating', it.hotline?.satisfaction?.rating), 14),
  text('满意度说明', 'Satisfaction note', (it) => it.hotline?.satisfaction?.note, 24),
  whole('先行核验人数', 'Verified before by', (it) => it.verifications.length, 14),
  time('先行核验时间', 'Verified before at', (it) => it.verifications.at(-1)?.at),
  text('先行核验单位', 'Verified before, unit', (it, names) => names.of('unit', it.verifications.at(-1)?.unit), 26),
  text('先行核验意见', 'Verified before, findings', (it) => lines(it.verifications.map(verificationWords)), 30),
  text('逐项验收', 'Points', (it) => it.closurePoints && lines(it.closurePoints.map(pointWords)), 30),
  time('评估时限', 'Default due', (it) => it.defaultDueAt),
  flag('在账', 'On account', (it) => it.onAccount),
  flag('延期待批', 'Extension pending', (it) => it.extensionPending),
  whole('证据数', 'Evidence', (it) => it.evidence.length, 8),
  text('并案来源', 'Merged from', (it) => lines(it.mergedFrom), 38),
  text('疑似复发于', 'Suspected recurrence of', (it) => it.suspectedRecurrenceOf?.code, 16),
  text('媒体链接', 'Media link', (it) => it.mediaUrl, 28),
  text('分离式路幅', 'Carriageway', (it, names) => names.of('carriageway', it.carriageway), 12),
]

const lines = (texts: readonly string[]) => (texts.length === 0 ? null : texts.join('；'))

function verificationWords({ findings, points = [] }: Item['verifications'][number]): string {
  return [findings, ...points.map(pointWords)].join('；')
}

function pointWords({ point, met, note }: { point: string; met: boolean; note?: string | undefined }): string {
  return `${met ? '✓' : '✗'} ${point}${note === undefined ? '' : `（${note}）`}`
}

function recheckWords(passed: boolean, language: string): string {
  if (language === 'en') return passed ? 'passed' : 'failed'
  return passed ? '合格' : '不合格'
}

const rest = [...hazard, ...order, ...clock, ...remedy, ...closure, ...origin, ...later]
const pointOf = (item: Item) => item.location

/** The list (隐患清单): what an office looks at first stands first. */
export const ITEM_SHEET: Sheet<Item> = {
  name: { zh: '隐患清单', en: 'Items' },
  slug: 'items',
  columns: [...identity, ...responsibility, due, ...overdue, ...place, ...rest],
  pointOf,
}

/** The overdue report: the same columns, how long and whose first. */
export const OVERDUE_SHEET: Sheet<Item> = {
  name: { zh: '逾期报告', en: 'Overdue items' },
  slug: 'overdue',
  columns: [...identity, ...overdue.slice(1), due, ...responsibility, ...place, ...rest],
  pointOf,
}
