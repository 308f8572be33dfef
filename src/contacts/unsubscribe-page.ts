import { html } from 'ghtml'
import { inLanguage, type Language } from '../language/language.js'

/** A page for whoever has followed the link in a message: a button, or that it is done. It loads nothing. */
export function unsubscribePage(jurisdiction: string, isDone: boolean, language: Language): string {
  const say = (zh: string, en: string) => inLanguage({ zh, en }, language)
  const title = isDone ? say('已退订', 'Unsubscribed') : say('退订提醒', 'Unsubscribe')
  const said = isDone
    ? say(`不再向您发送「${jurisdiction}」的提醒。`, `You will receive no more notices of ${jurisdiction}.`)
    : say(`不再接收「${jurisdiction}」的提醒？`, `Receive no more notices of ${jurisdiction}?`)
  const hint = isDone ? say('如需恢复，请联系其办公室。', 'To receive them again, ask its office.') : ''
  const button = html`<form method="post"><button type="submit">${say('退订', 'Unsubscribe')}</button></form>`
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title}</title>
</head>
<body style="font-family:sans-serif;line-height:1.5;max-width:30em;margin:3em auto;padding:0 1em">
<h1>${title}</h1>
<p>${said}</p>
<p>${hint}</p>
!${isDone ? '' : button}
</body>
</html>
`
}
