import type { Words } from '../domain/rejection.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Names } from './names.js'
import type { CoverOf } from './xlsx.js'

export interface CoverFacts {
  title: Words
  jurisdiction: string
  person: string
  /** The parameters of the request, as they were understood. */
  query: Record<string, unknown>
  /** RFC 3339 in UTC. */
  madeAt: string
  asOf: string
  /** The event right after which the rows were so, where one was asked for. */
  seq: number | undefined
  /** Undefined for a caller who may not read the ledger. */
  head: { seq: number; hash: string } | undefined
}

/** The parameters of lists and reports, and what their values are names of. */
const PARAMETERS: Record<string, { label: Words; kind?: Parameters<Names['of']>[0] }> = {
  status: { label: { zh: '状态', en: 'Status' }, kind: 'status' },
  onAccount: { label: { zh: '挂账', en: 'On account' } },
  overdue: { label: { zh: '逾期', en: 'Overdue' } },
  dueBefore: { label: { zh: '时限早于', en: 'Due before' } },
  dueAfter: { label: { zh: '时限不早于', en: 'Due at or after' } },
  level: { label: { zh: '级别', en: 'Level' }, kind: 'level' },
  category: { label: { zh: '类别', en: 'Category' }, kind: 'category' },
  risk: { label: { zh: '风险要素', en: 'Risk element' }, kind: 'risk' },
  source: { label: { zh: '来源', en: 'Source' }, kind: 'source' },
  area: { label: { zh: '区划', en: 'Area' }, kind: 'area' },
  under: { label: { zh: '区划', en: 'Area' }, kind: 'area' },
  road: { label: { zh: '路线', en: 'Road' } },
  chainageFromM: { label: { zh: '桩号起', en: 'Chainage from' } },
  chainageToM: { label: { zh: '桩号止', en: 'Chainage to' } },
  unit: { label: { zh: '责任单位', en: 'Responsible unit' }, kind: 'unit' },
  leadOfficial: { label: { zh: '牵头领导', en: 'Lead official' } },
  supervision: { label: { zh: '挂牌督办', en: 'Supervision' }, kind: 'supervision' },
  bbox: { label: { zh: '经纬度范围', en: 'Bounding box' } },
  externalSystem: { label: { zh: '外部系统', en: 'External system' } },
  externalId: { label: { zh: '外部编号', en: 'External id' } },
  q: { label: { zh: '关键词', en: 'Text' } },
  updatedAfter: { label: { zh: '更新不早于', en: 'Updated at or after' } },
  reportedAfter: { label: { zh: '上报不早于', en: 'Reported at or after' } },
  closedAfter: { label: { zh: '销号不早于', en: 'Closed at or after' } },
  closedBefore: { label: { zh: '销号早于', en: 'Closed before' } },
  counted: { label: { zh: '有事故统计', en: 'With accident counts' } },
  windowMonths: { label: { zh: '比较期（月）', en: 'Window (months)' } },
  expectedPerYear: { label: { zh: '同类路段年均事故数', en: 'Accidents a year at similar sites' } },
  overdispersion: { label: { zh: '过度离散系数 k', en: 'Overdispersion k' } },
  reportedBefore: { label: { zh: '上报早于', en: 'Reported before' } },
  from: { label: { zh: '统计期起', en: 'From' } },
  to: { label: { zh: '统计期止（不含）', en: 'Up to, not including' } },
  weeks: { label: { zh: '统计周数', en: 'Weeks' } },
  limit: { label: { zh: '最多行数', en: 'At most, rows' } },
}

/** Said elsewhere on the cover, or by the order of the rows itself; a view's parameters are said one by one. */
const UNSAID = new Set(['view', 'asOf', 'sort', 'count', 'groupBy', 'cursor'])

/** What a file is of: whose list, which filters, when, and where the ledger stood, so that it can be held to account. */
export function coverOf(facts: CoverFacts, names: Names, wallClock: (instant: string) => number): CoverOf {
  const { language } = names
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  const { head } = facts
  const ledger: [string, string][] =
    head === undefined
      ? []
      : [
          [say('台账序号', 'Ledger seq'), String(head.seq)],
          [say('台账哈希', 'Ledger hash'), head.hash],
        ]
  const at = (instant: string) => new Date(wallClock(instant)).toISOString().slice(0, 19).replace('T', ' ')
  return (rows) => ({
    title: inLanguage(facts.title, language),
    lines: [
      [say('辖区', 'Jurisdiction'), facts.jurisdiction],
      [say('筛选条件', 'Filters'), filterWords(facts.query, names) || say('无（全部）', 'none')],
      [
        say('数据时点', 'As of'),
        `${at(facts.asOf)}${facts.seq === undefined ? '' : say(`（台账序号 ${facts.seq}）`, ` (ledger seq ${facts.seq})`)}`,
      ],
      [say('导出时间', 'Made at'), at(facts.madeAt)],
      [say('导出人', 'Made by'), facts.person],
      [say('行数', 'Rows'), String(rows)],
      ...ledger,
    ],
  })
}

function filterWords(query: Record<string, unknown>, names: Names): string {
  const { language } = names
  const said = Object.entries(query).filter(([name, value]) => value !== undefined && !UNSAID.has(name))
  const lines = said.map(([name, value]) => {
    const { label, kind } = PARAMETERS[name] ?? { label: { zh: name, en: name } }
    const values = [value].flat().map((one) => valueWords(String(one), kind, names))
    return `${inLanguage(label, language)}${COLON[language]}${values.join(COMMA[language])}`
  })
  return lines.join('\n')
}

const COLON: Record<Language, string> = { 'zh-CN': '：', en: ': ' }
const COMMA: Record<Language, string> = { 'zh-CN': '、', en: ', ' }

function valueWords(value: string, kind: Parameters<Names['of']>[0] | undefined, names: Names): string {
  if (value === 'true' || value === 'false') return names.flag(value === 'true')
  return kind === undefined ? value : names.of(kind, value)
}
