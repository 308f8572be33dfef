import type { Words } from '../domain/rejection.js'
import { type Figures, MEASURES, type Measure } from '../domain/report/outcome.js'
import type { Names } from '../export/names.js'
import { type Column, columnsOf, type Sheet } from '../export/sheet.js'
import { inLanguage } from '../language/language.js'
import { GROUP_NAMES } from './groups.js'
import type { Comparison, Outcome, OutcomeSum } from './outcome-view.js'
import { WARNING_WORDS } from './outcome-words.js'
import type { OutcomeGroup } from './outcomes.js'

const NAMES: Record<Measure, Words> = {
  accidents: { zh: '事故', en: 'Accidents' },
  deaths: { zh: '死亡', en: 'Deaths' },
  injuries: { zh: '受伤', en: 'Injuries' },
}

const yuan = (fen: number | null) => (fen === null ? null : fen / 100)

interface Compared extends Comparison {
  before: Figures | null
  after: Figures | null
}

/** What became of the accidents: figures of both windows, changes with their intervals, the words of caution. */
function comparisonColumns<R extends Compared>(): Column<R>[] {
  const { text, whole, decimal } = columnsOf<R>()
  return [
    ...MEASURES.flatMap((measure) => {
      const { zh, en } = NAMES[measure]
      return [
        whole(`治理前${zh}`, `${en} before`, (row) => row.before?.[measure]),
        whole(`治理后${zh}`, `${en} after`, (row) => row.after?.[measure]),
        decimal(`${zh}变化（%）`, `${en}, change (%)`, (row) => row.change?.[measure].percent),
        decimal(`${zh}区间下限（%）`, `${en}, low (%)`, (row) => row.change?.[measure].low),
        decimal(`${zh}区间上限（%）`, `${en}, high (%)`, (row) => row.change?.[measure].high),
      ]
    }),
    decimal('经验贝叶斯变化（%）', 'Empirical Bayes, change (%)', (row) => row.empiricalBayes?.percent),
    decimal('经验贝叶斯下限（%）', 'Empirical Bayes, low (%)', (row) => row.empiricalBayes?.low),
    decimal('经验贝叶斯上限（%）', 'Empirical Bayes, high (%)', (row) => row.empiricalBayes?.high),
    text('提示', 'Warnings', (row, names) => warningWords(row, names), 36),
  ]
}

function warningWords({ warnings }: Comparison, { language }: Names): string {
  return warnings.map((warning) => inLanguage(WARNING_WORDS[warning], language)).join(language === 'en' ? ', ' : '、')
}

const item = columnsOf<Outcome>()

/** The remedied items. */
export const OUTCOME_SHEET: Sheet<Outcome> = {
  name: { zh: '治理成效', en: 'Outcomes' },
  slug: 'outcomes',
  columns: [
    item.text('编号', 'Code', (row) => row.itemCode, 13),
    item.text('标题', 'Title', (row) => row.title, 32),
    item.text('责任单位', 'Responsible unit', (row, names) => names.of('unit', row.unit), 26),
    item.text('区划', 'Area', (row, names) => names.of('area', row.area), 20),
    item.text('路段', 'Section', (row) => row.section, 28),
    item.whole('长度（米）', 'Length (m)', (row) => row.lengthM),
    item.time('销号时间', 'Closed', (row) => row.closedAt),
    item.decimal('预算（元）', 'Budget (yuan)', (row) => yuan(row.plannedFen)),
    item.decimal('已用资金（元）', 'Spent (yuan)', (row) => yuan(row.spentFen)),
    item.text('治理前期间', 'Before', (row) => spanWords(row.before), 24),
    item.text('治理后期间', 'After', (row) => spanWords(row.after), 24),
    ...comparisonColumns<Outcome>(),
    item.text('标识', 'Id', (row) => row.itemId, 38),
  ],
}

function spanWords(span: { from: string; to: string } | null): string | null {
  return span === null ? null : `${span.from}/${span.to}`
}

const BY_OUTCOME: Record<OutcomeGroup, Words> = { ...GROUP_NAMES, section: { zh: '路段', en: 'section' } }
const group = columnsOf<OutcomeSum>()

/** The report by groups, as a table. */
export function outcomeGroupSheet(groupBy: OutcomeGroup): Sheet<OutcomeSum> {
  const { zh, en } = BY_OUTCOME[groupBy]
  return {
    name: { zh: `治理成效（按${zh}）`, en: `Outcomes by ${en}` },
    slug: `outcomes-by-${en.replace(' ', '-')}`,
    columns: [
      group.text(zh, en.charAt(0).toUpperCase() + en.slice(1), (row) => row.label, 32),
      group.whole('治理处数', 'Remedied', (row) => row.treated),
      group.whole('可比处数', 'Compared', (row) => row.compared),
      group.decimal('预算（元）', 'Budget (yuan)', (row) => yuan(row.plannedFen)),
      group.decimal('已用资金（元）', 'Spent (yuan)', (row) => yuan(row.spentFen)),
      group.whole('治理里程（米）', 'Metres of road', (row) => row.treatedM, 14),
      ...comparisonColumns<OutcomeSum>(),
      group.text('代码', 'Key', (row) => row.key, 38),
    ],
  }
}
