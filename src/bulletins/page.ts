import { html } from 'ghtml'
import { percentText } from '../domain/report/rate.js'
import { localDate, localTime } from '../domain/time/zone.js'
import { inLanguage, type Language } from '../language/language.js'
import { type Charts, chartsOf } from './charts.js'
import type { Content } from './content-schema.js'
import { comparison, figuresTables, overdueTable, ratesTable, standingsTable } from './content-tables.js'
import { LABELS } from './labels.js'
import { PAGE_POLICY } from './policy.js'
import type { BulletinSummary } from './schemas.js'
import { scoresTable } from './scores-table.js'
import { STYLE } from './style.js'
import { dateText, issuerOf, periodText } from './words.js'

/**
 * A bulletin as one printable HTML page that needs nothing else: no script, no font, no picture from anywhere. Every
 * value is escaped; what is put in unescaped is HTML that was made here.
 */
export async function pageOf(summary: BulletinSummary, content: Content, language: Language): Promise<string> {
  const charts = chartsOf(content, language)
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${summary.number === null ? '' : `${summary.number} `}${summary.title}</title>
<style>!${STYLE}</style>
</head>
<body><main>
!${heading(summary, content, language)}
!${body(summary, content, charts, language)}
!${closing(summary, content, language)}
</main></body>
</html>
`
}

function heading(summary: BulletinSummary, content: Content, language: Language): string {
  const { number, corrects, correctedBy } = summary
  const say = (label: keyof typeof LABELS) => inLanguage(LABELS[label], language)
  return html`<header>
<p class="issuer">${issuerOf(content.jurisdiction.name, language)}</p>
!${number === null ? html`<p class="draft">${say('draft')}</p>` : html`<p class="number">${number}</p>`}
</header>
<h1>${summary.title}</h1>
!${corrects === null ? '' : html`<p class="correction">${say('corrects')} ${corrects.number}</p>`}
!${correctedBy === null ? '' : html`<p class="correction">${say('correctedBy')} ${correctedBy.number}</p>`}
!${paragraphs(summary.preface)}`
}

function body(summary: BulletinSummary, content: Content, charts: Charts, language: Language): string {
  const say = (label: keyof typeof LABELS) => inLanguage(LABELS[label], language)
  const { scores } = content
  const parts = [
    section(say('overview'), [
      html`<div class="text"><p>${inShort(content, language)}</p></div>`,
      figuresTables(content, language),
      ratesTable(content, language),
      chart(charts.open, say('chartOpen')),
      chart(charts.flow, say('chartFlow')),
    ]),
    content.units.length === 0
      ? ''
      : section(say('byUnit'), [standingsTable(content, 'units', language), chart(charts.rates, say('chartRates'))]),
    content.areas.length === 0 ? '' : section(say('byArea'), [standingsTable(content, 'areas', language)]),
    section(say('overdueItems'), [chart(charts.ages, say('chartAges')), overdueTable(content, language)]),
    scores === undefined || scores.units.length === 0 ? '' : section(say('scores'), [scoresTable(scores, language)]),
    section(say('comparison'), [comparison(content, language)]),
    summary.remarks === null ? '' : section(say('remarks'), [paragraphs(summary.remarks)]),
  ]
  let n = 0
  return parts
    .filter((part) => part !== '')
    .map((part) => part.replace('{ordinal}', ordinal(n++, language)))
    .join('')
}

/** `{ordinal}` stands until it is known which sections there are; it comes before anything that was written by others. */
function section(title: string, parts: string[]): string {
  return html`<section><h2>{ordinal}${title}</h2>!${parts}</section>`
}

function ordinal(n: number, language: Language): string {
  return language === 'en' ? `${n + 1}. ` : `${'一二三四五六七八九十'[n]}、`
}

function chart(svg: string, title: string): string {
  return svg === '' ? '' : html`<figure><figcaption>${title}</figcaption>!${svg}</figure>`
}

function paragraphs(text: string | null): string {
  if (text === null) return ''
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return html`<div class="text">!${lines.map((line) => html`<p>${line.trim()}</p>`)}</div>`
}

/** The whole in one sentence or two, as a reader who reads no further needs it. */
function inShort({ figures, rates, period, asOf, jurisdiction }: Content, language: Language): string {
  const at = momentText(asOf, jurisdiction.timeZone, language)
  const { listed, closed, onAccount, overdue, newlyListed, closedInPeriod } = figures
  const rate = `${percentText(rates.closure)}${language === 'en' ? ` (${closed}/${listed})` : `（${closed}/${listed}）`}`
  if (language === 'en') {
    return `As of ${at}, ${listed} items had been put on the list and ${closed} of them closed, a closure rate of ${rate};
      ${onAccount} were on account, ${overdue} of them overdue. ${periodText(period, language)}:
      ${newlyListed} listed, ${closedInPeriod} closed.`
  }
  return `截至${at}，累计挂账隐患${listed}处，已销号${closed}处，整改率${rate}；在账${onAccount}处，其中逾期${overdue}处。统计期（${periodText(
    period,
    language,
  )}）：新增${newlyListed}处，销号${closedInPeriod}处。`
}

function closing(summary: BulletinSummary, content: Content, language: Language): string {
  const say = (label: keyof typeof LABELS) => inLanguage(LABELS[label], language)
  const { timeZone, name } = content.jurisdiction
  const { issuedAt } = summary
  const colon = language === 'en' ? ': ' : '：'
  const upTo = say('ledgerUpTo').replace('{seq}', String(content.ledger.seq))
  return html`<div class="signature"><p>${issuerOf(name, language)}</p><p>${
    issuedAt === null ? say('draft') : dateText(localDate(issuedAt, timeZone), language)
  }</p></div>
<footer><p>${say('provenance')}${colon}${upTo}${language === 'en' ? ' ' : ''}${momentText(content.asOf, timeZone, language)}
(${timeZone}). ${say('rules')} ${content.rules.version}.</p>
<p>${say('ledgerHash')}${colon}${content.ledger.hash}</p>
<p>${say('contentHash')}${colon}${summary.contentSha256}</p></footer>`
}

function momentText(instant: string, zone: string, language: Language): string {
  const [date, time] = [dateText(localDate(instant, zone), language), localTime(instant, zone)]
  return language === 'en' ? `${time} on ${date}` : `${date}${time}`
}
