import type { ScorePartName } from '../domain/report/performance.js'
import { columnsOf, type Sheet } from '../export/sheet.js'
import type { Whose } from './conduct.js'
import { GROUP_NAMES } from './groups.js'
import type { PerformanceRow } from './performance.js'

const { text, whole, decimal } = columnsOf<PerformanceRow>()

const PARTS: Record<ScorePartName, [zh: string, en: string]> = {
  onTime: ['按期', 'On time'],
  firstTime: ['一次验收', 'First time'],
  signing: ['签收', 'Signing'],
  progress: ['进展', 'Progress'],
}

function part(name: ScorePartName) {
  const [zh, en] = PARTS[name]
  const of = (row: PerformanceRow) => row.parts.find((one) => one.name === name)
  return [
    decimal(`${zh}得分`, `${en}: points`, (row) => of(row)?.points, 12),
    whole(`${zh}：分子`, `${en}: of these`, (row) => of(row)?.numerator, 12),
    whole(`${zh}：分母`, `${en}: of all`, (row) => of(row)?.denominator, 12),
  ]
}

/** Kept of units alone. */
const BOOKED = [
  decimal('奖惩积分', 'Points', (row) => row.points, 10),
  decimal('奖惩金额（元）', 'Money (yuan)', ({ moneyFen }) => (moneyFen === null ? null : moneyFen / 100), 14),
]

/** The ranking as a table: the rank, the numbers, and what the score is made of. */
export function rankingSheet(whose: Whose): Sheet<PerformanceRow> {
  const { zh, en } = GROUP_NAMES[whose]
  return {
    name: { zh: `${zh}排名`, en: `Ranking by ${en}` },
    slug: `ranking-by-${en.replace(' ', '-')}`,
    columns: [
      whole('名次', 'Rank', (row) => row.rank, 8),
      text(zh, en.charAt(0).toUpperCase() + en.slice(1), (row) => row.label, 32),
      decimal('得分', 'Score', (row) => row.score, 10),
      ...(whose === 'unit' ? BOOKED : []),
      whole('交办', 'Assigned', (row) => row.assigned),
      whole('按期销号', 'Closed on time', (row) => row.closedOnTime),
      whole('超期销号', 'Closed late', (row) => row.closedLate),
      whole('销号合计', 'Closed', (row) => row.closed),
      whole('在账', 'Open', (row) => row.open),
      whole('逾期', 'Overdue', (row) => row.overdue),
      whole('逾期天数合计', 'Days overdue', (row) => row.overdueDays, 14),
      whole('最长逾期（天）', 'Longest (days)', (row) => row.maxOverdueDays, 14),
      whole('退办', 'Returned', (row) => row.returned),
      whole('延期', 'Extended', (row) => row.extended),
      whole('验收退回', 'Rejected', (row) => row.rejected),
      whole('逾期签收', 'Signed late', (row) => row.signedLate),
      whole('进展停滞', 'No progress', (row) => row.noProgress),
      ...part('onTime'),
      ...part('firstTime'),
      ...part('signing'),
      ...part('progress'),
      text('代码', 'Key', (row) => row.key, 38),
    ],
  }
}
