import type { Words } from '../domain/rejection.js'

const words = (zh: string, en: string): Words => ({ zh, en })

/** Everything that the printed page says by itself. */
export const LABELS = {
  draft: words('草稿　未印发', 'DRAFT, not issued'),
  corrects: words('本通报更正', 'This bulletin corrects'),
  correctedBy: words('本通报已由下列通报更正：', 'This bulletin has been corrected by'),
  overview: words('总体情况', 'Overview'),
  byUnit: words('责任单位整改情况', 'Responsible units'),
  byArea: words('县（市、区）整改情况', 'Counties'),
  overdueItems: words('逾期隐患', 'Overdue items'),
  scores: words('奖惩积分', 'Reward and penalty'),
  rewards: words('加分', 'Rewards'),
  penalties: words('扣分', 'Penalties'),
  points: words('合计', 'Points'),
  money: words('金额（元）', 'Money (yuan)'),
  entries: words('笔数', 'Entries'),
  publicReporters: words('群众举报奖励', 'Owed to members of the public'),
  periodClosed: words('{period} 期已结账，SHA-256：{sha256}', 'Closed period {period}, SHA-256 {sha256}'),
  comparison: words('与上期比较', 'Compared with the previous bulletin'),
  remarks: words('备注', 'Remarks'),
  atCutOff: words('截至数据时点', 'At the cut-off'),
  inPeriod: words('统计期内', 'In the period'),
  rates: words('比率', 'Rates'),
  number: words('数量', 'Number'),
  inPeriodListed: words('本期新增', 'Listed in the period'),
  inPeriodClosed: words('本期销号', 'Closed in the period'),
  medianDays: words('销号用时中位数（天）', 'Median days to close'),
  change: words('较上期', 'Change'),
  rate: words('数值', 'Value'),
  parts: words('分子 / 分母', 'Of'),
  rank: words('名次', 'Rank'),
  previousRank: words('上期', 'Before'),
  unit: words('责任单位', 'Unit'),
  area: words('县（市、区）', 'County'),
  unassigned: words('未交办', 'Not assigned'),
  code: words('编号', 'Code'),
  item: words('隐患', 'Item'),
  place: words('位置', 'Place'),
  leadOfficial: words('牵头领导', 'Lead official'),
  dueAt: words('完成时限', 'Deadline'),
  days: words('逾期天数', 'Days overdue'),
  rung: words('督办阶梯', 'Rung'),
  named: words('点名', 'named'),
  few: words('（不足 {n} 处的不计算比率、不排名）', '(with fewer than {n} items: no rate, no rank)'),
  more: words('另有 {n} 处逾期隐患未在此列出。', '{n} more overdue items are not printed here.'),
  none: words('无。', 'None.'),
  firstOne: words('此前没有同类通报。', 'There is no earlier bulletin of this kind.'),
  comparedWith: words('上期为', 'The previous one is'),
  came: words('新增逾期', 'Newly overdue'),
  went: words('上期逾期、本期不再逾期', 'No longer overdue'),
  provenance: words('数据依据', 'Made from'),
  ledgerUpTo: words('台账第 {seq} 号记录，截至', 'the ledger up to entry {seq}, as of'),
  ledgerHash: words('台账散列', 'Ledger hash'),
  contentHash: words('内容 SHA-256', 'Content SHA-256'),
  rules: words('规则版本', 'Rules, version'),
  chartOpen: words('在账与逾期（每日终了）', 'On account and overdue, at the end of each day'),
  chartFlow: words('每日新增与销号', 'Listed and closed, by day'),
  chartRates: words('整改率', 'Closure rate'),
  chartAges: words('逾期隐患按逾期天数', 'Overdue items by days overdue'),
  open: words('在账', 'On account'),
  overdueShort: words('逾期', 'Overdue'),
  listedShort: words('新增', 'Listed'),
  closedShort: words('销号', 'Closed'),
  seal: words('（印章）', '(seal)'),
} as const

/** How things stand at the cut-off, in the order in which it is printed. */
export const STOCK_LABELS = {
  listed: words('累计挂账', 'Ever on the list'),
  closed: words('累计销号', 'Closed'),
  onAccount: words('在账', 'On account'),
  overdue: words('逾期', 'Overdue'),
  dueSoon: words('七日内到期', 'Due within 7 days'),
  suspended: words('中止计时', 'Clock suspended'),
  extensionPending: words('延期待批', 'Extension pending'),
  underSupervision: words('挂牌督办', 'Under supervision'),
  reported: words('待核实', 'Waiting for evaluation'),
} as const

/** What happened in the period. */
export const PERIOD_LABELS = {
  openAtStart: words('期初在账', 'On account at the start'),
  newlyListed: words('新增挂账', 'Listed'),
  reopenedInPeriod: words('重新挂账', 'Reopened'),
  closedInPeriod: words('销号', 'Closed'),
  openAtEnd: words('期末在账', 'On account at the end'),
  extendedInPeriod: words('延期', 'Extended'),
  returnedInPeriod: words('退办', 'Returned'),
  closureRejectedInPeriod: words('验收退回', 'Closure rejected'),
} as const

export const RATE_LABELS = {
  closure: words('整改率', 'Closure rate'),
  onTime: words('按期销号率', 'Closed on time'),
  overdue: words('逾期率', 'Overdue rate'),
  extension: words('延期率', 'Extension rate'),
  return: words('退办率', 'Return rate'),
  rework: words('返工率', 'Rework rate'),
  recurrence: words('复发率', 'Recurrence rate'),
  recheckPass: words('回头看合格率', 'Recheck pass rate'),
} as const

export const STATUS_LABELS = {
  reported: words('待核实', 'reported'),
  listed: words('已挂账', 'listed'),
  assigned: words('已交办待签收', 'assigned'),
  remediating: words('整改中', 'remediating'),
  closure_requested: words('待验收', 'closure requested'),
  closed: words('已销号', 'closed'),
  dismissed: words('不予立项', 'dismissed'),
  merged: words('并案', 'merged'),
} as const

export const BUCKET_LABELS = {
  d1to7: words('1–7 天', '1–7 days'),
  d8to30: words('8–30 天', '8–30 days'),
  d31to90: words('31–90 天', '31–90 days'),
  over90: words('90 天以上', 'over 90 days'),
} as const
