import { html } from 'ghtml'
import type { Words } from '../domain/rejection.js'
import { percentText, type Rate } from '../domain/report/rate.js'
import { localDate } from '../domain/time/zone.js'
import { inLanguage, type Language } from '../language/language.js'
import type { Content, CountName, RateName, Standing } from './content-schema.js'
import { LABELS, PERIOD_LABELS, RATE_LABELS, STATUS_LABELS, STOCK_LABELS } from './labels.js'

/** So many overdue items are printed; a page of ten thousand rows is read by nobody. JSON has them. */
const MAX_PRINTED = 1_000

/** How things stand, and what happened in the period, each with its change. */
export function figuresTables(content: Content, language: Language): string {
  const { medianDaysToClose } = content.figures
  const median = html`<tr><td>${inLanguage(LABELS.medianDays, language)}</td><td class="n">${medianDaysToClose ?? '—'}</td>
<td class="n">—</td></tr>`
  return html`<div class="pair">!${countsTable(content, 'atCutOff', STOCK_LABELS, '', language)}
!${countsTable(content, 'inPeriod', PERIOD_LABELS, median, language)}</div>`
}

function countsTable(
  { figures, changes }: Content,
  title: keyof typeof LABELS,
  labels: Partial<Record<CountName, Words>>,
  last: string,
  language: Language,
): string {
  const rows = Object.entries(labels) as [CountName, Words][]
  return html`<table><thead><tr>!${heads([title, 'number', 'change'], language)}</tr></thead><tbody>
!${rows.map(
    ([name, label]) => html`<tr><td>${inLanguage(label, language)}</td><td class="n">${figures[name]}</td>
<td class="n">${signed(changes?.figures[name])}</td></tr>`,
  )}!${last}
</tbody></table>`
}

export function ratesTable({ rates, changes }: Content, language: Language): string {
  const names = Object.keys(RATE_LABELS) as RateName[]
  return html`<table><thead><tr>!${heads(['rates', 'rate', 'parts', 'change'], language)}</tr></thead><tbody>
!${names.map(
    (name) => html`<tr><td>${inLanguage(RATE_LABELS[name], language)}</td><td class="n">${percentText(rates[name])}</td>
<td class="n">${rates[name].numerator} / ${rates[name].denominator}</td>
<td class="n">${points(changes?.rates[name])}</td></tr>`,
  )}
</tbody></table>`
}

export function standingsTable(content: Content, what: 'units' | 'areas', language: Language): string {
  const rows = content[what]
  const few = inLanguage(LABELS.few, language).replace('{n}', String(content.rules.minimumListed))
  const first = ['rank', 'previousRank', what === 'units' ? 'unit' : 'area'] as const
  const labels = [
    ...first.map((name) => inLanguage(LABELS[name], language)),
    ...(['listed', 'closed', 'onAccount', 'overdue'] as const).map((name) => inLanguage(STOCK_LABELS[name], language)),
    ...(['inPeriodListed', 'inPeriodClosed'] as const).map((name) => inLanguage(LABELS[name], language)),
    ...(['closure', 'onTime'] as const).map((name) => inLanguage(RATE_LABELS[name], language)),
  ]
  return html`<table class="wide"><thead><tr>!${labels.map((label) => html`<th>${label}</th>`)}</tr></thead><tbody>
!${rows.map((row) => standingRow(row, language))}
</tbody></table>!${rows.some((row) => row.few) ? html`<p class="note">${few}</p>` : ''}`
}

function standingRow(row: Standing, language: Language): string {
  const { listed, closed, onAccount, overdue, newlyListed, closedInPeriod, rates } = row
  const name = row.key === null ? inLanguage(LABELS.unassigned, language) : (row.name ?? row.key)
  const numbers = [listed, closed, onAccount, overdue, newlyListed, closedInPeriod]
  return html`<tr><td class="c">${row.rank ?? '—'}</td><td class="c">${row.previousRank ?? '—'}</td><td class="name">${name}</td>
!${numbers.map((n) => html`<td class="n">${n}</td>`)}!${[rates.closure, rates.onTime].map(rateCell)}</tr>`
}

function rateCell(rate: Rate): string {
  return html`<td class="r">${percentText(rate)} (${rate.numerator}/${rate.denominator})</td>`
}

export function overdueTable(content: Content, language: Language): string {
  const { items, total } = content.overdueItems
  if (total === 0) return html`<p>${inLanguage(LABELS.none, language)}</p>`
  const printed = items.slice(0, MAX_PRINTED)
  const more = inLanguage(LABELS.more, language).replace('{n}', String(total - printed.length))
  const labels = ['code', 'item', 'place', 'unit', 'leadOfficial', 'dueAt', 'days', 'rung'] as const
  return html`<table class="wide"><thead><tr>!${heads(labels, language)}</tr></thead><tbody>
!${printed.map((item) => overdueRow(item, content, language))}
</tbody></table>!${total > printed.length ? html`<p class="note">${more}</p>` : ''}`
}

function overdueRow(item: Content['overdueItems']['items'][number], content: Content, language: Language): string {
  const { code, title, area, road, chainage, address, unit, leadOfficial, dueAt, overdueDays, named } = item
  const place = [area.name ?? area.code, road, chainage, address].filter((part) => part !== null).join(' ')
  const label = content.rules.ladder.find(({ rung }) => rung === item.rung)?.label
  const rung = label === undefined ? (item.rung ?? '—') : inLanguage(label, language)
  const lead = leadOfficial === null ? '—' : [leadOfficial.name, leadOfficial.title].filter(Boolean).join(' ')
  return html`<tr><td class="c">${code}</td><td>${title}</td><td>${place}</td>
<td>${unit === null ? inLanguage(LABELS.unassigned, language) : (unit.name ?? unit.id)}</td><td>${lead}</td>
<td class="c">${localDate(dueAt, content.jurisdiction.timeZone)}</td><td class="n">${overdueDays}</td>
<td>${rung}!${named ? html` <span class="named">${inLanguage(LABELS.named, language)}</span>` : ''}</td></tr>`
}

/** What came and went since the bulletin before. */
export function comparison({ previous, changes }: Content, language: Language): string {
  const say = (label: keyof typeof LABELS) => inLanguage(LABELS[label], language)
  if (previous === null || changes === null) return html`<p>${say('firstOne')}</p>`
  const intro = html`<p>${say('comparedWith')} ${previous.number}</p>`
  if (changes.overdue === null) return intro
  const { came, went } = changes.overdue
  return html`!${intro}<h3>${say('came')} (${came.length})</h3>
<p>${came.length === 0 ? say('none') : came.map(({ code, title }) => `${code} ${title}`).join(language === 'en' ? '; ' : '；')}</p>
<h3>${say('went')} (${went.length})</h3>
<p>${
    went.length === 0
      ? say('none')
      : went
          .map(({ code, title, status }) => `${code} ${title} (${inLanguage(STATUS_LABELS[status], language)})`)
          .join(language === 'en' ? '; ' : '；')
  }</p>`
}

function heads(labels: readonly (keyof typeof LABELS)[], language: Language): string[] {
  return labels.map((label) => html`<th>${inLanguage(LABELS[label], language)}</th>`)
}

function signed(change: number | undefined): string {
  if (change === undefined) return '—'
  return change > 0 ? `+${change}` : change < 0 ? `−${-change}` : '0'
}

/** The change of a rate in percentage points. */
function points(change: number | null | undefined): string {
  if (change === undefined || change === null) return '—'
  const tenths = (Math.abs(change) * 100).toFixed(1)
  return change > 0 ? `+${tenths}` : change < 0 ? `−${tenths}` : '0.0'
}
