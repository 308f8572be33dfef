import type { Db, Tx } from '../db/client.js'
import type { Actor } from '../domain/access/permissions.js'
import { issuerName } from '../domain/item/document.js'
import { Rejection } from '../domain/rejection.js'
import { percentText } from '../domain/report/rate.js'
import { localDate, localTime } from '../domain/time/zone.js'
import type { Values } from '../render/values.js'
import type { Content, RateName, Standing } from './content-schema.js'
import { LABELS, PERIOD_LABELS, RATE_LABELS, STOCK_LABELS } from './labels.js'
import type { BulletinSummary } from './schemas.js'
import { getBulletin } from './store.js'
import { dateText, periodText } from './words.js'

/** What a bulletin's paper is made of. */
export interface BulletinPaper {
  number: string
  title: string
  issuer: string
  values: Values
}

/** So many overdue items are printed; the bulletin itself has them all. */
const MAX_PRINTED = 200

/** An issued bulletin as what its paper is filled in with. @throws Rejection `not-found`; `wrong-status` for a draft */
export async function readBulletinPaper(db: Db | Tx, actor: Actor, id: string): Promise<BulletinPaper> {
  const stored = await getBulletin(db, actor, id)
  if (stored.number === null) {
    throw new Rejection('wrong-status', { zh: '通报尚未印发。', en: 'The bulletin has not been issued.' })
  }
  // Both were written by this service.
  const content = JSON.parse(stored.content) as Content
  const summary = JSON.parse(stored.summary) as BulletinSummary
  const { title, number } = stored
  return { number, title, issuer: issuerName(content.jurisdiction.name), values: valuesOf(summary, content) }
}

function valuesOf({ title, preface, remarks, corrects }: BulletinSummary, content: Content): Values {
  const { units, areas, overdueItems } = content
  const none = {
    无指标: '',
    无责任单位排名: units.length === 0 ? '无' : '',
    无县区排名: areas.length === 0 ? '无' : '',
  }
  const rest = overdueItems.total - Math.min(overdueItems.items.length, MAX_PRINTED)
  return {
    标题: title,
    更正说明: corrects === null ? '' : `${LABELS.corrects.zh} ${corrects.number}。`,
    ...prefaceValues(preface),
    概况: inShort(content),
    指标: figureRows(content),
    责任单位排名: units.map(standing),
    县区排名: areas.map(standing),
    逾期说明:
      overdueItems.total === 0
        ? '截至数据时点，没有逾期隐患。'
        : `截至数据时点，逾期隐患共${overdueItems.total}处。${rest > 0 ? `另有${rest}处未在此列出。` : ''}`,
    逾期隐患: overdueItems.items.slice(0, MAX_PRINTED).map((item) => overdueRow(item, content)),
    ...none,
    无逾期隐患: overdueItems.total === 0 ? '无' : '',
    备注标题: remarks === null ? '' : '有',
    备注: paragraphs(remarks),
  }
}

/** A first line that ends in a colon names whom it goes to (主送机关), and stands flush left. */
function prefaceValues(preface: string | null): Values {
  const [first, ...rest] = paragraphs(preface)
  const to = first?.段落
  if (typeof to === 'string' && /[：:]$/.test(to)) return { 主送: to, 导语: rest }
  return { 主送: '', 导语: first === undefined ? [] : [first, ...rest] }
}

function paragraphs(text: string | null): Values[] {
  return (text ?? '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => ({ 段落: line.trim() }))
}

function inShort({ figures, rates, period, asOf, jurisdiction }: Content): string {
  const { listed, closed, onAccount, overdue, newlyListed, closedInPeriod } = figures
  const { timeZone } = jurisdiction
  const at = `${dateText(localDate(asOf, timeZone), 'zh-CN')}${localTime(asOf, timeZone)}`
  return `截至${at}，累计挂账隐患${listed}处，已销号${closed}处，整改率${percentText(rates.closure)}；在账${onAccount}处，其中逾期${overdue}处。统计期（${periodText(period, 'zh-CN')}）：新增${newlyListed}处，销号${closedInPeriod}处。`
}

function figureRows({ figures, rates, changes }: Content): Values[] {
  const counts = Object.entries({ ...STOCK_LABELS, ...PERIOD_LABELS }) as [keyof typeof STOCK_LABELS, { zh: string }][]
  const names = Object.keys(RATE_LABELS) as RateName[]
  return [
    ...counts.map(([name, label]) => ({
      ...{ 指标名: label.zh, 数值: String(figures[name]), 构成: '—' },
      较上期: signed(changes?.figures[name]),
    })),
    ...names.map((name) => ({
      ...{ 指标名: RATE_LABELS[name].zh, 数值: percentText(rates[name]) },
      构成: `${rates[name].numerator}/${rates[name].denominator}`,
      较上期: points(changes?.rates[name]),
    })),
  ]
}

function standing({ key, name, rank, listed, closed, onAccount, overdue, rates }: Standing): Values {
  const numbers = { 累计挂账: listed, 已销号: closed, 在账: onAccount, 逾期: overdue }
  return {
    名次: rank === null ? '—' : String(rank),
    名称: key === null ? LABELS.unassigned.zh : (name ?? key),
    ...Object.fromEntries(Object.entries(numbers).map(([label, n]) => [label, String(n)])),
    整改率: percentText(rates.closure),
    按期销号率: percentText(rates.onTime),
  }
}

function overdueRow(item: Content['overdueItems']['items'][number], { rules, jurisdiction }: Content): Values {
  const label = rules.ladder.find(({ rung }) => rung === item.rung)?.label.zh ?? item.rung ?? '—'
  return {
    编号: item.code,
    隐患: item.title,
    单位: item.unit === null ? LABELS.unassigned.zh : (item.unit.name ?? item.unit.id),
    时限: localDate(item.dueAt, jurisdiction.timeZone),
    天数: String(item.overdueDays),
    督办: item.named ? `${label}（${LABELS.named.zh}）` : label,
  }
}

function signed(change: number | undefined): string {
  if (change === undefined) return '—'
  return change > 0 ? `+${change}` : change < 0 ? `−${-change}` : '0'
}

/** In percentage points. */
function points(change: number | null | undefined): string {
  if (change === undefined || change === null) return '—'
  return `${change > 0 ? '+' : change < 0 ? '−' : ''}${(Math.abs(change) * 100).toFixed(1)} 个百分点`
}
