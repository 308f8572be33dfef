import type { z } from 'zod'
import type { Words } from '../domain/rejection.js'
import type { Names } from '../export/names.js'
import type { Column, Sheet } from '../export/sheet.js'
import { columnsOf } from '../export/sheet.js'
import { inLanguage } from '../language/language.js'
import type { ReportEntry } from './report-schemas.js'
import type { APPEAL_STATES, ScoreView } from './schemas.js'

type Score = z.infer<typeof ScoreView>
const { text, whole, decimal, time } = columnsOf<Score>()

const APPEALS: Record<(typeof APPEAL_STATES)[number], Words> = {
  pending: { zh: '待决定', en: 'pending' },
  approved: { zh: '成立', en: 'approved' },
  refused: { zh: '不成立', en: 'refused' },
}

const yuan = (fen: number | null) => (fen === null ? null : fen / 100)

const what = [
  text('计入日期', 'Booked on', (it) => it.bookedOn, 12),
  text('编号', 'Code', (it) => it.item.code, 13),
  text('标题', 'Title', (it) => it.item.title, 32),
  text('事项', 'For', (it, { language }) => inLanguage(it.label, language), 18),
  text('计分日', 'Day counted', (it) => it.cause.day, 12),
  decimal('分值', 'Points', (it) => it.points, 10),
  decimal('金额（元）', 'Money (yuan)', (it) => yuan(it.moneyFen)),
]

const why = [
  text('依据事件', 'Event', (it) => it.cause.type, 24),
  whole('事件序号', 'Event seq', (it) => it.cause.seq),
  time('事件时间', 'Event at', (it) => it.cause.at),
  whole('规则版本', 'Rules', (it) => it.rules),
  text('申诉', 'Appeal', (it, names) => appealWords(it, names), 10),
  text('申诉理由', 'Appeal because', (it) => it.appeal?.reason, 28),
  text('申诉决定', 'Decision', (it) => it.appeal?.decision, 28),
  text('冲销原因', 'Reversed because', (it) => it.reason, 28),
  text('冲销', 'Reverses', (it) => it.reverses, 38),
  text('被冲销', 'Reversed by', (it) => it.reversedBy, 38),
  whole('台账序号', 'Ledger seq', (it) => it.seq),
  time('计分时间', 'Scored', (it) => it.at),
  text('标识', 'Id', (it) => it.id, 38),
]

function appealWords({ appeal }: Score, { language }: Names): string | null {
  return appeal === null ? null : inLanguage(APPEALS[appeal.state], language)
}

/** The entries of all units. */
export const SCORE_SHEET: Sheet<Score> = {
  name: { zh: '奖惩积分', en: 'Scores' },
  slug: 'scores',
  columns: [...what.slice(0, 1), text('责任单位', 'Unit', (it) => it.unit?.name, 26), ...what.slice(1), ...why],
}

const report = columnsOf<ReportEntry>()

/** One unit's entries, each with the sum so far and what its order had promised. */
export const UNIT_SCORE_SHEET: Sheet<ReportEntry> = {
  name: { zh: '单位积分明细', en: 'Unit score' },
  slug: 'unit-score',
  columns: [
    ...(what as readonly Column<ReportEntry>[]),
    report.decimal('累计分', 'Points so far', (it) => it.running.points, 12),
    report.decimal('累计金额（元）', 'Money so far (yuan)', (it) => yuan(it.running.moneyFen)),
    report.text('奖励措施', 'Reward', (it) => it.assignment?.reward, 24),
    report.text('处罚措施', 'Penalty', (it) => it.assignment?.penalty, 24),
    ...(why as readonly Column<ReportEntry>[]),
  ],
}
