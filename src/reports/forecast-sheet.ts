import type { Words } from '../domain/rejection.js'
import type { Outlook } from '../domain/report/forecast.js'
import { columnsOf, type Sheet } from '../export/sheet.js'
import { inLanguage } from '../language/language.js'
import type { ForecastGroup } from './forecast.js'
import { GROUP_NAMES, type GroupBy } from './groups.js'

const { text, whole, decimal } = columnsOf<ForecastGroup>()

const OUTLOOK_WORDS: Record<Outlook, Words> = {
  reached: { zh: '已清零', en: 'reached' },
  expected: { zh: '预计可清零', en: 'expected' },
  not_at_this_pace: { zh: '按目前进度不能清零', en: 'not at this pace' },
  too_few_data: { zh: '数据不足', en: 'too few data' },
}

/** The forecast by group, as a table. */
export function forecastSheet(groupBy: GroupBy): Sheet<ForecastGroup> {
  const { zh, en } = GROUP_NAMES[groupBy]
  return {
    name: { zh: `清零预测（按${zh}）`, en: `Forecast by ${en}` },
    slug: `forecast-by-${en.replace(' ', '-')}`,
    columns: [
      text(zh, en.charAt(0).toUpperCase() + en.slice(1), (row) => row.label, 32),
      whole('在账', 'Open', (row) => row.open),
      text('预测', 'Outlook', (row, { language }) => inLanguage(OUTLOOK_WORDS[row.outlook], language), 22),
      text('预计清零日', 'Reaches zero', (row) => row.reachesZero, 14),
      text('最早（10%）', 'Earliest (10 %)', (row) => row.earliest, 14),
      text('最迟（90%）', 'Latest (90 %)', (row) => row.latest, 14),
      whole('期内新增', 'Added', (row) => row.added),
      whole('期内销号', 'Closed', (row) => row.closed),
      decimal('周净销号', 'Net a week', (row) => row.netPerWeek, 12),
      decimal('离散度', 'Dispersion', (row) => row.dispersion, 10),
      text('代码', 'Key', (row) => row.key, 38),
    ],
  }
}
