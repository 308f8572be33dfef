import { html } from 'ghtml'
import type { Spoken, SpokenLine } from './digest-words.js'
import { oneLine } from './one-line.js'

/** Where a mail leads: all notices, and out. */
export interface Links {
  notices: string
  unsubscribe: string
}

/** A digest as plain text. */
export function textOf(spoken: Spoken, links: Links): string {
  const { greeting, lead, groups, closing, unsubscribe } = spoken
  const said = groups.map(({ heading, lines }) => {
    const entries = lines.map(({ code, name, details }, index) => {
      const number = `${index + 1}. `
      return [`${number}${[code, name].filter(Boolean).join(' ')}`, ...details.map((detail) => `   ${detail}`)].join(
        '\n',
      )
    })
    return [heading, ...entries].join('\n')
  })
  const more = moreOf(spoken)
  const rest = more === null ? [] : [`${more} ${links.notices}`]
  const end = [...(closing === '' ? [] : [closing]), `--\n${unsubscribe}\n${links.unsubscribe}`]
  return `${[greeting, lead, ...said, ...rest, ...end].join('\n\n')}\n`
}

/** The same as simple HTML, which needs no style sheet and loads nothing. */
export function htmlOf(spoken: Spoken, links: Links): string {
  const { language, title, greeting, lead, groups, closing, unsubscribe } = spoken
  const more = moreOf(spoken)
  const said = groups.map(({ heading, lines }) => {
    const entries = lines.map(
      ({ code, name, details }) =>
        html`<li style="margin-bottom:8px">!${code === null ? '' : html`<strong>${code}</strong> `}${name}!${details
          .map((detail) => html`<br><span style="color:#555">${detail}</span>`)
          .join('')}</li>`,
    )
    return html`<h3>${heading}</h3>
<ol>!${entries.join('\n')}</ol>`
  })
  return html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${title}</title></head>
<body style="font-family:sans-serif;line-height:1.5;max-width:42em">
<p>${greeting}</p>
<p>${lead}</p>
!${said.join('\n')}
!${more === null ? '' : html`<p><a href="${links.notices}">${more}</a></p>`}
<p>${closing}</p>
<hr>
<p style="color:#777;font-size:small">${unsubscribe} <a href="${links.unsubscribe}">${links.unsubscribe}</a></p>
</body>
</html>
`
}

/** The same, short, as group robots show it, in at most so many bytes of UTF-8; what does not fit is counted. */
export function markdownOf(spoken: Spoken, limitBytes: number): string {
  const { title, lead, groups, total } = spoken
  const heads = groups.length === 0 ? [`### ${plain(title)}`, plain(lead)] : [`### ${plain(title)}`]
  const blocks = [...heads.map((text) => ({ text, lines: 0 })), ...groups.flatMap(blocksOf)]
  const reserved = Buffer.byteLength(`\n\n${spoken.more(total)}`)
  let said = ''
  let named = 0
  for (const { text, lines } of blocks) {
    const longer = said === '' ? text : `${said}${text.startsWith('- ') ? '\n' : '\n\n'}${text}`
    const isLast = named + lines === total && lines > 0
    if (Buffer.byteLength(longer) > limitBytes - (isLast ? 0 : reserved)) break
    said = longer
    named += lines
  }
  if (named < total) said = `${said}\n\n${spoken.more(total - named)}`
  return cutToBytes(said.trim(), limitBytes)
}

/** The beginning of a text in at most so many bytes of UTF-8, without breaking a character as its reader sees it. */
export function cutToBytes(text: string, limitBytes: number): string {
  if (Buffer.byteLength(text) <= limitBytes) return text
  let bytes = 0
  let end = 0
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > limitBytes) break
    end = index + segment.length
  }
  return text.slice(0, end)
}

function moreOf({ total, groups, more }: Spoken): string | null {
  const named = groups.reduce((sum, { lines }) => sum + lines.length, 0)
  return named < total ? more(total - named) : null
}

/** A heading stays with its first line. */
function blocksOf({ heading, lines }: Spoken['groups'][number]): { text: string; lines: number }[] {
  return lines.map((line, index) => {
    const text = markdownLine(line)
    return { text: index === 0 ? `#### ${plain(heading)}\n${text}` : text, lines: 1 }
  })
}

function markdownLine({ code, name, details }: SpokenLine): string {
  const head = code === null ? plain(name) : `**${code}** ${plain(name)}`
  return `- ${[head, ...details.map(plain)].join(' · ')}`
}

const WIDE: Record<string, string> = Object.fromEntries(
  [...'<>[]*_`#~|\\'].map((mark) => [mark, String.fromCodePoint(mark.charCodeAt(0) + 0xfee0)]),
)

/** What people wrote, without markup of their own: robots differ in what they escape, so its marks become wide ones. */
function plain(text: string): string {
  return oneLine(text).replace(/[<>[\]*_`#~|\\]/g, (mark) => WIDE[mark] ?? '')
}
