import { html } from 'ghtml'
import { inLanguage, type Language } from '../language/language.js'
import type { Content } from './content-schema.js'
import { LABELS } from './labels.js'

type Scores = NonNullable<Content['scores']>

/** The points of the period by unit, and the closed period that they are, if they are one. */
export function scoresTable({ period, units }: Scores, language: Language): string {
  const say = (label: keyof typeof LABELS) => inLanguage(LABELS[label], language)
  const heads = ['unit', 'rewards', 'penalties', 'points', 'money', 'entries'] as const
  const closed =
    period === null
      ? ''
      : html`<p class="note">${say('periodClosed').replace('{period}', period.period).replace('{sha256}', period.contentSha256)}</p>`
  return html`<table class="wide"><thead><tr>!${heads.map((label) => html`<th>${say(label)}</th>`)}</tr></thead><tbody>
!${units.map((unit) => scoreRow(unit, say('publicReporters')))}
</tbody></table>!${closed}`
}

function scoreRow(
  { key, name, rewards, penalties, points, moneyFen, entries }: Scores['units'][number],
  nobody: string,
) {
  const numbers = [rewards, penalties, points, moneyFen / 100, entries]
  return html`<tr><td class="name">${key === null ? nobody : (name ?? key)}</td>
!${numbers.map((n) => html`<td class="n">${n < 0 ? `−${-n}` : n}</td>`)}</tr>`
}
