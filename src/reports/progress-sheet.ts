import type { Rate } from '../domain/report/rate.js'
import type { RateName } from '../domain/report/tally.js'
import type { SeriesDay } from '../domain/time/series.js'
import { columnsOf, type Sheet } from '../export/sheet.js'
import { GROUP_NAMES, type GroupBy } from './groups.js'
import type { ProgressGroup, StepDays } from './progress.js'

const day = columnsOf<SeriesDay>()

/** The days of a period, as a table: the burn-down. */
export const DAYS_SHEET: Sheet<SeriesDay> = {
  name: { zh: '整改进度（逐日）', en: 'Progress by day' },
  slug: 'progress',
  columns: [
    day.text('日期', 'Date', (row) => row.date, 12),
    day.whole('新增挂账', 'Listed', (row) => row.listed),
    day.whole('销号', 'Closed', (row) => row.closed),
    day.whole('重新挂账', 'Reopened', (row) => row.reopened),
    day.whole('日终在账', 'Open', (row) => row.open),
    day.whole('日终逾期', 'Overdue', (row) => row.overdue),
  ],
}

const { text, whole, decimal, flag } = columnsOf<ProgressGroup>()

/** A rate as three columns: in per cent, and what it is made of. */
function rate(zh: string, en: string, name: RateName) {
  const of = ({ rates }: ProgressGroup): Rate => rates[name]
  return [
    decimal(`${zh}（%）`, `${en} (%)`, (row) => percent(of(row)), 12),
    whole(`${zh}：分子`, `${en}: of these`, (row) => of(row).numerator, 12),
    whole(`${zh}：分母`, `${en}: of all`, (row) => of(row).denominator, 12),
  ]
}

/** From four decimals of one to two of a hundred, exactly. */
function percent({ value }: Rate): number | null {
  return value === null ? null : Math.round(value * 10_000) / 100
}

function step(zh: string, en: string, of: (row: ProgressGroup) => StepDays) {
  return [
    decimal(`挂账至${zh}天数：中位`, `Days to ${en}: median`, (row) => of(row).median, 16),
    decimal(`挂账至${zh}天数：90 分位`, `Days to ${en}: 90th percentile`, (row) => of(row).p90, 16),
  ]
}

/** The progress report by group, as a table. */
export function progressSheet(groupBy: GroupBy): Sheet<ProgressGroup> {
  const { zh, en } = GROUP_NAMES[groupBy]
  return {
    name: { zh: `整改进度（按${zh}）`, en: `Progress by ${en}` },
    slug: `progress-by-${en.replace(' ', '-')}`,
    columns: [
      text(zh, en.charAt(0).toUpperCase() + en.slice(1), (row) => row.label, 32),
      whole('累计挂账', 'Listed', (row) => row.listed),
      whole('已销号', 'Closed', (row) => row.closed),
      whole('在账', 'Open', (row) => row.open),
      whole('逾期', 'Overdue', (row) => row.overdue),
      whole('退办', 'Returned', (row) => row.returned),
      whole('延期', 'Extended', (row) => row.extended),
      whole('验收退回', 'Rejected at closure', (row) => row.rejectedAtClosure),
      whole('重新挂账', 'Reopened', (row) => row.reopened),
      whole('复发', 'Recurrent', (row) => row.recurrent),
      flag('数量过少', 'Few', (row) => row.few),
      ...rate('整改率', 'Closure rate', 'closure'),
      ...rate('按期销号率', 'Closed on time', 'onTime'),
      ...rate('逾期率', 'Overdue rate', 'overdue'),
      ...rate('延期率', 'Extension rate', 'extension'),
      ...rate('退办率', 'Return rate', 'return'),
      ...rate('返工率', 'Rework rate', 'rework'),
      ...rate('复发率', 'Recurrence rate', 'recurrence'),
      ...rate('回头看合格率', 'Recheck pass rate', 'recheckPass'),
      whole('本期新增', 'Listed in the period', (row) => row.inPeriod.listed),
      whole('本期销号', 'Closed in the period', (row) => row.inPeriod.closed),
      whole('本期重新挂账', 'Reopened in the period', (row) => row.inPeriod.reopened, 12),
      whole('本期退办', 'Returned in the period', (row) => row.inPeriod.returned),
      whole('本期延期', 'Extended in the period', (row) => row.inPeriod.extended),
      whole('本期验收退回', 'Rejected in the period', (row) => row.inPeriod.rejectedAtClosure, 12),
      ...step('交办', 'assignment', (row) => row.daysTo.assigned),
      ...step('签收', 'acceptance', (row) => row.daysTo.accepted),
      ...step('方案', 'plan', (row) => row.daysTo.planned),
      ...step('申请验收', 'closure request', (row) => row.daysTo.closureRequested),
      ...step('销号', 'closing', (row) => row.daysTo.closed),
      text('代码', 'Key', (row) => row.key, 38),
    ],
  }
}
