import fc from 'fast-check'
import type { DigestContent, DigestLine } from '../../src/contacts/digest-content.js'
import { cutToBytes, htmlOf, markdownOf, textOf } from '../../src/contacts/digest-text.js'
import { speak } from '../../src/contacts/digest-words.js'
import { t } from '../helpers/tap.js'

// 20 March 2026, 09:00 in Shanghai.
const NOW = '2026-03-20T01:00:00.000Z'
const LINKS = { notices: 'https://one-list.example/v1/notices', unsubscribe: 'https://one-list.example/unsubscribe/T' }
const ZH = { name: null, language: 'zh-CN' } as const
const EN = { name: null, language: 'en' } as const

const ITEM = {
  code: '2026-000172',
  title: '临水弯道无护栏',
  road: 'S315',
  direction: 'up',
  startChainageM: 12_345,
  endChainageM: 12_900,
  address: null,
  area: '阜南县',
} as const
const LABELS = {
  overdue_notice: { zh: '逾期通知', en: 'Overdue notice' },
  talk: { zh: '约谈', en: 'Talk' },
}

const rung = (name: keyof typeof LABELS, day: number) => ({ rung: name, day, label: LABELS[name] })

function line(more: Partial<DigestLine> = {}): DigestLine {
  return {
    kind: 'escalation',
    item: ITEM,
    unit: '阜南县交通运输局',
    dueAt: '2026-03-13T15:59:59.999Z',
    data: [rung('overdue_notice', 1), rung('talk', 7)],
    ...more,
  }
}

function content(lines: DigestLine[], more: Partial<DigestContent> = {}): DigestContent {
  const totals = Object.fromEntries(lines.map(({ kind }) => [kind, lines.filter((one) => one.kind === kind).length]))
  const earliestDueAt = lines.map(({ dueAt }) => dueAt).sort()[0] ?? null
  return {
    jurisdiction: { name: '阜阳', timeZone: 'Asia/Shanghai' },
    ...{ unit: '阜南县交通运输局', recipient: 'unit', test: false, lines, total: lines.length, totals, earliestDueAt },
    ...more,
  }
}

t.test('a digest in Chinese names item, place, unit, deadline, days over and rungs', async (t) => {
  const spoken = speak(content([line(), line({ dueAt: '2026-03-22T15:59:59.999Z' })]), ZH, NOW)
  t.equal(spoken.title, '【一单】阜阳：2 项提醒，最长逾期 7 天')
  t.equal(
    textOf(spoken, LINKS),
    `阜南县交通运输局：

以下 2 项请知悉并处理：

到期预警与逾期督办（2）
1. 2026-000172 临水弯道无护栏
   逾期通知、约谈
   时限 2026-03-13，逾期 7 天
   阜南县 S315 上行 K12+345~K12+900
   责任单位 阜南县交通运输局
2. 2026-000172 临水弯道无护栏
   逾期通知、约谈
   时限 2026-03-22，还有 2 天
   阜南县 S315 上行 K12+345~K12+900
   责任单位 阜南县交通运输局

请在系统中确认回执。

--
您收到此消息，是因为 阜阳 登记了此地址。不再接收：
https://one-list.example/unsubscribe/T
`,
  )
})

t.test('and in English', async (t) => {
  const due = (dueAt: string) => line({ dueAt, data: [rung('talk', 7)] })
  const lines = [due('2026-03-19T15:59:59.999Z'), due('2026-03-20T15:59:59.999Z'), due('2026-03-21T15:59:59.999Z')]
  const spoken = speak(content(lines), { name: 'Roads section', language: 'en' }, NOW)
  const text = textOf(spoken, LINKS)
  t.equal(spoken.title, '[One List] 阜阳: 3 matters, up to 1 day overdue')
  for (const said of [
    'To Roads section:',
    '3 matters need your attention:',
    'Warnings and escalation (3)',
    '   Talk\n   deadline 2026-03-19, 1 day overdue\n   阜南县 S315 up K12+345~K12+900\n   unit 阜南县交通运输局',
    'deadline 2026-03-20, today',
    'deadline 2026-03-21, 1 day left',
    'Please confirm receipt in the system.',
  ]) {
    t.ok(text.includes(said), said)
  }
})

t.test('what is overdue since this morning is one day over, as everywhere', async (t) => {
  const spoken = speak(content([line({ dueAt: '2026-03-20T00:30:00.000Z' })]), ZH, NOW)
  t.ok(textOf(spoken, LINKS).includes('时限 2026-03-20，逾期 1 天'))
})

t.test('the deadline’s day is that of the jurisdiction', async (t) => {
  const there = { jurisdiction: { name: '乌鲁木齐', timeZone: 'Asia/Urumqi' } }
  const spoken = speak(content([line({ dueAt: '2026-03-13T17:59:59.999Z' })], there), ZH, NOW)
  t.ok(textOf(spoken, LINKS).includes('时限 2026-03-13，逾期 7 天'))
})

t.test('one matter is named in the subject', async (t) => {
  t.equal(speak(content([line()]), ZH, NOW).title, '【一单】逾期通知、约谈：2026-000172 临水弯道无护栏')
  t.equal(speak(content([line()]), EN, NOW).title, '[One List] Overdue notice, Talk: 2026-000172 临水弯道无护栏')
  const bulletin = line({
    ...{ kind: 'bulletin', item: null, unit: null, dueAt: null },
    data: [{ bulletinId: 'x', number: '阜安办〔2026〕3号', title: '三月通报' }],
  })
  t.equal(speak(content([bulletin]), ZH, NOW).title, '【一单】阜安办〔2026〕3号 三月通报')
})

t.test('every kind of notice says what it is about', async (t) => {
  const about = (kind: string, data: Record<string, unknown>) => line({ kind, data: [data], dueAt: null, unit: null })
  const alone = (kind: string, data: Record<string, unknown>) => ({ ...about(kind, data), item: null })
  const said = (one: DigestLine, to: typeof ZH | typeof EN) => textOf(speak(content([one]), to, NOW), LINKS)
  const cases: [DigestLine, string, string][] = [
    [
      about('unsigned', { assignedAt: '2026-03-10T16:30:00.000Z', workingDays: 3 }),
      '2026-03-11 交办，尚未签收',
      'assigned 2026-03-11, not signed for',
    ],
    [
      about('no_progress', { since: '2026-03-01T01:00:00.000Z', days: 19 }),
      '2026-03-01 以来无进展',
      'no progress since 2026-03-01',
    ],
    [
      about('unreceived', { kind: 'escalation', sentAt: '2026-03-16T01:00:00.000Z', label: LABELS.talk }),
      '约谈（2026-03-16 送出）未回执',
      'Talk (sent 2026-03-16) not confirmed',
    ],
    [
      about('unreceived', { kind: 'unsigned', sentAt: '2026-03-16T01:00:00.000Z', label: null }),
      '逾期未签收（2026-03-16 送出）未回执',
      'Not signed for in time (sent 2026-03-16) not confirmed',
    ],
    [
      alone('delivery_dead', { url: 'https://example.com/…', status: 500, error: null }),
      '向 https://example.com/… 推送失败：HTTP 500',
      'delivery to https://example.com/… given up: HTTP 500',
    ],
    [
      alone('delivery_dead', { url: 'https://example.com/…', status: null, error: 'no answer in 15000 ms' }),
      '向 https://example.com/… 推送失败：no answer in 15000 ms',
      'delivery to https://example.com/… given up: no answer in 15000 ms',
    ],
    [
      alone('bulletin_draft', { bulletinId: 'x', title: '三月通报' }),
      '通报待审定（1）\n1. 三月通报',
      'Bulletin drafts to decide on (1)',
    ],
    [about('brand_new', { label: { zh: '新事', en: 'News' } }), 'brand_new（1）', '   News'],
    [alone('brand_new', { title: '标题' }), '1. 标题', '1. 标题'],
    [alone('brand_new', { nested: { deep: [1] } }), '1. brand_new', '1. brand_new'],
    [alone('brand_new', { label: 7, title: ['x'] }), '1. brand_new', '1. brand_new'],
    [about('unsigned', { assignedAt: 'nonsense' }), '— 交办，尚未签收', 'assigned —, not signed for'],
  ]
  for (const [one, zh, en] of cases) {
    t.ok(said(one, ZH).includes(zh), said(one, ZH))
    t.ok(said(one, EN).includes(en), said(one, EN))
  }
})

t.test('what is not named is counted, with a way to it', async (t) => {
  const spoken = speak(content([line(), line()], { total: 130, totals: { escalation: 130 } }), ZH, NOW)
  t.ok(textOf(spoken, LINKS).includes(`到期预警与逾期督办（130）`))
  t.ok(textOf(spoken, LINKS).includes(`另有 128 项未列出。 ${LINKS.notices}`))
  t.ok(htmlOf(spoken, LINKS).includes('另有 128 项未列出。</a>'))
  t.notOk(textOf(speak(content([line()]), ZH, NOW), LINKS).includes('未列出'))
})

const HOSTILE =
  '<script>alert(1)</script>\r\nBcc: all@example.com\r\n\r\n[点此](http://evil.example) **x** `y` <@all> \u202egnp.exe "&\u2028'

t.test('what people write is text everywhere, and never another line', async (t) => {
  const spoken = speak(
    content([line({ item: { ...ITEM, title: HOSTILE, address: HOSTILE, area: HOSTILE }, unit: HOSTILE })], {
      ...{ unit: HOSTILE, jurisdiction: { name: HOSTILE, timeZone: 'Asia/Shanghai' } },
    }),
    { name: HOSTILE, language: 'zh-CN' },
    NOW,
  )
  t.notMatch(spoken.title, /[\p{Cc}\u2028\u202e]/u)
  const html = htmlOf(spoken, LINKS)
  t.notMatch(html, /<script|<@all|http:\/\/evil\.example"/)
  t.ok(html.includes('&#60;script&#62;'))
  t.notMatch(textOf(spoken, LINKS), /^Bcc/m)
  const markdown = markdownOf(spoken, 4096)
  t.notMatch(markdown, /<|>|\[|\]|`|\*\*x/)
  t.match(markdown, /^### /)
})

t.test('a long name leaves the subject short', async (t) => {
  const spoken = speak(content([line({ item: { ...ITEM, title: '🚧'.repeat(300) } })]), ZH, NOW)
  t.equal([...spoken.title].length, 120)
  t.ok(spoken.title.isWellFormed())
})

t.test('a robot is told as much as fits, and how much more there is', async (t) => {
  const all = Array.from({ length: 50 }, (_, n) =>
    line({ item: { ...ITEM, code: `2026-${String(n + 1).padStart(6, '0')}` } }),
  )
  const spoken = speak(content(all, { total: 61, totals: { escalation: 61 } }), ZH, NOW)
  const markdown = markdownOf(spoken, 4096)
  const named = markdown.match(/^- \*\*/gm)?.length ?? 0
  t.ok(Buffer.byteLength(markdown) <= 4096)
  t.ok(named >= 15 && named < 50, `${named} named`)
  t.ok(markdown.endsWith(`另有 ${61 - named} 项未列出。`))
  t.match(
    markdown,
    /^### 【一单】阜阳：61 项提醒，最长逾期 7 天\n\n#### 到期预警与逾期督办（61）\n- \*\*2026-000001\*\* 临水弯道无护栏 · 逾期通知、约谈 · 时限 2026-03-13，逾期 7 天 · /,
  )
  const few = markdownOf(speak(content([line()]), ZH, NOW), 4096)
  t.notOk(few.includes('未列出'))
})

const anyLine = fc.record({
  kind: fc.constantFrom('escalation', 'unsigned', 'bulletin', 'other'),
  title: fc.string({ unit: 'grapheme', maxLength: 200 }),
  hasItem: fc.boolean(),
})

t.test('a robot’s message never has more bytes than it takes, nor a broken character', async () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 30 }), fc.integer({ min: 1, max: 5000 }), (some, limitBytes) => {
      const lines = some.map(({ kind, title, hasItem }) =>
        line({ kind, item: hasItem ? { ...ITEM, title } : null, data: [{ title, label: { zh: title, en: title } }] }),
      )
      const markdown = markdownOf(speak(content(lines), ZH, NOW), limitBytes)
      return Buffer.byteLength(markdown) <= limitBytes && markdown.isWellFormed()
    }),
  )
})

t.test('a text is cut between characters as their reader sees them', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 60 }), (text, limitBytes) => {
      const cut = cutToBytes(text, limitBytes)
      const segments = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
      const next = segments[[...new Intl.Segmenter().segment(cut)].length]
      const isWhole = text.startsWith(cut) && segments.join('').startsWith(cut)
      return (
        isWhole &&
        Buffer.byteLength(cut) <= limitBytes &&
        (cut === text || next === undefined || Buffer.byteLength(cut + next) > limitBytes)
      )
    }),
  )
  t.equal(cutToBytes('一单', 5), '一')
  t.equal(cutToBytes('a👨‍👩‍👧b', 10), 'a')
})

t.test('a test says that it is one, in every form', async (t) => {
  const spoken = speak(content([], { test: true, total: 0, totals: {}, unit: null, recipient: 'office' }), ZH, NOW)
  t.equal(spoken.title, '【一单】阜阳：测试消息')
  t.match(textOf(spoken, LINKS), /^安委会办公室：\n\n这是 阜阳 的测试消息，收到即表示此渠道可用。\n\n--\n/)
  t.match(markdownOf(spoken, 4096), '### 【一单】阜阳：测试消息\n\n这是 阜阳 的测试消息，收到即表示此渠道可用。')
  t.notMatch(htmlOf(spoken, LINKS), /回执|undefined|null/)
})
